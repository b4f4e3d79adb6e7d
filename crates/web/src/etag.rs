//! `ETag` and `If-Match` (RFC 9110, 8.8.3 and 13.1.1): the cart's version, for writers that want to be sure.

use axum::http::header::{ETAG, IF_MATCH};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};

/// A version that no cart has: a tag that is not ours matches nothing.
const NEVER: i64 = -1;

/// The version that the client wants to write to; `None` when it does not care.
pub(crate) fn seen(headers: &HeaderMap) -> Option<i64> {
    let tag = headers.get(IF_MATCH)?.as_bytes().trim_ascii();
    if tag == b"*" {
        return None;
    }
    let digits = tag.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\""));
    let version = digits.and_then(|digits| std::str::from_utf8(digits).ok()?.parse::<u32>().ok());
    Some(version.map_or(NEVER, i64::from))
}

/// Marks a reply that shows a cart with its version.
pub fn with_etag(version: i64, reply: impl IntoResponse) -> Response {
    let mut response = reply.into_response();
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{version}\"")) {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(tag: &'static str) -> Option<i64> {
        seen(&HeaderMap::from_iter([(IF_MATCH, HeaderValue::from_static(tag))]))
    }

    #[test]
    fn only_our_own_strong_tags_match() {
        assert_eq!(seen(&HeaderMap::new()), None);
        assert_eq!(read("*"), None);
        assert_eq!(read("\"7\""), Some(7));
        for other in ["7", "W/\"7\"", "\"-1\"", "\"x\"", "\"7\", \"8\"", "\"\"", "\"99999999999\""] {
            assert_eq!(read(other), Some(NEVER), "{other}");
        }
    }
}
