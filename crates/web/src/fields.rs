//! Request bodies as one kind of value: JSON as it is, forms as objects of texts.

use std::collections::HashMap;

use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::Content;

/// Why a body could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// A media type that is neither JSON nor a form.
    MediaType(String),
    /// JSON that is broken, nested too deeply or not UTF-8; the text says where.
    Json(String),
    /// A multipart form that is broken.
    Form(String),
}

/// The body of a request; an empty one is an empty object.
pub async fn body(parts: &Parts) -> Result<Value, Unreadable> {
    let content = Content::of(parts);
    let header = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = header.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match media_type.as_str() {
        _ if content.is_empty() => Ok(Value::Object(Map::new())),
        "" | "application/json" => json(content),
        "application/x-www-form-urlencoded" => Ok(Value::Object(form(content))),
        "multipart/form-data" => multipart(parts).await.map(Value::Object),
        _ => Err(Unreadable::MediaType(header.to_owned())),
    }
}

/// JSON; a byte order mark is let pass.
pub fn json(content: &[u8]) -> Result<Value, Unreadable> {
    let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
    serde_json::from_slice(content).map_err(|error| Unreadable::Json(error.to_string()))
}

/// One field of a JSON object as it was sent, to the letter; of several, the last.
pub fn as_sent(content: &[u8], name: &str) -> Option<String> {
    let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
    let fields: HashMap<String, &RawValue> = serde_json::from_slice(content).ok()?;
    fields.get(name).map(|value| value.get().to_owned())
}

/// A urlencoded form or a query; the last value of a name wins.
pub fn form(content: &[u8]) -> Map<String, Value> {
    form_urlencoded::parse(content)
        .map(|(name, value)| (name.into_owned(), Value::String(value.into_owned())))
        .collect()
}

async fn multipart(parts: &Parts) -> Result<Map<String, Value>, Unreadable> {
    let fields = self::parts(parts).await?.into_iter();
    Ok(fields.map(|Part { name, content, .. }| (name, String::from_utf8_lossy(&content).into())).collect())
}

/// The most parts of a form; each costs far more than its bytes.
const MOST_PARTS: usize = 64;

/// A part of a multipart form.
#[derive(Clone, Debug)]
pub struct Part {
    /// The field.
    pub name: String,
    /// What the client calls the file, where it is one.
    pub filename: Option<String>,
    /// What is in it.
    pub content: Bytes,
}

/// The parts of a multipart form, in order.
pub async fn parts(parts: &Parts) -> Result<Vec<Part>, Unreadable> {
    let content = parts.extensions.get::<Content>().cloned().unwrap_or_default();
    let mut request = Request::new(Body::from(content.0));
    *request.headers_mut() = parts.headers.clone();
    // The frame has held the body to its limit.
    DefaultBodyLimit::disable().apply(&mut request);
    let broken = |error: &dyn std::fmt::Display| Unreadable::Form(error.to_string());
    let mut form = Multipart::from_request(request, &()).await.map_err(|error| broken(&error))?;
    let mut found = Vec::new();
    while let Some(field) = form.next_field().await.map_err(|error| broken(&error))? {
        if found.len() == MOST_PARTS {
            return Err(Unreadable::Form(format!("more than {MOST_PARTS} parts")));
        }
        let name = field.name().unwrap_or_default().to_owned();
        let filename = field.file_name().map(ToOwned::to_owned);
        let content = field.bytes().await.map_err(|error| broken(&error))?;
        found.push(Part { name, filename, content });
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(count: usize) -> Parts {
        let form =
            "--end\r\ncontent-disposition: form-data; name=\"a\"\r\n\r\nb\r\n".repeat(count) + "--end--\r\n";
        let request = Request::builder().header(CONTENT_TYPE, "multipart/form-data; boundary=end");
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        parts.extensions.insert(Content(form.into()));
        parts
    }

    #[tokio::test]
    async fn a_form_has_up_to_64_parts() {
        assert_eq!(parts(&form(64)).await.unwrap().len(), 64);
        for count in [65, 10_000] {
            let refused = body(&form(count)).await;
            assert_eq!(refused, Err(Unreadable::Form("more than 64 parts".to_owned())));
        }
    }
}
