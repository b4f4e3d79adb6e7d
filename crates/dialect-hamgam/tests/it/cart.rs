//! `/api/shop/cart`.

use axum::http::Method;
use insta::assert_snapshot;
use serde_json::json;

use crate::{CART, ITEMS, Shopper, shop, shop_and_customer};

#[tokio::test]
async fn before_the_first_write_the_cart_is_empty_and_as_old_as_its_customer() {
    let (shop, _) = shop_and_customer().await;
    let wang = Shopper::customer(&shop, "wang@example.com").await;
    shop.app.pass_seconds(60);
    assert_snapshot!("empty", wang.get(CART).await.golden());
}

#[tokio::test]
async fn the_cart_of_a_new_guest_is_empty_and_begins_now() {
    let shop = shop().await;
    let guest = Shopper::guest(&shop).await;
    shop.app.pass_seconds(3600);
    assert_snapshot!("empty_guest", guest.get(CART).await.golden());
}

#[tokio::test]
async fn the_cart_is_shown_with_its_own_times_and_references() {
    let (shop, li) = shop_and_customer().await;
    shop.app.pass_seconds(60);
    li.add(&json!({"product": 8, "quantity": 2})).await;
    shop.app.pass_seconds(60);
    li.patch(CART, &json!({"address": 1, "shipping_method": "2", "payment_method": 3.0})).await;
    assert_snapshot!("full", li.get(CART).await.golden());
}

#[tokio::test]
async fn references_are_set_one_by_one_and_cleared() {
    let (shop, li) = shop_and_customer().await;
    let patched = async |body| {
        let cart = li.patch(CART, &body).await.json();
        (cart["address"].as_i64(), cart["shipping_method"].as_i64(), cart["payment_method"].as_i64())
    };
    assert_eq!(patched(json!({"address": 7})).await, (Some(7), None, None));
    assert_eq!(patched(json!({"shipping_method": 8})).await, (Some(7), Some(8), None));
    assert_eq!(patched(json!({"payment_method": 9, "address": null})).await, (None, Some(8), Some(9)));
    assert_eq!(patched(json!({"payment_method": ""})).await, (None, Some(8), None));
    let form = shop.patch(CART).header("authorization", &li.authorization).form("shipping_method=");
    assert!(form.send().await.json()["shipping_method"].is_null());
    let exact = 9_007_199_254_740_991_i64;
    assert_eq!(patched(json!({"address": exact})).await, (Some(exact), None, None));
}

#[tokio::test]
async fn a_change_without_fields_changes_nothing() {
    let (shop, li) = shop_and_customer().await;
    li.add(&json!({"product": 1})).await;
    shop.app.pass_seconds(60);
    let before = li.get(CART).await;
    assert_eq!(li.patch(CART, &json!({})).await, before);
    assert_eq!(li.patch(CART, &json!({"total": 0, "items": []})).await, before);
}

#[tokio::test]
async fn what_is_no_reference_is_refused() {
    let (_, li) = shop_and_customer().await;
    li.patch(CART, &json!({"address": 1, "shipping_method": 2, "payment_method": 3})).await;
    let before = li.get(CART).await;
    for (name, body) in [
        ("zero", json!({"address": 0})),
        ("negative", json!({"address": -1})),
        ("text", json!({"address": "home"})),
        ("huge", json!({"address": 1e30})),
        ("all_wrong", json!({"payment_method": true, "shipping_method": [], "address": 1.5})),
        ("one_wrong", json!({"payment_method": 5, "address": {}})),
        ("list", json!([])),
        ("null", json!(null)),
    ] {
        let reply = li.patch(CART, &body).await;
        assert_eq!(reply.status, 400, "{name}");
        assert_snapshot!(name, reply.golden());
    }
    assert_eq!(li.get(CART).await, before);
}

#[tokio::test]
async fn the_cart_is_emptied() {
    let (_, li) = shop_and_customer().await;
    li.add(&json!({"product": 8, "quantity": 2})).await;
    li.add(&json!({"product": 1})).await;
    li.patch(CART, &json!({"address": 1})).await;
    assert_snapshot!("cleared", li.delete(CART).await.golden());
    assert_eq!(li.delete(CART).await.status, 200);
    let cart = li.add(&json!({"product": 1})).await.json();
    assert_eq!((&cart["count"], &cart["quantity"]), (&json!(1), &json!(1)));
}

#[tokio::test]
async fn two_shoppers_have_two_carts() {
    let (shop, li) = shop_and_customer().await;
    let (wang, guest) = (Shopper::customer(&shop, "wang@example.com").await, Shopper::guest(&shop).await);
    li.add(&json!({"product": 1, "quantity": 2})).await;
    guest.add(&json!({"product": 1, "quantity": 3})).await;
    let pieces = (li.pieces().await, wang.pieces().await, guest.pieces().await);
    assert_eq!(pieces, (2, 0, 3));
}

#[tokio::test]
async fn every_path_has_a_twin_with_a_slash() {
    let (_, li) = shop_and_customer().await;
    assert_eq!(li.send(Method::POST, &format!("{ITEMS}/"), &json!({"product": 1})).await.status, 200);
    assert_eq!(li.patch(&format!("{ITEMS}/1/"), &json!({"quantity": 2})).await.status, 200);
    assert_eq!(li.get(&format!("{CART}/")).await, li.get(CART).await);
    assert_eq!(li.patch(&format!("{CART}/"), &json!({"address": 1})).await.status, 200);
    assert_eq!(li.delete(&format!("{ITEMS}/1/")).await.status, 200);
    assert_eq!(li.delete(&format!("{CART}/")).await.status, 200);
}

#[tokio::test]
async fn verbs_that_the_cart_does_not_know_are_refused() {
    let (shop, li) = shop_and_customer().await;
    assert_snapshot!("put", li.send(Method::PUT, CART, &json!({})).await.golden());
    assert_eq!(li.send(Method::POST, &format!("{CART}/"), &json!({})).await.status, 405);
    assert_snapshot!("put_nobody", shop.put(CART).send().await.golden());
}

#[tokio::test]
async fn unknown_paths_are_not_found() {
    let (shop, li) = shop_and_customer().await;
    assert_snapshot!("unknown_path", shop.get("/api/shop/wishlist/").send().await.golden());
    for path in ["/api/shop/cart/items/1/2", "/api/shop/cart/coupon", "/api/users/me", "/api/users/auth/otp/"]
    {
        assert_eq!(shop.post(path).send().await.status, 404, "{path}");
        assert_eq!(li.get(path).await.status, 404, "{path}");
    }
}
