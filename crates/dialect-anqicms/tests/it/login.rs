//! `/api/login`.

use app::shopper::add_account;
use app::{Ctx, Settings};
use dialect_anqicms::routes;
use domain::account::{Identifier, Password, Role};
use insta::assert_snapshot;
use serde_json::{Value, json};
use web::testing::{Reply, TestShop};

use crate::{GUEST, LIST, add, get, rows};

const LOGIN: &str = "/api/login";

/// A stocked shop with a customer who has every kind of name, and one who has a phone only.
async fn shop() -> TestShop {
    shop_with(Settings::default()).await
}

async fn shop_with(settings: Settings) -> TestShop {
    let shop = TestShop::with(settings, routes);
    shop.app.stock().await;
    let ctx = Ctx::new(&shop.app, None);
    let password = Password::parse("correct horse").expect("a password");
    let names = [
        Identifier::parse_username("小李").expect("a name"),
        Identifier::parse_email("li@example.com").expect("a name"),
        Identifier::parse_phone("13800138000").expect("a name"),
    ];
    add_account(&ctx, &names, Some(&password), Role::Customer).await.expect("an account");
    let phone = [Identifier::parse_phone("13900139000").expect("a name")];
    add_account(&ctx, &phone, Some(&password), Role::Customer).await.expect("an account");
    shop
}

async fn login(shop: &TestShop, body: Value) -> Reply {
    shop.post(LOGIN).json(&body).send().await
}

fn li() -> Value {
    json!({"user_name": "小李", "password": "correct horse"})
}

#[tokio::test]
async fn every_kind_of_name_logs_in() {
    let shop = shop().await;
    assert_snapshot!("by_user_name", login(&shop, li()).await.golden());
    let by_email = json!({"email": "Li@example.com", "password": "correct horse"});
    assert_snapshot!("by_email", login(&shop, by_email).await.golden());
    let by_phone = json!({"user_name": "", "phone": "13900139000", "password": "correct horse"});
    assert_snapshot!("by_phone", login(&shop, by_phone).await.golden());
    let number = json!({"phone": 13_900_139_000_i64, "password": "correct horse"});
    assert_eq!(login(&shop, number).await.json()["data"]["id"], 2);
    let form = shop.post(LOGIN).form("user_name=%E5%B0%8F%E6%9D%8E&password=correct+horse").send().await;
    assert_eq!(form.json()["data"]["id"], 1);
}

#[tokio::test]
async fn the_token_names_the_customer_in_header_and_cookie() {
    let shop = shop().await;
    let reply = login(&shop, li()).await;
    let token = reply.json()["data"]["token"].as_str().unwrap().to_owned();
    add(&shop, ("token", &token), 1, 0, 2).await;
    let cookie = reply.header("set-cookie").split(';').next().unwrap();
    assert_eq!(rows(&shop, ("cookie", cookie)).await, [(1, 1, 2)]);
    assert_eq!(get(&shop, ("cart", &token), LIST).await.json()["code"], 1001);
}

#[tokio::test]
async fn what_is_refused() {
    let shop = shop().await;
    for (name, body) in [
        ("wrong_password", json!({"user_name": "小李", "password": "wrong horse"})),
        ("unknown_name", json!({"user_name": "小王", "password": "correct horse"})),
        ("no_name", json!({"password": "correct horse"})),
        ("no_password", json!({"user_name": "小李"})),
        ("empty_password", json!({"user_name": "小李", "password": ""})),
        ("name_is_no_text", json!({"user_name": {"a": 1}, "password": "correct horse"})),
        ("name_is_long", json!({"user_name": "x".repeat(1001), "password": "correct horse"})),
        ("login_is_a_list", json!([])),
    ] {
        let chinese = login(&shop, body.clone()).await;
        assert_eq!((chinese.status.as_u16(), &chinese.json()["code"]), (200, &json!(-1)), "{name}");
        let english = shop.post(LOGIN).header("accept-language", "en").json(&body).send().await;
        assert_snapshot!(name, format!("{}\n{}", chinese.golden(), english.body));
    }
}

#[tokio::test]
async fn too_many_failures_must_wait() {
    let attempts = std::num::NonZeroU32::new(2).unwrap();
    let shop = shop_with(Settings { attempts, ..Settings::default() }).await;
    let wrong = json!({"user_name": "小李", "password": "wrong horse"});
    for _ in 0..2 {
        assert_eq!(login(&shop, wrong.clone()).await.json()["msg"], "用户名或密码错误");
    }
    let reply = login(&shop, li()).await;
    let (status, code) = (reply.status.as_u16(), reply.json()["code"].as_i64());
    assert_eq!((status, code, reply.header("set-cookie")), (200, Some(-1), ""));
    assert_eq!(reply.json()["msg"], "尝试次数过多，请在 30 秒后重试");
    shop.app.pass_seconds(30);
    assert_eq!(login(&shop, li()).await.json()["code"], 0);
}

#[tokio::test]
async fn the_guests_cart_comes_along() {
    let shop = shop().await;
    let before = login(&shop, li()).await.json()["data"]["token"].as_str().unwrap().to_owned();
    add(&shop, ("token", &before), 2, 0, 8).await;
    add(&shop, GUEST, 1, 0, 3).await;
    add(&shop, GUEST, 2, 0, 5).await;
    let again = async || shop.post(LOGIN).header(GUEST.0, GUEST.1).json(&li()).send().await;
    assert_snapshot!("merged", again().await.golden());
    assert_snapshot!("merged_again", again().await.golden());
    assert_eq!(rows(&shop, ("token", &before)).await, [(1, 1, 3), (2, 2, 10)]);
    assert_eq!(rows(&shop, GUEST).await, []);
}

#[tokio::test]
async fn a_guest_whom_we_made_comes_along_by_either_header() {
    let shop = shop().await;
    for (header, quantity) in [("cart", 2), ("token", 4)] {
        let guest = shop.app.guest().await;
        add(&shop, ("cart", &guest), 1, 0, 2).await;
        let reply = shop.post(LOGIN).header(header, &guest).json(&li()).send().await.json();
        let token = reply["data"]["token"].as_str().unwrap();
        assert_eq!(rows(&shop, ("token", token)).await, [(1, 1, quantity)], "{header}");
    }
}

#[tokio::test]
async fn a_bad_guest_keeps_nobody_out() {
    let shop = shop().await;
    let other = shop.app.customer("wang@example.com").await;
    add(&shop, ("token", &other), 1, 0, 2).await;
    for who in
        [("cart", "short"), ("cart", other.as_str()), ("token", "nonsense"), ("cookie", "token=nonsense")]
    {
        let reply = shop.post(LOGIN).header(who.0, who.1).json(&li()).send().await.json();
        assert_eq!((&reply["code"], &reply["data"]["merged"]), (&json!(0), &json!([])), "{who:?}");
    }
    assert_eq!(rows(&shop, ("token", &other)).await, [(1, 1, 2)]);
}

#[tokio::test]
async fn a_failed_login_leaves_the_guest_alone() {
    let shop = shop().await;
    add(&shop, GUEST, 1, 0, 3).await;
    let request = shop.post(LOGIN).header(GUEST.0, GUEST.1);
    let reply = request.json(&json!({"user_name": "小李", "password": "wrong horse"})).send().await;
    assert_eq!(reply.json()["code"], -1);
    assert_eq!(rows(&shop, GUEST).await, [(1, 1, 3)]);
}

#[tokio::test]
async fn a_login_is_never_replayed() {
    let shop = shop().await;
    let send = || shop.post(LOGIN).header(GUEST.0, GUEST.1).header("idempotency-key", "k").json(&li()).send();
    let (first, second) = (send().await, send().await);
    assert_eq!(second.header("idempotent-replayed"), "");
    assert_ne!(first.json()["data"]["token"], second.json()["data"]["token"]);
}
