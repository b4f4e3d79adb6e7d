//! Fields of bodies and queries, each read strictly.

use axum::http::request::Parts;
use serde_json::{Map, Value};
use web::fields;

use crate::error::{Error, Flaw};

/// The longest text of a field that has no other limit, in bytes.
const LONGEST_TEXT: usize = 1000;

/// What a request says.
pub(crate) struct Fields(Map<String, Value>);

impl Fields {
    /// Of a body, JSON or form.
    pub(crate) async fn of_body(parts: &Parts) -> Result<Self, Error> {
        match fields::body(parts).await.map_err(Error::Unreadable)? {
            Value::Object(fields) => Ok(Self(fields)),
            _ => Err(Error::NotAnObject),
        }
    }

    /// Of the query.
    pub(crate) fn of_query(parts: &Parts) -> Self {
        Self(fields::form(parts.uri.query().unwrap_or_default().as_bytes()))
    }

    pub(crate) fn all(&self) -> &Map<String, Value> {
        &self.0
    }

    /// A whole number, or the digits of one; null is none.
    pub(crate) fn integer(&self, name: &'static str) -> Result<Option<i64>, Error> {
        let number = match self.0.get(name) {
            None => return Ok(None),
            Some(Value::Number(number)) => number.as_i64(),
            Some(Value::String(text)) => text.trim().parse().ok(),
            Some(_) => None,
        };
        number.map(Some).ok_or(Error::Field(name, Flaw::NotAnInteger))
    }

    /// The same where it must be there.
    pub(crate) fn required_integer(&self, name: &'static str) -> Result<i64, Error> {
        self.integer(name)?.ok_or(Error::Field(name, Flaw::Missing))
    }

    /// A text that is not empty; clients also send digits as numbers.
    pub(crate) fn text(&self, name: &'static str) -> Result<Option<String>, Error> {
        let text = match self.0.get(name) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            Some(_) => return Err(Error::Field(name, Flaw::NotAText)),
        };
        if text.len() > LONGEST_TEXT {
            return Err(Error::Field(name, Flaw::TooLong(LONGEST_TEXT)));
        }
        Ok(Some(text).filter(|text| !text.is_empty()))
    }
}
