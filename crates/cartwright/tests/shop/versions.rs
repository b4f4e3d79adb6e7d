//! Clients that want to be sure: `If-Match` and `Idempotency-Key` mean the same in every dialect, each of
//! which says no in its own words.

use std::time::Duration;

use app::Settings;
use app::idempotency::{Key, begin};
use axum::http::{Method, StatusCode};
use insta::assert_snapshot;
use serde_json::{Value, json};
use web::testing::{Reply, TestShop};

use crate::client::{
    ADDING, Call, DIALECTS, Dialect, Shopper, anqicms, hamgam, lexi, mt, sku_rid, wangmarket,
};
use crate::shop;

/// Every write to a cart, for a cart whose line 1 holds five pieces of product 1.
fn writes() -> Vec<Call> {
    vec![
        mt(Method::POST, "", json!({"nums": 1, "distributor_product_id": 1})),
        mt(Method::PUT, "1/", json!({"nums": 2, "distributor_product_id": 1})),
        mt(Method::PATCH, "1/", json!({"nums": 3})),
        mt(Method::DELETE, "1/", Value::Null),
        wangmarket("change", "goodsid=1&changeNumber=1&storeid=1"),
        wangmarket("change", "goodsid=1&changeNumber=-1&storeid=1"),
        wangmarket("goodsCartSelected", "goodsid=1&storeid=1&selected=0"),
        wangmarket("storeCartSelected", "storeid=1&selected=0"),
        wangmarket("clearStoreCart", "storeid=1"),
        hamgam(Method::POST, "/items", json!({"product": 1})),
        hamgam(Method::PATCH, "/items/1", json!({"quantity": 2})),
        hamgam(Method::PATCH, "/items/1", json!({"notes": "a note"})),
        hamgam(Method::DELETE, "/items/1", Value::Null),
        hamgam(Method::PATCH, "", json!({"address": 1})),
        hamgam(Method::DELETE, "", Value::Null),
        anqicms("add", json!({"archive_id": 1, "quantity": 1})),
        anqicms("update", json!({"archive_id": 1, "quantity": 2})),
        anqicms("remove", json!({"id": 1})),
        lexi(Method::POST, "", json!({"rid": sku_rid(1), "quantity": 4})),
        lexi(Method::PUT, "", json!({"rid": sku_rid(1), "quantity": 2})),
        lexi(Method::POST, "/20000000001/remove", Value::Null),
        lexi(Method::POST, "/remove", json!({"rids": [sku_rid(1)]})),
        lexi(Method::DELETE, "", Value::Null),
    ]
}

/// A customer with a cart of two writes.
async fn customer(shop: &TestShop, number: usize) -> Shopper {
    let customer = Shopper::new_customer(shop, &format!("li{number}@example.com")).await;
    customer.done(&Dialect::Mt.add(1, 2)).await;
    customer.done(&Dialect::Wangmarket.add(1, 3)).await;
    customer
}

#[tokio::test]
async fn one_cart_has_one_version_in_every_dialect() {
    let shop = shop().await;
    let customer = customer(&shop, 0).await;
    for (at, dialect) in DIALECTS.into_iter().enumerate() {
        for view in DIALECTS {
            assert_eq!(customer.done(&view.view()).await.header("etag"), format!("\"{}\"", at + 2));
        }
        customer.done(&dialect.add(1, 1)).await;
    }
}

#[tokio::test]
async fn every_write_with_the_version_that_is_there_is_done() {
    let shop = shop().await;
    for (at, call) in writes().iter().enumerate() {
        let customer = customer(&shop, at).await;
        let before = customer.views().await;
        let reply = customer.send_with(call, &[("if-match", "\"2\"")]).await;
        assert!(call.dialect.is_done(&reply), "{call:?}: {} {}", reply.status, reply.body);
        assert_eq!(reply.header("etag"), "\"3\"", "{call:?}");
        assert_ne!(customer.views().await, before, "{call:?}");
    }
}

#[tokio::test]
async fn every_write_with_another_version_is_refused_and_told_the_one_that_is_there() {
    let shop = shop().await;
    let mut last = None;
    for (at, call) in writes().iter().enumerate() {
        let customer = customer(&shop, at).await;
        let before = customer.views().await;
        for stale in ["\"1\"", "\"3\"", "\"0\"", "W/\"2\"", "2", "\"of another shop\""] {
            let reply = customer.send_with(call, &[("if-match", stale)]).await;
            assert_eq!(
                reply.status,
                StatusCode::PRECONDITION_FAILED,
                "{call:?} with {stale}: {}",
                reply.body
            );
            assert_eq!(reply.header("etag"), "\"2\"", "{call:?}");
            assert_eq!(customer.views().await, before, "{call:?} with {stale}");
            if last != Some(call.dialect) {
                assert_snapshot!(format!("stale_{:?}", call.dialect), reply.golden());
            }
            last = Some(call.dialect);
        }
    }
}

#[tokio::test]
async fn a_read_never_answers_that_nothing_has_changed() {
    let shop = shop().await;
    let customer = customer(&shop, 0).await;
    for dialect in DIALECTS {
        let reply = customer.send_with(&dialect.view(), &[("if-none-match", "\"2\"")]).await;
        assert_eq!((reply.status, reply.header("etag")), (StatusCode::OK, "\"2\""), "{dialect:?}");
    }
}

#[tokio::test]
async fn every_write_under_a_key_is_done_once_and_answered_twice() {
    let shop = shop().await;
    for (at, call) in writes().iter().enumerate() {
        let customer = customer(&shop, at).await;
        let first = customer.send_with(call, &[("idempotency-key", "k")]).await;
        assert!(call.dialect.is_done(&first), "{call:?}: {} {}", first.status, first.body);
        assert_eq!(first.header("idempotent-replayed"), "");
        let done = customer.views().await;
        let second = customer.send_with(call, &[("idempotency-key", "k")]).await;
        assert_eq!(second.header("idempotent-replayed"), "true", "{call:?}");
        let said =
            |reply: &Reply| (reply.status, reply.header("content-type").to_owned(), reply.body.clone());
        assert_eq!(said(&second), said(&first), "{call:?}");
        assert_eq!(customer.views().await, done, "{call:?}");
    }
}

#[tokio::test]
async fn a_key_is_for_one_request_over_all_dialects() {
    let shop = shop().await;
    let customer = customer(&shop, 0).await;
    let key = [("idempotency-key", "k")];
    customer.send_with(&Dialect::Mt.add(1, 1), &key).await;
    let before = customer.views().await;
    for dialect in DIALECTS {
        let reply = customer.send_with(&dialect.add(1, 2), &key).await;
        assert_snapshot!(format!("key_reused_{dialect:?}"), reply.golden());
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(customer.views().await, before);
    // Of another shopper it is another key.
    let other = Shopper::new_customer(&shop, "wang@example.com").await;
    let reply = other.send_with(&Dialect::Mt.add(1, 2), &key).await;
    assert_eq!((reply.status, reply.header("idempotent-replayed")), (StatusCode::CREATED, ""));
}

#[tokio::test]
async fn a_key_whose_request_still_runs_is_a_conflict() {
    let settings = Settings { key_wait: Duration::ZERO, ..Settings::default() };
    let shop = TestShop::with(settings, cartwright::routes);
    shop.app.stock().await;
    let customer = customer(&shop, 0).await;
    let before = customer.views().await;
    let session = shop.app.sessions().by_token(&customer.token, shop.app.now()).await;
    let owner = session.expect("a lookup").expect("a session").owner;
    let key = Key { owner, key: "k".to_owned(), request: [0; 32] };
    let running = begin(&shop.app, key).await.expect("a turn");
    for dialect in DIALECTS {
        let reply = customer.send_with(&dialect.add(1, 1), &[("idempotency-key", "k")]).await;
        assert_snapshot!(format!("key_running_{dialect:?}"), reply.golden());
        assert_eq!(reply.status, StatusCode::CONFLICT);
    }
    assert_eq!(customer.views().await, before);
    drop(running);
    let reply = customer.send_with(&Dialect::Mt.add(1, 1), &[("idempotency-key", "k")]).await;
    assert_eq!(reply.status, StatusCode::CREATED, "a conflict is not kept");
}

#[tokio::test]
async fn a_stale_version_is_not_kept_under_a_key() {
    let shop = shop().await;
    for (at, dialect) in ADDING.into_iter().enumerate() {
        let customer = customer(&shop, at).await;
        let add = async |version: &str| {
            let headers = [("idempotency-key", "k"), ("if-match", version)];
            customer.send_with(&dialect.add(1, 1), &headers).await
        };
        assert_eq!(add("\"1\"").await.status, StatusCode::PRECONDITION_FAILED);
        assert!(dialect.is_done(&add("\"2\"").await), "{dialect:?}");
        // Once done it is done, whatever the version is by now.
        assert_eq!(add("\"2\"").await.header("idempotent-replayed"), "true");
        assert_eq!(customer.lines().await, [(1, 1, 6)], "{dialect:?}");
    }
}

#[tokio::test]
async fn a_read_takes_no_key() {
    let shop = shop().await;
    let customer = customer(&shop, 0).await;
    let key = [("idempotency-key", "k")];
    for dialect in DIALECTS {
        customer.send_with(&dialect.view(), &key).await;
        customer.done(&dialect.add(1, 1)).await;
        let shown = customer.send_with(&dialect.view(), &key).await.golden();
        assert_eq!(shown, customer.send(&dialect.view()).await.golden(), "{dialect:?}");
    }
}

#[tokio::test]
async fn a_redirect_takes_no_key() {
    let shop = shop().await;
    let customer = customer(&shop, 0).await;
    let authorization = format!("Token {}", customer.token);
    for _ in 0..2 {
        let request = shop.post("/rest_api/mt_shop_cart").header("authorization", &authorization);
        let reply = request.header("idempotency-key", "k").json(&json!({})).send().await;
        assert_eq!((reply.status.as_u16(), reply.header("location")), (301, "/rest_api/mt_shop_cart/"));
    }
}

#[tokio::test]
async fn what_issues_or_ends_a_token_takes_no_key() {
    let shop = shop().await;
    let guest = Shopper::new_guest(&shop).await;
    let name = format!("token={}&username=li@example.com&password=a-good-secret", guest.token);
    let login = "email=li@example.com&password=a-good-secret";
    for (path, form, status) in [
        ("/login/reg.json", name.as_str(), 200),
        ("/login/getToken.json", name.as_str(), 200),
        ("/login/login.json", name.as_str(), 200),
        ("/api/login", login, 200),
        ("/auth/login", login, 200),
        ("/v1.0/auth/business_login", login, 200),
        ("/api/v1.0/auth/register", login, 200),
        ("/auth/logout", login, 200),
        // A guest gets no other token.
        ("/token", login, 401),
        // Codes are switched off here.
        ("/api/users/auth/otp/signin", "mobile_number=%2B989120000001", 400),
        ("/api/users/auth/otp/verify", "code=123456", 400),
        ("/login/logout.json", name.as_str(), 200),
    ] {
        for _ in 0..2 {
            let request = shop.post(path).header("idempotency-key", "k").header("token", &guest.token);
            let reply = request.form(form).send().await;
            assert_eq!((reply.status.as_u16(), reply.header("idempotent-replayed")), (status, ""), "{path}");
        }
    }
}

#[tokio::test]
async fn a_body_over_a_mebibyte_is_refused_in_the_words_of_each_dialect() {
    let shop = shop().await;
    for (dialect, path) in DIALECTS.into_iter().zip([
        "/rest_api/mt_shop_cart/",
        "/cart/change.json",
        "/api/shop/cart/items",
        "/api/cart/add",
        "/cart",
    ]) {
        let reply = shop.post(path).body("application/json", vec![b' '; web::BODY_LIMIT + 1]).send().await;
        assert_snapshot!(format!("too_large_{dialect:?}"), reply.golden());
    }
}
