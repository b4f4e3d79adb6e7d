//! One shopper, five clients, one cart: as a guest, at the login, and after the logout.

use axum::http::Method;
use insta::assert_snapshot;
use serde_json::json;
use web::testing::TestShop;

use crate::client::{DIALECTS, Dialect, Shopper, anqicms, hamgam, mt, wangmarket};
use crate::shop;

const NAME: &str = "username=li@example.com&password=a-good-secret";

/// Logs in with the token of a guest, which stays the client's.
async fn log_in(shop: &TestShop, guest: &Shopper) -> Shopper {
    let form = format!("token={}&{NAME}", guest.token);
    let reply = shop.post("/shop/api/login/login.json").form(&form).send().await.json();
    assert_eq!((&reply["result"], &reply["token"]), (&json!(1), &json!(guest.token)));
    Shopper::customer(shop, guest.token.clone())
}

/// A customer who has a cart from another device.
async fn register(shop: &TestShop) -> Shopper {
    let reply = shop.post("/shop/api/login/reg.json").form(NAME).send().await;
    let customer = Shopper::customer(shop, reply.json()["token"].as_str().expect("a token").to_owned());
    customer.done(&mt(Method::POST, "", json!({"nums": 98, "distributor_product_id": 1}))).await;
    let door = json!({"product": 8, "notes": "سفید"});
    customer.done(&hamgam(Method::POST, "/items", door)).await;
    customer.done(&anqicms("add", json!({"archive_id": 2, "sku_id": 20, "quantity": 4}))).await;
    customer
}

/// A guest who fills a cart, each product with another client.
async fn browse(shop: &TestShop) -> Shopper {
    let guest = Shopper::new_guest(shop).await;
    guest.done(&wangmarket("change", "goodsid=1&changeNumber=3&storeid=1")).await;
    let red = json!({"archive_id": 2, "sku_id": 20, "quantity": 2, "order_extra": {"gift": true}});
    guest.done(&anqicms("add", red)).await;
    guest.done(&mt(Method::POST, "", json!({"nums": 2, "distributor_product_id": 7}))).await;
    let door = json!({"product": 8, "notes": "the left one"});
    guest.done(&hamgam(Method::POST, "/items", door)).await;
    guest
}

#[tokio::test]
async fn what_one_client_of_a_guest_puts_in_every_other_one_sees() {
    let shop = shop().await;
    let guest = browse(&shop).await;
    assert_eq!(guest.lines().await, [(1, 1, 3), (2, 20, 2), (7, 7, 2), (8, 8, 1)]);
    for (dialect, view) in DIALECTS.iter().zip(guest.views().await) {
        assert_snapshot!(format!("guest_{dialect:?}"), view);
    }
}

#[tokio::test]
async fn the_guests_cart_goes_into_the_customers_at_the_login() {
    let shop = shop().await;
    let other_device = register(&shop).await;
    let guest = browse(&shop).await;
    let customer = log_in(&shop, &guest).await;
    // Clipped to a stock of 100 and of 5.
    assert_eq!(customer.lines().await, [(1, 1, 100), (8, 8, 2), (2, 20, 5), (7, 7, 2)]);
    for (dialect, view) in DIALECTS.iter().zip(customer.views().await) {
        assert_snapshot!(format!("customer_{dialect:?}"), view);
    }
    assert_eq!(customer.views().await, other_device.views().await);

    // The same login again changes nothing.
    log_in(&shop, &guest).await;
    assert_eq!(customer.views().await, other_device.views().await);
    // What the other device does from now on is in the same cart.
    other_device.done(&Dialect::Wangmarket.add(1, -99)).await;
    assert_eq!(customer.lines().await, [(1, 1, 1), (8, 8, 2), (2, 20, 5), (7, 7, 2)]);
}

#[tokio::test]
async fn a_guests_secret_is_worth_nothing_after_the_login() {
    let shop = shop().await;
    register(&shop).await;
    let guest = browse(&shop).await;
    log_in(&shop, &guest).await;
    // In the `cart` header it would be a guest's.
    let reply = guest.send(&Dialect::Anqicms.view()).await;
    assert!(Dialect::Anqicms.is_not_logged_in(&reply), "{}", reply.body);
}

#[tokio::test]
async fn logging_out_ends_the_token_in_every_dialect_and_no_other_token() {
    let shop = shop().await;
    let other_device = register(&shop).await;
    let guest = browse(&shop).await;
    let customer = log_in(&shop, &guest).await;
    let before = other_device.views().await;
    let form = format!("token={}", customer.token);
    let reply = shop.post("/shop/api/login/logout.json").form(&form).send().await;
    assert_eq!(reply.body, r#"{"result":1,"info":"成功"}"#);
    for dialect in DIALECTS {
        for call in [dialect.view(), dialect.add(1, 1)] {
            let reply = customer.send(&call).await;
            assert!(dialect.is_not_logged_in(&reply), "{call:?}: {}", reply.body);
        }
    }
    assert_eq!(other_device.views().await, before);
}

#[tokio::test]
async fn a_customer_of_one_dialects_login_is_the_same_in_every_other() {
    let shop = shop().await;
    let other_device = register(&shop).await;
    let login = json!({"email": "li@example.com", "password": "a-good-secret"});
    let reply = shop.post("/api/login").json(&login).send().await;
    let token = reply.json()["data"]["token"].as_str().expect("a token").to_owned();
    assert_eq!(Shopper::customer(&shop, token).views().await, other_device.views().await);
}
