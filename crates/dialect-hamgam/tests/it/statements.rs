//! How many SQL statements a request costs, pinned.

use app::testing::product;
use serde_json::json;
use web::testing::{Reply, TestShop};

use crate::{CART, ITEMS, PRODUCTS, Shopper, shop};

/// A shop with products 200 to 249 beside the stock.
async fn well_stocked() -> TestShop {
    let shop = shop().await;
    for id in 200..250 {
        shop.app.put_product(&product(id, 1, "Thing")).await;
    }
    shop
}

/// Statements of one request.
async fn cost(shop: &TestShop, send: impl AsyncFnOnce() -> Reply) -> u64 {
    let before = shop.statements();
    let reply = send().await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    shop.statements() - before
}

#[tokio::test]
async fn the_cost_of_a_cart_does_not_grow_with_its_lines() {
    let shop = well_stocked().await;
    for (who, of_guard) in
        [(Shopper::customer(&shop, "li@example.com").await, 0), (Shopper::guest(&shop).await, 1)]
    {
        for lines in [1, 20] {
            for id in 200..200 + lines {
                who.add(&json!({"product": id})).await;
            }
            let item = format!("{ITEMS}/{}", who.get(CART).await.json()["items"][0]["id"]);
            assert_eq!(cost(&shop, async || who.get(CART).await).await, 0);
            assert_eq!(cost(&shop, async || who.add(&json!({"product": 200})).await).await, 4 + of_guard);
            let change = json!({"quantity": 1, "notes": "x"});
            assert_eq!(cost(&shop, async || who.patch(&item, &change).await).await, 5 + of_guard);
            let references = json!({"address": 1, "shipping_method": 2, "payment_method": 3});
            assert_eq!(cost(&shop, async || who.patch(CART, &references).await).await, 5 + of_guard);
            assert_eq!(cost(&shop, async || who.delete(CART).await).await, 3 + of_guard);
        }
    }
}

#[tokio::test]
async fn the_cost_of_a_cold_cart_does_not_grow_with_its_lines() {
    for lines in [1, 20] {
        let shop = well_stocked().await;
        let li = Shopper::customer(&shop, "li@example.com").await;
        for id in 200..200 + lines {
            li.add(&json!({"product": id})).await;
        }
        // Puts the whole catalogue out of memory.
        shop.app.take_off_sale(1).await;
        assert_eq!(cost(&shop, async || li.get(CART).await).await, 4, "{lines} lines");
    }
}

#[tokio::test]
async fn the_cost_of_a_page_does_not_grow_with_its_rows() {
    for limit in [1, 50] {
        let shop = well_stocked().await;
        let path = format!("{PRODUCTS}?limit={limit}");
        assert_eq!(cost(&shop, async || shop.get(&path).send().await).await, 6, "cold, {limit} rows");
        assert_eq!(cost(&shop, async || shop.get(&path).send().await).await, 0, "warm, {limit} rows");
    }
}

#[tokio::test]
async fn a_product_costs_its_slug_and_its_text() {
    let shop = shop().await;
    let path = format!("{PRODUCTS}/product-8");
    assert_eq!(cost(&shop, async || shop.get(&path).send().await).await, 6);
    assert_eq!(cost(&shop, async || shop.get(&path).send().await).await, 2);
}
