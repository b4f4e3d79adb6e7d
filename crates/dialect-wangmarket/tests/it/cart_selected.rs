//! `cart/goodsCartSelected.json`, `cart/storeCartSelected.json` and `cart/clearStoreCart.json`.

use insta::assert_snapshot;

use crate::{refusal, shop_and_customer};

const GOODS: &str = "/cart/goodsCartSelected.json";
const STORE: &str = "/cart/storeCartSelected.json";
const CLEAR: &str = "/cart/clearStoreCart.json";

#[tokio::test]
async fn totals_count_what_is_selected() {
    let (_, li) = shop_and_customer().await;
    li.change(1, 2).await;
    li.change(9, 1).await;
    assert_snapshot!(li.post(GOODS, "goodsid=1&storeid=1&selected=0").await.golden());
    assert_eq!(li.post(GOODS, "goodsid=1&storeid=1&selected=1").await.json()["number"], 3);
    for selected in ["2", "", "yes", "-1"] {
        li.post(GOODS, "goodsid=1&storeid=1&selected=1").await;
        let reply = li.post(GOODS, &format!("goodsid=1&storeid=1&selected={selected}")).await;
        assert_eq!(reply.json()["number"], 1, "{selected:?} unselects");
    }
    // More of the same does not select it again.
    assert_eq!(li.change(1, 1).await.json()["number"], 1);
}

#[tokio::test]
async fn what_is_not_in_the_cart_is_not_selected() {
    let (_, li) = shop_and_customer().await;
    let before = li.change(1, 2).await;
    for id in [2, 999] {
        let reply = li.post(GOODS, &format!("goodsid={id}&storeid=1&selected=0")).await;
        assert_eq!(reply.body, before.body);
    }
    assert_snapshot!("no_goods", li.post(GOODS, "storeid=1&selected=0").await.golden());
    assert_eq!(refusal(&li.post(GOODS, "goodsid=-1&storeid=1&selected=0").await), "请传入商品id");
    assert_eq!(li.cart().await.matches("\"selected\":1").count(), 1);
}

#[tokio::test]
async fn a_store_is_selected_as_a_whole() {
    let (_, li) = shop_and_customer().await;
    for id in [1, 8, 9] {
        li.change(id, 1).await;
    }
    assert_snapshot!("store_unselected", li.post(STORE, "storeid=1&selected=0").await.golden());
    assert_eq!(li.post("/cart/getStoreCart.json", "storeid=2").await.json()["number"], 1);
    assert_eq!(li.post(STORE, "storeid=1&selected=1").await.json()["number"], 2);
    assert_snapshot!("no_store_to_select", li.post(STORE, "selected=0").await.golden());
    assert_eq!(refusal(&li.post(STORE, "storeid=-7&selected=0").await), "请传入要操作的店铺");
    assert_eq!(li.post(STORE, "storeid=99&selected=0").await.json()["result"], 1);
}

#[tokio::test]
async fn one_store_is_emptied_or_all() {
    let (_, li) = shop_and_customer().await;
    for id in [1, 8, 9, 100] {
        li.change(id, 1).await;
    }
    assert_snapshot!("cleared", li.post(CLEAR, "storeid=2").await.golden());
    assert_eq!((li.number(1, 1).await, li.number(2, 8).await, li.number(2, 100).await), (1, 0, 0));
    for none in ["storeid=99", "storeid=-1"] {
        assert_eq!(li.post(CLEAR, none).await.json()["result"], 1);
        assert_eq!(li.number(1, 1).await, 1, "{none}");
    }
    for all in ["storeid=0", "storeid=", ""] {
        li.change(1, 1).await;
        li.change(8, 1).await;
        li.post(CLEAR, all).await;
        assert_eq!((li.number(1, 1).await, li.number(2, 8).await), (0, 0), "{all:?}");
    }
}
