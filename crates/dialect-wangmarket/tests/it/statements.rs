//! How many SQL statements a request runs; none of the numbers grows with the lines of a cart or the rows
//! of a page.

use app::testing::product;
use web::testing::{Reply, TestShop};

use crate::{Client, shop_and_customer};

/// A customer with so many products of both stores in the cart, all of it in memory.
async fn customer_with(lines: i64) -> (TestShop, Client) {
    let (shop, li) = shop_and_customer().await;
    for id in 200..200 + lines {
        shop.app.put_product(&product(id, 1 + id % 2, "One of many")).await;
    }
    for id in 200..200 + lines {
        assert_eq!(li.change(id, 1).await.json()["result"], 1);
    }
    li.cart().await;
    (shop, li)
}

async fn statements(shop: &TestShop, reply: impl Future<Output = Reply>) -> u64 {
    let before = shop.statements();
    assert_eq!(reply.await.json()["result"], 1);
    shop.statements() - before
}

#[tokio::test]
async fn a_warm_cart_is_read_from_memory() {
    for lines in [1, 20] {
        let (shop, li) = customer_with(lines).await;
        for path in ["/cart/getStoreCart.json", "/cart/getCart.json", "/cart/getGoodsCart.json"] {
            assert_eq!(statements(&shop, li.post(path, "storeid=1&goodsid=200")).await, 0, "{path}");
        }
        assert_eq!(statements(&shop, li.change(200, 0)).await, 0);
    }
}

#[tokio::test]
async fn a_warm_write_runs_as_many_statements_for_any_cart() {
    for lines in [1, 20] {
        let (shop, li) = customer_with(lines).await;
        let count = async |path, form| statements(&shop, li.post(path, form)).await;
        let add = count("/cart/change.json", "goodsid=200&changeNumber=1&storeid=1").await;
        let take = count("/cart/change.json", "goodsid=200&changeNumber=-1&storeid=1").await;
        let goods = count("/cart/goodsCartSelected.json", "goodsid=200&storeid=1&selected=0").await;
        let store = count("/cart/storeCartSelected.json", "storeid=1&selected=0").await;
        let clear = count("/cart/clearStoreCart.json", "storeid=0").await;
        assert_eq!((add, take, goods, store, clear), (4, 4, 3, 3, 3), "{lines} lines");
    }
}

#[tokio::test]
async fn a_cold_cart_costs_as_many_statements_for_any_cart() {
    let mut counts = Vec::new();
    for lines in [2, 20] {
        let (shop, li) = customer_with(lines).await;
        // Whatever is put, the catalogue starts anew.
        shop.app.put_product(&product(300, 1, "The last")).await;
        counts.push(statements(&shop, li.post("/cart/getCart.json", "")).await);
    }
    assert_eq!(counts, [8, 8]);
}

#[tokio::test]
async fn a_page_costs_as_many_statements_for_any_number_of_rows() {
    for rows in [1, 20] {
        let (shop, _) = customer_with(20).await;
        shop.app.put_product(&product(300, 1, "The last")).await;
        let form = format!("storeid=1&everyNumber={rows}");
        let list = async || shop.post("/goods/list.json").form(&form).send().await;
        assert_eq!((statements(&shop, list()).await, statements(&shop, list()).await), (6, 0));
    }
}

#[tokio::test]
async fn the_rest_of_the_catalogue_is_cheap() {
    let (shop, _) = customer_with(1).await;
    let ask = async |path: &str, form: &str| shop.post(path).form(form).send().await;
    ask("/goods/detail.json", "goodsid=1").await;
    ask("/store/getStore.json", "storeid=1").await;
    assert_eq!(statements(&shop, ask("/goods/detail.json", "goodsid=1")).await, 1);
    assert_eq!(statements(&shop, ask("/store/getStore.json", "storeid=1")).await, 0);
    assert_eq!(statements(&shop, ask("/goodsType/list.json", "storeid=1")).await, 1);
}
