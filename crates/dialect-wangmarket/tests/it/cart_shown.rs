//! `cart/getStoreCart.json`, `cart/getCart.json` and `cart/getGoodsCart.json`.

use app::testing::product;
use insta::assert_snapshot;

use crate::{Client, shop_and_customer};

#[tokio::test]
async fn a_stores_cart_reads_like_the_change_that_made_it() {
    let (_, li) = shop_and_customer().await;
    let changed = li.change(1, 2).await;
    let shown = li.post("/cart/getStoreCart.json", "storeid=1").await;
    assert_eq!((&shown.body, shown.header("etag")), (&changed.body, changed.header("etag")));
    assert_snapshot!(li.post("/cart/getStoreCart.json", "").await.golden());
}

#[tokio::test]
async fn reading_refreshes_prices_stock_and_flags() {
    let (shop, li) = shop_and_customer().await;
    for (id, by) in [(1, 5), (2, 1), (7, 1), (9, 3)] {
        li.change(id, by).await;
    }
    let mut scarce = product(1, 1, "红牛");
    scarce.skus[0].stock = 4;
    shop.app.put_product(&scarce).await;
    let mut dearer = product(7, 1, "Gift wrapping");
    dearer.skus[0].price = domain::money::Money::from_minor(1234);
    shop.app.put_product(&dearer).await;
    shop.app.take_off_sale(2).await;
    let shown = li.post("/cart/getStoreCart.json", "storeid=1").await;
    assert_snapshot!(shown.golden());
    // The same everywhere.
    let changed = li.change(1, 0).await;
    assert_eq!(changed.body, shown.body);
    let cart = li.post("/cart/getCart.json", "").await.json();
    assert_eq!(cart["storeCartMap"]["1"]["goodsCartMap"], shown.json()["goodsCartMap"]);
    for id in ["1", "2", "7", "9"] {
        let goods = li.post("/cart/getGoodsCart.json", &format!("storeid=1&goodsid={id}")).await.json();
        assert_eq!(goods["exceptional"], shown.json()["goodsCartMap"][id]["exceptional"]);
        assert_eq!(goods["exceptionalInfo"], shown.json()["goodsCartMap"][id]["exceptionalInfo"]);
    }
}

#[tokio::test]
async fn the_whole_cart_has_all_stores() {
    let (_, li) = shop_and_customer().await;
    assert_snapshot!("no_carts", li.post("/cart/getCart.json", "").await.golden());
    for id in [8, 1, 9, 100] {
        li.change(id, 1).await;
    }
    li.post("/cart/goodsCartSelected.json", "goodsid=100&storeid=2&selected=0").await;
    assert_snapshot!(li.post("/cart/getCart.json", "").await.golden());
}

#[tokio::test]
async fn one_product_of_a_stores_cart() {
    let (_, li) = shop_and_customer().await;
    li.change(1, 2).await;
    let goods = async |form: &str| li.post("/cart/getGoodsCart.json", form).await;
    assert_snapshot!("held", goods("storeid=1&goodsid=1").await.golden());
    assert_snapshot!("absent", goods("storeid=1&goodsid=2").await.golden());
    for elsewhere in ["storeid=2&goodsid=1", "goodsid=1", "storeid=1", "storeid=-1&goodsid=-1"] {
        assert_eq!(goods(elsewhere).await.json()["number"], 0, "{elsewhere}");
    }
}

#[tokio::test]
async fn a_cart_is_read_with_get_too() {
    let (shop, li) = shop_and_customer().await;
    li.change(1, 2).await;
    for path in ["/cart/getStoreCart.json", "/cart/getCart.json", "/cart/getGoodsCart.json"] {
        let query = format!("token={}&storeid=1&goodsid=1", li.token);
        let got = shop.get(&format!("{path}?{query}")).send().await;
        assert_eq!(got, shop.post(path).form(&query).send().await, "{path}");
        assert_eq!(got.json()["result"], 1);
    }
}

#[tokio::test]
async fn nobody_sees_anothers_cart() {
    let (shop, li) = shop_and_customer().await;
    li.change(1, 2).await;
    let before = li.cart().await;
    let wang = Client { shop: shop.clone(), token: shop.app.customer("wang@example.com").await };
    let guest = Client { shop: shop.clone(), token: shop.app.guest().await };
    for other in [&wang, &guest] {
        assert_eq!(other.number(1, 1).await, 0);
        assert_eq!(
            other.post("/cart/getStoreCart.json", "storeid=1").await.json()["goodsCartMap"],
            serde_json::json!({})
        );
        other.change(1, -99999).await;
        other.post("/cart/goodsCartSelected.json", "goodsid=1&storeid=1&selected=0").await;
        other.post("/cart/storeCartSelected.json", "storeid=1&selected=0").await;
        other.post("/cart/clearStoreCart.json", "storeid=0").await;
    }
    assert_eq!(li.cart().await, before);
}
