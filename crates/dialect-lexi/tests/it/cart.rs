//! `/cart`.

use app::testing::product;
use domain::product::{Product, Status};
use insta::assert_snapshot;
use serde_json::{Value, json};
use web::testing::{Reply, TestShop};

use crate::{Who, code, shop, sku_rid};

/// SKU and quantity of every line.
async fn lines(who: &Who<'_>) -> Vec<(String, i64)> {
    let reply = who.get("/cart").await.json();
    let items = reply["data"]["items"].as_array().cloned().expect("items");
    let line = |item: &Value| {
        (item["rid"].as_str().expect("a rid").to_owned(), item["quantity"].as_i64().expect("pieces"))
    };
    items.iter().map(line).collect()
}

async fn put(who: &Who<'_>, sku: i64, quantity: Value) -> Reply {
    who.send("POST", "/cart", json!({"rid": sku_rid(sku), "quantity": quantity})).await
}

async fn shop_and(shop: &TestShop) -> Who<'_> {
    Who::customer(shop).await
}

#[tokio::test]
async fn a_cart_shows_what_the_contract_says() {
    let shop = shop().await;
    let who = shop_and(&shop).await;
    assert_snapshot!("empty", who.get("/cart").await.golden());
    let body = json!({"rid": sku_rid(10), "quantity": "2", "option": "刻字"});
    assert_snapshot!("added", who.send("POST", "/cart", body).await.golden());
    put(&who, 20, json!(1)).await;
    assert_snapshot!("cart", who.get("/cart").await.golden());
    assert_snapshot!("count", who.get("/cart/item_count").await.golden());
}

#[tokio::test]
async fn adding_overwrites_the_quantity() {
    let shop = shop().await;
    let who = shop_and(&shop).await;
    put(&who, 1, json!(5)).await;
    put(&who, 1, json!(3)).await;
    assert_eq!(lines(&who).await, [(sku_rid(1), 3)]);
    who.send("POST", "/v1.0/cart", json!({"rid": sku_rid(1)})).await;
    assert_eq!(lines(&who).await, [(sku_rid(1), 1)], "one where nobody says");
    put(&who, 2, json!(1)).await;
    put(&who, 20, json!(2)).await;
    assert_eq!(lines(&who).await, [(sku_rid(1), 1), (sku_rid(2), 1), (sku_rid(20), 2)]);
}

#[tokio::test]
async fn an_option_stays_until_another_is_said() {
    let shop = shop().await;
    let who = shop_and(&shop).await;
    who.send("POST", "/cart", json!({"rid": sku_rid(1), "option": "a"})).await;
    let reply = put(&who, 1, json!(2)).await;
    assert_eq!(reply.json()["data"]["cart"]["option"], "a");
    let reply = who.send("POST", "/cart", json!({"rid": sku_rid(1), "option": "b"})).await;
    assert_eq!(reply.json()["data"]["cart"]["option"], "b");
}

#[tokio::test]
async fn changing_wants_a_line() {
    let shop = shop().await;
    let who = shop_and(&shop).await;
    put(&who, 20, json!(1)).await;
    let absent = who.send("PUT", "/cart", json!({"rid": sku_rid(2), "quantity": 2})).await;
    assert_snapshot!("absent", absent.golden());
    assert_snapshot!(
        "changed",
        who.send("PUT", "/cart", json!({"rid": sku_rid(20), "quantity": 4})).await.golden()
    );
    let in_query = who.begin("PUT", &format!("/cart?rid={}&quantity=3", sku_rid(20))).send().await;
    assert_eq!((code(&in_query), &in_query.json()["data"]["quantity"]), (200, &json!(3)));
    let nameless = json!({"code": 400, "message": "Bad request."});
    for body in
        [json!({"rid": sku_rid(20)}), json!({"rid": sku_rid(20), "quantity": "x"}), json!({"rid": []})]
    {
        assert_eq!(who.send("PUT", "/cart", body.clone()).await.json()["status"], nameless, "{body}");
    }
}

#[tokio::test]
async fn removing_always_works() {
    let shop = shop().await;
    let who = shop_and(&shop).await;
    for sku in [1, 2, 20, 7, 8] {
        put(&who, sku, json!(1)).await;
    }
    shop.app.take_off_sale(1).await;
    shop.app.delete_product(8).await;
    assert_eq!(lines(&who).await.len(), 5, "what is gone stays readable");
    assert_snapshot!(
        "removed",
        who.send("POST", &format!("/cart/{}/remove", sku_rid(1)), json!({})).await.golden()
    );
    let reply = who.send("POST", "/cart/remove", json!({"rids": [sku_rid(8), sku_rid(2)]})).await;
    assert_eq!(reply.json()["data"], json!({"item_count": 2}));
    let again = who.send("POST", "/cart/remove", json!({"rids": sku_rid(2)})).await;
    assert_eq!((code(&again), &again.json()["data"]), (204, &json!({"item_count": 2})));
    let unknown = who.send("POST", "/cart/remove", json!({"rids": [sku_rid(7), "1234567890"]})).await;
    assert_eq!(code(&unknown), 404);
    assert_eq!(lines(&who).await.len(), 2);
    assert_snapshot!("cleared", who.begin("DELETE", "/cart").send().await.golden());
}

#[tokio::test]
async fn a_store_may_be_named_that_has_taken_the_product_up() {
    let shop = shop().await;
    let who = shop_and(&shop).await;
    let add = async |store: &str| {
        who.send("POST", "/cart", json!({"rid": sku_rid(2), "store_rid": store, "quantity": 2})).await
    };
    assert_eq!(code(&add("900000002").await), 201);
    assert_eq!(code(&add("900000001").await), 201);
    assert_eq!(lines(&who).await, [(sku_rid(2), 2), (sku_rid(2), 2)]);
    assert_eq!(code(&add("900000009").await), 404);
    let not_taken_up = json!({"rid": sku_rid(1), "store_rid": "900000002"});
    assert_eq!(code(&who.send("POST", "/cart", not_taken_up).await), 404);
    who.send("POST", "/cart/remove", json!({"rids": [sku_rid(2)], "store_rid": "900000002"})).await;
    assert_eq!(lines(&who).await, [(sku_rid(2), 2)]);
    // Without a store the line there is will do.
    who.send("POST", "/cart/remove", json!({"rids": [sku_rid(2)]})).await;
    add("900000002").await;
    assert_eq!(code(&who.send("PUT", "/cart", json!({"rid": sku_rid(2), "quantity": 1})).await), 200);
    assert_eq!(lines(&who).await, [(sku_rid(2), 1)]);
}

#[tokio::test]
async fn refusals_say_why_and_change_nothing() {
    let shop = shop().await;
    let who = shop_and(&shop).await;
    put(&who, 20, json!(1)).await;
    for (name, sku, quantity) in [
        ("short_stock", 20, json!(6)),
        ("sold_out", 4, json!(1)),
        ("off_sale", 3, json!(1)),
        ("deleted", 6, json!(1)),
        ("unknown", 99, json!(1)),
        ("line_full", 7, json!(1_000_000)),
        ("below_one", 1, json!(0)),
        ("no_number", 1, json!("x")),
        ("half", 1, json!(1.5)),
    ] {
        assert_snapshot!(name, put(&who, sku, quantity).await.golden());
    }
    assert_eq!(lines(&who).await, [(sku_rid(20), 1)]);
}

#[tokio::test]
async fn what_was_never_on_sale_is_unknown() {
    let shop = shop().await;
    let who = shop_and(&shop).await;
    let later = Product { status: Status::Warehouse, ..product(11, 1, "Later") };
    shop.app.put_product(&later).await;
    assert_eq!(put(&who, 11, json!(1)).await.body, put(&who, 99, json!(1)).await.body);
    shop.app.put_product(&Product { status: Status::OnSale, ..later.clone() }).await;
    assert_eq!(code(&put(&who, 11, json!(1)).await), 201);
    shop.app.put_product(&later).await;
    assert_eq!(put(&who, 11, json!(2)).await.body, put(&who, 3, json!(1)).await.body, "it was on sale once");
    assert_eq!(lines(&who).await, [(sku_rid(11), 1)]);
}

#[tokio::test]
async fn who_wants_to_be_sure_is_told_by_status() {
    let shop = shop().await;
    let who = shop_and(&shop).await;
    put(&who, 1, json!(1)).await;
    let write = |name: &str, value: &str, quantity: i64| {
        let body = json!({"rid": sku_rid(1), "quantity": quantity});
        who.begin("POST", "/cart").header(name, value).json(&body)
    };
    assert_snapshot!("stale", write("if-match", "\"9\"", 2).send().await.golden());
    assert_eq!(write("if-match", "\"1\"", 2).send().await.header("etag"), "\"2\"");
    let first = write("idempotency-key", "k", 3).send().await;
    let second = write("idempotency-key", "k", 3).send().await;
    assert_eq!((second.body.as_str(), second.header("idempotent-replayed")), (first.body.as_str(), "true"));
    assert_snapshot!("key_reused", write("idempotency-key", "k", 4).send().await.golden());
    assert_eq!(lines(&who).await, [(sku_rid(1), 3)]);
}
