//! How many SQL statements a request costs, pinned.

use app::testing::product;
use domain::account::Role;
use serde_json::json;
use web::testing::{Reply, TestShop};

use crate::{Who, code, rid, shop, sku_rid};

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
    assert!([200, 201, 204].contains(&code(&reply)), "{}", reply.body);
    shop.statements() - before
}

#[tokio::test]
async fn the_cost_of_a_page_does_not_grow_with_its_rows() {
    for size in [1, 50] {
        // A list is counted and read, a search is neither.
        let lists =
            [("/products?", 7), ("/products/latest?", 7), ("/products/by_store?status=1&qk=thing&", 5)];
        for (list, cold) in lists {
            let shop = well_stocked().await;
            let path = format!("{list}per_page={size}");
            let get = async || shop.get(&path).send().await;
            // The first search makes the index, and reads which store is meant.
            shop.get("/products/by_store?qk=nothing").send().await;
            assert_eq!(cost(&shop, get).await, cold, "cold, {path}");
            assert_eq!(cost(&shop, get).await, 0, "warm, {path}");
        }
    }
}

#[tokio::test]
async fn the_cost_of_a_search_does_not_grow_with_its_hits() {
    for size in [1, 50] {
        let shop = well_stocked().await;
        let search = async || {
            shop.post("/search/products").json(&json!({"qk": "thing", "per_page": size})).send().await
        };
        // The first search makes the index.
        shop.post("/search/products").json(&json!({"qk": "nothing"})).send().await;
        assert_eq!(cost(&shop, search).await, 5, "cold");
        assert_eq!(cost(&shop, search).await, 0, "warm");
    }
}

#[tokio::test]
async fn likes_are_counted_anew_when_somebody_liked_and_every_second_where_other_servers_count() {
    let shop = well_stocked().await;
    let get = async || shop.get("/products?per_page=50").send().await;
    cost(&shop, get).await;
    shop.app.pass_seconds(1);
    assert_eq!(cost(&shop, get).await, u64::from(!shop.app.store().is_alone()));
    assert_eq!(cost(&shop, get).await, 0);
    let li = Who::customer(&shop).await;
    li.send("POST", "/userlike", json!({"rid": rid(200)})).await;
    assert_eq!(cost(&shop, get).await, 1);
    assert_eq!(cost(&shop, get).await, 0);
}

#[tokio::test]
async fn a_product_with_its_long_text_is_read_once() {
    let shop = well_stocked().await;
    let path = format!("/products/{}", rid(200));
    let get = async || shop.get(&path).send().await;
    assert_eq!(cost(&shop, get).await, 9, "cold");
    assert_eq!(cost(&shop, get).await, 0, "warm");
}

#[tokio::test]
async fn the_cost_of_skus_does_not_grow_with_the_products() {
    for count in [2, 50] {
        let shop = well_stocked().await;
        let products: Vec<_> = (200..200 + count).map(rid).collect();
        let path = format!("/products/many_skus?rid={}", products.join(","));
        assert_eq!(cost(&shop, async || shop.get(&path).send().await).await, 5, "cold");
        assert_eq!(cost(&shop, async || shop.get(&path).send().await).await, 0, "warm");
        let of_store = format!("{path}&store_rid=900000001");
        shop.get("/products/by_store").send().await;
        assert_eq!(cost(&shop, async || shop.get(&of_store).send().await).await, 1, "of a store");
    }
}

#[tokio::test]
async fn the_cost_of_a_cart_does_not_grow_with_its_lines() {
    let shop = well_stocked().await;
    for (who, of_guard) in [(Who::customer(&shop).await, 0), (Who::guest(&shop).await, 1)] {
        for lines in [1, 20] {
            for id in 200..200 + lines {
                who.send("POST", "/cart", json!({"rid": sku_rid(id)})).await;
            }
            let write = async |verb: &str, path: &str, body| who.send(verb, path, body).await;
            assert_eq!(cost(&shop, async || who.get("/cart").await).await, 0);
            assert_eq!(cost(&shop, async || who.get("/cart/item_count").await).await, 0);
            let item = json!({"rid": sku_rid(200), "quantity": 2});
            assert_eq!(cost(&shop, async || write("POST", "/cart", item.clone()).await).await, 6 + of_guard);
            assert_eq!(cost(&shop, async || write("PUT", "/cart", item).await).await, 4 + of_guard);
            let all: Vec<_> = (200..200 + lines).map(sku_rid).collect();
            let remove = async || write("POST", "/cart/remove", json!({ "rids": all })).await;
            assert_eq!(cost(&shop, remove).await, 3 + of_guard);
            assert_eq!(cost(&shop, async || write("DELETE", "/cart", json!({})).await).await, 3 + of_guard);
        }
    }
}

#[tokio::test]
async fn the_cost_of_a_wishlist_does_not_grow_with_it() {
    let shop = well_stocked().await;
    let who = Who::customer(&shop).await;
    shop.get("/products?per_page=100").send().await;
    for count in [1, 50] {
        let rids: Vec<_> = (200..200 + count).map(rid).collect();
        who.send("POST", "/wishlist", json!({ "rids": rids })).await;
        let add = async || who.send("POST", "/wishlist", json!({ "rids": rids })).await;
        assert_eq!(cost(&shop, add).await, 1);
        assert_eq!(cost(&shop, async || who.get("/wishlist?per_page=100").await).await, 2);
    }
    let like = async || who.send("POST", "/userlike", json!({"rid": rid(200)})).await;
    assert_eq!(cost(&shop, like).await, 2);
    let unlike = async || who.send("DELETE", "/userlike", json!({"rid": rid(200)})).await;
    assert_eq!(cost(&shop, unlike).await, 2);
}

#[tokio::test]
async fn what_a_heading_costs() {
    let shop = well_stocked().await;
    shop.app.add_terms().await;
    let who = Who::of_role(&shop, "o@example.com", Role::Operator).await;
    who.get("/cart").await;
    let send =
        async |verb: &str, path: &str, body| cost(&shop, async || who.send(verb, path, body).await).await;
    for (verb, path, body, statements) in [
        ("POST", "/categories", json!({"name": "Tea", "pid": 1}), 5),
        ("PUT", "/categories/2", json!({"name": "Teas", "pid": 0}), 5),
        ("DELETE", "/categories/2", json!({}), 6),
        ("POST", "/brands", json!({"name": "山野"}), 7),
        ("POST", "/official/labels", json!({"name": "竹"}), 4),
        ("PUT", "/official/labels/3", json!({"sort_order": 1}), 5),
        ("DELETE", "/official/labels/3", json!({}), 5),
    ] {
        assert_eq!(send(verb, path, body).await, statements, "{verb} {path}");
    }
}

#[tokio::test]
async fn a_heading_makes_no_product_be_read_again() {
    let shop = well_stocked().await;
    let who = Who::of_role(&shop, "o@example.com", Role::Operator).await;
    let list = async || shop.get("/products?per_page=50").send().await;
    let search = async || shop.post("/search/products").json(&json!({"qk": "thing"})).send().await;
    cost(&shop, list).await;
    cost(&shop, search).await;
    for (verb, path) in [("POST", "/categories"), ("PUT", "/categories/2"), ("POST", "/official/labels")] {
        who.send(verb, path, json!({"name": verb})).await;
        assert_eq!(cost(&shop, list).await, 0, "the list after {verb} {path}");
        assert_eq!(cost(&shop, search).await, 0, "the search after {verb} {path}");
    }
}
