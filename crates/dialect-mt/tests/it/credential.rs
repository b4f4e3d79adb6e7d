//! Who may call, and how others are told.

use axum::http::Method;
use insta::assert_snapshot;
use web::testing::Reply;

use crate::{CART, ITEM, Shopper, shop, shop_and_customer};

fn is_refusal(reply: &Reply) -> bool {
    let body = r#"{"detail":"身份认证信息未提供。"}"#;
    reply.status == 403 && reply.body == body && reply.headers.get("www-authenticate").is_none()
}

#[tokio::test]
async fn nobody_is_told_to_log_in() {
    assert_snapshot!("none", shop().await.get(CART).send().await.golden());
}

#[tokio::test]
async fn what_is_no_credential_names_nobody() {
    let (shop, li) = shop_and_customer().await;
    let token = &li.token;
    let basic = format!("Basic {token}");
    for (name, value) in [
        ("authorization", ""),
        ("authorization", "Token"),
        ("authorization", "Bearer   "),
        ("authorization", "Token nonsense"),
        ("authorization", "Bearer 0123456789abcdef0123456789abcdef01234567"),
        ("authorization", &basic),
        ("authorization", token),
        ("authorization", &format!("Token {token} x")),
        ("cookie", "sessionid="),
        ("cookie", "sessionid=nonsense"),
        ("cookie", &format!("session={token}")),
        ("cookie", &format!("xsessionid={token}")),
        ("cookie", ";;=;sessionid"),
        ("x-token", token),
    ] {
        assert!(is_refusal(&shop.get(CART).header(name, value).send().await), "{name}: {value}");
    }
}

#[tokio::test]
async fn a_token_is_read_under_both_schemes_in_any_case() {
    let (shop, li) = shop_and_customer().await;
    for scheme in ["Token", "token", "TOKEN", "Bearer", "bearer", "BEARER", "bEaReR", "  Token  "] {
        let header = format!("{scheme} {}", li.token);
        assert_eq!(shop.get(CART).header("authorization", &header).send().await.status, 200, "{scheme}");
    }
}

#[tokio::test]
async fn a_session_cookie_serves_reads_and_writes() {
    let (shop, li) = shop_and_customer().await;
    let cookie = format!("csrftoken=x; sessionid={}; theme=dark", li.token);
    let sent = async |method: Method, path: &str| {
        let request = shop.request(method, path).header("cookie", &cookie);
        request.json(&crate::body(1, 2)).send().await.status.as_u16()
    };
    assert_eq!(sent(Method::POST, CART).await, 201);
    assert_eq!(sent(Method::PUT, ITEM).await, 200);
    assert_eq!(sent(Method::PATCH, ITEM).await, 200);
    assert_eq!(sent(Method::GET, CART).await, 200);
    assert_eq!(sent(Method::GET, ITEM).await, 200);
    assert_eq!(sent(Method::DELETE, ITEM).await, 204);
}

#[tokio::test]
async fn credentials_come_before_everything_else() {
    let shop = shop().await;
    let paths = [CART, "/rest_api/mt_shop_cart/?page=0", ITEM, "/rest_api/mt_shop_cart/999/"];
    for path in paths.into_iter().chain(["/rest_api/mt_shop_cart/x/", "/rest_api/mt_shop_cart/%00/"]) {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"] {
            for (content_type, body) in
                [("application/json", "{"), ("application/json", "[]"), ("text/plain", "x")]
            {
                let verb = Method::from_bytes(method.as_bytes()).expect("a verb");
                let request = shop.request(verb, path).header("idempotency-key", "").header("if-match", "x");
                let reply = request.body(content_type, body).send().await;
                assert!(is_refusal(&reply), "{method} {path} {content_type}: {}", reply.golden());
            }
        }
        let reply = shop.request(Method::HEAD, path).send().await;
        assert_eq!(reply.status, 403, "HEAD {path}");
    }
}

#[tokio::test]
async fn an_expired_token_names_nobody() {
    let (shop, li) = shop_and_customer().await;
    li.add(1, 1).await;
    shop.app.pass_seconds(3601);
    assert!(is_refusal(&li.get(CART).await));
    assert!(is_refusal(&li.add(1, 1).await));
    let cookie = format!("sessionid={}", li.token);
    assert!(is_refusal(&shop.get(CART).header("cookie", &cookie).send().await));
}

#[tokio::test]
async fn guests_have_carts_too() {
    let shop = shop().await;
    let guest = Shopper::guest(&shop).await;
    assert_eq!(guest.add(1, 2).await.status, 201);
    assert_eq!(guest.nums(1).await, Some(2));
}
