//! Whatever a client sends: never a server error, never a changed cart or wishlist.

use domain::account::Role;
use serde_json::{Value, json};
use web::testing::{Reply, TestShop, deep, nonsense};

use crate::{Who, code, rid, shop, sku_rid};

/// Verb, path and fields of every write.
const WRITES: [(&str, &str, &[&str]); 8] = [
    ("POST", "/cart", &["rid", "quantity", "store_rid", "option"]),
    ("PUT", "/cart", &["rid", "quantity", "store_rid"]),
    ("POST", "/cart/remove", &["rids", "store_rid"]),
    ("POST", "/cart/1234567890/remove", &["store_rid"]),
    ("POST", "/wishlist", &["rid", "rids"]),
    ("DELETE", "/wishlist", &["rid", "rids"]),
    ("POST", "/userlike", &["rid"]),
    ("DELETE", "/userlike", &["rid"]),
];

/// The same of what products are filed under.
const HEADINGS: [(&str, &str, &[&str]); 7] = [
    ("POST", "/categories", &["name", "pid", "cover", "description", "sort_order", "status"]),
    ("PUT", "/categories/1", &["name", "pid", "cover", "description", "sort_order", "status"]),
    (
        "POST",
        "/brands",
        &["name", "features", "description", "logo", "is_recommended", "sort_order", "status"],
    ),
    ("POST", "/official/labels", &["name", "sort_order"]),
    ("PUT", "/official/labels/1", &["name", "sort_order"]),
    ("POST", "/official/materials", &["name", "sort_order"]),
    ("PUT", "/official/materials/1", &["name", "sort_order"]),
];

/// What no field takes.
pub(crate) fn values() -> Vec<Value> {
    let mut values = nonsense();
    // A thousand times the second is just an `i64`, and the rest of it is too much.
    values.extend([json!("1,".repeat(400_000)), json!("9223372036854775.999"), json!(vec![rid(1); 501])]);
    values
}

/// Everything that the shopper has.
async fn possessions(who: &Who<'_>) -> Vec<Reply> {
    let liked = format!("/products/{}", rid(1));
    vec![who.get("/cart").await, who.get("/wishlist").await, who.get(&liked).await]
}

async fn stocked(shop: &TestShop) -> Who<'_> {
    let who = Who::customer(shop).await;
    who.send("POST", "/cart", json!({"rid": sku_rid(2), "quantity": 2})).await;
    who.send("POST", "/wishlist", json!({"rid": rid(2)})).await;
    who.send("POST", "/userlike", json!({"rid": rid(2)})).await;
    who
}

async fn unharmed(who: &Who<'_>, before: &[Reply], reply: Reply, what: &str) {
    let said: String = reply.body.chars().take(200).collect();
    assert!(!reply.status.is_server_error(), "{what}: {said}");
    assert_eq!(reply.json()["success"], false, "{what}: {said}");
    assert_eq!(possessions(who).await, before, "{what}");
}

#[tokio::test]
async fn fields_of_every_wrong_kind() {
    let shop = shop().await;
    let who = stocked(&shop).await;
    let before = possessions(&who).await;
    for (verb, path, fields) in WRITES {
        for field in fields {
            for value in values() {
                // A remark may be any text.
                if *field == "option"
                    && (value.is_number()
                        || value.as_str().is_some_and(|text| text.len() < 1000 && !text.contains('\0')))
                {
                    continue;
                }
                let mut body = json!({"rid": rid(1), "quantity": 1});
                if path == "/cart" {
                    body["rid"] = json!(sku_rid(1));
                }
                body[*field] = value;
                let what: String = format!("{verb} {path} {body}").chars().take(200).collect();
                unharmed(&who, &before, who.send(verb, path, body).await, &what).await;
            }
        }
    }
}

/// All that products are filed under, as it is shown.
async fn headings(shop: &TestShop) -> Vec<String> {
    let mut shown = Vec::new();
    for path in ["/categories", "/brands", "/official/labels", "/official/materials"] {
        shown.push(shop.get(path).send().await.body);
    }
    shown
}

#[tokio::test]
async fn headings_of_every_wrong_kind() {
    let shop = shop().await;
    shop.app.add_terms().await;
    let who = Who::of_role(&shop, "o@example.com", Role::Operator).await;
    let mut before = headings(&shop).await;
    for (verb, path, fields) in HEADINGS {
        for field in fields {
            for (number, value) in values().into_iter().enumerate() {
                let is_text = value.as_str().is_some_and(|text| text.len() <= 1000 && !text.contains('\0'));
                let may_be_meant = value.is_number() || value.is_boolean() || is_text;
                let mut body = json!({"name": format!("{path} {field} {number}")});
                body[*field] = value;
                let what: String = format!("{verb} {path} {body}").chars().take(200).collect();
                let reply = who.send(verb, path, body).await;
                assert!(!reply.status.is_server_error(), "{what}: {:.200}", reply.body);
                if code(&reply) == 400 {
                    assert_eq!(headings(&shop).await, before, "{what}");
                } else {
                    assert!(may_be_meant, "{what}: {:.200}", reply.body);
                    before = headings(&shop).await;
                }
            }
        }
    }
}

#[tokio::test]
async fn bodies_of_every_wrong_kind() {
    let shop = shop().await;
    let who = stocked(&shop).await;
    let before = possessions(&who).await;
    let mut bodies: Vec<Vec<u8>> = ["", "null", "7", "\"text\"", "{", "{}", "{]", "\0", "{\"rid\":1", "[{}]"]
        .map(|text| text.as_bytes().to_vec())
        .to_vec();
    bodies.extend([
        b"{\"rid\": \"\xff\xfe\"}".to_vec(),
        b"{\"rid\": \"\\ud800\"}".to_vec(),
        deep(100).to_string().into_bytes(),
        format!("{{\"rid\": {}1{}}}", "[".repeat(10_000), "]".repeat(10_000)).into_bytes(),
        vec![b'['; 1_000_000],
        vec![0; 1_000_000],
        vec![b'x'; 1024 * 1024 + 1],
    ]);
    let types =
        ["application/json", "application/x-www-form-urlencoded", "multipart/form-data", "text/plain", "x"];
    for (verb, path) in WRITES.into_iter().chain(HEADINGS).map(|(verb, path, _)| (verb, path)) {
        for body in &bodies {
            for content_type in types {
                let what = format!(
                    "{verb} {path} {content_type} {}",
                    String::from_utf8_lossy(&body[..body.len().min(60)])
                );
                let request = who.begin(verb, path).body(content_type, body.clone());
                unharmed(&who, &before, request.send().await, &what).await;
            }
        }
    }
}

#[tokio::test]
async fn logins_of_every_wrong_kind() {
    let shop = shop().await;
    for path in ["/auth/login", "/auth/business_login", "/auth/register"] {
        for field in ["email", "password", "username"] {
            for value in values().into_iter().chain([Value::Null, json!({})]) {
                let mut body = json!({"email": null, "password": "correct horse"});
                body[field] = value;
                let reply = shop.post(path).json(&body).send().await;
                let said: String = reply.body.chars().take(200).collect();
                assert_eq!((reply.status.as_u16(), code(&reply)), (200, 400), "{path} {field}: {said}");
            }
        }
    }
}

#[tokio::test]
async fn searches_of_every_wrong_kind() {
    let shop = shop().await;
    for field in ["qk", "page", "per_page"] {
        for value in values().into_iter().chain([Value::Null]) {
            let mut body = json!({"qk": "红牛"});
            body[field] = value;
            let reply = shop.post("/search/products").json(&body).send().await;
            let said: String = reply.body.chars().take(200).collect();
            assert_eq!(reply.status, 200, "{field}: {said}");
            assert!([200, 400, 404].contains(&code(&reply)), "{field}: {said}");
        }
    }
}

#[tokio::test]
async fn queries_of_every_wrong_kind() {
    let shop = shop().await;
    let long = "x".repeat(60_000);
    let fields = [
        "page",
        "per_page",
        "status",
        "cid",
        "sid",
        "rid",
        "store_rid",
        "qk",
        "start_date",
        "end_date",
        "is_distributed",
        "out_of_stock",
        "pid",
        "id",
        "%00",
    ];
    for value in [
        "%00",
        "%ff%fe",
        "-1",
        "1e30",
        "%5B%5D",
        "'",
        "%25%25",
        "1,2,3",
        ",",
        "",
        long.as_str(),
        "9223372036854775807",
    ] {
        for field in fields {
            for path in [
                "/products",
                "/products/latest",
                "/products/sticked",
                "/products/by_brand/800000001",
                "/products/by_store",
                "/products/skus",
                "/products/many_skus",
                "/categories",
                "/categories/siblings",
                "/brands",
            ] {
                let reply = shop.get(&format!("{path}?{field}={value}&{field}")).send().await;
                let reply_too = shop.get(&format!("{path}?{field}={value}")).send().await;
                assert_eq!((reply.status.as_u16(), reply_too.status.as_u16()), (200, 200), "{path} {field}");
                assert!([200, 400, 404].contains(&code(&reply_too)), "{path} {field}");
            }
        }
    }
}

#[tokio::test]
async fn paths_of_every_wrong_kind() {
    let shop = shop().await;
    let who = stocked(&shop).await;
    let before = possessions(&who).await;
    let long = "9".repeat(10_000);
    for value in ["x", "%00", "%ff", "1%2f..", "'--", "%EF%BC%91", "-1", long.as_str()] {
        for (verb, path) in [
            ("GET", format!("/products/{value}")),
            ("GET", format!("/products/{value}/detail")),
            ("GET", format!("/products/by_brand/{value}")),
            ("GET", format!("/brands/{value}")),
            ("POST", format!("/cart/{value}/remove")),
            ("PUT", format!("/categories/{value}")),
            ("DELETE", format!("/official/labels/{value}")),
        ] {
            let reply = who.begin(verb, &path).send().await;
            assert_eq!(reply.status, 200, "{path:.60}: {:.200}", reply.body);
            unharmed(&who, &before, reply, &path[..path.len().min(60)]).await;
        }
    }
}
