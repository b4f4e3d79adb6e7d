//! Whole requests to one dialect: path, query, headers, body. Never a server error; a GET and a refusal change nothing;
//! a repeat under a key that is replayed says the same.
//!
//! An input is a request as a text: a line with verb and path, lines with headers, an empty line, the body. The header
//! `as: customer` (or guest, merchant, operator) stands for that shopper's token in the dialect's place.

use axum::body::Bytes;
use axum::http::header::{HeaderName, HeaderValue};
use axum::http::{HeaderMap, Method, Uri};

use crate::door::Door;
use crate::ground::{Ground, Reply};

/// A request as an input tells it.
struct Told {
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Bytes,
}

/// Tries requests on a dialect.
pub(crate) fn target(door: &'static Door) -> impl FnMut(&[u8]) {
    let mut ground = Ground::new(door.routes);
    move |input| {
        ground.count();
        let Some(told) = Told::read(input, door, &ground) else { return };
        let first = tried(&told, door, &mut ground);
        if told.headers.contains_key("idempotency-key") {
            let again = tried(&told, door, &mut ground);
            if again.headers.contains_key("idempotent-replayed") {
                assert_eq!(
                    (first.status, first.body),
                    (again.status, again.body),
                    "another reply to a repeat"
                );
            }
        }
        ground.renew_tokens();
    }
}

fn tried(told: &Told, door: &Door, ground: &mut Ground) -> Reply {
    let Told { method, path, headers, body } = told;
    let reply = ground.send(method, path, headers, body);
    let json = reply.json();
    if method.is_safe() {
        assert!(!ground.has_changed_contents(), "{method} {path} has written");
    } else {
        let has_changed = ground.has_changed_contents();
        let is_done = (door.is_done)(reply.status, &json);
        assert!(is_done || !has_changed, "{method} {path} was refused and yet done: {reply:?}");
        let is_replayed = reply.headers.contains_key("idempotent-replayed");
        assert!(!is_replayed || !has_changed, "{method} {path} was replayed and yet done: {reply:?}");
    }
    reply
}

impl Told {
    /// `None` where no HTTP server would hear a request.
    fn read(input: &[u8], door: &Door, ground: &Ground) -> Option<Self> {
        let end = input.windows(2).position(|pair| pair == b"\n\n").unwrap_or(input.len());
        let (head, body) = (&input[..end], input.get(end + 2..).unwrap_or_default());
        let mut lines = head.split(|byte| *byte == b'\n');
        let (method, path) = std::str::from_utf8(lines.next()?).ok()?.split_once(' ')?;
        let (mut path, mut headers) = (path.to_owned(), HeaderMap::new());
        for line in lines {
            let colon = line.iter().position(|byte| *byte == b':')?;
            let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
            let role = std::str::from_utf8(value).unwrap_or_default();
            match ground.token(role) {
                Some(token) if name == b"as" => door.authorize(role, token, &mut path, &mut headers),
                _ => {
                    let name = HeaderName::from_bytes(name).ok()?;
                    headers.append(name, HeaderValue::from_bytes(value).ok()?);
                }
            }
        }
        let is_path = path.starts_with('/') && path.parse::<Uri>().is_ok();
        let method = Method::from_bytes(method.as_bytes()).ok()?;
        is_path.then(|| Self { method, path, headers, body: Bytes::copy_from_slice(body) })
    }
}
