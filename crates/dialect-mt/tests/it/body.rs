//! Bodies: what they are written in, and what is no object.

use axum::http::Method;
use insta::assert_snapshot;
use serde_json::{Value, json};
use web::testing::Reply;

use crate::{CART, ITEM, Shopper, body, shop_and_customer};

const WRITES: [(Method, &str); 3] = [(Method::POST, CART), (Method::PUT, ITEM), (Method::PATCH, ITEM)];
const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data; boundary=x";

/// The one reply that a body gets from every write, which changes nothing.
async fn refusal(li: &Shopper, content_type: &str, body: &[u8]) -> Reply {
    let before = li.get(CART).await.golden();
    let mut replies = Vec::new();
    for (method, path) in WRITES {
        replies.push(li.send_bytes(method, path, content_type, body.to_vec()).await);
    }
    assert_eq!(li.get(CART).await.golden(), before);
    assert_eq!(replies[0].golden(), replies[1].golden());
    assert_eq!(replies[0].golden(), replies[2].golden());
    replies.remove(0)
}

/// Two fields, as a multipart body.
fn multipart(nums: &str, id: &str) -> String {
    let part =
        |name, value| format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    format!("{}{}--x--\r\n", part("nums", nums), part("distributor_product_id", id))
}

#[tokio::test]
async fn what_is_no_object_is_told_with_its_python_type() {
    let (_, li) = shop_and_customer().await;
    li.add(1, 2).await;
    for (name, body) in [
        ("list", "[]"),
        ("list", r#"[{"nums": 1, "distributor_product_id": 1}]"#),
        ("str", "\"nums\""),
        ("int", "3"),
        ("int", "18446744073709551615"),
        ("float", "3.0"),
        ("float", "1e30"),
        ("bool", "true"),
        ("bool", "false"),
        ("none", "null"),
    ] {
        let reply = refusal(&li, "application/json", body.as_bytes()).await;
        assert_snapshot!(name, reply.golden());
    }
}

#[tokio::test]
async fn what_is_no_json_is_a_parse_error() {
    let (_, li) = shop_and_customer().await;
    li.add(1, 2).await;
    for body in [&b"{"[..], b"{\"nums\": 1,}", b"nums=1", b"\xff", b"{\"nums\": \"\xff\"}", b"NaN", b"\0"] {
        let reply = refusal(&li, "application/json", body).await;
        assert_eq!(reply.status, 400);
        let detail = reply.json()["detail"].as_str().map(ToOwned::to_owned).expect("a detail");
        assert!(detail.starts_with("JSON parse error - "), "{detail}");
        assert!(detail.len() > "JSON parse error - ".len());
    }
    assert_snapshot!("broken_json", refusal(&li, "application/json", b"{\"nums\": 1,").await.golden());
}

#[tokio::test]
async fn other_media_types_are_not_supported() {
    let (_, li) = shop_and_customer().await;
    li.add(1, 2).await;
    assert_snapshot!("plain_text", refusal(&li, "text/plain", b"nums=1").await.golden());
    assert_snapshot!("xml", refusal(&li, "application/xml", b"<nums/>").await.golden());
    assert_snapshot!("charset", refusal(&li, "text/plain; charset=utf-8", b"x").await.golden());
}

#[tokio::test]
async fn forms_are_accepted() {
    let (_, li) = shop_and_customer().await;
    let fields = "distributor_product_id=1&nums=2";
    assert_snapshot!("form", li.send_bytes(Method::POST, CART, FORM, fields).await.golden());
    assert_eq!(
        li.send_bytes(Method::PUT, ITEM, FORM, "nums=5&distributor_product_id=1").await.json(),
        body(1, 5)
    );
    assert_eq!(li.send_bytes(Method::PATCH, ITEM, FORM, "nums=+6.0+").await.json(), body(1, 6));
    assert_snapshot!("form_wrong", li.send_bytes(Method::POST, CART, FORM, "nums=x").await.golden());
    assert_eq!(li.nums(1).await, Some(6));
}

#[tokio::test]
async fn multipart_bodies_are_accepted() {
    let (_, li) = shop_and_customer().await;
    let send = async |method, path, nums| li.send_bytes(method, path, MULTIPART, multipart(nums, "1")).await;
    assert_eq!(send(Method::POST, CART, "2").await.json(), body(1, 2));
    assert_eq!(send(Method::PUT, ITEM, "5").await.json(), body(1, 5));
    assert_eq!(send(Method::PATCH, ITEM, "6").await.json(), body(1, 6));
    assert_eq!(send(Method::POST, CART, "0").await.status, 400);
    assert_snapshot!("broken_multipart", refusal(&li, MULTIPART, b"--x\r\n\xff\xff").await.golden());
    assert_snapshot!("no_boundary", refusal(&li, "multipart/form-data", b"--x--").await.golden());
}

#[tokio::test]
async fn json_is_json_with_any_charset() {
    let (_, li) = shop_and_customer().await;
    let added = body(1, 2).to_string();
    for content_type in
        ["application/json; charset=utf-8", "Application/JSON", "application/json;charset=GBK"]
    {
        let reply = li.send_bytes(Method::POST, CART, content_type, added.clone()).await;
        assert_eq!(reply.status, 201, "{content_type}");
    }
}

#[tokio::test]
async fn no_body_leaves_every_field_out() {
    let (_, li) = shop_and_customer().await;
    li.add(1, 2).await;
    assert_snapshot!("no_body", li.send_nothing(Method::POST, CART).await.golden());
    assert_eq!(li.send_nothing(Method::PUT, ITEM).await.status, 400);
    assert_eq!(li.send_nothing(Method::PATCH, ITEM).await.json(), body(1, 2));
    assert_eq!(li.send_bytes(Method::POST, CART, "application/json", "").await.status, 400);
}

#[tokio::test]
async fn of_two_fields_with_one_name_the_last_counts() {
    let (_, li) = shop_and_customer().await;
    let twice = r#"{"nums": "x", "distributor_product_id": 1, "nums": 2}"#;
    assert_eq!(li.send_bytes(Method::POST, CART, "application/json", twice).await.json(), body(1, 2));
    let twice = "nums=x&distributor_product_id=1&nums=2";
    assert_eq!(li.send_bytes(Method::POST, CART, FORM, twice).await.json(), body(1, 4));
}

#[tokio::test]
async fn bodies_over_a_mebibyte_are_refused() {
    let (_, li) = shop_and_customer().await;
    li.add(1, 2).await;
    let limit = 1024 * 1024;
    let text = Value::from("x".repeat(limit - 2)).to_string();
    assert_eq!(refusal(&li, "application/json", text.as_bytes()).await.status, 400);
    let reply = refusal(&li, "application/json", &vec![b' '; limit + 1]).await;
    assert_snapshot!("too_large", reply.golden());
    assert_eq!(li.post(&json!({"nums": "1".repeat(limit), "distributor_product_id": 1})).await.status, 413);
}
