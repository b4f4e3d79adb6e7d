//! How many SQL statements a request costs, pinned.

use app::testing::product;
use serde_json::json;
use web::testing::{Reply, TestShop};

use crate::{CART, Shopper, item, shop};

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
    assert!(reply.status.is_success(), "{}", reply.body);
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
                who.add(id, 1).await;
            }
            let path = item(200);
            assert_eq!(cost(&shop, async || who.get(CART).await).await, 0);
            assert_eq!(cost(&shop, async || who.get(&path).await).await, 0);
            assert_eq!(cost(&shop, async || who.add(200, 1).await).await, 4 + of_guard);
            assert_eq!(cost(&shop, async || who.set(200, 9).await).await, 7 + of_guard);
            assert_eq!(cost(&shop, async || who.set(200, 3).await).await, 7 + of_guard);
            assert_eq!(cost(&shop, async || who.patch(&path, &json!({})).await).await, 0);
            assert_eq!(cost(&shop, async || who.delete(&path).await).await, 3 + of_guard);
        }
    }
}

#[tokio::test]
async fn the_cost_of_a_cold_cart_does_not_grow_with_its_lines() {
    for lines in [1, 20] {
        let shop = well_stocked().await;
        let li = Shopper::customer(&shop, "li@example.com").await;
        for id in 200..200 + lines {
            li.add(id, 1).await;
        }
        // Puts the whole catalogue out of memory.
        shop.app.take_off_sale(1).await;
        assert_eq!(cost(&shop, async || li.get(CART).await).await, 4, "{lines} lines");
    }
}

#[tokio::test]
async fn a_request_without_credentials_costs_nothing() {
    let shop = shop().await;
    for _ in 0..2 {
        let before = shop.statements();
        assert_eq!(shop.get(CART).send().await.status, 403);
        assert_eq!(shop.statements(), before);
    }
}
