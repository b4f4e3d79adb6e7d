//! Serves uploaded files. A name is made of what is in the file, so a client may keep it for ever; nothing that is
//! uploaded is ever run by a browser.

use std::ops::Range;

use app::files::Files;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG,
    IF_NONE_MATCH, IF_RANGE, RANGE, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::response::Builder;
use axum::http::{HeaderMap, HeaderName, Method, StatusCode};
use axum::response::Response;
use domain::asset::{FileName, PICTURE};

use crate::Shop;
use crate::observe::Observed;
use crate::refusal::refusal;

/// A file, or a part of it.
pub async fn file(State(shop): State<Shop>, path: Path<String>, request: Request) -> Response {
    let observed = Observed::new("files", &request);
    let response = match FileName::parse(&path) {
        Some(name) => {
            match answer(&shop.app.settings().files, &name, request.method(), request.headers()).await {
                Ok(response) => response,
                Err(error) => refusal(&error, plain(StatusCode::SERVICE_UNAVAILABLE)),
            }
        }
        None => plain(StatusCode::NOT_FOUND),
    };
    observed.answered(&shop.metrics, response)
}

async fn answer(files: &Files, name: &FileName, method: &Method, asked: &HeaderMap) -> app::Result<Response> {
    let tag = format!("\"{}\"", name.as_str());
    let text = |header: HeaderName| asked.get(header).and_then(|value| value.to_str().ok());
    let is_known = text(IF_NONE_MATCH).is_some_and(|tags| {
        tags.split(',')
            .any(|known| matches!(known.trim(), "*") || known.trim().trim_start_matches("W/") == tag)
    });
    // A part of something else is of no use, and only GET knows of parts.
    let range = text(RANGE).filter(|_| *method == Method::GET);
    let range = range.filter(|_| text(IF_RANGE).is_none_or(|known| known == tag));
    if is_known || range.is_some() {
        let Some(size) = files.size(name).await? else { return Ok(plain(StatusCode::NOT_FOUND)) };
        if is_known {
            return Ok(built(head(name, &tag).status(StatusCode::NOT_MODIFIED), Body::empty()));
        }
        match range.map_or(Part::Whole, |range| Part::of(range, size)) {
            Part::Whole => {}
            Part::Outside => {
                let head = Response::builder()
                    .status(StatusCode::RANGE_NOT_SATISFIABLE)
                    .header(CACHE_CONTROL, "no-store");
                return Ok(built(head.header(CONTENT_RANGE, format!("bytes */{size}")), Body::empty()));
            }
            Part::Bytes(range) => {
                let shown = format!("bytes {}-{}/{size}", range.start, range.end - 1);
                let length = range.end - range.start;
                let Some(found) = files.get(name, Some(range)).await? else {
                    return Ok(plain(StatusCode::NOT_FOUND));
                };
                let head = head(name, &tag).status(StatusCode::PARTIAL_CONTENT);
                let head = head.header(CONTENT_RANGE, shown).header(CONTENT_LENGTH, length);
                return Ok(built(head, Body::from_stream(found.into_stream())));
            }
        }
    }
    let Some(found) = files.get(name, None).await? else { return Ok(plain(StatusCode::NOT_FOUND)) };
    let head = head(name, &tag).header(CONTENT_LENGTH, found.size());
    Ok(built(head, Body::from_stream(found.into_stream())))
}

/// What every reply says that has to do with a file that is there.
fn head(name: &FileName, tag: &str) -> Builder {
    let format = name.format();
    let head = Response::builder()
        .header(CONTENT_TYPE, format.media_type())
        .header(CACHE_CONTROL, "public, max-age=31536000, immutable")
        .header(ETAG, tag)
        .header(ACCEPT_RANGES, "bytes")
        .header(X_CONTENT_TYPE_OPTIONS, "nosniff");
    if format.kind() == PICTURE { head } else { head.header(CONTENT_DISPOSITION, "attachment") }
}

fn plain(status: StatusCode) -> Response {
    let text = if status == StatusCode::NOT_FOUND { "no such file" } else { "unavailable now" };
    let head = Response::builder().status(status).header(CONTENT_TYPE, "application/json");
    // The file may be there in a moment.
    let head = head.header(CACHE_CONTROL, "no-store");
    built(head, Body::from(format!(r#"{{"error":"{text}"}}"#)))
}

fn built(head: Builder, body: Body) -> Response {
    head.body(body).expect("names of files are plain ASCII")
}

/// What a `Range` header asks for.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    /// All of it: what is no single range of bytes counts as absent.
    Whole,
    Bytes(Range<u64>),
    Outside,
}

impl Part {
    fn of(header: &str, size: u64) -> Self {
        let number = |text: &str| text.parse::<u64>().ok();
        let sides = header.trim().strip_prefix("bytes=").and_then(|range| range.split_once('-'));
        let range = sides.and_then(|(from, to)| match (from.trim(), to.trim()) {
            ("", last) => Some(size.saturating_sub(number(last)?)..size),
            (from, "") => Some(number(from)?..size),
            (from, to) => {
                let (from, to) = (number(from)?, number(to)?);
                (from <= to).then(|| from..to.saturating_add(1).min(size))
            }
        });
        match range {
            None => Self::Whole,
            Some(range) if range.is_empty() => Self::Outside,
            Some(range) => Self::Bytes(range),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_range_of_bytes_is_a_part() {
        for (header, part) in [
            ("bytes=0-0", Part::Bytes(0..1)),
            ("bytes=2-5", Part::Bytes(2..6)),
            ("bytes=2-", Part::Bytes(2..10)),
            ("bytes=-3", Part::Bytes(7..10)),
            ("bytes=-30", Part::Bytes(0..10)),
            ("bytes=5-18446744073709551615", Part::Bytes(5..10)),
            ("bytes=10-", Part::Outside),
            ("bytes=10-20", Part::Outside),
            ("bytes=-0", Part::Outside),
            ("bytes=5-2", Part::Whole),
            ("bytes=0-1,3-4", Part::Whole),
            ("bytes=", Part::Whole),
            ("bytes=-", Part::Whole),
            ("bytes=x-3", Part::Whole),
            ("bytes=3-x", Part::Whole),
            ("lines=0-3", Part::Whole),
            ("bytes=99999999999999999999-", Part::Whole),
        ] {
            assert_eq!(Part::of(header, 10), part, "{header}");
        }
    }
}
