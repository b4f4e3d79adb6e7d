//! `Idempotency-Key`, `If-Match` and `ETag`: who sends them has opted in to other statuses than 200.

use std::time::Duration;

use app::cart::{Extras, Item};
use app::idempotency::{Key, begin};
use app::{Ctx, Settings};
use dialect_wangmarket::routes;
use domain::id::ListingId;
use insta::assert_snapshot;
use web::testing::{Reply, TestShop};

use crate::{Client, refusal, shop_and_customer};

const CHANGE: &str = "/cart/change.json";
const ADD_TWO: &str = "goodsid=1&changeNumber=2&storeid=1";

impl Client {
    async fn keyed(&self, path: &str, form: &str, key: &str) -> Reply {
        self.asking(path, form).header("idempotency-key", key).send().await
    }

    async fn seeing(&self, path: &str, form: &str, version: &str) -> Reply {
        self.asking(path, form).header("if-match", version).send().await
    }
}

#[tokio::test]
async fn the_same_key_adds_once() {
    let (_, li) = shop_and_customer().await;
    let first = li.keyed(CHANGE, ADD_TWO, "k1").await;
    let second = li.keyed(CHANGE, ADD_TWO, "k1").await;
    assert_eq!((first.status, &first.body), (second.status, &second.body));
    assert_eq!((first.header("idempotent-replayed"), second.header("idempotent-replayed")), ("", "true"));
    assert_eq!(li.number(1, 1).await, 2);
    li.keyed(CHANGE, ADD_TWO, "k2").await;
    assert_eq!(li.number(1, 1).await, 4);
}

#[tokio::test]
async fn every_write_to_the_cart_takes_a_key() {
    let (_, li) = shop_and_customer().await;
    li.change(1, 2).await;
    for (key, path, form) in [
        ("a", "/cart/goodsCartSelected.json", "goodsid=1&storeid=1&selected=0"),
        ("b", "/shop/api/cart/storeCartSelected.json", "storeid=1&selected=1"),
        ("c", "/cart/clearStoreCart.json", "storeid=1"),
    ] {
        let first = li.keyed(path, form, key).await;
        li.change(1, 1).await;
        let second = li.keyed(path, form, key).await;
        assert_eq!((second.header("idempotent-replayed"), &second.body), ("true", &first.body), "{path}");
    }
    assert_eq!(li.number(1, 1).await, 1, "what came after the first was not cleared");
}

#[tokio::test]
async fn a_read_takes_no_key() {
    let (_, li) = shop_and_customer().await;
    for path in ["/cart/getStoreCart.json", "/cart/getCart.json", "/cart/getGoodsCart.json"] {
        li.keyed(path, "storeid=1&goodsid=1", path).await;
        li.change(1, 1).await;
        let reply = li.keyed(path, "storeid=1&goodsid=1", path).await;
        assert_eq!(reply.header("idempotent-replayed"), "");
        assert_ne!(reply.json()["number"], 0);
    }
}

#[tokio::test]
async fn a_refusal_is_replayed_too() {
    let (_, li) = shop_and_customer().await;
    let first = li.keyed(CHANGE, "goodsid=4&changeNumber=1&storeid=1", "k1").await;
    let second = li.keyed(CHANGE, "goodsid=4&changeNumber=1&storeid=1", "k1").await;
    assert_eq!(refusal(&second), "增加失败，商品库存不足");
    assert_eq!((second.header("idempotent-replayed"), &second.body), ("true", &first.body));
}

#[tokio::test]
async fn a_key_is_for_one_request() {
    let (_, li) = shop_and_customer().await;
    li.keyed(CHANGE, ADD_TWO, "k1").await;
    assert_snapshot!(li.keyed(CHANGE, "goodsid=1&changeNumber=3&storeid=1", "k1").await.golden());
    assert_eq!(li.keyed("/shop/api/cart/change.json", ADD_TWO, "k1").await.status, 422, "another path");
    assert_eq!(li.number(1, 1).await, 2);
}

#[tokio::test]
async fn two_shoppers_never_meet_under_one_key() {
    let (shop, li) = shop_and_customer().await;
    let wang = Client { shop: shop.clone(), token: shop.app.customer("wang@example.com").await };
    li.keyed(CHANGE, ADD_TWO, "k1").await;
    assert_eq!(wang.keyed(CHANGE, ADD_TWO, "k1").await.header("idempotent-replayed"), "");
    assert_eq!(wang.number(1, 1).await, 2);
}

#[tokio::test]
async fn a_guests_key_works_on_after_the_login() {
    let (shop, _) = shop_and_customer().await;
    let guest = Client { shop: shop.clone(), token: shop.app.guest().await };
    let first = guest.keyed(CHANGE, ADD_TWO, "k1").await;
    guest.post("/login/reg.json", "username=xiaowang&password=a-long-password").await;
    let second = guest.keyed(CHANGE, ADD_TWO, "k1").await;
    assert_eq!((second.header("idempotent-replayed"), &second.body), ("true", &first.body));
    assert_eq!(guest.number(1, 1).await, 2);
}

#[tokio::test]
async fn a_write_under_a_key_that_a_login_overtakes_is_to_be_repeated() {
    let (shop, _) = shop_and_customer().await;
    let form = "username=xiaowang&password=a-long-password";
    let wang = Client { shop: shop.clone(), token: shop.app.guest().await };
    wang.post("/login/reg.json", form).await;
    wang.keyed(CHANGE, ADD_TWO, "k1").await;

    let guest = Client { shop: shop.clone(), token: shop.app.guest().await };
    let session = shop.app.sessions().by_token(&guest.token, shop.app.now()).await.unwrap().unwrap();
    let key = Key { owner: session.owner, key: "k1".to_owned(), request: [7; 32] };
    let ctx = Ctx { key: Some(key), ..Ctx::new(&shop.app, Some(session)) };
    guest.post("/login/login.json", form).await;

    let item = Item { listing: ListingId::new(1), sku: None };
    let overtaken = app::cart::add(&ctx, item, 1, Extras::default()).await;
    assert!(matches!(overtaken, Err(app::Error::KeyRunning)), "{overtaken:?}");
    assert_eq!(wang.number(1, 1).await, 2);
}

#[tokio::test]
async fn a_write_whose_reply_was_lost_shows_nobody_the_cart_that_a_login_has_emptied() {
    let (shop, _) = shop_and_customer().await;
    let guest = Client { shop: shop.clone(), token: shop.app.guest().await };
    let session = shop.app.sessions().by_token(&guest.token, shop.app.now()).await.unwrap().unwrap();
    let key = Key { owner: session.owner, key: "k1".to_owned(), request: [7; 32] };
    // As another server sees it, which has not heard of the login yet.
    let ctx = Ctx { key: Some(key), ..Ctx::new(&shop.app, Some(session)) };
    let item = Item { listing: ListingId::new(1), sku: None };
    let add = || app::cart::add(&ctx, item, 1, Extras::default());
    assert_eq!(add().await.unwrap().quantity_of(item.listing), 1);
    assert_eq!(add().await.unwrap().quantity_of(item.listing), 1, "it is in already");

    guest.post("/login/reg.json", "username=xiaowang&password=a-long-password").await;
    let overtaken = add().await;
    assert!(matches!(overtaken, Err(app::Error::KeyRunning)), "{overtaken:?}");
    assert_eq!(guest.number(1, 1).await, 1);
}

#[tokio::test]
async fn a_key_that_still_runs_is_a_conflict() {
    let shop = TestShop::with(Settings { key_wait: Duration::ZERO, ..Settings::default() }, routes);
    shop.app.stock().await;
    let li = Client { shop: shop.clone(), token: shop.app.customer("li@example.com").await };
    let session = shop.app.sessions().by_token(&li.token, shop.app.now()).await.unwrap().unwrap();
    let key = Key { owner: session.owner, key: "k1".to_owned(), request: [0; 32] };
    let running = begin(&shop.app, key).await.unwrap();
    assert_snapshot!(li.keyed(CHANGE, ADD_TWO, "k1").await.golden());
    drop(running);
    assert_eq!(li.keyed(CHANGE, ADD_TWO, "k1").await.status, 200);
    assert_eq!(li.number(1, 1).await, 2);
}

#[tokio::test]
async fn a_bad_key_is_refused() {
    let (_, li) = shop_and_customer().await;
    for key in ["", &"k".repeat(256)] {
        let sentence = refusal(&li.keyed(CHANGE, ADD_TWO, key).await);
        assert_eq!(sentence, "Idempotency-Key 须为 1 至 255 个可打印字符");
    }
    assert_eq!(li.number(1, 1).await, 0);
}

#[tokio::test]
async fn a_key_of_nobody_is_not_looked_at() {
    let (shop, _) = shop_and_customer().await;
    let request = shop.post(CHANGE).header("idempotency-key", "k1").form("token=stale&goodsid=1");
    assert_eq!(request.send().await.json()["info"], "not login");
}

#[tokio::test]
async fn a_stale_version_is_refused() {
    let (_, li) = shop_and_customer().await;
    let version = li.change(1, 2).await.header("etag").to_owned();
    assert_eq!(li.seeing(CHANGE, ADD_TWO, &version).await.json()["number"], 4);
    assert_snapshot!(li.seeing(CHANGE, ADD_TWO, &version).await.golden());
    for (path, form) in [
        ("/cart/goodsCartSelected.json", "goodsid=1&storeid=1&selected=0"),
        ("/cart/storeCartSelected.json", "storeid=1&selected=0"),
        ("/cart/clearStoreCart.json", "storeid=1"),
        (CHANGE, "goodsid=1&changeNumber=-1&storeid=1"),
    ] {
        let reply = li.seeing(path, form, &version).await;
        assert_eq!((reply.status.as_u16(), reply.header("etag")), (412, "\"2\""), "{path}");
    }
    assert_eq!(li.number(1, 1).await, 4);
    assert_eq!(li.seeing(CHANGE, ADD_TWO, "*").await.json()["number"], 6);
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused() {
    let (_, li) = shop_and_customer().await;
    let reply = li.post(CHANGE, &format!("{ADD_TWO}&note={}", "x".repeat(web::BODY_LIMIT))).await;
    assert_snapshot!(reply.golden());
}

#[tokio::test]
async fn a_shop_that_cannot_write_is_unavailable() {
    let (shop, li) = shop_and_customer().await;
    li.change(1, 2).await;
    shop.app.store().close();
    assert_snapshot!(li.change(1, 2).await.golden());
}
