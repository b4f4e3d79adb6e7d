//! Whatever a client sends: never a server error, never a changed cart.

use serde_json::{Value, json};
use web::testing::{Reply, TestShop, deep, nonsense};

use crate::{ADD, GUEST, LIST, REMOVE, UPDATE, add, get, post, shop};

const WRITES: [(&str, &[&str]); 3] = [
    (ADD, &["archive_id", "sku_id", "quantity", "order_extra"]),
    (UPDATE, &["archive_id", "sku_id", "quantity", "order_extra"]),
    (REMOVE, &["id"]),
];

async fn unharmed(shop: &TestShop, before: &Reply, reply: Reply, what: &str) {
    let said: String = reply.body.chars().take(200).collect();
    assert!(!reply.status.is_server_error(), "{what}: {said}");
    assert_ne!(reply.json()["code"], 0, "{what}: {said}");
    assert_eq!(&get(shop, GUEST, LIST).await, before, "{what}");
}

#[tokio::test]
async fn fields_of_every_wrong_kind() {
    let shop = shop().await;
    add(&shop, GUEST, 1, 0, 2).await;
    let before = get(&shop, GUEST, LIST).await;
    for (path, fields) in WRITES {
        for field in fields {
            for value in nonsense() {
                // There any object may be.
                if *field == "order_extra" && value.is_object() {
                    continue;
                }
                let mut body = json!({"archive_id": 1, "quantity": 1, "id": 1});
                body[*field] = value;
                let what: String = format!("{path} {body}").chars().take(200).collect();
                unharmed(&shop, &before, post(&shop, GUEST, path, body).await, &what).await;
            }
        }
        for field in fields.iter().filter(|field| **field != "order_extra") {
            let mut body = json!({"archive_id": 1, "quantity": 1, "id": 1});
            body[*field] = Value::Null;
            unharmed(&shop, &before, post(&shop, GUEST, path, body).await, field).await;
        }
    }
}

#[tokio::test]
async fn bodies_of_every_wrong_kind() {
    let shop = shop().await;
    add(&shop, GUEST, 1, 0, 2).await;
    let before = get(&shop, GUEST, LIST).await;
    let mut bodies: Vec<Vec<u8>> =
        ["", "null", "7", "\"text\"", "{", "{}", "{]", "\0", "{\"archive_id\":1", "[{}]"]
            .map(|text| text.as_bytes().to_vec())
            .to_vec();
    bodies.extend([
        b"{\"archive_id\": 1, \"quantity\": 1, \"order_extra\": {\"a\": \"\xff\xfe\"}, \"id\": \"\xff\"}"
            .to_vec(),
        b"{\"archive_id\": 1, \"quantity\": 1, \"id\": 1, \"x\": \"\\ud800\"}".to_vec(),
        b"{\"archive_id\": 1, \"quantity\": 1, \"id\": 1, \"x\": \"\0\"}".to_vec(),
        deep(100).to_string().into_bytes(),
        format!(
            "{{\"archive_id\": 1, \"quantity\": 1, \"id\": 1, \"x\": {}1{}}}",
            "[".repeat(10_000),
            "]".repeat(10_000)
        )
        .into_bytes(),
        vec![b'['; 1_000_000],
        vec![0; 1_000_000],
        vec![b'x'; 1024 * 1024 + 1],
    ]);
    let types =
        ["application/json", "application/x-www-form-urlencoded", "multipart/form-data", "text/plain", "x"];
    for (path, _) in WRITES {
        for body in &bodies {
            for content_type in types {
                let request = shop.post(path).header(GUEST.0, GUEST.1).body(content_type, body.clone());
                let what =
                    format!("{path} {content_type} {}", String::from_utf8_lossy(&body[..body.len().min(60)]));
                unharmed(&shop, &before, request.send().await, &what).await;
            }
        }
    }
}

#[tokio::test]
async fn logins_of_every_wrong_kind() {
    let shop = shop().await;
    for field in ["user_name", "password"] {
        for value in nonsense().into_iter().chain([Value::Null, json!({})]) {
            let mut body = json!({"user_name": null, "password": "correct horse"});
            body[field] = value;
            let reply = shop.post("/api/login").json(&body).send().await;
            let said: String = reply.body.chars().take(200).collect();
            assert_eq!((reply.status.as_u16(), &reply.json()["code"]), (200, &json!(-1)), "{field}: {said}");
        }
    }
}

#[tokio::test]
async fn queries_of_every_wrong_kind() {
    let shop = shop().await;
    let long = "x".repeat(60_000);
    for value in ["%00", "%ff%fe", "-1", "1e30", "%5B%5D", "'", "%25%25", "1,2,3", ",", "", long.as_str()] {
        for field in ["type", "page", "limit", "q", "categoryId", "order", "id", "current", "pageSize", "%00"]
        {
            for path in [LIST, "/api/archive/list", "/api/archive/detail"] {
                let reply = shop.get(&format!("{path}?{field}={value}&{field}")).send().await;
                let reply_too = shop.get(&format!("{path}?{field}={value}")).send().await;
                assert_eq!((reply.status.as_u16(), reply_too.status.as_u16()), (200, 200), "{path} {field}");
                assert!([0, -1].contains(&reply_too.json()["code"].as_i64().unwrap()));
            }
        }
    }
}

#[tokio::test]
async fn verbs_of_every_wrong_kind() {
    let shop = shop().await;
    add(&shop, GUEST, 1, 0, 2).await;
    let before = get(&shop, GUEST, LIST).await;
    let body = json!({"archive_id": 1, "quantity": 1, "id": 1});
    for (path, _) in WRITES {
        for verb in ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"] {
            let request = shop.request(verb.parse().unwrap(), path).header(GUEST.0, GUEST.1);
            assert_eq!(request.json(&body).send().await.status, 405, "{verb} {path}");
        }
    }
    assert_eq!(get(&shop, GUEST, LIST).await, before);
}
