//! `/brands`.

use domain::account::Role;
use insta::assert_snapshot;
use serde_json::json;

use crate::{Who, code, shop};

#[tokio::test]
async fn brands_by_page_and_one() {
    let shop = shop().await;
    shop.app.add_brand(2, "山野").await;
    assert_snapshot!("brands", shop.get("/v1.0/brands?per_page=1&page=1").send().await.golden());
    assert_snapshot!("brand", shop.get("/brands/800000002").send().await.golden());
    assert_eq!(code(&shop.get("/brands/800000003").send().await), 404);
}

#[tokio::test]
async fn a_merchant_adds_a_brand_which_is_seen_at_once() {
    let shop = shop().await;
    let who = Who::merchant(&shop, 1).await;
    assert_eq!(shop.get("/brands").send().await.json()["data"]["count"], 1);
    let new = json!({"name": "山野", "features": "山里的", "description": "…", "logo": "/_uploads/photos/l.png",
        "banner": "https://pictures.example/b.png", "is_recommended": 1, "sort_order": 3});
    let added = who.send("POST", "/brands", new.clone()).await;
    assert_snapshot!("added", added.golden());
    let rid = added.json()["data"]["rid"].as_str().expect("a rid").to_owned();
    assert_eq!(shop.get(&format!("/brands/{rid}")).send().await.json()["data"], added.json()["data"]);
    assert_eq!(shop.get("/brands").send().await.json()["data"]["count"], 2);
    assert_snapshot!("name_taken", who.send("POST", "/brands", new).await.golden());
    for (field, body) in [
        ("name", json!({})),
        ("name", json!({"name": " "})),
        ("is_recommended", json!({"name": "x", "is_recommended": 2})),
        ("sort_order", json!({"name": "x", "sort_order": 2_147_483_648_i64})),
        ("status", json!({"name": "x", "status": "shown"})),
    ] {
        let status = json!({"code": 400, "message": format!("Bad request: {field}.")});
        assert_eq!(who.send("POST", "/brands", body.clone()).await.json()["status"], status, "{body}");
    }
    assert_eq!(shop.get("/brands").send().await.json()["data"]["count"], 2);
}

#[tokio::test]
async fn others_add_no_brand() {
    let shop = shop().await;
    let body = json!({"name": "山野"});
    assert_eq!(shop.post("/brands").json(&body).send().await.status, 401);
    assert_eq!(Who::guest(&shop).await.send("POST", "/brands", body.clone()).await.status, 401);
    assert_eq!(code(&Who::customer(&shop).await.send("POST", "/brands", body).await), 403);
    assert_eq!(shop.get("/brands").send().await.json()["data"]["count"], 1);
}

#[tokio::test]
async fn a_key_adds_one_brand() {
    let shop = shop().await;
    let who = Who::merchant(&shop, 1).await;
    let send = async || {
        let request = who.begin("POST", "/brands").header("idempotency-key", "k");
        request.json(&json!({"name": "山野"})).send().await
    };
    let (first, second) = (send().await, send().await);
    assert_eq!((code(&first), &second.body), (201, &first.body));
    assert_eq!(second.header("idempotent-replayed"), "true");
    assert_eq!(shop.get("/brands").send().await.json()["data"]["count"], 2);
}

#[tokio::test]
async fn who_keeps_a_store_sees_what_is_hidden() {
    let shop = shop().await;
    let (merchant, customer) = (Who::merchant(&shop, 2).await, Who::customer(&shop).await);
    let operator = Who::of_role(&shop, "o@example.com", Role::Operator).await;
    let hidden = merchant.send("POST", "/brands", json!({"name": "山野", "status": 0})).await.json();
    let rid = hidden["data"]["rid"].as_str().expect("a rid");
    let (one, products) = (format!("/brands/{rid}"), format!("/products/by_brand/{rid}"));
    for who in [&merchant, &operator] {
        assert_eq!(who.get("/brands").await.json()["data"]["count"], 2);
        assert_eq!(who.get(&one).await.json()["data"], hidden["data"]);
        assert_eq!(code(&who.get(&products).await), 200);
    }
    assert_eq!(customer.get("/brands").await.json()["data"]["count"], 1);
    let unknown = shop.get("/products/by_brand/800000009").send().await.body;
    for reply in [customer.get(&products).await, shop.get(&products).send().await] {
        assert_eq!(reply.body, unknown);
    }
    assert_eq!(code(&customer.get(&one).await), 404);
    assert_eq!(code(&shop.get(&one).send().await), 404);
}
