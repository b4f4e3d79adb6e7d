//! `/api/users/auth/otp`.

use std::num::NonZeroU32;

use app::Settings;
use axum::http::Method;
use dialect_hamgam::routes;
use insta::assert_snapshot;
use serde_json::{Value, json};
use web::testing::{Reply, TestShop};

use crate::gateway::Gateway;
use crate::{CART, Shopper, shop};

const SIGN_IN: &str = "/api/users/auth/otp/signin";
const VERIFY: &str = "/api/users/auth/otp/verify";
const PHONE: &str = "+98 912-000-0000";

async fn shop_and_gateway() -> (TestShop, Gateway) {
    let gateway = Gateway::answering("200 OK");
    let shop = TestShop::with(gateway.settings(), routes);
    shop.app.stock().await;
    (shop, gateway)
}

async fn sign_in(shop: &TestShop, mobile_number: &str) -> Reply {
    shop.post(SIGN_IN).json(&json!({"mobile_number": mobile_number})).send().await
}

/// The session that a sign-in began, as the client sends it back.
async fn session(shop: &TestShop) -> String {
    let reply = sign_in(shop, PHONE).await;
    let (cookie, _) = reply.header("set-cookie").split_once(';').expect("a cookie with attributes");
    cookie.to_owned()
}

async fn verify(shop: &TestShop, cookie: &str, code: &str) -> Reply {
    shop.post(VERIFY).header("cookie", cookie).json(&json!({"code": code})).send().await
}

fn another(code: &str) -> &'static str {
    if code == "000000" { "000001" } else { "000000" }
}

fn token(reply: &Reply) -> String {
    reply.json()["token"].as_str().expect("a token").to_owned()
}

#[tokio::test]
async fn a_code_is_sent_and_logs_in() {
    let (shop, gateway) = shop_and_gateway().await;
    let sent = sign_in(&shop, PHONE).await;
    assert_snapshot!("sent", sent.golden());
    let message = gateway.message().expect("a message");
    assert_eq!(message.content_type, "application/json");
    assert_eq!(message.body["to"], "+989120000000");
    let code = message.body["text"].as_str().expect("a code");
    assert!(code.len() == 6 && code.bytes().all(|digit| digit.is_ascii_digit()), "{code}");

    let (cookie, _) = sent.header("set-cookie").split_once(';').expect("a cookie");
    let reply = verify(&shop, cookie, code).await;
    assert_snapshot!("token", reply.golden());
    let token = token(&reply);
    assert!(token.len() == 40 && token.bytes().all(|digit| digit.is_ascii_hexdigit()), "{token}");
    let shopper = Shopper::with_token(&shop, token);
    assert_snapshot!("first_cart", shopper.get(CART).await.golden());
}

#[tokio::test]
async fn the_same_phone_is_the_same_customer() {
    let (shop, gateway) = shop_and_gateway().await;
    let mut carts = Vec::new();
    for _ in 0..2 {
        let cookie = session(&shop).await;
        let reply = verify(&shop, &cookie, &gateway.code()).await;
        let shopper = Shopper::with_token(&shop, token(&reply));
        carts.push(shopper.add(&json!({"product": 1})).await.json());
    }
    assert_eq!(carts[0]["id"], carts[1]["id"]);
    assert_eq!(carts[1]["quantity"], 2);
}

#[tokio::test]
async fn a_guests_cart_goes_along() {
    let (shop, gateway) = shop_and_gateway().await;
    let guest = Shopper::guest(&shop).await;
    guest.add(&json!({"product": 8, "quantity": 2, "notes": "red"})).await;
    let cookie = session(&shop).await;
    let request = shop.post(VERIFY).header("cookie", &cookie).header("authorization", &guest.authorization);
    let reply = request.json(&json!({"code": gateway.code()})).send().await;
    let customer = Shopper::with_token(&shop, token(&reply));
    assert_snapshot!("merged_cart", customer.get(CART).await.golden());
    assert_eq!(guest.pieces().await, 0);
}

#[tokio::test]
async fn a_code_works_once() {
    let (shop, gateway) = shop_and_gateway().await;
    let (cookie, code) = (session(&shop).await, gateway.code());
    assert_eq!(verify(&shop, &cookie, &code).await.status, 200);
    assert_snapshot!("used_code", verify(&shop, &cookie, &code).await.golden());
}

#[tokio::test]
async fn a_code_is_tried_five_times_at_most() {
    let (shop, gateway) = shop_and_gateway().await;
    for wrong in 4..=5 {
        let (cookie, code) = (session(&shop).await, gateway.code());
        for _ in 0..wrong {
            assert_eq!(verify(&shop, &cookie, another(&code)).await.status, 400);
        }
        let expected = if wrong < 5 { 200 } else { 400 };
        assert_eq!(verify(&shop, &cookie, &code).await.status, expected, "after {wrong} wrong ones");
    }
}

#[tokio::test]
async fn a_code_works_for_five_minutes() {
    let (shop, gateway) = shop_and_gateway().await;
    for (seconds, expected) in [(299, 200), (300, 400)] {
        let (cookie, code) = (session(&shop).await, gateway.code());
        shop.app.pass_seconds(seconds);
        assert_eq!(verify(&shop, &cookie, &code).await.status, expected, "after {seconds} s");
    }
}

#[tokio::test]
async fn a_code_works_in_its_own_session_only() {
    let (shop, gateway) = shop_and_gateway().await;
    let (cookie, code) = (session(&shop).await, gateway.code());
    let other = session(&shop).await;
    for (name, cookie) in
        [("no_cookie", "a=b"), ("unknown_session", "otp_session=abc"), ("other_session", &other)]
    {
        assert_snapshot!(name, verify(&shop, cookie, &code).await.golden());
    }
    assert_eq!(shop.post(VERIFY).json(&json!({"code": code})).send().await.status, 400);
    assert_eq!(verify(&shop, &format!("a=b; {cookie}"), &code).await.status, 200);
}

#[tokio::test]
async fn what_is_no_phone_number_is_refused() {
    let (shop, gateway) = shop_and_gateway().await;
    for (name, body) in [
        ("number_missing", json!({})),
        ("number_null", json!({"mobile_number": null})),
        ("number_blank", json!({"mobile_number": " "})),
        ("number_bool", json!({"mobile_number": true})),
        ("number_list", json!({"mobile_number": ["+989120000000"]})),
        ("number_text", json!({"mobile_number": "li@example.com"})),
        ("number_short", json!({"mobile_number": 123})),
        ("number_long", json!({"mobile_number": "9".repeat(100_000)})),
        ("number_nul", json!({"mobile_number": "+98912000\0"})),
        ("sign_in_list", json!([])),
        ("sign_in_null", json!(null)),
    ] {
        let reply = shop.post(SIGN_IN).json(&body).send().await;
        assert_eq!(reply.status, 400, "{name}");
        assert_snapshot!(name, reply.golden());
    }
    assert!(gateway.message().is_none());
}

#[tokio::test]
async fn what_is_no_code_is_refused() {
    let (shop, gateway) = shop_and_gateway().await;
    let (cookie, code) = (session(&shop).await, gateway.code());
    let post = |body: &Value| shop.post(VERIFY).header("cookie", &cookie).json(body);
    for (name, body) in [
        ("code_missing", json!({})),
        ("code_null", json!({"code": null})),
        ("code_blank", json!({"code": ""})),
        ("code_bool", json!({"code": false})),
        ("code_dict", json!({"code": {}})),
        ("code_long", json!({"code": "1".repeat(100_000)})),
        ("code_nul", json!({"code": "1\0"})),
        ("code_wrong", json!({"code": another(&code)})),
        ("verify_list", json!([])),
    ] {
        let reply = post(&body).send().await;
        assert_eq!(reply.status, 400, "{name}");
        assert_snapshot!(name, reply.golden());
    }
    // What is no code at all uses up no try.
    let spaced = json!({"code": format!(" {code} ")});
    assert_eq!(post(&spaced).send().await.status, 200);
}

#[tokio::test]
async fn forms_slashes_and_numbers_are_taken() {
    let (shop, gateway) = shop_and_gateway().await;
    let sent = shop.post(&format!("{SIGN_IN}/")).form("mobile_number=09120000000").send().await;
    assert_eq!((sent.status.as_u16(), &*sent.body), (200, r#"{"ttl":300}"#));
    let (cookie, _) = sent.header("set-cookie").split_once(';').expect("a cookie");
    let form = format!("code={}", gateway.code());
    let reply = shop.post(&format!("{VERIFY}/")).header("cookie", cookie).form(&form).send().await;
    assert_eq!(reply.status, 200);
    let numeric = shop.post(SIGN_IN).json(&json!({"mobile_number": 9_120_000_000_i64})).send().await;
    assert_eq!(numeric.status, 200);
    assert_eq!(gateway.message().expect("a message").body["to"], "9120000000");
}

#[tokio::test]
async fn without_a_gateway_there_are_no_codes() {
    let shop = shop().await;
    assert_snapshot!("delivery_off", sign_in(&shop, PHONE).await.golden());
    assert_eq!(sign_in(&shop, "x").await.status, 400);
}

#[tokio::test]
async fn a_gateway_that_fails_is_said() {
    let gateway = Gateway::answering("500 Internal Server Error");
    let shop = TestShop::with(gateway.settings(), routes);
    assert_snapshot!("delivery_failed", sign_in(&shop, PHONE).await.golden());
}

#[tokio::test]
async fn too_many_codes_are_slowed() {
    let gateway = Gateway::answering("200 OK");
    let settings = Settings { attempts: NonZeroU32::new(2).unwrap(), ..gateway.settings() };
    let shop = TestShop::with(settings, routes);
    sign_in(&shop, PHONE).await;
    sign_in(&shop, PHONE).await;
    let reply = sign_in(&shop, PHONE).await;
    assert_eq!(reply.status, 429);
    assert_eq!(reply.header("retry-after"), "30");
    let sentence = "Request was throttled. Expected available in 30 seconds.";
    assert_eq!(reply.json(), json!({"detail": sentence}));
    assert_eq!(sign_in(&shop, "+989120000001").await.status, 200);
}

#[tokio::test]
async fn keys_are_ignored_where_credentials_are_issued() {
    let (shop, _gateway) = shop_and_gateway().await;
    let guest = Shopper::guest(&shop).await;
    let send = async || {
        let request = shop.post(SIGN_IN).header("authorization", &guest.authorization);
        request.header("idempotency-key", "k1").json(&json!({"mobile_number": PHONE})).send().await
    };
    let (first, second) = (send().await, send().await);
    assert_eq!((first.header("idempotent-replayed"), second.header("idempotent-replayed")), ("", ""));
    assert_ne!(first.header("set-cookie"), second.header("set-cookie"));
}

#[tokio::test]
async fn a_bad_credential_is_refused_here_too() {
    let (shop, gateway) = shop_and_gateway().await;
    let nobody = Shopper::with_token(&shop, "nonsense".to_owned());
    let reply = nobody.send(Method::POST, SIGN_IN, &json!({"mobile_number": PHONE})).await;
    assert_eq!((reply.status.as_u16(), reply.header("www-authenticate")), (401, "Token"));
    assert_eq!(nobody.send(Method::POST, VERIFY, &json!({"code": "1"})).await.status, 401);
    assert!(gateway.message().is_none());
}

#[tokio::test]
async fn codes_are_posted_and_nothing_else() {
    let (shop, _gateway) = shop_and_gateway().await;
    assert_snapshot!("get_sign_in", shop.get(SIGN_IN).send().await.golden());
    assert_eq!(shop.delete(&format!("{VERIFY}/")).send().await.status, 405);
}
