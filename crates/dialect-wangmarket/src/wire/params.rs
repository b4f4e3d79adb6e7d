//! Parameters: a form and a query as one; never JSON.

use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use serde_json::{Map, Value};
use web::{Content, fields};

use crate::error::Error;

/// What a request says. A name in the form hides the same name in the query.
#[derive(Clone)]
pub(crate) struct Params(Map<String, Value>);

impl Params {
    /// As whoever asked for the shopper has left them in the parts, or read now.
    pub(crate) async fn of(parts: &mut Parts) -> Result<Self, Error> {
        match parts.extensions.remove() {
            Some(params) => Ok(params),
            None => Self::read(parts).await,
        }
    }

    /// As the request has them.
    pub(crate) async fn read(parts: &Parts) -> Result<Self, Error> {
        let mut params = fields::form(parts.uri.query().unwrap_or_default().as_bytes());
        if Content::of(parts).is_empty() {
            return Ok(Self(params));
        }
        if !is_form(parts) {
            return Err(Error::NoForm);
        }
        match fields::body(parts).await {
            Ok(Value::Object(form)) => params.extend(form),
            Ok(_) | Err(_) => return Err(Error::BrokenForm),
        }
        Ok(Self(params))
    }

    /// A text; "" when it is not there.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// A number; 0 when it is not there or empty.
    pub(crate) fn number(&self, name: &'static str) -> Result<i64, Error> {
        match self.text(name).trim() {
            "" => Ok(0),
            digits => digits.parse().map_err(|_| Error::NoNumber(name)),
        }
    }
}

fn is_form(parts: &Parts) -> bool {
    let header = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = header.split(';').next().unwrap_or_default().trim();
    ["application/x-www-form-urlencoded", "multipart/form-data"]
        .iter()
        .any(|form| media_type.eq_ignore_ascii_case(form))
}
