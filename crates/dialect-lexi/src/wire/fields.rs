//! What a request says, in its query, its body or both: apps send numbers as texts, and DELETE with a body.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use serde_json::{Map, Value};
use web::{Shop, fields};

use crate::error::Error;

/// The longest text of a field, in bytes.
const LONGEST_TEXT: usize = 1000;
/// Names in one list at most.
pub(crate) const MOST_RIDS: usize = 500;

/// Fields by name.
pub(crate) struct Fields(Map<String, Value>);

/// A number in the path.
pub(crate) struct Id(pub i64);

impl FromRequestParts<Shop> for Id {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, shop: &Shop) -> Result<Self, Error> {
        Path::from_request_parts(parts, shop).await.map_or(Err(Error::NotFound), |Path(id)| Ok(Self(id)))
    }
}

impl Fields {
    /// Of a query.
    pub(crate) fn of_query(query: &str) -> Self {
        Self(fields::form(query.as_bytes()))
    }

    /// Of the query and the body, whose word counts where it says something.
    pub(crate) async fn of(parts: &Parts) -> Result<Self, Error> {
        let Self(mut all) = Self::of_query(parts.uri.query().unwrap_or_default());
        match fields::body(parts).await {
            Ok(Value::Object(body)) => {
                for (name, value) in body {
                    if !value.is_null() || !all.contains_key(&name) {
                        all.insert(name, value);
                    }
                }
                Ok(Self(all))
            }
            Ok(_) | Err(_) => Err(Error::Bad),
        }
    }

    /// Whether there is anything under a name, be it blank.
    pub(crate) fn is_given(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|value| !value.is_null())
    }

    /// Whether there is anything but null and blanks under a name.
    pub(crate) fn says(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|value| !is_blank(value))
    }

    /// A text that is not blank, without blanks around it; digits also come as numbers.
    pub(crate) fn text(&self, name: &'static str) -> Result<Option<String>, Error> {
        let text = match self.0.get(name) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::String(text)) => text.trim().to_owned(),
            Some(Value::Number(number)) => number.to_string(),
            Some(_) => return Err(bad(name)),
        };
        if text.len() > LONGEST_TEXT || text.contains('\0') {
            return Err(bad(name));
        }
        Ok(Some(text).filter(|text| !text.is_empty()))
    }

    /// The same where it must be there.
    pub(crate) fn required_text(&self, name: &'static str) -> Result<String, Error> {
        self.text(name)?.ok_or(bad(name))
    }

    /// A text that may be blank.
    pub(crate) fn note(&self, name: &'static str) -> Result<Option<String>, Error> {
        let text = self.text(name)?;
        Ok(self.is_given(name).then(|| text.unwrap_or_default()))
    }

    /// A text that may be left out, but not be blank.
    pub(crate) fn named(&self, name: &'static str) -> Result<Option<String>, Error> {
        let text = self.text(name)?;
        if text.is_none() && self.is_given(name) { Err(bad(name)) } else { Ok(text) }
    }

    /// True or false; the apps also have 1 or 0.
    pub(crate) fn flag(&self, name: &'static str) -> Result<Option<bool>, Error> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(value) if *value == "true" => Ok(Some(true)),
            Some(value) if *value == "false" => Ok(Some(false)),
            Some(_) => match self.lenient_integer(name) {
                Some(1) => Ok(Some(true)),
                Some(0) => Ok(Some(false)),
                _ => Err(bad(name)),
            },
        }
    }

    /// Where it stands among others: the lesser, the earlier.
    pub(crate) fn sort_order(&self) -> Result<Option<i64>, Error> {
        let order = self.integer("sort_order")?;
        let is_small = order.is_none_or(|order| i32::try_from(order).is_ok());
        if is_small { Ok(order) } else { Err(bad("sort_order")) }
    }

    /// A password, to the letter.
    pub(crate) fn secret(&self, name: &'static str) -> Result<Option<String>, Error> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.len() <= LONGEST_TEXT => Ok(Some(text.clone())),
            Some(_) => Err(bad(name)),
        }
    }

    /// The text of a query's field, or "".
    pub(crate) fn plain(&self, name: &str) -> &str {
        self.0.get(name).and_then(Value::as_str).unwrap_or_default().trim()
    }

    /// A whole number, or its digits.
    pub(crate) fn integer(&self, name: &'static str) -> Result<Option<i64>, Error> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(_) => self.lenient_integer(name).map(Some).ok_or(bad(name)),
        }
    }

    /// The same; anything else counts as absent.
    pub(crate) fn lenient_integer(&self, name: &str) -> Option<i64> {
        match self.0.get(name)? {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// A list of objects, at least one.
    pub(crate) fn objects(&self, name: &'static str) -> Result<Vec<Self>, Error> {
        let objects = |value: &Value| objects(value).filter(|objects| !objects.is_empty());
        self.required(name, objects)
    }

    /// Whether there is something under a name, and be it null.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// What must be there, and be neither null nor blank.
    pub(crate) fn required<T>(
        &self,
        name: &'static str,
        read: impl Fn(&Value) -> Option<T>,
    ) -> Result<T, Error> {
        let value = self.0.get(name).filter(|value| !is_blank(value));
        value.and_then(read).ok_or(bad(name))
    }

    /// What may be left out; null and a blank text clear it.
    pub(crate) fn optional<T: Default>(
        &self,
        name: &'static str,
        read: impl Fn(&Value) -> Option<T>,
    ) -> Result<Option<T>, Error> {
        match self.0.get(name) {
            None => Ok(None),
            Some(value) if is_blank(value) => Ok(Some(T::default())),
            Some(value) => read(value).map(Some).ok_or(bad(name)),
        }
    }

    /// Public ids under one name or the other: one, a comma list, or an array.
    pub(crate) fn rids(&self, names: [&'static str; 2]) -> Result<Vec<String>, Error> {
        let mut rids = Vec::new();
        for name in names {
            match self.0.get(name) {
                Some(Value::Array(values)) => {
                    for value in values {
                        match value {
                            Value::String(text) => rids.push(text.trim().to_owned()),
                            Value::Number(number) => rids.push(number.to_string()),
                            _ => return Err(bad(name)),
                        }
                    }
                }
                None | Some(Value::Null) => {}
                Some(Value::String(text)) => rids.extend(comma_list(text)),
                Some(Value::Number(number)) => rids.push(number.to_string()),
                Some(_) => return Err(bad(name)),
            }
        }
        if rids.is_empty() || rids.len() > MOST_RIDS {
            return Err(bad(names[0]));
        }
        Ok(rids)
    }
}

fn is_blank(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty())
}

/// A list of objects.
pub(crate) fn objects(value: &Value) -> Option<Vec<Fields>> {
    let values = value.as_array().filter(|values| values.len() <= MOST_RIDS)?;
    values.iter().map(|value| value.as_object().cloned().map(Fields)).collect()
}

/// A field that is missing, or has a value that makes no sense.
pub(crate) fn bad(name: &'static str) -> Error {
    app::Error::BadField(name).into()
}

/// Texts between commas, without blanks and empty ones.
pub(crate) fn comma_list(text: &str) -> Vec<String> {
    let texts = text.split(',').map(str::trim).filter(|text| !text.is_empty());
    texts.take(MOST_RIDS + 1).map(ToOwned::to_owned).collect()
}
