//! Where clients put their tokens: the `Authorization` header and cookies.

use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, COOKIE};
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

const BASIC: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

use crate::Shop;

/// Scheme and the rest of the `Authorization` header, blanks around both dropped.
pub fn authorization(headers: &HeaderMap) -> Option<(&str, &str)> {
    let header = headers.get(AUTHORIZATION)?.to_str().ok()?.trim();
    Some(header.split_once(char::is_whitespace).map_or((header, ""), |(scheme, rest)| (scheme, rest.trim())))
}

/// Name and password of HTTP Basic (RFC 7617), whose padding clients forget; `None` where there are none.
pub fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let (scheme, encoded) = authorization(headers)?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(BASIC.decode(encoded).ok()?).ok()?;
    let (name, password) = pair.split_once(':').unwrap_or((&pair, ""));
    (!name.is_empty()).then(|| (name.to_owned(), password.to_owned()))
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
    fn basic_is_read_leniently() {
        let read = |header: &'static str| {
            basic(&HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_static(header))]))
        };
        let pair = |name: &str, password: &str| Some((name.to_owned(), password.to_owned()));
        assert_eq!(read("Basic  YWJjOg=="), pair("abc", ""));
        assert_eq!(read("basic YWJjOg"), pair("abc", ""));
        assert_eq!(read("Basic YWJj"), pair("abc", ""));
        assert_eq!(read("Basic YTpiOmM="), pair("a", "b:c"));
        for other in ["", "Basic", "Basic  ", "Basic !", "Basic /w==", "Token YWJjOg==", "Bearer YWJj"] {
            assert_eq!(read(other), None, "{other}");
        }
    }

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
