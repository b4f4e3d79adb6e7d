//! Input that means harm: answered with a 4xx, and the cart stays as it was.

use axum::http::Method;
use serde_json::{Value, json};
use web::testing::{Reply, TestShop, nonsense};

use crate::{CART, ITEMS, PRODUCTS, Shopper, shop};

const ITEM: &str = "/api/shop/cart/items/1";
const PATHS: [&str; 7] = [
    ITEMS,
    ITEM,
    CART,
    PRODUCTS,
    "/api/shop/products/product-8",
    "/api/users/auth/otp/signin",
    "/api/users/auth/otp/verify",
];
const FIELDS: [&str; 8] =
    ["product", "quantity", "notes", "address", "shipping_method", "payment_method", "mobile_number", "code"];

/// Bodies that are no object at all.
fn bodies() -> Vec<(&'static str, Vec<u8>)> {
    let nested = |depth: usize| [b"[".repeat(depth), b"]".repeat(depth)].concat();
    vec![
        ("application/json", b"{\"product\": 1".to_vec()),
        ("application/json", b"{\"notes\": \"\xff\xfe\"}".to_vec()),
        ("application/json", b"{\"notes\": \"\\ud800\"}".to_vec()),
        ("application/json", b"\0".to_vec()),
        ("application/json", b"NaN".to_vec()),
        ("application/json", nested(100)),
        ("application/json", nested(100_000)),
        ("application/json", format!("\"{}\"", "x".repeat(1024 * 1024 - 2)).into_bytes()),
        ("application/json", vec![b' '; 1024 * 1024 + 1]),
        ("application/x-www-form-urlencoded", b"product=%ff&quantity=%00&address=%00&code=%ff".to_vec()),
        ("application/x-www-form-urlencoded", b"product=x&quantity=x&address=x&mobile_number=\xff".to_vec()),
        ("multipart/form-data; boundary=x", b"--x\r\n\xff\xff".to_vec()),
        ("multipart/form-data", b"product=1".to_vec()),
        ("text/plain", b"product=1".to_vec()),
        ("application/xml", b"<product>1</product>".to_vec()),
        ("", b"product=1".to_vec()),
    ]
}

struct Siege {
    shop: TestShop,
    li: Shopper,
    before: Reply,
}

impl Siege {
    async fn begin() -> Self {
        let shop = shop().await;
        let li = Shopper::customer(&shop, "li@example.com").await;
        let body = json!({"product": 8, "quantity": 2, "notes": "red"});
        li.add(&body).await;
        li.patch(CART, &json!({"address": 1, "shipping_method": 2, "payment_method": 3})).await;
        let before = li.get(CART).await;
        Self { shop, li, before }
    }

    async fn is_withstood(&self, reply: Reply, what: &str) {
        assert!(reply.status.is_client_error(), "{what}: {} {}", reply.status, reply.body);
        assert!(reply.json().is_object(), "{what}: {}", reply.body);
        assert!(reply.body.len() < 10_000, "{what}: a reply of {} bytes", reply.body.len());
        assert_eq!(self.li.get(CART).await, self.before, "{what}");
    }
}

#[tokio::test]
async fn wrong_values_change_nothing() {
    let siege = Siege::begin().await;
    for path in PATHS {
        for method in [Method::POST, Method::PATCH, Method::PUT] {
            for value in nonsense().into_iter().chain([Value::Null]) {
                // Null clears a reference.
                if value.is_null() && path == CART {
                    continue;
                }
                let body: serde_json::Map<_, _> =
                    FIELDS.iter().map(|name| ((*name).to_owned(), value.clone())).collect();
                let reply = siege.li.send(method.clone(), path, &body.into()).await;
                let mut what = format!("{method} {path} {value}");
                what.truncate(200);
                siege.is_withstood(reply, &what).await;
            }
        }
    }
}

#[tokio::test]
async fn unreadable_bodies_change_nothing() {
    let siege = Siege::begin().await;
    for path in PATHS {
        for method in [Method::POST, Method::PATCH, Method::PUT] {
            for (content_type, body) in bodies() {
                let request = siege.shop.request(method.clone(), path);
                let request = request.header("authorization", &siege.li.authorization);
                let length = body.len();
                let reply = request.body(content_type, body).send().await;
                siege.is_withstood(reply, &format!("{method} {path} {content_type} {length}")).await;
            }
        }
    }
}

#[tokio::test]
async fn wrong_verbs_change_nothing() {
    let siege = Siege::begin().await;
    for path in PATHS {
        for method in ["PUT", "TRACE", "OPTIONS", "CONNECT", "BREW"] {
            let method = Method::from_bytes(method.as_bytes()).expect("a verb");
            let reply = siege.li.send(method.clone(), path, &json!({"quantity": 9})).await;
            assert_eq!(reply.status, 405, "{method} {path}");
            siege.is_withstood(reply, &format!("{method} {path}")).await;
        }
    }
    assert_eq!(siege.li.send(Method::HEAD, CART, &json!({})).await.status, 200);
}

#[tokio::test]
async fn odd_queries_are_answered() {
    let siege = Siege::begin().await;
    let long = "x".repeat(60_000);
    for name in ["limit", "offset", "search", "ordering", "category_id", "brand_id", "price_min", "in_stock"]
    {
        for value in [
            "",
            "-1",
            "1e400",
            "99999999999999999999",
            "NaN",
            "%00",
            "%ff",
            "%",
            "%25%5F",
            "'--",
            "[]",
            &long,
        ] {
            let reply = siege.shop.get(&format!("{PRODUCTS}?{name}={value}")).send().await;
            assert!([200, 400].contains(&reply.status.as_u16()), "{name}={value:.20}: {}", reply.body);
        }
        let reply = siege.shop.get(&format!("{PRODUCTS}?{name}&&=&{name}=1&{name}")).send().await;
        assert!(reply.status.as_u16() <= 400, "{name}");
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
        ("cookie", &format!("otp_session={long}")),
        ("cookie", ";;=;otp_session"),
        ("host", "<script>"),
        ("x-forwarded-for", "nowhere"),
        ("content-length", "-1"),
    ] {
        for path in [CART, PRODUCTS, "/api/users/auth/otp/verify"] {
            let reply = siege.shop.post(path).header(name, value).json(&json!({"code": "1"})).send().await;
            siege.is_withstood(reply, &format!("{name}: {value:.20}")).await;
        }
    }
    let mut request = siege.shop.patch(ITEM).header("authorization", &siege.li.authorization);
    for tag in ["x", "W/\"1\"", "\"99999999999999999999\""] {
        request = request.header("if-match", tag);
    }
    siege.is_withstood(request.json(&json!({"quantity": 9})).send().await, "if-match").await;
}
