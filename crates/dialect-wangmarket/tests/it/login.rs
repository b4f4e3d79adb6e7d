//! `login/`.

use std::num::NonZeroU32;

use app::shopper::add_account;
use app::{Ctx, Settings};
use dialect_wangmarket::routes;
use domain::account::{Identifier, Password, Role};
use insta::assert_snapshot;
use web::testing::{Reply, TestShop};

use crate::{Client, refusal, shop};

const NOT_LOGIN: &str = r#"{"result":"2","info":"not login"}"#;

/// A stocked shop where Li, of all three names, has a password.
async fn shop_with_li() -> TestShop {
    let shop = shop().await;
    let names = [
        Identifier::Username("li".to_owned()),
        Identifier::Email("li@example.com".to_owned()),
        Identifier::Phone("13800138000".to_owned()),
    ];
    let password = Password::parse("correct horse").expect("a password");
    let ctx = Ctx::new(&shop.app, None);
    add_account(&ctx, &names, Some(&password), Role::Customer).await.expect("an account");
    shop
}

async fn log_in(shop: &TestShop, form: &str) -> Reply {
    shop.post("/login/login.json").form(form).send().await
}

async fn get_token(shop: &TestShop) -> Client {
    let reply = shop.post("/login/getToken.json").send().await.json();
    Client { shop: shop.clone(), token: reply["info"].as_str().expect("a token").to_owned() }
}

fn token_of(reply: &Reply) -> String {
    reply.json()["token"].as_str().expect("a token").to_owned()
}

#[tokio::test]
async fn a_fresh_token_is_a_guest_with_a_cart() {
    let shop = shop().await;
    assert_snapshot!(shop.post("/login/getToken.json").send().await.golden());
    let guest = get_token(&shop).await;
    assert_eq!(guest.change(1, 2).await.json()["number"], 2);
    assert_ne!(get_token(&shop).await.token, guest.token);
}

#[tokio::test]
async fn login_keeps_the_token_and_merges_the_guests_cart() {
    let shop = shop_with_li().await;
    let li = Client { token: token_of(&log_in(&shop, "username=li&password=correct%20horse").await), shop };
    li.change(1, 3).await;
    let guest = get_token(&li.shop).await;
    guest.change(1, 2).await;
    guest.change(9, 1).await;
    let form = "username=li&password=correct%20horse&code=x&storeid=1";
    assert_snapshot!(guest.post("/login/login.json", form).await.golden());
    assert_eq!((guest.number(1, 1).await, guest.number(1, 9).await), (5, 1));
    assert_eq!(li.cart().await, guest.cart().await);
    // Again it changes nothing.
    assert_eq!(token_of(&guest.post("/login/login.json", form).await), guest.token);
    assert_eq!(guest.number(1, 1).await, 5);
}

#[tokio::test]
async fn every_name_logs_in_and_a_new_token_is_issued_without_a_good_one() {
    let shop = shop_with_li().await;
    assert_snapshot!("new_token", log_in(&shop, "username=li&password=correct%20horse").await.golden());
    for name in ["li", "li%40example.com", "13800138000"] {
        let stale = format!("token=stale&username={name}&password=correct%20horse");
        let token = token_of(&log_in(&shop, &stale).await);
        assert_ne!(token, "stale");
        let li = Client { shop: shop.clone(), token };
        assert_eq!(li.change(1, 1).await.json()["result"], 1, "{name}");
    }
}

#[tokio::test]
async fn a_token_of_another_customer_is_moved_without_a_merge() {
    let shop = shop_with_li().await;
    let wang = Client { shop: shop.clone(), token: shop.app.customer("wang@example.com").await };
    wang.change(1, 2).await;
    let wangs_other_token = {
        let account = shop.app.sessions().by_token(&wang.token, shop.app.now()).await.unwrap().unwrap();
        let account = account.account.unwrap();
        let ctx = Ctx::new(&shop.app, None);
        app::shopper::issue_token(&ctx, &account, 60).await.unwrap()
    };
    let moved = wang.post("/login/login.json", "username=li&password=correct%20horse").await;
    assert_eq!(token_of(&moved), wang.token);
    assert_eq!(wang.number(1, 1).await, 0, "it is Li's cart now");
    let wang = Client { shop, token: wangs_other_token };
    assert_eq!(wang.number(1, 1).await, 2);
}

#[tokio::test]
async fn wrong_credentials_are_refused_clearly() {
    let shop = shop_with_li().await;
    let guest = get_token(&shop).await;
    guest.change(1, 2).await;
    assert_snapshot!("wrong_password", log_in(&shop, "username=li&password=wrong").await.golden());
    assert_eq!(refusal(&log_in(&shop, "username=wang&password=wrong").await), "用户名或密码错误");
    assert_eq!(refusal(&log_in(&shop, "password=correct%20horse").await), "请传入用户名");
    assert_eq!(refusal(&log_in(&shop, "username=li").await), "请传入密码");
    let sentence = refusal(&log_in(&shop, "username=li&password=correct%20horse&storeid=x").await);
    assert!(sentence.contains("storeid"), "{sentence}");
    assert_eq!(
        refusal(&guest.post("/login/login.json", "username=li&password=no").await),
        "用户名或密码错误"
    );
    assert_eq!(guest.number(1, 1).await, 2, "still a guest");
}

#[tokio::test]
async fn guessing_is_slowed() {
    let settings = Settings { attempts: NonZeroU32::new(2).unwrap(), ..Settings::default() };
    let shop = TestShop::with(settings, routes);
    let mut sentences = Vec::new();
    for _ in 0..3 {
        sentences.push(refusal(&log_in(&shop, "username=li&password=wrong").await));
    }
    assert_eq!(sentences[1], "用户名或密码错误");
    assert_eq!(sentences[2], "尝试次数过多，请 30 秒后再试");
}

#[tokio::test]
async fn registering_logs_in_and_keeps_the_guests_cart() {
    let shop = shop_with_li().await;
    let guest = get_token(&shop).await;
    guest.change(1, 2).await;
    let register = async |form: &str| guest.post("/login/reg.json", form).await;
    assert_snapshot!("registered", register("username=%E5%B0%8F%E7%8E%8B&password=secret").await.golden());
    assert_eq!(guest.number(1, 1).await, 2);
    let again = log_in(&shop, "username=%E5%B0%8F%E7%8E%8B&password=secret").await;
    assert_eq!(Client { shop: shop.clone(), token: token_of(&again) }.number(1, 1).await, 2);
    assert_snapshot!(
        "by_mail",
        shop.post("/login/reg.json").form("username=a@b.cn&password=secret").send().await.golden()
    );
    assert_snapshot!("taken", register("username=li&password=secret").await.golden());
    assert_eq!(
        refusal(&register("username=li%20li&password=secret").await),
        "用户名须为 1 至 64 个字符，不能有空格或 @"
    );
    assert_eq!(refusal(&register("username=@&password=secret").await), "邮箱格式不正确");
    assert_eq!(refusal(&register("username=wang&password=short").await), "密码须为 6 至 128 个字符");
    assert_eq!(refusal(&register("username=&password=secret").await), "请传入用户名");
    assert_eq!(refusal(&register("username=wang").await), "请传入密码");
}

#[tokio::test]
async fn logout_ends_the_token() {
    let shop = shop_with_li().await;
    let token = token_of(&log_in(&shop, "username=li&password=correct%20horse").await);
    let li = Client { shop: shop.clone(), token };
    li.change(1, 2).await;
    assert_snapshot!(li.post("/login/logout.json", "").await.golden());
    assert_eq!(li.change(1, 2).await.body, NOT_LOGIN);
    assert_eq!(li.post("/login/logout.json", "").await.json()["result"], 1, "it has ended already");
    // A clock that goes back brings nobody back.
    shop.app.pass_seconds(-3600);
    assert_eq!(li.change(1, 2).await.body, NOT_LOGIN);
    shop.app.pass_seconds(3600);
    // The name of an ended token is free for nobody.
    let again = li.post("/login/login.json", "username=li&password=correct%20horse").await;
    assert_ne!(token_of(&again), li.token);
    assert_eq!(Client { shop, token: token_of(&again) }.number(1, 1).await, 2);
}

#[tokio::test]
async fn an_expired_token_is_nobodys() {
    let shop = shop().await;
    let guest = get_token(&shop).await;
    guest.change(1, 2).await;
    shop.app.pass_seconds(181 * 24 * 60 * 60);
    assert_eq!(guest.change(1, 2).await.body, NOT_LOGIN);
}

#[tokio::test]
async fn a_token_of_any_dialect_works() {
    let shop = shop().await;
    let token = shop.app.guest().await;
    let guest = Client { shop: shop.clone(), token };
    assert_eq!(guest.change(1, 1).await.json()["result"], 1);
    let li = Client { token: shop.app.customer("li@example.com").await, shop };
    assert_eq!(li.change(1, 1).await.json()["result"], 1);
}

#[tokio::test]
async fn a_login_ignores_keys() {
    let shop = shop_with_li().await;
    let send = async || {
        let request = shop.post("/login/login.json").header("idempotency-key", "k1");
        request.form("username=li&password=correct%20horse").send().await
    };
    let (first, second) = (send().await, send().await);
    assert_ne!(token_of(&first), token_of(&second));
    assert_eq!(second.header("idempotent-replayed"), "");
    let guest = get_token(&shop).await;
    let fresh =
        async || guest.asking("/login/getToken.json", "").header("idempotency-key", "k1").send().await;
    assert_ne!(fresh().await.body, fresh().await.body);
}
