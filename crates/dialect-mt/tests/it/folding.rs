//! Several SKUs of one product, which the dialect sees as one item.

use app::testing::{product, sku};
use domain::product::Sku;
use insta::assert_snapshot;
use web::testing::TestShop;

use crate::{CART, Shopper, body, item, shop_and_customer};

/// A cart that holds, in this order, SKUs 52, 51 and 53 of product 50: 2, 4 and 3 pieces.
async fn motley_cart() -> (TestShop, Shopper) {
    let (shop, li) = shop_and_customer().await;
    let mut motley = product(50, 1, "Motley");
    motley.skus = vec![Sku { stock: 10, ..sku(50) }, sku(51), sku(52), sku(53)];
    shop.app.put_product(&motley).await;
    for (sku, quantity) in [(52, 2), (51, 4), (53, 3)] {
        li.add_sku(50, sku, quantity).await;
    }
    (shop, li)
}

/// Sets the total; what the lines hold then, SKU by SKU.
async fn set(li: &Shopper, nums: i64) -> Vec<(i64, i64)> {
    assert_eq!(li.set(50, nums).await.json(), body(50, nums));
    assert_eq!(li.nums(50).await, Some(nums));
    let lines = li.lines().await;
    lines.into_iter().map(|(_, sku, quantity)| (sku, quantity)).collect()
}

#[tokio::test]
async fn the_pieces_of_all_skus_are_one_number() {
    let (_, li) = motley_cart().await;
    li.add(1, 1).await;
    assert_eq!(li.nums(50).await, Some(9));
    assert_snapshot!("folded", li.get(CART).await.golden());
}

#[tokio::test]
async fn the_first_sku_lends_its_price_though_it_is_not_in_the_cart() {
    let (_, li) = shop_and_customer().await;
    li.add_sku(2, 20, 3).await;
    let row = li.get(CART).await.json()[0].clone();
    assert_eq!((row["nums"].as_i64(), row["product_detail"]["price"].as_f64()), (Some(3), Some(18.0)));
}

#[tokio::test]
async fn adding_means_the_first_sku_and_answers_the_whole() {
    let (_, li) = motley_cart().await;
    assert_eq!(li.add(50, 5).await.json(), body(50, 14));
    assert_eq!(li.lines().await, [(50, 52, 2), (50, 51, 4), (50, 53, 3), (50, 50, 5)]);
    assert_eq!(li.add(50, 6).await.status, 400);
    assert_eq!(li.add(50, 5).await.json(), body(50, 19));
}

#[tokio::test]
async fn raising_adds_the_difference_to_the_first_sku() {
    let (_, li) = motley_cart().await;
    assert_eq!(set(&li, 11).await, [(52, 2), (51, 4), (53, 3), (50, 2)]);
    assert_eq!(set(&li, 19).await, [(52, 2), (51, 4), (53, 3), (50, 10)]);
    assert_eq!(li.set(50, 20).await.status, 400);
    assert_eq!(li.nums(50).await, Some(19));
}

#[tokio::test]
async fn lowering_takes_from_the_first_sku_and_then_from_the_newest() {
    let (_, li) = motley_cart().await;
    li.add(50, 5).await;
    assert_eq!(set(&li, 11).await, [(52, 2), (51, 4), (53, 3), (50, 2)]);
    assert_eq!(set(&li, 9).await, [(52, 2), (51, 4), (53, 3)]);
    assert_eq!(set(&li, 9).await, [(52, 2), (51, 4), (53, 3)]);
    assert_eq!(set(&li, 7).await, [(52, 2), (51, 4), (53, 1)]);
    assert_eq!(set(&li, 5).await, [(52, 2), (51, 3)]);
    assert_eq!(set(&li, 1).await, [(52, 1)]);
}

#[tokio::test]
async fn one_lowering_may_empty_several_lines() {
    let (_, li) = motley_cart().await;
    li.add(50, 5).await;
    assert_eq!(set(&li, 1).await, [(52, 1)]);
    assert_eq!(set(&li, 3).await, [(52, 1), (50, 2)]);
}

#[tokio::test]
async fn removing_removes_all() {
    let (_, li) = motley_cart().await;
    li.add(1, 1).await;
    assert_eq!(li.delete(&item(50)).await.status, 204);
    assert_eq!(li.lines().await, [(1, 1, 1)]);
    assert_eq!(li.delete(&item(50)).await.status, 404);
}
