//! `/auth/` and `/token`.

use domain::account::{Identifier, Password, Role};
use domain::id::StoreId;
use insta::assert_snapshot;
use serde_json::{Value, json};
use web::testing::{Reply, TestShop};

use crate::{Who, basic, code, shop, sku_rid};

const PASSWORD: &str = "correct horse";

async fn post(shop: &TestShop, path: &str, header: &str, body: Value) -> Reply {
    shop.post(path).header("authorization", header).json(&body).send().await
}

async fn register(shop: &TestShop, body: Value) -> Reply {
    post(shop, "/auth/register", "", body).await
}

async fn registered() -> TestShop {
    let shop = shop().await;
    let body = json!({"email": "li@example.com", "password": PASSWORD, "username": "xiaoli"});
    assert_snapshot!("registered", register(&shop, body).await.golden());
    shop
}

#[tokio::test]
async fn whoever_registers_can_log_in() {
    let shop = registered().await;
    let body = json!({"email": "li@example.com", "password": PASSWORD});
    let reply = post(&shop, "/auth/login", "", body).await;
    assert_snapshot!("logged_in", reply.golden());
    let token = reply.json()["data"]["token"].as_str().expect("a token").to_owned();
    assert_eq!(code(&Who::new(&shop, &token).get("/wishlist").await), 200);
    for header in [basic("li@example.com", PASSWORD), basic("li@example.com", PASSWORD).replace(' ', "  ")] {
        assert_eq!(code(&shop.post("/auth/login").header("authorization", &header).send().await), 200);
    }
    let by_name = post(&shop, "/auth/login", "", json!({"email": "xiaoli", "password": PASSWORD})).await;
    assert_eq!(code(&by_name), 200);
}

#[tokio::test]
async fn a_wrong_password_is_an_error_with_http_200() {
    let shop = registered().await;
    let wrong = post(&shop, "/auth/login", "", json!({"email": "li@example.com", "password": "wrong"})).await;
    assert_snapshot!("wrong_password", wrong.golden());
    let reply = post(&shop, "/auth/login", &basic("nobody@example.com", "wrong"), json!({})).await;
    assert_eq!(reply.golden(), wrong.golden());
    for body in
        [json!({}), json!({"email": "li@example.com"}), json!([]), json!({"email": [], "password": 1})]
    {
        assert_eq!(code(&post(&shop, "/auth/login", "", body.clone()).await), 400, "{body}");
    }
}

#[tokio::test]
async fn a_name_is_registered_once() {
    let shop = registered().await;
    let taken = register(&shop, json!({"email": "LI@example.com", "password": PASSWORD})).await;
    assert_snapshot!("name_taken", taken.golden());
    let body = json!({"email": "wang@example.com", "password": PASSWORD, "username": "xiaoli"});
    assert_eq!(register(&shop, body).await.golden(), taken.golden());
    for (field, body) in [
        ("email", json!({})),
        ("email", json!({"email": "wang", "password": PASSWORD})),
        ("password", json!({"email": "wang@example.com", "password": "short"})),
        ("password", json!({"email": "wang@example.com", "password": null})),
        ("username", json!({"email": "wang@example.com", "password": PASSWORD, "username": "a b"})),
    ] {
        let status = json!({"code": 400, "message": format!("Bad request: {field}.")});
        assert_eq!(register(&shop, body.clone()).await.json()["status"], status, "{body}");
    }
    let body = json!({"email": "wang@example.com", "password": PASSWORD, "username": "wang@example.com"});
    assert_eq!(code(&register(&shop, body).await), 201);
}

#[tokio::test]
async fn a_merchant_learns_their_store() {
    let shop = registered().await;
    let ctx = app::Ctx::new(&shop.app, None);
    let email = Identifier::parse_email("shop@example.com").expect("an address");
    let password = Password::parse(PASSWORD).expect("a password");
    let role = Role::Merchant(StoreId::new(2));
    app::shopper::add_account(&ctx, &[email], Some(&password), role).await.expect("an account");
    let log_in =
        async |email: &str| post(&shop, "/auth/business_login", &basic(email, PASSWORD), json!({})).await;
    assert_snapshot!("business", log_in("shop@example.com").await.golden());
    assert_snapshot!("no_business", log_in("li@example.com").await.golden());
}

#[tokio::test]
async fn a_guests_cart_is_merged_at_login() {
    let shop = registered().await;
    let guest = Who::guest(&shop).await;
    guest.send("POST", "/cart", json!({"rid": sku_rid(1), "quantity": 2})).await;
    let body = json!({"email": "li@example.com", "password": PASSWORD});
    let reply = guest.send("POST", "/auth/login", body).await;
    let token = reply.json()["data"]["token"].as_str().expect("a token").to_owned();
    let customer = Who::new(&shop, &token);
    assert_eq!(customer.get("/cart").await.json()["data"]["total_quantity"], 2);
}

#[tokio::test]
async fn a_logout_ends_the_token() {
    let shop = shop().await;
    let who = Who::customer(&shop).await;
    assert_snapshot!("logged_out", who.send("POST", "/auth/logout", json!({})).await.golden());
    assert_eq!(who.get("/cart").await.status, 401);
    assert_eq!(who.send("POST", "/auth/logout", json!({})).await.json()["success"], true);
}

#[tokio::test]
async fn one_more_token_works_for_two_hours() {
    let shop = shop().await;
    let who = Who::customer(&shop).await;
    let reply = who.send("POST", "/token", json!({})).await;
    assert_snapshot!("renewed", reply.golden());
    let token = reply.json()["data"]["token"].as_str().expect("a token").to_owned();
    let renewed = Who::new(&shop, &token);
    assert_eq!(renewed.get("/cart").await.status, 200);
    shop.app.pass_seconds(7201);
    assert_eq!(renewed.get("/cart").await.status, 401);
}

#[tokio::test]
async fn no_token_is_kept_under_a_key() {
    let shop = registered().await;
    let body = json!({"email": "li@example.com", "password": PASSWORD});
    let who = Who::customer_of(&shop, "wang@example.com").await;
    for path in ["/auth/login", "/api/v1.0/auth/login", "/token", "/v1.0/token"] {
        let send = async || who.begin("POST", path).header("idempotency-key", "k").json(&body).send().await;
        let (first, second) = (send().await, send().await);
        assert_ne!(first.json()["data"]["token"], second.json()["data"]["token"], "{path}");
        assert_eq!(second.header("idempotent-replayed"), "", "{path}");
    }
}
