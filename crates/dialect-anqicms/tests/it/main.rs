//! The dialect through its router, in process.

mod archive;
mod cart;
mod hostile;
mod login;
mod refusals;
mod who;
mod writes;

use dialect_anqicms::routes;
use serde_json::{Value, json};
use web::testing::{Reply, TestShop};

const LIST: &str = "/api/cart/list";
const ADD: &str = "/api/cart/add";
const UPDATE: &str = "/api/cart/update";
const REMOVE: &str = "/api/cart/remove";

/// A guest's secret that a client chose.
const GUEST: (&str, &str) = ("cart", "a-guest-of-our-own-choice");

/// A stocked shop.
async fn shop() -> TestShop {
    TestShop::stocked(routes).await
}

/// A stocked shop and a customer's token.
async fn shop_and_customer() -> (TestShop, String) {
    let shop = shop().await;
    let token = shop.app.customer("li@example.com").await;
    (shop, token)
}

async fn get(shop: &TestShop, who: (&str, &str), path: &str) -> Reply {
    shop.get(path).header(who.0, who.1).send().await
}

async fn post(shop: &TestShop, who: (&str, &str), path: &str, body: Value) -> Reply {
    shop.post(path).header(who.0, who.1).json(&body).send().await
}

/// Puts pieces of an archive into the cart; `sku` 0 names none.
async fn add(shop: &TestShop, who: (&str, &str), archive: i64, sku: i64, quantity: i64) {
    let mut body = json!({"archive_id": archive, "quantity": quantity});
    if sku != 0 {
        body["sku_id"] = json!(sku);
    }
    let reply = post(shop, who, ADD, body).await;
    assert_eq!(reply.json()["code"], 0, "{}", reply.body);
}

/// Archive, SKU and quantity of every row, newest first.
async fn rows(shop: &TestShop, who: (&str, &str)) -> Vec<(i64, i64, i64)> {
    let reply = get(shop, who, "/api/cart/list?pageSize=100").await;
    let (ids, skus) = (numbers(&reply, "id"), numbers(&reply, "sku_id"));
    let quantities = numbers(&reply, "quantity");
    ids.into_iter().zip(skus).zip(quantities).map(|((id, sku), quantity)| (id, sku, quantity)).collect()
}

/// One field of everything that a list shows.
fn numbers(reply: &Reply, field: &str) -> Vec<i64> {
    let shown = reply.json()["data"].as_array().cloned().unwrap_or_else(|| panic!("{}", reply.body));
    shown.iter().filter_map(|one| one[field].as_i64()).collect()
}
