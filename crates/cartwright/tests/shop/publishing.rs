//! A product from nothing to the carts of every dialect.

use axum::http::Method;
use domain::account::Role;
use domain::id::StoreId;
use serde_json::{Value, json};
use web::testing::{Reply, TestShop};

use crate::client::{DIALECTS, Dialect, Shopper, lexi};
use crate::shop;

async fn send(shop: &TestShop, token: &str, path: &str, body: Value) -> Reply {
    let request = Dialect::Lexi.authorize(shop.post(path), "token", token);
    let reply = request.json(&body).send().await;
    assert!(Dialect::Lexi.is_done(&reply), "{path}: {}", reply.body);
    reply
}

/// Publishes a lantern for the first store: its public id.
async fn publish(shop: &TestShop) -> String {
    shop.app.add_terms().await;
    shop.app.add_assets().await;
    let token = shop.app.account("keeper@example.com", Role::Merchant(StoreId::new(1))).await;
    let one = json!({
        "category_id": 1, "name": "露营灯笼", "asset_ids": [1], "material_id": 1, "features": "一夜长明",
        "content": "<p>防雨</p>", "labels": [1], "is_custom_made": false,
    });
    let begun = send(shop, &token, "/products/publish_one", one).await.json();
    let rid = begun["data"]["rid"].as_str().expect("a rid").to_owned();
    let two = json!({
        "rid": rid, "freight_template_id": 1, "product_return_policy": "七天", "is_distributed": false,
        "skus": [{"price": 66.6, "s_weight": 1, "stock_quantity": 5}],
    });
    send(shop, &token, "/products/publish_two/publish", two).await;
    rid
}

#[tokio::test]
async fn what_is_published_is_found_and_sold_in_every_dialect() {
    let shop = shop().await;
    // The lists are in memory, and so is what is searched for.
    let lists = [
        "/goods/list.json?storeid=1&title=灯笼",
        "/api/shop/products?search=灯笼",
        "/api/archive/list?type=page&q=灯笼",
        "/products/by_store?qk=灯笼",
        "/products/latest",
    ];
    for list in lists {
        assert!(!shop.get(list).send().await.body.contains("露营灯笼"), "{list}");
    }
    let rid = publish(&shop).await;
    for list in lists {
        let reply = shop.get(list).send().await;
        assert!(reply.body.contains("露营灯笼"), "{list}: {}", reply.body);
    }
    let found = shop.get(lists[1]).send().await.json();
    let product = found["results"][0]["id"].as_i64().expect("a number");
    let shown = shop.get(&format!("/products/skus?rid={rid}")).send().await.json();
    let sku = shown["data"]["items"][0]["rid"].as_str().expect("a rid").to_owned();
    for (at, dialect) in DIALECTS.into_iter().enumerate() {
        let shopper = Shopper::new_customer(&shop, &format!("li{at}@example.com")).await;
        let add = match dialect {
            Dialect::Lexi => lexi(Method::POST, "", json!({"rid": sku, "quantity": 5})),
            dialect => dialect.add(product, 5),
        };
        shopper.done(&add).await;
        let lines = shopper.lines().await;
        assert_eq!((lines[0].0, lines[0].2), (product, 5), "{dialect:?}");
        let more = shopper.send(&Dialect::Hamgam.add(product, 1)).await;
        assert_eq!(more.status, 400, "the stock is used up: {}", more.body);
    }
}
