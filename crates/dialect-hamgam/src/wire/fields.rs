//! The fields of a body, read as DRF's serializers read them; whatever is wrong is said at once.

use axum::http::request::Parts;
use serde_json::{Map, Value};
use web::drf::{Integer, integer, type_name};

use crate::error::{Error, Fields};

pub(crate) const REQUIRED: &str = "This field is required.";
pub(crate) const NULL: &str = "This field may not be null.";

/// The object in a body, and what is wrong with the fields read so far.
pub(crate) struct Body {
    fields: Map<String, Value>,
    wrong: Fields,
}

impl Body {
    /// Parses the body.
    pub(crate) async fn of(parts: &Parts) -> Result<Self, Error> {
        match web::fields::body(parts).await.map_err(Error::Unreadable)? {
            Value::Object(fields) => Ok(Self { fields, wrong: Fields::new() }),
            Value::Null => Err(Error::NoData),
            other => Err(Error::NotAnObject(type_name(&other))),
        }
    }

    /// A field as it came.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.fields.get(name)
    }

    /// Notes what is wrong with a field.
    pub(crate) fn refuse(&mut self, name: &'static str, text: impl Into<String>) {
        self.wrong.push((name, text.into()));
    }

    /// A whole number, 1 or more; `None` when it is missing or wrong.
    pub(crate) fn positive(&mut self, name: &'static str) -> Option<i64> {
        let text = match integer(self.get(name)) {
            Integer::Is(number @ 1..) => return Some(number),
            Integer::Is(_) => "Ensure this value is greater than or equal to 1.",
            Integer::Missing => return None,
            Integer::Null => NULL,
            Integer::TooLong => "String value too large.",
            Integer::Invalid => "A valid integer is required.",
        };
        self.refuse(name, text);
        None
    }

    /// A text without blanks around it; `None` when it is missing or wrong.
    pub(crate) fn text(&mut self, name: &'static str) -> Option<String> {
        let text = match self.get(name)? {
            Value::String(text) => text.trim().to_owned(),
            Value::Number(number) => number.to_string(),
            Value::Null => {
                self.refuse(name, NULL);
                return None;
            }
            Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
                self.refuse(name, "Not a valid string.");
                return None;
            }
        };
        if text.contains('\0') {
            self.refuse(name, "Null characters are not allowed.");
            return None;
        }
        Some(text)
    }

    /// The same for a text of so many characters at most.
    pub(crate) fn short_text(&mut self, name: &'static str, most: usize) -> Option<String> {
        let text = self.text(name)?;
        if text.chars().count() > most {
            self.refuse(name, format!("Ensure this field has no more than {most} characters."));
            return None;
        }
        Some(text)
    }

    /// The same for a text that must be there and not blank.
    pub(crate) fn required_text(&mut self, name: &'static str) -> Option<String> {
        if self.get(name).is_none() {
            self.refuse(name, REQUIRED);
            return None;
        }
        let text = self.text(name)?;
        if text.is_empty() {
            self.refuse(name, "This field may not be blank.");
            return None;
        }
        Some(text)
    }

    /// What was read, unless something is wrong.
    pub(crate) fn finish<T>(self, read: Option<T>) -> Result<T, Error> {
        read.filter(|_| self.wrong.is_empty()).ok_or(Error::Fields(self.wrong))
    }
}
