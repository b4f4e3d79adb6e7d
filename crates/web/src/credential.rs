//! Where clients put their tokens: the `Authorization` header and cookies.

use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, COOKIE};

use crate::Shop;

/// Scheme and the rest of the `Authorization` header, blanks around both dropped.
pub fn authorization(headers: &HeaderMap) -> Option<(&str, &str)> {
    let header = headers.get(AUTHORIZATION)?.to_str().ok()?.trim();
    Some(header.split_once(char::is_whitespace).map_or((header, ""), |(scheme, rest)| (scheme, rest.trim())))
}

/// The value of a cookie.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let pairs = headers.get_all(COOKIE).iter().filter_map(|header| header.to_str().ok());
    pairs
        .flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.split_once('='))
        .find(|(key, _)| key.trim() == name)
        .map(|(_, value)| value.trim().trim_matches('"'))
}

/// A `Set-Cookie` header that keeps a credential for so many seconds: out of reach of scripts, not sent along by other
/// sites, and only over TLS where clients are known to come by it.
pub fn set_cookie(shop: &Shop, name: &str, value: &str, seconds: i64) -> String {
    let is_secure = shop.outside.public_url.as_ref().is_some_and(|url| url.starts_with("https://"));
    let secure = if is_secure { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn schemes_and_cookies_are_read_leniently() {
        let headers = HeaderMap::from_iter([
            (AUTHORIZATION, HeaderValue::from_static("Token   abc ")),
            (COOKIE, HeaderValue::from_static("a=1; sessionid=\"x y\"; b=2")),
        ]);
        assert_eq!(authorization(&headers), Some(("Token", "abc")));
        assert_eq!(cookie(&headers, "sessionid"), Some("x y"));
        assert_eq!(cookie(&headers, "b"), Some("2"));
        assert_eq!(cookie(&headers, "c"), None);
    }
}
