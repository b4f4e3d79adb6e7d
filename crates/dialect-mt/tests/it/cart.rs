//! `GET /rest_api/mt_shop_cart/`: what a row of the list shows.

use app::testing::product;
use domain::money::Money;
use domain::product::{Product, Sku};
use insta::assert_snapshot;

use crate::{CART, shop_and_customer};

#[tokio::test]
async fn the_list_shows_products() {
    let (_, li) = shop_and_customer().await;
    for id in [1, 2, 7, 100] {
        li.add(id, 1).await;
    }
    assert_snapshot!(li.get(CART).await.golden());
}

#[tokio::test]
async fn an_empty_cart_is_an_empty_list() {
    let (_, li) = shop_and_customer().await;
    assert_snapshot!("empty", li.get(CART).await.golden());
}

#[tokio::test]
async fn prices_are_floats_and_always_show_a_decimal_point() {
    let (shop, li) = shop_and_customer().await;
    for (id, minor, shown) in [
        (200, 500, "5.0"),
        (201, 1234, "12.34"),
        (202, 1230, "12.3"),
        (203, 1, "0.01"),
        (204, 10, "0.1"),
        (205, 0, "0.0"),
        (206, 12_345_678_900, "123456789.0"),
        (207, 12_345_678_901, "123456789.01"),
    ] {
        let mut goods = product(id, 1, "Thing");
        goods.skus[0].price = Money::from_minor(minor);
        shop.app.put_product(&goods).await;
        li.add(id, 1).await;
        let list = li.get(CART).await.body;
        assert!(list.contains(&format!("\"price\":{shown},")), "{shown}: {list}");
        li.delete(&crate::item(id)).await;
    }
}

#[tokio::test]
async fn the_price_is_the_live_one() {
    let (shop, li) = shop_and_customer().await;
    li.add(1, 1).await;
    let mut goods = product(1, 1, "红牛");
    goods.skus = vec![Sku { sale_price: Money::from_minor(750), ..goods.skus[0].clone() }];
    shop.app.put_product(&goods).await;
    assert_eq!(li.get(CART).await.json()[0]["product_detail"]["price"], 7.5);
}

#[tokio::test]
async fn what_left_the_shop_stays_readable_and_removable() {
    let (shop, li) = shop_and_customer().await;
    for id in [1, 8] {
        li.add(id, 2).await;
    }
    shop.app.take_off_sale(1).await;
    shop.app.delete_product(8).await;
    assert_snapshot!("left", li.get(CART).await.golden());
    assert_eq!((li.nums(1).await, li.nums(8).await), (Some(2), Some(2)));
    for id in [1, 8] {
        assert_eq!(li.delete(&crate::item(id)).await.status, 204);
    }
    assert_eq!(li.get(CART).await.body, "[]");
}

#[tokio::test]
async fn images_are_absolute() {
    let (shop, li) = shop_and_customer().await;
    for (id, picture, shown) in [
        (200, "/uploads/lamp.webp", "https://shop.example/uploads/lamp.webp"),
        (201, "uploads/lamp.webp", "https://shop.example/uploads/lamp.webp"),
        (202, "http://cdn.example/lamp.webp?v=1", "http://cdn.example/lamp.webp?v=1"),
    ] {
        let pictures = vec![picture.to_owned().into(), "/uploads/second.webp".to_owned().into()];
        shop.app.put_product(&Product { pictures, ..product(id, 1, "Lamp") }).await;
        li.add(id, 1).await;
        assert_eq!(li.get(CART).await.json()[0]["product_detail"]["image"], shown);
        li.delete(&crate::item(id)).await;
    }
}

#[tokio::test]
async fn texts_come_as_they_are() {
    let (shop, li) = shop_and_customer().await;
    let summary = "“红牛” <b>&\"\\\u{1f600}\u{2028}".to_owned();
    shop.app.put_product(&Product { summary: summary.clone(), ..product(200, 1, "درب") }).await;
    li.add(200, 1).await;
    let reply = li.get(CART).await;
    let row = &reply.json()[0];
    assert_eq!(
        (&row["product_detail"]["desc"], &row["product_detail"]["title"]),
        (&summary.into(), &"درب".into())
    );
    assert!(reply.body.contains("“红牛”"), "{}", reply.body);
}
