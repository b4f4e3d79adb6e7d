//! Who may call, and how others are told.

use axum::http::Method;
use insta::assert_snapshot;
use serde_json::json;
use web::testing::Reply;

use crate::{CART, ITEMS, PRODUCTS, shop, shop_and_customer};

async fn get(path: &str, authorization: &str) -> Reply {
    shop().await.get(path).header("authorization", authorization).send().await
}

#[tokio::test]
async fn what_is_wrong_with_a_credential_is_said() {
    assert_snapshot!("none", shop().await.get(CART).send().await.golden());
    for (name, header) in [
        ("empty", ""),
        ("another_scheme", "Bearer abc"),
        ("basic", "Basic YTpi"),
        ("no_scheme", "0123456789abcdef0123456789abcdef01234567"),
        ("no_key", "Token"),
        ("blank_key", "Token   "),
        ("blank_in_key", "Token abc def"),
        ("unknown", "Token 0123456789abcdef0123456789abcdef01234567"),
    ] {
        assert_snapshot!(name, get(CART, header).await.golden());
    }
}

#[tokio::test]
async fn the_scheme_is_read_in_any_case() {
    let (shop, li) = shop_and_customer().await;
    for scheme in ["Token", "token", "TOKEN", "  tOkEn  "] {
        let header = format!("{scheme} {}", li.token);
        assert_eq!(shop.get(CART).header("authorization", &header).send().await.status, 200, "{scheme}");
    }
}

#[tokio::test]
async fn a_cookie_is_no_credential() {
    let (shop, li) = shop_and_customer().await;
    let cookie = format!("sessionid={}", li.token);
    assert_eq!(shop.get(CART).header("cookie", &cookie).send().await.status, 401);
}

#[tokio::test]
async fn credentials_come_before_everything_else() {
    let shop = shop().await;
    for (method, path) in [
        (Method::POST, ITEMS),
        (Method::PUT, ITEMS),
        (Method::PATCH, "/api/shop/cart/items/1"),
        (Method::PATCH, "/api/shop/cart/items/x/"),
        (Method::DELETE, "/api/shop/cart/items/1"),
        (Method::GET, "/api/shop/cart/items/1"),
        (Method::GET, CART),
        (Method::POST, CART),
        (Method::PATCH, CART),
        (Method::DELETE, "/api/shop/cart/"),
    ] {
        let reply = shop.request(method.clone(), path).body("text/plain", "x").send().await;
        assert_eq!(
            (reply.status.as_u16(), reply.header("www-authenticate")),
            (401, "Token"),
            "{method} {path}"
        );
    }
}

#[tokio::test]
async fn public_pages_need_no_credential_but_refuse_a_bad_one() {
    let (shop, li) = shop_and_customer().await;
    for path in [PRODUCTS, "/api/shop/products/product-8/"] {
        assert_eq!(shop.get(path).send().await.status, 200);
        assert_eq!(li.get(path).await.status, 200);
        assert_eq!(get(path, "Bearer abc").await.status, 200);
        assert_eq!(get(path, "Token abc").await.header("www-authenticate"), "Token");
    }
    assert_snapshot!("public_unknown", get(PRODUCTS, "Token abc").await.golden());
    assert_snapshot!("public_no_key", get(PRODUCTS, "Token").await.golden());
    let reply = shop.put(PRODUCTS).header("authorization", "Token abc").send().await;
    assert_eq!(reply.status, 401);
}

#[tokio::test]
async fn an_expired_token_names_nobody() {
    let (shop, li) = shop_and_customer().await;
    li.add(&json!({"product": 1})).await;
    shop.app.pass_seconds(3601);
    assert_snapshot!("expired", li.get(CART).await.golden());
}
