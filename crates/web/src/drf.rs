//! What two dialects inherit from Django REST framework: how an integer field reads, which
//! status an error has, and Python's type names.

use app::Error;
use axum::http::StatusCode;
use serde_json::Value;

/// An integer as DRF's `IntegerField` reads it, or why it is none. The texts are the dialects'.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Integer {
    /// A number; one beyond 64 bits is the nearest that fits.
    Is(i64),
    /// The field is not there.
    Missing,
    /// The field is null.
    Null,
    /// A text of more than 1,000 characters.
    TooLong,
    /// Anything else.
    Invalid,
}

/// Reads a field of a body: `3`, `"3"`, `3.0` and `"3.0"` are 3.
pub fn integer(field: Option<&Value>) -> Integer {
    match field {
        None => Integer::Missing,
        Some(Value::Null) => Integer::Null,
        Some(Value::Number(number)) => match (number.as_i64(), number.as_f64()) {
            (Some(number), _) => Integer::Is(number),
            #[expect(clippy::cast_possible_truncation, reason = "beyond 64 bits the nearest number will do")]
            (None, Some(float)) if float.fract() == 0.0 => Integer::Is(float as i64),
            _ => Integer::Invalid,
        },
        Some(Value::String(text)) if text.chars().count() > 1000 => Integer::TooLong,
        Some(Value::String(text)) => integer_text(text).map_or(Integer::Invalid, Integer::Is),
        Some(_) => Integer::Invalid,
    }
}

/// Reads digits with an optional sign, blanks around them and zeros behind a point.
pub fn integer_text(text: &str) -> Option<i64> {
    let text = text.trim();
    let whole = match text.split_once('.') {
        Some((whole, zeros)) if !zeros.is_empty() && zeros.bytes().all(|byte| byte == b'0') => whole,
        Some(_) => return None,
        None => text,
    };
    let digits = whole.strip_prefix(['-', '+']).unwrap_or(whole);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let beyond = if whole.starts_with('-') { i64::MIN } else { i64::MAX };
    Some(whole.parse().unwrap_or(beyond))
}

/// The status of an error, as a service that challenges who is not logged in says it.
pub fn status(error: &Error) -> StatusCode {
    crate::status(error).unwrap_or(match error {
        Error::NotLoggedIn => StatusCode::UNAUTHORIZED,
        Error::Forbidden => StatusCode::FORBIDDEN,
        Error::NoSuchProduct | Error::NoSuchStore | Error::NoSuchLine | Error::NoSuchHeading => {
            StatusCode::NOT_FOUND
        }
        Error::Throttled { .. } => StatusCode::TOO_MANY_REQUESTS,
        _ => StatusCode::BAD_REQUEST,
    })
}

/// What Python calls the type of a JSON value.
pub fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "NoneType",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float",
        Value::Number(_) => "int",
        Value::String(_) => "str",
        Value::Array(_) => "list",
        Value::Object(_) => "dict",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn integers_read_as_in_drf() {
        for value in [json!(3), json!("3"), json!(3.0), json!("3.0"), json!(" 3 "), json!("+3")] {
            assert_eq!(integer(Some(&value)), Integer::Is(3), "{value}");
        }
        for value in
            [json!(1.5), json!(true), json!("abc"), json!(""), json!("1.5"), json!([]), json!({}), json!("٣")]
        {
            assert_eq!(integer(Some(&value)), Integer::Invalid, "{value}");
        }
        assert_eq!(integer(Some(&json!(1e30))), Integer::Is(i64::MAX));
        assert_eq!(integer(Some(&json!("-1000000000000000000000000000000"))), Integer::Is(i64::MIN));
        assert_eq!(integer(Some(&json!("9".repeat(1001)))), Integer::TooLong);
        assert_eq!(integer(Some(&Value::Null)), Integer::Null);
        assert_eq!(integer(None), Integer::Missing);
    }
}
