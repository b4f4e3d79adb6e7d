//! `/products/skus` and `/products/many_skus`.

use insta::assert_snapshot;
use web::testing::Reply;

use crate::{Who, code, rid, shop, sku_rid};

/// Public ids of the SKUs in a group.
fn items(reply: &Reply) -> Vec<String> {
    let items = reply.json()["data"]["items"].as_array().cloned().unwrap_or_else(|| panic!("{}", reply.body));
    items.iter().map(|item| item["rid"].as_str().expect("a rid").to_owned()).collect()
}

#[tokio::test]
async fn one_product_is_its_group() {
    let shop = shop().await;
    assert_snapshot!("group", shop.get(&format!("/products/skus?rid={}", rid(10))).send().await.golden());
    let many = shop.get(&format!("/products/many_skus?rid={}", rid(10))).send().await;
    assert_eq!(many.golden(), shop.get(&format!("/products/skus?rid={}", rid(10))).send().await.golden());
}

#[tokio::test]
async fn skus_by_their_own_ids_are_a_group() {
    let shop = shop().await;
    let path = format!("/products/skus?rid={},{},{}", sku_rid(10), sku_rid(20), sku_rid(99));
    let reply = shop.get(&path).send().await;
    let mut shown = items(&reply);
    shown.sort();
    assert_eq!(shown, [sku_rid(10), sku_rid(20)]);
    assert_eq!(items(&shop.get(&format!("/products/skus?rid={}", sku_rid(21))).send().await), [sku_rid(21)]);
    // A product's id among several is no SKU's.
    let path = format!("/products/skus?rid={},{}", rid(1), sku_rid(2));
    assert_eq!(items(&shop.get(&path).send().await), [sku_rid(2)]);
}

#[tokio::test]
async fn several_products_are_a_map() {
    let shop = shop().await;
    let path = format!("/products/many_skus?rid={},{},{},1234567890", rid(2), rid(1), rid(3));
    assert_snapshot!("groups", shop.get(&path).send().await.golden());
}

#[tokio::test]
async fn a_store_limits_to_what_it_offers() {
    let shop = shop().await;
    for (product, store, expected) in [
        (2, "900000001", 200),
        (2, "900000002", 200),
        (1, "900000002", 404),
        (8, "900000002", 200),
        (8, "900000001", 404),
        (8, "900000009", 404),
    ] {
        for path in ["skus", "many_skus"] {
            let path = format!("/products/{path}?rid={}&store_rid={store}", rid(product));
            assert_eq!(code(&shop.get(&path).send().await), expected, "{path}");
        }
    }
}

#[tokio::test]
async fn none_is_not_found() {
    let shop = shop().await;
    let own = Who::merchant(&shop, 1).await;
    for path in ["skus", "many_skus"] {
        for query in ["", "?rid=", "?rid=,,", "?rid=1234567890", "?rid=x", "?rid=%00"] {
            assert_eq!(
                code(&shop.get(&format!("/products/{path}{query}")).send().await),
                404,
                "{path}{query}"
            );
        }
        let off_sale = format!("/products/{path}?rid={}", rid(3));
        assert_eq!(code(&shop.get(&off_sale).send().await), 404);
        assert_eq!(code(&own.get(&off_sale).await), 200);
    }
}
