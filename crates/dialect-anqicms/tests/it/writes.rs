//! Writers that want to be sure: `Idempotency-Key` and `If-Match`, and many at once.

use insta::assert_snapshot;
use serde_json::{Value, json};
use web::testing::{Reply, TestShop};

use crate::{ADD, GUEST, LIST, REMOVE, UPDATE, add, get, rows, shop};

async fn keyed(shop: &TestShop, path: &str, key: &str, body: Value) -> Reply {
    let request = shop.post(path).header(GUEST.0, GUEST.1).header("idempotency-key", key);
    request.json(&body).send().await
}

#[tokio::test]
async fn the_same_key_writes_once() {
    let shop = shop().await;
    let item = json!({"archive_id": 1, "quantity": 2});
    for (path, body) in [(ADD, item.clone()), (UPDATE, item), (REMOVE, json!({"id": 1}))] {
        let first = keyed(&shop, path, path, body.clone()).await;
        let second = keyed(&shop, path, path, body).await;
        assert_eq!((first.status, &first.body), (second.status, &second.body));
        assert_eq!((first.header("idempotent-replayed"), second.header("idempotent-replayed")), ("", "true"));
        assert_eq!(second.json()["code"], 0);
    }
    assert_eq!(rows(&shop, GUEST).await, []);
}

#[tokio::test]
async fn a_refusal_is_replayed_as_well() {
    let shop = shop().await;
    let body = json!({"archive_id": 1, "quantity": 101});
    keyed(&shop, ADD, "k", body.clone()).await;
    assert_snapshot!(keyed(&shop, ADD, "k", body).await.golden());
}

#[tokio::test]
async fn a_key_is_good_for_one_request() {
    let shop = shop().await;
    keyed(&shop, ADD, "k", json!({"archive_id": 1, "quantity": 2})).await;
    let other = keyed(&shop, ADD, "k", json!({"archive_id": 1, "quantity": 3})).await;
    assert_snapshot!("key_reused", other.golden());
    let request = shop.post(UPDATE).header(GUEST.0, GUEST.1).header("idempotency-key", "k");
    let other = request.header("accept-language", "en").json(&json!({"archive_id": 1, "quantity": 2}));
    assert_snapshot!("key_reused_in_english", other.send().await.golden());
    assert_eq!(rows(&shop, GUEST).await, [(1, 1, 2)]);
}

#[tokio::test]
async fn a_key_has_1_to_255_printable_characters() {
    let shop = shop().await;
    let body = json!({"archive_id": 1, "quantity": 2});
    assert_snapshot!("bad_key", keyed(&shop, ADD, "", body.clone()).await.golden());
    let reply = keyed(&shop, ADD, &"k".repeat(256), body.clone()).await;
    assert_eq!((reply.status.as_u16(), &reply.json()["code"]), (200, &json!(-1)));
    assert_eq!(rows(&shop, GUEST).await, []);
    assert_eq!(keyed(&shop, ADD, &"k".repeat(255), body).await.json()["code"], 0);
}

#[tokio::test]
async fn two_shoppers_and_nobody_do_not_meet_under_a_key() {
    let shop = shop().await;
    let body = json!({"archive_id": 1, "quantity": 2});
    keyed(&shop, ADD, "k", body.clone()).await;
    let other = shop.post(ADD).header("cart", "another guest's secret").header("idempotency-key", "k");
    assert_eq!(other.json(&body).send().await.header("idempotent-replayed"), "");
    let nobody = || shop.post(ADD).header("idempotency-key", "k").json(&body).send();
    let (first, second) = (nobody().await, nobody().await);
    assert_ne!(first.header("cart"), second.header("cart"));
    assert_eq!(second.header("idempotent-replayed"), "");
}

#[tokio::test]
async fn a_stale_version_is_refused() {
    let shop = shop().await;
    add(&shop, GUEST, 1, 0, 2).await;
    let send = async |path: &str, tag: &str| {
        let request = shop.post(path).header(GUEST.0, GUEST.1).header("if-match", tag);
        request.json(&json!({"id": 1, "archive_id": 1, "quantity": 5})).send().await
    };
    assert_snapshot!("stale", send(ADD, "\"7\"").await.golden());
    for path in [UPDATE, REMOVE] {
        assert_eq!(send(path, "\"7\"").await.status, 412);
    }
    assert_eq!(rows(&shop, GUEST).await, [(1, 1, 2)]);
    let tag = get(&shop, GUEST, LIST).await.header("etag").to_owned();
    let done = send(UPDATE, &tag).await;
    assert_eq!((done.status.as_u16(), done.header("etag")), (200, "\"2\""));
    assert_eq!(send(UPDATE, &tag).await.status, 412);
    assert_eq!(send(REMOVE, "*").await.json()["code"], 0);
}

#[tokio::test]
async fn nobody_may_demand_that_there_is_no_cart_yet() {
    let shop = shop().await;
    let send = async |tag: &str| {
        let request = shop.post(ADD).header("if-match", tag);
        request.json(&json!({"archive_id": 1, "quantity": 5})).send().await
    };
    let stale = send("\"1\"").await;
    assert_eq!((stale.status.as_u16(), stale.header("etag"), stale.header("cart")), (412, "\"0\"", ""));
    assert_eq!(send("\"0\"").await.json()["code"], 0);
}

#[tokio::test]
async fn a_large_body_is_refused() {
    let shop = shop().await;
    let body = format!("{{\"archive_id\": 1, \"quantity\": 1, \"x\": \"{}\"}}", "x".repeat(1024 * 1024));
    let request = shop.post(ADD).header(GUEST.0, GUEST.1).body("application/json", body.clone());
    assert_snapshot!("too_large", request.send().await.golden());
    let request = shop.post(ADD).header("accept-language", "en").body("application/json", body);
    assert_snapshot!("too_large_in_english", request.send().await.golden());
    assert_eq!(rows(&shop, GUEST).await, []);
}

#[tokio::test]
async fn parallel_additions_all_count() {
    let shop = shop().await;
    let one = |shop: TestShop| async move { add(&shop, GUEST, 7, 0, 1).await };
    let all: Vec<_> = (0..100).map(|_| tokio::spawn(one(shop.clone()))).collect();
    for one in all {
        one.await.unwrap();
    }
    assert_eq!(rows(&shop, GUEST).await, [(7, 7, 100)]);
}
