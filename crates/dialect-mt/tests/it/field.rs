//! The fields of a body, read as Django REST framework's `IntegerField` reads them.

use axum::http::Method;
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::{CART, ITEM, body, shop_and_customer};

/// What three looks like.
const THREES: [&str; 5] = ["3", "\"3\"", "3.0", "\"3.0\"", "\" 3 \""];

/// What no field takes.
fn refused() -> Vec<(&'static str, Value)> {
    vec![
        ("no_integer", json!(1.5)),
        ("no_integer", json!("1.5")),
        ("no_integer", json!(true)),
        ("no_integer", json!(false)),
        ("no_integer", json!("abc")),
        ("no_integer", json!("")),
        ("no_integer", json!("3 4")),
        ("no_integer", json!("0x3")),
        ("no_integer", json!("1e3")),
        ("no_integer", json!("\0")),
        ("no_integer", json!([3])),
        ("no_integer", json!({"nums": 3})),
        ("no_integer", json!("x".repeat(1000))),
        ("null", json!(null)),
        ("long", json!("1".repeat(1001))),
        ("long", json!("x".repeat(1001))),
        ("long", json!("数".repeat(1001))),
    ]
}

#[tokio::test]
async fn three_is_three_however_it_is_written() {
    let (_, li) = shop_and_customer().await;
    for (added, three) in THREES.iter().enumerate() {
        let body = format!("{{\"nums\": {three}, \"distributor_product_id\": 1}}");
        let reply = li.send_bytes(Method::POST, CART, "application/json", body).await;
        assert_eq!(reply.json()["nums"], 3 * (added + 1), "{three}");
    }
    for method in [Method::PUT, Method::PATCH] {
        for three in THREES {
            li.set(1, 9).await;
            let body = format!("{{\"nums\": {three}, \"distributor_product_id\": 1}}");
            let reply = li.send_bytes(method.clone(), ITEM, "application/json", body).await;
            assert_eq!(reply.json()["nums"], 3, "{method} {three}");
        }
    }
}

#[tokio::test]
async fn ids_are_read_like_numbers() {
    let (_, li) = shop_and_customer().await;
    for one in ["1", "\"1\"", "1.0", "\"1.0\"", "\" 1 \""] {
        let body = format!("{{\"nums\": 1, \"distributor_product_id\": {one}}}");
        let reply = li.send_bytes(Method::POST, CART, "application/json", body).await;
        assert_eq!(
            (reply.status.as_u16(), &reply.json()["distributor_product_id"]),
            (201, &json!(1)),
            "{one}"
        );
    }
    assert_eq!(li.nums(1).await, Some(5));
}

#[tokio::test]
async fn what_is_no_integer_is_refused_under_its_field() {
    let (_, li) = shop_and_customer().await;
    li.add(1, 2).await;
    for (kind, value) in refused() {
        let shown: String = value.to_string().chars().take(30).collect();
        for (name, field) in [("nums", "nums"), ("id", "distributor_product_id")] {
            let mut wrong = body(1, 1);
            wrong[field] = value.clone();
            let golden = li.post(&wrong).await.golden();
            assert_snapshot!(format!("{name}_{kind}"), golden);
            assert_eq!(li.put(ITEM, &wrong).await.golden(), golden, "{field} {shown}");
            assert_eq!(li.patch(ITEM, &wrong).await.golden(), golden, "{field} {shown}");
            assert_eq!(li.patch(ITEM, &json!({ field: value })).await.golden(), golden, "{field} {shown}");
        }
    }
    assert_eq!(li.get(ITEM).await.header("etag"), "\"1\"");
}

#[tokio::test]
async fn a_thousand_characters_are_not_too_many() {
    let (_, li) = shop_and_customer().await;
    let three = format!("{}3", "0".repeat(999));
    assert_eq!(li.post(&json!({"nums": three, "distributor_product_id": 1})).await.json(), body(1, 3));
}

#[tokio::test]
async fn numbers_are_positive() {
    let (_, li) = shop_and_customer().await;
    li.add(1, 2).await;
    for value in [json!(0), json!(-1), json!("0"), json!("-3.0"), json!(-0.0), json!(i64::MIN)] {
        let wrong = json!({"nums": value, "distributor_product_id": 1});
        let golden = li.post(&wrong).await.golden();
        assert_snapshot!("not_positive", golden);
        assert_eq!(li.put(ITEM, &wrong).await.golden(), golden, "{value}");
        assert_eq!(li.patch(ITEM, &json!({"nums": value})).await.golden(), golden, "{value}");
    }
    assert_eq!(li.nums(1).await, Some(2));
}

#[tokio::test]
async fn missing_fields_are_named() {
    let (_, li) = shop_and_customer().await;
    assert_snapshot!("nums_missing", li.post(&json!({"distributor_product_id": 1})).await.golden());
    assert_snapshot!("id_missing", li.post(&json!({"nums": 1})).await.golden());
    assert_snapshot!("both_missing", li.post(&json!({})).await.golden());
}

#[tokio::test]
async fn all_bad_fields_are_reported_together_and_in_order() {
    let (_, li) = shop_and_customer().await;
    li.add(1, 2).await;
    for (name, text) in [
        ("null_and_text", r#"{"distributor_product_id": "abc", "nums": null}"#),
        ("zero_and_null", r#"{"distributor_product_id": null, "nums": 0}"#),
        ("text_and_true", r#"{"distributor_product_id": true, "nums": "abc"}"#),
    ] {
        let send = async |method, path| li.send_bytes(method, path, "application/json", text).await;
        let reply = send(Method::POST, CART).await;
        let position = |field: &str| reply.body.find(field).expect("the field is named");
        assert!(position("\"nums\"") < position("\"distributor_product_id\""), "{}", reply.body);
        assert_snapshot!(name, reply.golden());
        assert_eq!(send(Method::PUT, ITEM).await.golden(), reply.golden(), "{name}");
        assert_eq!(send(Method::PATCH, ITEM).await.golden(), reply.golden(), "{name}");
    }
}
