//! Where clients put their tokens: the `Authorization` header and cookies.

use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, COOKIE};

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
