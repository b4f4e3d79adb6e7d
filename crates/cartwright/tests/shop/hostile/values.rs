//! Hostile values, bodies and path segments.

use serde_json::{Map, Value, json};

use crate::client::{rid, sku_rid};
use crate::routes::{Field, form};

/// What an honest client says of a cart with three pieces of product 1.
pub(crate) fn honest(field: Field) -> Value {
    match field {
        Field::Listing
        | Field::Sku
        | Field::Line
        | Field::Store
        | Field::EmptiedStore
        | Field::Count
        | Field::Delta => json!(1),
        Field::Rid => json!(rid(1)),
        Field::SkuRid => json!(sku_rid(1)),
        Field::Total => json!(3),
        Field::Selected => json!(0),
        Field::Notes => json!("kept"),
        Field::Extra => json!({"kept": true}),
        Field::Reference => Value::Null,
        Field::Name => json!("wang@example.com"),
        Field::Secret => json!("a guess"),
        Field::Search => json!(""),
    }
}

/// What an attacker puts into a field instead.
pub(crate) fn hostile(field: Field) -> Vec<Value> {
    let number = |text: &str| text.parse::<Value>().expect("JSON");
    let mut deep = json!(1);
    for _ in 0..100 {
        deep = json!([deep]);
    }
    let values = [
        Value::Null,
        json!(true),
        json!([]),
        json!([1]),
        json!({}),
        json!({"id": 1}),
        deep,
        json!(""),
        json!(" "),
        json!("text"),
        json!("null"),
        json!("１"),
        json!("0x1"),
        json!("1e0"),
        json!("1\0"),
        json!("\0"),
        json!("\u{202e}'; drop table cart; --"),
        json!("!_!%25%"),
        json!("9".repeat(2000)),
        json!("x".repeat(1_000_000)),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(i64::MIN),
        json!(i64::MAX),
        json!(u64::MAX),
        number("1e30"),
        number("-1e308"),
        number("1000000000000000000000000000000"),
        json!("1000000000000000000000000000000"),
    ];
    values.into_iter().filter(|value| !is_honest(field, value)).collect()
}

/// Whether a client may mean this, and change the cart with it.
fn is_honest(field: Field, value: &Value) -> bool {
    let text = value.as_str().map(str::trim);
    match field {
        // A negative number takes away.
        Field::Delta => value.as_i64().is_some_and(|number| number < 0),
        Field::EmptiedStore => text == Some("") || *value == json!(0),
        Field::Notes => {
            value.is_number() || text.is_some_and(|text| text.len() < 500 && !text.contains('\0'))
        }
        Field::Extra => value.is_null() || value.is_object() || text == Some(""),
        Field::Sku => value.is_null() || text == Some(""),
        _ => false,
    }
}

/// Bodies that say nothing in any dialect; no content type is no body.
pub(crate) fn bodies() -> Vec<(&'static str, Vec<u8>)> {
    let nested =
        |open: &str, close: &str, depth| [open.repeat(depth), close.repeat(depth)].concat().into_bytes();
    let json = "application/json";
    let form = "application/x-www-form-urlencoded";
    vec![
        ("", Vec::new()),
        (json, Vec::new()),
        (json, b"{\"product\": 1".to_vec()),
        (json, b"{\"notes\": \"\xff\xfe\"}".to_vec()),
        (json, b"{\"notes\": \"\\ud800\"}".to_vec()),
        (json, b"\xff\xfe\0".to_vec()),
        (json, b"null".to_vec()),
        (json, b"[]".to_vec()),
        (json, b"1".to_vec()),
        (json, b"\"text\"".to_vec()),
        (json, b"NaN".to_vec()),
        (json, b"\0".to_vec()),
        (json, nested("[", "]", 100)),
        (json, nested("[", "]", 100_000)),
        (json, nested("{\"product\":", "}", 100)),
        (json, nested("{\"product\":", "}", 50_000)),
        (form, b"&&==&=&%&%%%".to_vec()),
        (form, vec![0xff; 1000]),
        (form, b"quantity=%ff&nums=%00&address=%00".to_vec()),
        (form, "a&".repeat(50_000).into_bytes()),
        ("multipart/form-data", b"x".to_vec()),
        ("multipart/form-data; boundary=x", b"--x\r\n\xff\xff".to_vec()),
        ("multipart/form-data; boundary=x", vec![0; 1000]),
        ("application/octet-stream", vec![0xff; 1000]),
    ]
}

/// What would be honest, under another name than its own.
pub(crate) fn mislabelled(valid: &Map<String, Value>, is_form: bool) -> Vec<(&'static str, Vec<u8>)> {
    let json = Value::from(valid.clone()).to_string().into_bytes();
    let form = form(valid).into_bytes();
    let (own, of_the_others) = if is_form { (form, json) } else { (json, form) };
    let other = if is_form { "application/json" } else { "application/x-www-form-urlencoded" };
    let mut bodies = vec![("text/plain", own.clone()), ("application/xml", own.clone()), (other, own)];
    if is_form {
        bodies.push(("application/x-www-form-urlencoded", of_the_others));
    } else {
        bodies.push(("application/json", of_the_others));
    }
    bodies
}

/// What stands in a path where an id should.
pub(crate) fn path_values() -> Vec<String> {
    let mut values: Vec<String> = [
        "x",
        "0",
        "-1",
        "1.0",
        "1e0",
        "0x1",
        "1000000000000000000000000000000",
        "-9223372036854775808",
        "%00",
        "1%00",
        "%ff",
        "%20",
        "%2e%2e",
        "1%2f..",
        "%EF%BC%91",
        "null",
        "'--",
    ]
    .map(ToOwned::to_owned)
    .into();
    values.push("9".repeat(10_000));
    values
}
