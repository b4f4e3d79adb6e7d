//! Request bodies as one kind of value: JSON as it is, forms as objects of texts.

use std::collections::HashMap;

use axum::body::Body;
use axum::extract::{FromRequest, Multipart, Request};
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
        "multipart/form-data" => multipart(parts, content).await.map(Value::Object),
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

async fn multipart(parts: &Parts, content: &[u8]) -> Result<Map<String, Value>, Unreadable> {
    let mut request = Request::new(Body::from(content.to_vec()));
    *request.headers_mut() = parts.headers.clone();
    let broken = |error: &dyn std::fmt::Display| Unreadable::Form(error.to_string());
    let mut form = Multipart::from_request(request, &()).await.map_err(|error| broken(&error))?;
    let mut fields = Map::new();
    while let Some(field) = form.next_field().await.map_err(|error| broken(&error))? {
        let name = field.name().unwrap_or_default().to_owned();
        let value = field.bytes().await.map_err(|error| broken(&error))?;
        fields.insert(name, Value::String(String::from_utf8_lossy(&value).into_owned()));
    }
    Ok(fields)
}
