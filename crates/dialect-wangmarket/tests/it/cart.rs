//! `cart/change.json`.

use app::testing::{product, sku};
use domain::money::Money;
use domain::product::Product;
use insta::assert_snapshot;

use crate::{refusal, shop, shop_and_customer};

const CHANGE: &str = "/cart/change.json";

#[tokio::test]
async fn the_reply_has_the_documents_keys_in_its_order() {
    let (_, li) = shop_and_customer().await;
    for id in [9, 7, 2] {
        li.change(id, 1).await;
    }
    assert_snapshot!(li.change(1, 16).await.golden());
}

#[tokio::test]
async fn keys_ascend_by_number_and_not_by_text() {
    let (shop, li) = shop_and_customer().await;
    for id in [10, 11] {
        shop.app.put_product(&product(id, 1, "Further")).await;
    }
    for id in [11, 10, 9, 2] {
        li.change(id, 1).await;
    }
    let reply = li.change(1, 1).await;
    let cart = reply.json();
    let keys: Vec<_> = cart["goodsCartMap"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys, ["1", "2", "9", "10", "11"]);
}

#[tokio::test]
async fn positive_adds_and_negative_takes_away() {
    let (_, li) = shop_and_customer().await;
    assert_eq!(li.change(1, 5).await.json()["number"], 5);
    assert_eq!(li.change(1, 2).await.json()["number"], 7);
    assert_eq!(li.change(1, -3).await.json()["money"], 4000);
    assert_snapshot!(li.change(1, -99999).await.golden());
    assert_eq!(li.change(1, 1).await.json()["number"], 1);
    assert_eq!(li.change(1, i64::MIN).await.json()["number"], 0);
}

#[tokio::test]
async fn nothing_changes_without_a_number() {
    let (_, li) = shop_and_customer().await;
    let before = li.change(1, 2).await;
    for form in
        ["goodsid=1&storeid=1&changeNumber=0", "goodsid=1&storeid=1", "goodsid=+1&storeid=1&changeNumber="]
    {
        let reply = li.post(CHANGE, form).await;
        assert_eq!((&reply.body, reply.header("etag")), (&before.body, before.header("etag")), "{form}");
    }
    assert_eq!(refusal(&li.change(999, 0).await), "操作的商品不存在！");
}

#[tokio::test]
async fn a_product_goes_into_its_own_stores_cart() {
    let (_, li) = shop_and_customer().await;
    li.change(1, 2).await;
    assert_snapshot!(li.change(8, 1).await.golden());
    assert_snapshot!("the_other_store", li.post(CHANGE, "goodsid=8&changeNumber=1&storeid=2").await.golden());
    assert_snapshot!("no_store", li.post(CHANGE, "goodsid=8&changeNumber=1").await.golden());
    let unknown = li.post(CHANGE, "goodsid=8&changeNumber=1&storeid=99").await;
    assert_eq!(unknown.json()["goodsCartMap"], serde_json::json!({}));
    assert_eq!(li.number(2, 8).await, 4);
}

#[tokio::test]
async fn a_distributed_product_has_its_own_number_in_the_distributing_store() {
    let (_, li) = shop_and_customer().await;
    li.change(2, 1).await;
    assert_snapshot!(li.post(CHANGE, "goodsid=100&changeNumber=2&storeid=2").await.golden());
    assert_eq!((li.number(1, 2).await, li.number(2, 100).await), (1, 2));
}

#[tokio::test]
async fn without_a_product_the_map_is_empty() {
    let (_, li) = shop_and_customer().await;
    li.change(1, 2).await;
    assert_snapshot!(li.post(CHANGE, "changeNumber=1&storeid=1").await.golden());
    for id in ["", "0", "-1", "-9223372036854775808"] {
        let reply = li.post(CHANGE, &format!("goodsid={id}&changeNumber=1&storeid=1")).await;
        assert_eq!(refusal(&reply), "请传入要操作的商品编号", "{id}");
        assert_eq!(reply.json()["number"], 0);
    }
    assert_eq!(li.number(1, 1).await, 2);
}

#[tokio::test]
async fn what_stands_against_adding_is_said_beside_the_cart_as_it_is() {
    let (_, li) = shop_and_customer().await;
    let before = li.change(1, 2).await;
    for (name, id, by) in [
        ("unknown", 999, 1),
        ("draft", 5, 1),
        ("deleted", 6, 1),
        ("off_sale", 3, 1),
        ("sold_out", 4, 1),
        ("short_stock", 1, 99),
        ("huge", 1, i64::MAX),
        ("line_full", 7, 1_000_000),
    ] {
        let reply = li.change(id, by).await;
        assert_eq!(reply.header("etag"), before.header("etag"), "{name}");
        assert_eq!(reply.json()["goodsCartMap"], before.json()["goodsCartMap"], "{name}");
        assert_snapshot!(name, reply.golden());
    }
    assert_eq!(refusal(&li.change(5, -1).await), "操作的商品不存在！");
    assert_eq!(refusal(&li.change(999, -1).await), "操作的商品不存在！");
}

#[tokio::test]
async fn a_number_must_be_one_of_64_bits() {
    let (_, li) = shop_and_customer().await;
    li.change(1, 2).await;
    for (name, form) in [
        ("bad_goodsid", "goodsid=abc&changeNumber=1&storeid=1"),
        ("bad_change_number", "goodsid=1&changeNumber=9223372036854775808&storeid=1"),
        ("bad_storeid", "goodsid=1&changeNumber=1&storeid=1.0"),
    ] {
        assert_snapshot!(name, li.post(CHANGE, form).await.golden());
    }
    assert_eq!(li.number(1, 1).await, 2);
}

#[tokio::test]
async fn a_cart_takes_no_more_than_its_lines() {
    let (shop, li) = shop_and_customer().await;
    let mut many = product(10, 1, "Many");
    many.skus = (1000..1500).map(sku).collect();
    shop.app.put_product(&many).await;
    let ctx =
        app::Ctx::new(&shop.app, shop.app.sessions().by_token(&li.token, shop.app.now()).await.unwrap());
    for sku in &many.skus {
        let item = app::cart::Item { listing: many.id.own_listing(), sku: Some(sku.id) };
        app::cart::add(&ctx, item, 1, app::cart::Extras::default()).await.unwrap();
    }
    let reply = li.post(CHANGE, "goodsid=1&changeNumber=1").await;
    assert_snapshot!(reply.golden());
    assert_eq!(li.number(1, 10).await, 500);
}

#[tokio::test]
async fn taking_away_works_whatever_became_of_the_product() {
    let (shop, li) = shop_and_customer().await;
    li.change(1, 3).await;
    li.change(7, 3).await;
    shop.app.take_off_sale(1).await;
    shop.app.delete_product(7).await;
    assert_snapshot!("off_sale_and_deleted", li.post("/cart/getStoreCart.json", "storeid=1").await.golden());
    assert_eq!(refusal(&li.change(1, 1).await), "操作的商品已下架！");
    assert_eq!(refusal(&li.change(7, 1).await), "操作的商品不存在！");
    assert_eq!(li.change(1, -1).await.json()["goodsCartMap"]["1"]["number"], 2);
    assert_eq!(li.change(7, -1).await.json()["goodsCartMap"]["7"]["number"], 2);
    assert_eq!(li.change(7, -99999).await.json()["goodsCartMap"]["7"], serde_json::Value::Null);
    assert_snapshot!(li.change(1, -99999).await.golden());
    // Nothing is left of it, and the promise still holds.
    assert_eq!(li.change(7, -99999).await.json()["result"], 1);
}

#[tokio::test]
async fn the_lines_of_a_product_are_folded_into_one() {
    let (shop, li) = shop_and_customer().await;
    let ctx =
        app::Ctx::new(&shop.app, shop.app.sessions().by_token(&li.token, shop.app.now()).await.unwrap());
    let red =
        app::cart::Item { listing: domain::id::ListingId::new(2), sku: Some(domain::id::SkuId::new(20)) };
    app::cart::add(&ctx, red, 3, app::cart::Extras::default()).await.unwrap();
    assert_snapshot!(li.change(2, 2).await.golden());
    // The first SKU's pieces go first.
    assert_eq!(li.change(2, -3).await.json()["money"], 2 * 2500);
}

#[tokio::test]
async fn two_hundred_adds_at_once_are_all_counted() {
    let (shop, li) = shop_and_customer().await;
    let mut plenty = product(10, 1, "Plenty");
    plenty.skus[0].stock = 1000;
    shop.app.put_product(&plenty).await;
    let li = std::sync::Arc::new(li);
    let adds: Vec<_> = (0..200)
        .map(|_| {
            let li = std::sync::Arc::clone(&li);
            tokio::spawn(async move { li.change(10, 1).await })
        })
        .collect();
    for add in adds {
        assert_eq!(add.await.unwrap().json()["result"], 1);
    }
    assert_eq!(li.number(1, 10).await, 200);
}

#[tokio::test]
async fn what_the_catalogue_lacks_is_empty_and_never_null() {
    let (shop, li) = shop_and_customer().await;
    let bare = Product {
        category: None,
        units: String::new(),
        pictures: vec!["/pictures/10.jpg".to_owned().into()],
        ..product(10, 1, "Bare")
    };
    shop.app.put_product(&bare).await;
    let mut free = Product { pictures: Vec::new(), ..product(11, 1, "Free") };
    free.skus[0].price = Money::ZERO;
    shop.app.put_product(&free).await;
    li.change(10, 1).await;
    assert_snapshot!(li.change(11, 1).await.golden());
}

#[tokio::test]
async fn nobody_is_told_to_log_in_before_anything_else() {
    let shop = shop().await;
    assert_snapshot!(shop.post(CHANGE).form("goodsid=abc").send().await.golden());
    for form in ["token=", "token=dff4214c-4eca-42b8-ad9c-b95afd6374c0&goodsid=1&changeNumber=1", ""] {
        let reply = shop.post(CHANGE).form(form).send().await;
        assert_eq!(reply.body, r#"{"result":"2","info":"not login"}"#, "{form}");
    }
}
