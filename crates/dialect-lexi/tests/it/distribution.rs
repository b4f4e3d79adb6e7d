//! `/products/<rid>/distribute_setting` and `/fx_distribute`.

use app::testing::product;
use domain::product::Product;
use insta::assert_snapshot;
use serde_json::{Value, json};
use web::testing::TestShop;

use crate::{Who, code, ids, rid, shop, sku_rid};

async fn set(who: &Who<'_>, product: i64, skus: Value) -> i64 {
    let path = format!("/products/{}/distribute_setting", rid(product));
    code(&who.send("POST", &path, json!({ "skus": skus })).await)
}

async fn take_up(who: &Who<'_>, product: i64, way: &str) -> i64 {
    code(&who.send("POST", &format!("/fx_distribute/{}/{way}", rid(product)), json!({})).await)
}

/// What a store has in a status, distributed products only.
async fn distributed(who: &Who<'_>, status: i64) -> Vec<i64> {
    ids(&who.get(&format!("/products/by_store?is_distributed=2&status={status}")).await)
}

#[tokio::test]
async fn a_merchant_offers_a_product_to_other_stores() {
    let shop = shop().await;
    let merchant = Who::merchant(&shop, 1).await;
    let path = format!("/products/{}/distribute_setting", rid(1));
    let skus = json!([{"sku_rid": sku_rid(1), "commission_rate": "5.50"}]);
    assert_snapshot!("setting", merchant.send("POST", &path, json!({ "skus": skus })).await.golden());
    let shown = shop.get(&format!("/products/{}", rid(1))).send().await.json();
    assert_eq!(
        (&shown["data"]["commission_rate"], &shown["data"]["is_distributed"]),
        (&json!(5.5), &json!(true))
    );
    assert_eq!(shown["data"]["commission_price"], json!(0.55));
    assert_snapshot!("again", merchant.send("POST", &path, json!({ "skus": skus })).await.golden());
}

#[tokio::test]
async fn rates_that_are_none_change_nothing() {
    let shop = shop().await;
    let merchant = Who::merchant(&shop, 1).await;
    for skus in [
        json!([]),
        json!({}),
        json!(null),
        json!([1]),
        json!([{"sku_rid": sku_rid(1)}]),
        json!([{"commission_rate": 5}]),
        json!([{"sku_rid": sku_rid(1), "commission_rate": 100.01}]),
        json!([{"sku_rid": sku_rid(1), "commission_rate": -1}]),
        json!([{"sku_rid": sku_rid(1), "commission_rate": 5.555}]),
        json!([{"sku_rid": sku_rid(1), "commission_rate": 1e300}]),
        json!([{"sku_rid": sku_rid(1), "commission_rate": true}]),
        json!([{"sku_rid": sku_rid(1), "commission_rate": 5}, {"sku_rid": sku_rid(2), "commission_rate": 5}]),
    ] {
        assert_eq!(set(&merchant, 1, skus.clone()).await, 400, "{skus}");
    }
    let rate = json!([{"sku_rid": sku_rid(1), "commission_rate": 5}]);
    assert_eq!(set(&merchant, 8, rate.clone()).await, 404, "another store's");
    assert_eq!(
        set(&Who::merchant(&shop, 2).await, 2, json!([{"sku_rid": sku_rid(2), "commission_rate": 5}])).await,
        403
    );
    assert_eq!(set(&Who::customer(&shop).await, 1, rate).await, 403);
    let shown = shop.get(&format!("/products/{}", rid(1))).send().await.json();
    assert_eq!(
        (&shown["data"]["commission_rate"], &shown["data"]["is_distributed"]),
        (&json!(0), &json!(false))
    );
}

#[tokio::test]
async fn the_pool_has_what_all_stores_offer_to_each_other() {
    let shop = shop().await;
    let sold = Product { is_distributed: true, sales: 50, ..product(11, 2, "Lamp") };
    shop.app.pass_seconds(5);
    shop.app.put_product(&sold).await;
    let list = async |path: &str| ids(&shop.get(path).send().await);
    assert_eq!(list("/fx_distribute/index").await, [11, 10, 2]);
    assert_eq!(list("/fx_distribute/latest").await, [11, 10, 2]);
    assert_eq!(list("/fx_distribute/hot").await, [11, 10, 2]);
    assert_eq!(list("/fx_distribute/sticked").await, [10]);
    assert_eq!(list("/fx_distribute/index?page=2&per_page=2").await, [2]);
    shop.app.take_off_sale(2).await;
    assert_eq!(list("/fx_distribute/index").await, [11, 10]);
    assert_snapshot!("pool", shop.get("/fx_distribute/sticked").send().await.golden());
}

#[tokio::test]
async fn a_store_takes_a_product_up_and_sells_it() {
    let shop = shop().await;
    let (merchant, li) = (Who::merchant(&shop, 2).await, Who::customer(&shop).await);
    assert_eq!(distributed(&merchant, 1).await, [2]);
    let path = format!("/fx_distribute/{}/warehouse", rid(10));
    assert_snapshot!("taken_up", merchant.send("POST", &path, json!({"sid": "900000002"})).await.golden());
    assert_eq!((distributed(&merchant, 0).await, distributed(&merchant, 1).await), (vec![10], vec![2]));
    let item = json!({"rid": sku_rid(10), "quantity": 1, "store_rid": "900000002"});
    assert_eq!(code(&li.send("POST", "/cart", item.clone()).await), 400, "not offered yet");
    assert_eq!(take_up(&merchant, 10, "publish").await, 201);
    assert_eq!(distributed(&merchant, 1).await, [10, 2]);
    assert_eq!(code(&li.send("POST", "/cart", item.clone()).await), 201);

    // What happens to the store's own listing is no matter of the product's own store.
    let moves = json!({"rid": rid(10)});
    assert_eq!(code(&merchant.send("PUT", "/products/status/down", moves.clone()).await), 200);
    assert_eq!(distributed(&merchant, 2).await, [10]);
    assert_eq!(code(&li.send("POST", "/cart", json!({"rid": sku_rid(10), "quantity": 1})).await), 201);
    assert_eq!(code(&merchant.send("PUT", "/products/status/up", moves).await), 200);
    assert_eq!(distributed(&merchant, 1).await, [10, 2]);
}

#[tokio::test]
async fn the_own_store_decides_for_all() {
    let shop = shop().await;
    let (owner, merchant) = (Who::merchant(&shop, 1).await, Who::merchant(&shop, 2).await);
    let moves = json!({"rid": rid(2)});
    assert_eq!(code(&owner.send("PUT", "/products/status/down", moves.clone()).await), 200);
    assert_eq!((distributed(&merchant, 1).await, distributed(&merchant, 2).await), (vec![], vec![2]));
    assert_eq!(code(&owner.send("PUT", "/products/status/up", moves).await), 200);
    assert_eq!(distributed(&merchant, 1).await, [2]);
    let mut cheaper =
        shop.app.store().products(&[domain::id::ProductId::new(2)]).await.expect("products").remove(0);
    cheaper.skus[0].sale_price = domain::money::Money::from_minor(1234);
    shop.app.put_product(&cheaper).await;
    let list = merchant.get("/products/by_store?is_distributed=2").await.json();
    assert_eq!(list["data"]["products"][0]["max_sale_price"], json!(12.34));
}

#[tokio::test]
async fn a_product_is_given_back_and_taken_up_again() {
    let shop = shop().await;
    let (merchant, li) = (Who::merchant(&shop, 2).await, Who::customer(&shop).await);
    let item = json!({"rid": sku_rid(2), "quantity": 1, "store_rid": "900000002"});
    li.send("POST", "/cart", item.clone()).await;
    assert_eq!(code(&merchant.begin("DELETE", &format!("/products/{}", rid(2))).send().await), 200);
    assert_eq!(distributed(&merchant, 1).await, Vec::<i64>::new());
    assert_eq!(code(&merchant.begin("DELETE", &format!("/products/{}", rid(2))).send().await), 404);
    assert_eq!(code(&shop.get(&format!("/products/{}", rid(2))).send().await), 200, "its own store has it");
    // Who had it in the cart sees it there, and gets no more of it.
    assert_eq!(li.get("/cart").await.json()["data"]["item_count"], 1);
    assert_eq!(
        code(
            &li.send("POST", "/cart", json!({"rid": sku_rid(2), "quantity": 2, "store_rid": "900000002"}))
                .await
        ),
        404
    );
    assert_eq!(take_up(&merchant, 2, "publish").await, 201);
    assert_eq!(distributed(&merchant, 1).await, [2]);
    assert_eq!(
        code(
            &li.send("POST", "/cart", json!({"rid": sku_rid(2), "quantity": 2, "store_rid": "900000002"}))
                .await
        ),
        201
    );
}

#[tokio::test]
async fn what_is_not_offered_is_not_taken_up() {
    let shop = shop().await;
    let (owner, merchant) = (Who::merchant(&shop, 1).await, Who::merchant(&shop, 2).await);
    assert_eq!(take_up(&merchant, 1, "publish").await, 403, "not offered");
    assert_eq!(take_up(&owner, 2, "publish").await, 403, "its own");
    assert_eq!(take_up(&merchant, 3, "publish").await, 404, "off sale");
    assert_eq!(take_up(&merchant, 999, "publish").await, 404);
    assert_eq!(take_up(&Who::customer(&shop).await, 2, "publish").await, 403);
    assert_eq!(code(&shop.post(&format!("/fx_distribute/{}/publish", rid(2))).send().await), 401);
    let foreign = json!({"sid": "900000001"});
    let path = format!("/fx_distribute/{}/publish", rid(10));
    assert_eq!(code(&merchant.send("POST", &path, foreign).await), 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_who_take_a_product_up_have_one_listing() {
    let shop = shop().await;
    let mut tasks = Vec::new();
    for number in 0..20 {
        let (shop, token): (TestShop, _) = (
            shop.clone(),
            shop.app
                .account(
                    &format!("m{number}@example.com"),
                    domain::account::Role::Merchant(domain::id::StoreId::new(2)),
                )
                .await,
        );
        tasks.push(tokio::spawn(async move {
            let way = if number % 2 == 0 { "publish" } else { "warehouse" };
            assert_eq!(take_up(&Who::new(&shop, &token), 10, way).await, 201);
        }));
    }
    for task in tasks {
        task.await.expect("a task");
    }
    let merchant = Who::merchant(&shop, 2).await;
    let (stored, offered) = (distributed(&merchant, 0).await, distributed(&merchant, 1).await);
    assert_eq!(stored.iter().chain(&offered).filter(|id| **id == 10).count(), 1);
}
