//! Input that means harm: answered with a 4xx, and the cart stays as it was.

use axum::http::Method;
use serde_json::{Map, Value};
use web::testing::{Reply, TestShop, nonsense};

use crate::{CART, ITEM, Shopper, shop};

const PATHS: [&str; 4] = [CART, ITEM, "/rest_api/mt_shop_cart/999/", "/rest_api/mt_shop_cart/x/"];
const VERBS: [Method; 3] = [Method::POST, Method::PUT, Method::PATCH];

/// Bodies that are no object at all, or none that can be read.
fn bodies() -> Vec<(&'static str, Vec<u8>)> {
    let nested = |depth: usize| [b"[".repeat(depth), b"]".repeat(depth)].concat();
    let field =
        |value: &str| format!("{{\"nums\": {value}, \"distributor_product_id\": {value}}}").into_bytes();
    let json = "application/json";
    vec![
        (json, b"{\"nums\": 1".to_vec()),
        (json, b"{\"nums\": \"\xff\xfe\", \"distributor_product_id\": 1}".to_vec()),
        (json, field("\"\\ud800\"")),
        (json, field(&format!("1{}", "0".repeat(30)))),
        (json, field(&"9".repeat(100_000))),
        (json, field("1e400")),
        (json, field("NaN")),
        (json, b"\0".to_vec()),
        (json, b"NaN".to_vec()),
        (json, nested(100)),
        (json, nested(100_000)),
        (json, b"{\"nums\":".repeat(100_000)),
        (json, format!("\"{}\"", "x".repeat(1024 * 1024 - 2)).into_bytes()),
        (json, field(&format!("\"{}\"", "x".repeat(400_000)))),
        (json, vec![b' '; 1024 * 1024 + 1]),
        ("application/x-www-form-urlencoded", b"nums=%ff&distributor_product_id=%00".to_vec()),
        ("application/x-www-form-urlencoded", b"nums=\xff&distributor_product_id=\xff".to_vec()),
        ("application/x-www-form-urlencoded", b"&=&&nums=x&distributor_product_id".to_vec()),
        ("multipart/form-data; boundary=x", b"--x\r\n\xff\xff".to_vec()),
        ("multipart/form-data; boundary=x", b"--x\r\n".repeat(10_000)),
        ("multipart/form-data", b"nums=1".to_vec()),
        ("text/plain", b"nums=1".to_vec()),
        ("application/xml", b"<nums>1</nums>".to_vec()),
        ("", b"nums=1".to_vec()),
        ("<script>", b"nums=1".to_vec()),
    ]
}

struct Siege {
    shop: TestShop,
    li: Shopper,
    before: String,
}

impl Siege {
    async fn begin() -> Self {
        let shop = shop().await;
        let li = Shopper::customer(&shop, "li@example.com").await;
        li.add(1, 2).await;
        li.add_sku(2, 20, 1).await;
        let before = li.get(CART).await.golden();
        Self { shop, li, before }
    }

    async fn is_withstood(&self, reply: Reply, what: &str) {
        assert!(reply.status.is_client_error(), "{what}: {} {:.200}", reply.status, reply.body);
        assert!(reply.json().is_object(), "{what}: {:.200}", reply.body);
        assert!(reply.body.len() < 10_000, "{what}: a reply of {} bytes", reply.body.len());
        assert_eq!(self.li.get(CART).await.golden(), self.before, "{what}");
    }
}

#[tokio::test]
async fn wrong_values_change_nothing() {
    let siege = Siege::begin().await;
    for path in PATHS {
        for method in VERBS {
            for value in nonsense().into_iter().chain([Value::Null]) {
                let body: Map<_, _> = ["nums", "distributor_product_id"]
                    .iter()
                    .map(|name| ((*name).to_owned(), value.clone()))
                    .collect();
                let reply = siege.li.send(method.clone(), path, &body.into()).await;
                siege.is_withstood(reply, &format!("{method} {path} {:.100}", value.to_string())).await;
            }
        }
    }
}

#[tokio::test]
async fn unreadable_bodies_change_nothing() {
    let siege = Siege::begin().await;
    for path in PATHS {
        for method in VERBS {
            for (content_type, body) in bodies() {
                let what = format!("{method} {path} {content_type} {}", body.len());
                let reply = siege.li.send_bytes(method.clone(), path, content_type, body).await;
                siege.is_withstood(reply, &what).await;
            }
        }
    }
}

#[tokio::test]
async fn reads_do_not_mind_bodies() {
    let siege = Siege::begin().await;
    for (content_type, body) in bodies() {
        let length = body.len();
        let reply = siege.li.send_bytes(Method::GET, CART, content_type, body).await;
        assert!([200, 413].contains(&reply.status.as_u16()), "{content_type} {length}: {}", reply.body);
    }
}

#[tokio::test]
async fn odd_ids_name_nothing() {
    let siege = Siege::begin().await;
    let long = "9".repeat(60_000);
    for id in
        ["%00", "%ff", "1%00", "%31%2f", "'--", "1e0", "1e400", "NaN", "%EF%BC%91x", "..", "%2e%2e", &long]
    {
        for method in [Method::GET, Method::PUT, Method::PATCH, Method::DELETE] {
            let reply = siege.li.send(method.clone(), &format!("{CART}{id}/"), &crate::body(1, 9)).await;
            assert_eq!(reply.status, 404, "{method} {id:.20}");
            siege.is_withstood(reply, &format!("{method} {id:.20}")).await;
        }
    }
}

#[tokio::test]
async fn odd_queries_are_answered() {
    let siege = Siege::begin().await;
    let long = "9".repeat(60_000);
    for value in
        ["", "-1", "1e400", "NaN", "%00", "%ff", "%", "%25%5F", "'--", "[]", "&&=&page", "1&page=x", &long]
    {
        let reply = siege.li.get(&format!("{CART}?page={value}")).await;
        assert!([200, 404].contains(&reply.status.as_u16()), "{value:.20}: {}", reply.body);
    }
}

#[tokio::test]
async fn odd_headers_are_answered() {
    let siege = Siege::begin().await;
    let long = "k".repeat(10_000);
    for (name, value) in [
        ("authorization", &*long),
        ("authorization", "Token \t"),
        ("authorization", &format!("Token {long}")),
        ("cookie", &format!("sessionid={long}")),
        ("cookie", ";;=;sessionid"),
        ("host", "<script>"),
        ("x-forwarded-for", "nowhere"),
    ] {
        for path in PATHS {
            let reply = siege.shop.post(path).header(name, value).json(&crate::body(1, 1)).send().await;
            siege.is_withstood(reply, &format!("{name}: {value:.20}")).await;
        }
    }
    let mut request = siege.shop.put(ITEM).header("authorization", &siege.li.authorization);
    for tag in ["x", "W/\"1\"", "\"99999999999999999999\""] {
        request = request.header("if-match", tag);
    }
    siege.is_withstood(request.json(&crate::body(1, 9)).send().await, "if-match").await;
}
