//! Who asks: tokens and passwords in HTTP Basic.

use domain::account::{Identifier, Password, Role};
use insta::assert_snapshot;
use serde_json::json;
use web::testing::TestShop;

use crate::{Who, basic, code, rid, shop, sku_rid};

async fn with_password(shop: &TestShop) {
    let ctx = app::Ctx::new(&shop.app, None);
    let email = Identifier::parse_email("li@example.com").expect("an address");
    let password = Password::parse("correct horse").expect("a password");
    app::shopper::add_account(&ctx, &[email], Some(&password), Role::Customer).await.expect("an account");
}

#[tokio::test]
async fn nobody_must_log_in() {
    let shop = shop().await;
    assert_snapshot!("nobody", shop.get("/cart").send().await.golden());
    for (verb, path) in [
        ("GET", "/cart"),
        ("POST", "/cart"),
        ("PUT", "/cart"),
        ("DELETE", "/cart"),
        ("GET", "/cart/item_count"),
        ("POST", "/cart/20000000001/remove"),
        ("POST", "/cart/remove"),
        ("GET", "/wishlist"),
        ("POST", "/wishlist"),
        ("DELETE", "/wishlist"),
        ("POST", "/userlike"),
        ("DELETE", "/userlike"),
        ("POST", "/token"),
    ] {
        for header in ["", "  ", "Basic", "Basic  ", "Basic !", "Token abc", &basic("unknown", "x")] {
            let request = shop.request(verb.parse().expect("a verb"), path).header("authorization", header);
            let reply = request.send().await;
            assert_eq!(reply.status, 401, "{verb} {path} {header:?}");
            assert_eq!(reply.header("www-authenticate"), "Basic realm=\"Authentication Required\"");
        }
    }
    for header in ["", "Basic ", &basic("unknown", "x")] {
        let reply = shop.get(&format!("/products/{}", rid(1))).header("authorization", header).send().await;
        assert_eq!(code(&reply), 200, "what is public needs no credential");
    }
}

#[tokio::test]
async fn a_token_is_the_user_name_and_the_password_may_be_anything() {
    let shop = shop().await;
    let token = shop.app.customer("wang@example.com").await;
    let once = basic(&token, "");
    for header in [
        once.clone(),
        once.replace("Basic ", "Basic  "),
        once.replace("Basic ", "basic "),
        basic(&token, "unused"),
    ] {
        let reply = shop.get("/cart").header("authorization", &header).send().await;
        assert_eq!((reply.status.as_u16(), code(&reply)), (200, 200), "{header}");
    }
}

#[tokio::test]
async fn an_address_and_its_password_will_do() {
    let shop = shop().await;
    with_password(&shop).await;
    let who = Who { shop: &shop, header: basic("li@example.com", "correct horse") };
    let reply = who.send("POST", "/cart", json!({"rid": sku_rid(1)})).await;
    assert_eq!(code(&reply), 201, "{}", reply.body);
    assert_eq!(code(&who.send("POST", "/wishlist", json!({"rid": rid(1)})).await), 201);
    let wrong = Who { shop: &shop, header: basic("li@example.com", "wrong horse") };
    assert_eq!(wrong.get("/cart").await.status, 401);
}

#[tokio::test]
async fn a_guest_has_a_cart_and_nothing_else() {
    let shop = shop().await;
    let guest = Who::guest(&shop).await;
    assert_eq!(code(&guest.send("POST", "/cart", json!({"rid": sku_rid(1)})).await), 201);
    for (verb, path) in [
        ("GET", "/wishlist"),
        ("POST", "/wishlist"),
        ("POST", "/userlike"),
        ("DELETE", "/userlike"),
        ("POST", "/token"),
    ] {
        assert_eq!(guest.send(verb, path, json!({"rid": rid(1)})).await.status, 401, "{verb} {path}");
    }
}

#[tokio::test]
async fn signatures_are_let_pass() {
    let shop = shop().await;
    let who = Who::customer(&shop).await;
    let signed = "app_key=k&timestamp=1&nonce_str=n&sign=s";
    assert_eq!(code(&who.get(&format!("/cart?{signed}")).await), 200);
    let body = json!({"rid": sku_rid(1), "app_key": "k", "timestamp": "1", "nonce_str": "n", "sign": "s"});
    assert_eq!(code(&who.send("POST", "/cart", body).await), 201);
}

#[tokio::test]
async fn who_guesses_too_often_waits_and_may_look_at_what_is_public() {
    let shop = shop().await;
    with_password(&shop).await;
    let wrong = Who { shop: &shop, header: basic("li@example.com", "wrong horse") };
    for _ in 0..10 {
        assert_eq!(wrong.get("/cart").await.status, 401);
    }
    let reply = wrong.get("/cart").await;
    assert_eq!(reply.header("retry-after"), "30");
    let sentence = "Too many attempts, try again in 30 seconds.";
    let body = json!({"status": {"code": 429, "message": sentence}, "success": false});
    assert_eq!((reply.status.as_u16(), reply.json()), (429, body));
    let right = basic("li@example.com", "correct horse");
    let login = shop.post("/auth/login").header("authorization", &right).send().await;
    assert_eq!((login.status.as_u16(), code(&login)), (429, 429));
    assert_eq!(code(&wrong.get("/products").await), 200);
}
