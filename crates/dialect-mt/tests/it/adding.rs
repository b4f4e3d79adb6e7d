//! `POST /rest_api/mt_shop_cart/`.

use app::testing::product;
use domain::product::{Product, Status};
use insta::assert_snapshot;
use serde_json::json;

use crate::{Shopper, shop_and_customer};

#[tokio::test]
async fn adding_answers_the_total() {
    let (_, li) = shop_and_customer().await;
    assert_snapshot!("first", li.add(1, 2).await.golden());
    assert_snapshot!("again", li.add(1, 3).await.golden());
    assert_eq!(li.lines().await, [(1, 1, 5)]);
}

#[tokio::test]
async fn what_stands_against_adding_is_said_under_the_field() {
    let (_, li) = shop_and_customer().await;
    for (name, id, nums) in [
        ("unknown", 999, 1),
        ("draft", 5, 1),
        ("deleted", 6, 1),
        ("off_sale", 3, 1),
        ("sold_out", 4, 1),
        ("short_stock", 1, 101),
        ("unknown_and_zero", 999, 0),
        ("id_zero", 0, 1),
        ("id_negative", -1, 1),
    ] {
        let reply = li.add(id, nums).await;
        assert_eq!(reply.status, 400, "{name}");
        assert_snapshot!(name, reply.golden());
    }
    assert_eq!(li.lines().await, []);
}

#[tokio::test]
async fn what_was_never_on_sale_is_unknown() {
    let (shop, li) = shop_and_customer().await;
    shop.app.put_product(&Product { status: Status::Warehouse, ..product(11, 1, "Later") }).await;
    assert_eq!(li.add(11, 1).await.body, li.add(999, 1).await.body.replace("999", "11"));
    shop.app.put_product(&product(11, 1, "Now")).await;
    shop.app.put_product(&Product { status: Status::Warehouse, ..product(11, 1, "Later") }).await;
    assert_eq!(li.add(11, 1).await.body, li.add(3, 1).await.body, "it was on sale once");
}

#[tokio::test]
async fn stock_counts_what_the_cart_holds_already() {
    let (_, li) = shop_and_customer().await;
    assert_eq!(li.add(1, 60).await.status, 201);
    assert_eq!(li.add(1, 41).await.status, 400);
    assert_eq!(li.add(1, 40).await.json()["nums"], 100);
}

#[tokio::test]
async fn what_may_be_oversold_or_is_not_counted_never_runs_short() {
    let (_, li) = shop_and_customer().await;
    assert_eq!(li.add(9, 50).await.json()["nums"], 50);
    assert_eq!(li.add(7, 5000).await.json()["nums"], 5000);
}

#[tokio::test]
async fn two_shoppers_have_two_carts() {
    let (shop, li) = shop_and_customer().await;
    let (wang, guest) = (Shopper::customer(&shop, "wang@example.com").await, Shopper::guest(&shop).await);
    li.add(1, 2).await;
    guest.add(1, 3).await;
    assert_eq!((li.nums(1).await, wang.nums(1).await, guest.nums(1).await), (Some(2), None, Some(3)));
}

#[tokio::test]
async fn fields_that_the_document_does_not_name_are_ignored() {
    let (_, li) = shop_and_customer().await;
    let body = json!({"nums": 2, "distributor_product_id": 1, "price": 0, "id": 8, "quantity": "x"});
    assert_eq!(li.post(&body).await.status, 201);
    assert_eq!(li.lines().await, [(1, 1, 2)]);
}
