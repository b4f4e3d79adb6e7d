//! Requests that must be signed.

use std::collections::HashMap;

use app::Settings;
use dialect_lexi::routes;
use insta::assert_snapshot;
use serde_json::json;
use web::Outside;
use web::testing::TestShop;

use crate::{Who, basic, code, shop, sku_rid};

/// As `printf '%s' 'app_key=phone&nonce_str=n-1&timestamp=1546121488a secret' | sha1sum` has it.
const DIGEST: &str = "16f2872dd66b92b739319b8c8ec16f0ac05c1af9";
const SIGNED: &str =
    "app_key=phone&timestamp=1546121488&nonce_str=n-1&sign=16f2872dd66b92b739319b8c8ec16f0ac05c1af9";

async fn signing_shop() -> TestShop {
    let apps = HashMap::from([("phone".to_owned(), "a secret".to_owned())]);
    let outside = Outside { signing_apps: Some(apps), ..Outside::default() };
    let shop = TestShop::reached(Settings::default(), outside, routes);
    shop.app.stock().await;
    shop
}

#[tokio::test]
async fn a_signed_request_is_served_wherever_the_signature_is() {
    let shop = signing_shop().await;
    assert_eq!(code(&shop.get(&format!("/api/v1.0/products?{SIGNED}")).send().await), 200);
    let loud = SIGNED.replace(DIGEST, &DIGEST.to_uppercase());
    assert_eq!(code(&shop.get(&format!("/products?{loud}")).send().await), 200);
    let body = json!({"qk": "红牛", "app_key": "phone", "timestamp": 1_546_121_488, "nonce_str": "n-1",
        "sign": DIGEST});
    assert_eq!(code(&shop.post("/search/products").json(&body).send().await), 200);
    assert_eq!(code(&shop.post("/search/products?qk=x").form(SIGNED).send().await), 200);
    // What is wrong with the body is told by whoever reads it.
    let broken = shop.post(&format!("/search/products?{SIGNED}")).body("application/json", "{");
    assert_eq!(code(&broken.send().await), 400);
    assert_eq!(shop.get(&format!("/cart?{SIGNED}")).send().await.status, 401);
}

#[tokio::test]
async fn a_request_without_a_whole_signature_is_told_so() {
    let shop = signing_shop().await;
    assert_snapshot!("missing", shop.get("/products").send().await.golden());
    for name in ["app_key", "timestamp", "nonce_str", "sign"] {
        let part = SIGNED.split('&').find(|part| part.starts_with(name)).expect("a part");
        for without in [SIGNED.replace(part, ""), SIGNED.replace(part, &format!("{name}="))] {
            assert_eq!(code(&shop.get(&format!("/products?{without}")).send().await), 601, "{without}");
        }
    }
    for path in ["/categories", "/auth/login", "/nothing", "/v1.0/nothing"] {
        assert_eq!(code(&shop.post(path).json(&json!({})).send().await), 601, "{path}");
    }
    for body in ["{", "[]", "null", "{\"sign\": {}}"] {
        let request = shop.post("/search/products").body("application/json", body);
        assert_eq!(code(&request.send().await), 601, "{body}");
    }
}

#[tokio::test]
async fn a_wrong_signature_is_an_error() {
    let shop = signing_shop().await;
    let wrong = |from: &str, to: &str| format!("/products?{}", SIGNED.replacen(from, to, 1));
    assert_snapshot!("wrong", shop.get(&wrong("n-1", "n-2")).send().await.golden());
    for (from, to) in [
        ("phone", "tablet"),
        ("1546121488", "1546121489"),
        ("sign=", "sign=0"),
        (DIGEST, "x"),
        (DIGEST, "红"),
    ] {
        assert_eq!(code(&shop.get(&wrong(from, to)).send().await), 602, "{from} {to}");
    }
}

#[tokio::test]
async fn a_repeat_is_the_same_request_under_a_fresh_signature() {
    let shop = shop().await;
    let who = Who::customer(&shop).await;
    let put = async |query: &str| {
        let request = who.begin("POST", &format!("/cart?{query}")).header("idempotency-key", "k");
        request.json(&json!({"rid": sku_rid(1)})).send().await
    };
    let first = put("quantity=2&app_key=a&timestamp=1&nonce_str=n&sign=s").await;
    assert_eq!(code(&first), 201);
    for query in [
        "quantity=2&app_key=b&timestamp=2&nonce_str=m&sign=t",
        "sign=t&app%5Fkey=b&quantity=2&timestamp",
        "quantity=2",
    ] {
        let repeat = put(query).await;
        assert_eq!((&repeat.body, repeat.header("idempotent-replayed")), (&first.body, "true"), "{query}");
    }
    for query in ["quantity=3&sign=s", "quantity=2&signed=s", "quantity=2&x=sign", ""] {
        assert_eq!(put(query).await.status, 422, "{query}");
    }
    let in_body = json!({"rid": sku_rid(1), "sign": "s"});
    let request = who.begin("POST", "/cart?quantity=2").header("idempotency-key", "k").json(&in_body);
    assert_eq!(request.send().await.status, 422, "the body is compared as it is");
}

#[tokio::test]
async fn an_unsigned_write_does_nothing_and_is_not_kept_under_its_key() {
    let shop = signing_shop().await;
    let token = shop.app.customer("li@example.com").await;
    let who = Who { shop: &shop, header: basic(&token, "") };
    let put = async |path: &str| {
        let request = who.begin("POST", path).header("idempotency-key", "k");
        request.json(&json!({"rid": sku_rid(1)})).send().await
    };
    let signed = format!("/cart?{SIGNED}");
    assert_eq!(code(&put("/cart").await), 601);
    assert_eq!(who.get(&signed).await.json()["data"]["item_count"], 0);
    assert_eq!(code(&put(&signed).await), 201);
    assert_eq!(code(&put("/cart").await), 601, "what is kept needs a signature, too");
}
