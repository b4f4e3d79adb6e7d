//! `Idempotency-Key` and `If-Match`.

use axum::http::Method;
use insta::assert_snapshot;
use serde_json::{Value, json};
use web::testing::Reply;

use crate::{CART, ITEM, Shopper, body, shop_and_customer};

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
    let first = keyed(&li, Method::POST, CART, &body(1, 2)).await;
    let second = keyed(&li, Method::POST, CART, &body(1, 2)).await;
    assert_eq!((first.status, &first.body), (second.status, &second.body));
    assert_eq!((first.header("idempotent-replayed"), second.header("idempotent-replayed")), ("", "true"));
    assert_snapshot!("replayed", second.golden());
    assert_eq!(li.nums(1).await, Some(2));
}

#[tokio::test]
async fn every_write_takes_a_key() {
    for (method, path, body) in [
        (Method::POST, CART, body(1, 1)),
        (Method::POST, CART, body(999, 1)),
        (Method::POST, CART, json!({"nums": 0})),
        (Method::PUT, ITEM, body(1, 5)),
        (Method::PUT, "/rest_api/mt_shop_cart/8/", body(8, 5)),
        (Method::PATCH, ITEM, json!({"nums": 5})),
        (Method::PATCH, ITEM, json!({})),
        (Method::DELETE, ITEM, json!(null)),
    ] {
        let (_, li) = shop_and_customer().await;
        li.add(1, 1).await;
        let first = keyed(&li, method.clone(), path, &body).await;
        let version = li.get(CART).await.header("etag").to_owned();
        let second = keyed(&li, method.clone(), path, &body).await;
        assert_eq!((first.status, &first.body), (second.status, &second.body), "{method} {path} {body}");
        assert_eq!(second.header("idempotent-replayed"), "true", "{method} {path} {body}");
        assert_eq!(li.get(CART).await.header("etag"), version, "{method} {path} {body}");
    }
}

#[tokio::test]
async fn a_key_belongs_to_one_request_of_one_caller() {
    let (shop, li) = shop_and_customer().await;
    let guest = Shopper::guest(&shop).await;
    keyed(&li, Method::POST, CART, &body(1, 1)).await;
    assert_snapshot!("key_reused", keyed(&li, Method::POST, CART, &body(1, 2)).await.golden());
    assert_eq!(keyed(&li, Method::PUT, ITEM, &body(1, 1)).await.status, 422);
    assert_eq!(keyed(&guest, Method::POST, CART, &body(1, 2)).await.status, 201);
    assert_eq!((li.nums(1).await, guest.nums(1).await), (Some(1), Some(2)));
}

#[tokio::test]
async fn a_bad_key_is_refused_and_a_bad_credential_comes_first() {
    let (shop, li) = shop_and_customer().await;
    let long = "k".repeat(256);
    for key in ["", "钥匙", &long] {
        let reply = send(&li, Method::POST, CART, ("idempotency-key", key), &body(1, 1)).await;
        assert_eq!(reply.status, 400, "{key:?}");
        assert_snapshot!("bad_key", reply.golden());
    }
    let nobody = Shopper::with_token(&shop, "nonsense".to_owned());
    assert_eq!(keyed(&nobody, Method::POST, CART, &body(1, 1)).await.status, 403);
    assert_eq!(li.lines().await, []);
}

#[tokio::test]
async fn every_reply_that_shows_a_cart_tells_its_version() {
    let (_, li) = shop_and_customer().await;
    assert_eq!(li.get(CART).await.header("etag"), "\"0\"");
    assert_eq!(li.add(1, 1).await.header("etag"), "\"1\"");
    assert_eq!(li.set(1, 2).await.header("etag"), "\"2\"");
    assert_eq!(li.patch(ITEM, &json!({"nums": 3})).await.header("etag"), "\"3\"");
    assert_eq!(li.patch(ITEM, &json!({})).await.header("etag"), "\"3\"");
    assert_eq!(li.get(ITEM).await.header("etag"), "\"3\"");
    assert_eq!(li.delete(ITEM).await.header("etag"), "\"4\"");
}

#[tokio::test]
async fn a_stale_version_is_refused() {
    let (_, li) = shop_and_customer().await;
    li.add(1, 2).await;
    let before = li.get(CART).await.golden();
    for (method, path, body) in [
        (Method::POST, CART, body(1, 1)),
        (Method::PUT, ITEM, body(1, 5)),
        (Method::PATCH, ITEM, json!({"nums": 5})),
        (Method::DELETE, ITEM, json!(null)),
    ] {
        for tag in ["\"7\"", "\"0\"", "\"abc\""] {
            let reply = send(&li, method.clone(), path, ("if-match", tag), &body).await;
            assert_eq!(reply.status, 412, "{method} {path} {tag}");
            assert_snapshot!("stale", reply.golden());
        }
    }
    assert_eq!(li.get(CART).await.golden(), before);
}

#[tokio::test]
async fn the_seen_version_lets_a_write_through() {
    let (_, li) = shop_and_customer().await;
    li.add(1, 2).await;
    let matched =
        async |method, path, tag, body: &Value| send(&li, method, path, ("if-match", tag), body).await;
    assert_eq!(matched(Method::POST, CART, "\"1\"", &body(1, 1)).await.status, 201);
    assert_eq!(matched(Method::PUT, ITEM, "\"2\"", &body(1, 5)).await.status, 200);
    assert_eq!(matched(Method::PATCH, ITEM, "\"3\"", &json!({"nums": 6})).await.status, 200);
    assert_eq!(matched(Method::POST, CART, "*", &body(1, 1)).await.status, 201);
    assert_eq!(matched(Method::DELETE, ITEM, "\"5\"", &json!(null)).await.status, 204);
}
