//! `Idempotency-Key` and `If-Match`.

use axum::http::Method;
use insta::assert_snapshot;
use serde_json::{Value, json};
use web::testing::Reply;

use crate::{CART, ITEMS, Shopper, shop_and_customer};

async fn send(who: &Shopper, method: Method, path: &str, header: (&str, &str), body: &Value) -> Reply {
    let request = who.shop.request(method, path).header("authorization", &who.authorization);
    request.header(header.0, header.1).json(body).send().await
}

async fn keyed(who: &Shopper, method: Method, path: &str, body: &Value) -> Reply {
    send(who, method, path, ("idempotency-key", "k1"), body).await
}

#[tokio::test]
async fn the_same_key_adds_once() {
    let (_, li) = shop_and_customer().await;
    let body = json!({"product": 8, "quantity": 2});
    let (first, second) =
        (keyed(&li, Method::POST, ITEMS, &body).await, keyed(&li, Method::POST, ITEMS, &body).await);
    assert_eq!((first.status, &first.body), (second.status, &second.body));
    assert_eq!((first.header("idempotent-replayed"), second.header("idempotent-replayed")), ("", "true"));
    assert_eq!(li.pieces().await, 2);
}

#[tokio::test]
async fn every_write_to_the_cart_takes_a_key() {
    for (method, path, body) in [
        (Method::POST, ITEMS, json!({"product": 1})),
        (Method::POST, ITEMS, json!({"product": 999})),
        (Method::PATCH, "/api/shop/cart/items/1", json!({"quantity": 5})),
        (Method::PATCH, "/api/shop/cart/items/1/", json!({})),
        (Method::DELETE, "/api/shop/cart/items/1", json!(null)),
        (Method::PATCH, CART, json!({"address": 1})),
        (Method::DELETE, CART, json!(null)),
    ] {
        let (_, li) = shop_and_customer().await;
        li.add(&json!({"product": 1})).await;
        let first = keyed(&li, method.clone(), path, &body).await;
        let version = li.get(CART).await.header("etag").to_owned();
        let second = keyed(&li, method.clone(), path, &body).await;
        assert_eq!((first.status, &first.body), (second.status, &second.body), "{method} {path}");
        assert_eq!(second.header("idempotent-replayed"), "true", "{method} {path}");
        assert_eq!(li.get(CART).await.header("etag"), version, "{method} {path}");
    }
}

#[tokio::test]
async fn a_key_belongs_to_one_request_of_one_caller() {
    let (shop, li) = shop_and_customer().await;
    let guest = Shopper::guest(&shop).await;
    keyed(&li, Method::POST, ITEMS, &json!({"product": 1})).await;
    assert_snapshot!("key_reused", keyed(&li, Method::POST, ITEMS, &json!({"product": 8})).await.golden());
    assert_eq!(keyed(&guest, Method::POST, ITEMS, &json!({"product": 8})).await.status, 200);
    assert_eq!((li.pieces().await, guest.pieces().await), (1, 1));
}

#[tokio::test]
async fn a_bad_key_is_refused_and_a_bad_credential_comes_first() {
    let (shop, li) = shop_and_customer().await;
    let long = "k".repeat(256);
    let body = json!({"product": 1});
    let reply = send(&li, Method::POST, ITEMS, ("idempotency-key", &long), &body).await;
    assert_snapshot!("bad_key", reply.golden());
    let nobody = Shopper::with_token(&shop, "nonsense".to_owned());
    assert_eq!(keyed(&nobody, Method::POST, ITEMS, &body).await.status, 401);
    assert_eq!(li.pieces().await, 0);
}

#[tokio::test]
async fn every_reply_that_shows_a_cart_tells_its_version() {
    let (_, li) = shop_and_customer().await;
    assert_eq!(li.get(CART).await.header("etag"), "\"0\"");
    assert_eq!(li.add(&json!({"product": 1})).await.header("etag"), "\"1\"");
    assert_eq!(li.patch(&format!("{ITEMS}/1"), &json!({"quantity": 2})).await.header("etag"), "\"2\"");
    assert_eq!(li.patch(CART, &json!({"address": 1})).await.header("etag"), "\"3\"");
    assert_eq!(li.patch(CART, &json!({})).await.header("etag"), "\"3\"");
    assert_eq!(li.delete(&format!("{ITEMS}/1")).await.header("etag"), "\"4\"");
    assert_eq!(li.delete(CART).await.header("etag"), "\"5\"");
}

#[tokio::test]
async fn a_stale_version_is_refused() {
    let (_, li) = shop_and_customer().await;
    li.add(&json!({"product": 1, "quantity": 2})).await;
    let before = li.get(CART).await;
    for (method, path, body) in [
        (Method::POST, ITEMS, json!({"product": 1})),
        (Method::PATCH, "/api/shop/cart/items/1", json!({"quantity": 5})),
        (Method::DELETE, "/api/shop/cart/items/1", json!(null)),
        (Method::PATCH, CART, json!({"address": 1})),
        (Method::DELETE, CART, json!(null)),
    ] {
        let reply = send(&li, method.clone(), path, ("if-match", "\"7\""), &body).await;
        assert_eq!(reply.status, 412, "{method} {path}");
        assert_snapshot!("stale", reply.golden());
    }
    assert_eq!(li.get(CART).await, before);
    for tag in ["\"1\"", "*"] {
        let reply = send(&li, Method::POST, ITEMS, ("if-match", tag), &json!({"product": 1})).await;
        assert_eq!(reply.status, 200, "{tag}");
    }
    assert_eq!(li.pieces().await, 4);
}
