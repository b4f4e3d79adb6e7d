//! `/rest_api/mt_shop_cart/`.

use insta::assert_snapshot;
use serde_json::{Value, json};
use web::testing::{Reply, TestShop};

use crate::{shop, shop_and_customer};

const CART: &str = "/rest_api/mt_shop_cart/";

async fn add(shop: &TestShop, who: &str, body: Value) -> Reply {
    shop.post(CART).header("authorization", who).json(&body).send().await
}

async fn nums(shop: &TestShop, who: &str, id: i64) -> i64 {
    let reply = shop.get(&format!("{CART}{id}/")).header("authorization", who).send().await;
    reply.json()["nums"].as_i64().unwrap_or(0)
}

#[tokio::test]
async fn adding_answers_the_total() {
    let (shop, who) = shop_and_customer().await;
    add(&shop, &who, json!({"nums": 2, "distributor_product_id": 1})).await;
    let reply = add(&shop, &who, json!({"nums": 3, "distributor_product_id": 1})).await;
    assert_snapshot!(reply.golden());
}

#[tokio::test]
async fn the_list_shows_products() {
    let (shop, who) = shop_and_customer().await;
    for id in [1, 2, 7, 100] {
        add(&shop, &who, json!({"nums": 1, "distributor_product_id": id})).await;
    }
    assert_snapshot!(shop.get(CART).header("authorization", &who).send().await.golden());
}

#[tokio::test]
async fn an_item_is_shown_set_and_removed() {
    let (shop, who) = shop_and_customer().await;
    add(&shop, &who, json!({"nums": 2, "distributor_product_id": 1})).await;
    let path = format!("{CART}1/");
    let body = json!({"nums": 7, "distributor_product_id": 9});
    assert_snapshot!("show", shop.get(&path).header("authorization", &who).send().await.golden());
    assert_snapshot!("put", shop.put(&path).header("authorization", &who).json(&body).send().await.golden());
    assert_snapshot!(
        "patch_nothing",
        shop.patch(&path).header("authorization", &who).json(&json!({})).send().await.golden()
    );
    assert_snapshot!("delete", shop.delete(&path).header("authorization", &who).send().await.golden());
    assert_snapshot!("gone", shop.get(&path).header("authorization", &who).send().await.golden());
}

#[tokio::test]
async fn nobody_is_told_to_log_in_whatever_else_is_wrong() {
    let shop = shop().await;
    assert_snapshot!(shop.get(CART).send().await.golden());
    assert_eq!(shop.post(CART).json(&json!([])).send().await.status, 403);
    assert_eq!(shop.put(&format!("{CART}x/")).send().await.status, 403);
    assert_eq!(shop.put(CART).send().await.status, 403);
    assert_eq!(shop.get(CART).header("authorization", "Token nonsense").send().await.status, 403);
}

#[tokio::test]
async fn setting_a_total_takes_from_the_first_sku_then_from_the_newest() {
    let (shop, who) = shop_and_customer().await;
    add(&shop, &who, json!({"nums": 9, "distributor_product_id": 2})).await;
    let put = async |nums: i64| {
        let body = json!({"nums": nums, "distributor_product_id": 2});
        let reply = shop.put(&format!("{CART}2/")).header("authorization", &who).json(&body).send().await;
        (reply.status.as_u16(), nums_of(&reply))
    };
    assert_eq!(put(10).await, (200, Some(10)));
    assert_eq!(put(11).await, (400, None));
    assert_eq!(nums(&shop, &who, 2).await, 10);
    assert_eq!(put(1).await, (200, Some(1)));
}

fn nums_of(reply: &Reply) -> Option<i64> {
    reply.json()["nums"].as_i64()
}

#[tokio::test]
async fn the_same_key_adds_once() {
    let (shop, who) = shop_and_customer().await;
    let send = async || {
        let request = shop.post(CART).header("authorization", &who).header("idempotency-key", "k1");
        request.json(&json!({"nums": 2, "distributor_product_id": 1})).send().await
    };
    let (first, second) = (send().await, send().await);
    assert_eq!((first.status, &first.body), (second.status, &second.body));
    assert_eq!(second.header("idempotent-replayed"), "true");
    assert_eq!(nums(&shop, &who, 1).await, 2);
}

#[tokio::test]
async fn a_stale_version_is_refused() {
    let (shop, who) = shop_and_customer().await;
    add(&shop, &who, json!({"nums": 2, "distributor_product_id": 1})).await;
    let request = shop.post(CART).header("authorization", &who).header("if-match", "\"7\"");
    let reply = request.json(&json!({"nums": 2, "distributor_product_id": 1})).send().await;
    assert_snapshot!(reply.golden());
    assert_eq!(nums(&shop, &who, 1).await, 2);
}

#[tokio::test]
async fn what_stands_against_adding_is_said_under_the_field() {
    let (shop, who) = shop_and_customer().await;
    for (name, body) in [
        ("zero", json!({"nums": 0, "distributor_product_id": 1})),
        ("unknown", json!({"nums": 1, "distributor_product_id": 999})),
        ("off_sale", json!({"nums": 1, "distributor_product_id": 3})),
        ("deleted", json!({"nums": 1, "distributor_product_id": 6})),
        ("short_stock", json!({"nums": 101, "distributor_product_id": 1})),
        ("huge", json!({"nums": 1e30, "distributor_product_id": 1})),
        ("both", json!({"nums": null})),
        ("list", json!([])),
    ] {
        let reply = add(&shop, &who, body).await;
        assert_snapshot!(name, reply.golden());
    }
    assert_eq!(nums(&shop, &who, 1).await, 0);
}
