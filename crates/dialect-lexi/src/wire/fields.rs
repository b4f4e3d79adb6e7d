//! What a request says, in its query, its body or both: apps send numbers as texts, and DELETE with a body.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use serde_json::{Map, Value};
use web::{Shop, fields};

use crate::error::Error;
use crate::wire::values::{decimal, text, truth, whole};

/// The longest text of a field, in characters.
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

    /// Whether there is anything but null and blanks under a name.
    pub(crate) fn says(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|value| !is_blank(value))
    }

    /// Whether there is a field of this name, be it null.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The text of a query's field, or "".
    pub(crate) fn plain(&self, name: &str) -> &str {
        self.0.get(name).and_then(Value::as_str).unwrap_or_default().trim()
    }

    /// A text that is not blank, without blanks around it; digits also come as numbers.
    pub(crate) fn text(&self, name: &'static str) -> Result<Option<String>, Error> {
        Ok(self.note(name)?.filter(|text| !text.is_empty()))
    }

    /// The same where it must be there.
    pub(crate) fn required_text(&self, name: &'static str) -> Result<String, Error> {
        self.required(name, text(LONGEST_TEXT))
    }

    /// A text that may be blank.
    pub(crate) fn note(&self, name: &'static str) -> Result<Option<String>, Error> {
        self.given(name, text(LONGEST_TEXT))
    }

    /// A text that may be left out, but not be blank.
    pub(crate) fn named(&self, name: &'static str) -> Result<Option<String>, Error> {
        self.given(name, |value| text(LONGEST_TEXT)(value).filter(|text| !text.is_empty()))
    }

    /// A password, to the letter.
    pub(crate) fn secret(&self, name: &'static str) -> Result<Option<String>, Error> {
        let is_short = |text: &&str| text.chars().count() <= LONGEST_TEXT;
        self.given(name, |value| value.as_str().filter(is_short).map(ToOwned::to_owned))
    }

    /// True or false; the apps also have 1 or 0.
    pub(crate) fn flag(&self, name: &'static str) -> Result<Option<bool>, Error> {
        self.given(name, truth)
    }

    /// Where it stands among others: the lesser, the earlier.
    pub(crate) fn sort_order(&self) -> Result<Option<i64>, Error> {
        self.given("sort_order", whole(i32::MIN.into()..=i32::MAX.into()))
    }

    /// A whole number, or its digits.
    pub(crate) fn integer(&self, name: &'static str) -> Result<Option<i64>, Error> {
        self.given(name, whole(i64::MIN..=i64::MAX))
    }

    /// The same; anything else counts as absent.
    pub(crate) fn lenient_integer(&self, name: &'static str) -> Option<i64> {
        self.integer(name).ok().flatten()
    }

    /// A list of objects, at least one.
    pub(crate) fn objects(&self, name: &'static str) -> Result<Vec<Self>, Error> {
        let objects = |value: &Value| objects(value).filter(|objects| !objects.is_empty());
        self.required(name, objects)
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

    /// What may be left out, but be neither null nor blank.
    pub(crate) fn kept<T>(
        &self,
        name: &'static str,
        read: impl Fn(&Value) -> Option<T>,
    ) -> Result<Option<T>, Error> {
        if self.0.contains_key(name) { self.required(name, read).map(Some) } else { Ok(None) }
    }

    /// What may be left out or be null, which is the same.
    fn given<T>(&self, name: &'static str, read: impl Fn(&Value) -> Option<T>) -> Result<Option<T>, Error> {
        let value = self.0.get(name).filter(|value| !value.is_null());
        value.map(|value| read(value).ok_or(bad(name))).transpose()
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
                None | Some(Value::Null) => {}
                Some(Value::Array(values)) => {
                    let values = values.iter().map(decimal).collect::<Option<Vec<_>>>();
                    rids.extend(values.ok_or(bad(name))?);
                }
                Some(value) => rids.extend(comma_list(&decimal(value).ok_or(bad(name))?)),
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

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use serde_json::json;

    use super::*;

    fn told<T: Debug>(read: Result<Option<T>, Error>) -> String {
        match read {
            Ok(Some(value)) => format!("{value:?}"),
            Ok(None) => "absent".to_owned(),
            Err(_) => "bad".to_owned(),
        }
    }

    #[test]
    fn null_is_absent_where_it_does_not_clear() {
        for (value, all_told) in [
            (json!(null), ["absent", "absent", "absent", "absent", "false", "bad"]),
            (json!(" "), ["\"\"", "bad", "bad", "bad", "false", "bad"]),
            (json!(1), ["\"1\"", "\"1\"", "true", "1", "true", "true"]),
            (json!("x"), ["\"x\"", "\"x\"", "bad", "bad", "bad", "bad"]),
            (json!([]), ["bad"; 6]),
        ] {
            let fields = Fields(Map::from_iter([("f".to_owned(), value.clone())]));
            let read = [
                told(fields.note("f")),
                told(fields.named("f")),
                told(fields.flag("f")),
                told(fields.integer("f")),
                told(fields.optional("f", truth)),
                told(fields.kept("f", truth)),
            ];
            assert_eq!(read, all_told, "{value}");
        }
    }
}
