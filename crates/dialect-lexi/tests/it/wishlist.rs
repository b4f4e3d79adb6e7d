//! `/wishlist`.

use insta::assert_snapshot;
use serde_json::json;

use crate::{Who, code, ids, rid, shop};

#[tokio::test]
async fn a_wishlist_is_in_the_old_form_and_newest_first() {
    let shop = shop().await;
    let who = Who::customer(&shop).await;
    assert_snapshot!("empty", who.get("/wishlist").await.golden());
    for id in [10, 2, 8] {
        shop.app.pass_seconds(1);
        let reply = who.send("POST", "/wishlist", json!({"rid": rid(id)})).await;
        assert_eq!(code(&reply), 201, "{}", reply.body);
    }
    assert_snapshot!("page", who.get("/api/v1.0/wishlist?per_page=1&page=2").await.golden());
    assert_eq!(ids(&who.get("/wishlist").await), [8, 2, 10]);
    assert_snapshot!("added_again", who.send("POST", "/wishlist", json!({"rid": rid(10)})).await.golden());
    assert_eq!(ids(&who.get("/wishlist").await), [8, 2, 10]);
}

#[tokio::test]
async fn several_are_put_aside_or_none() {
    let shop = shop().await;
    let who = Who::customer(&shop).await;
    for unknown in [json!(["1234567890", rid(1)]), json!([rid(3), rid(1)]), json!([rid(6)])] {
        let reply = who.send("POST", "/wishlist", json!({ "rids": unknown })).await;
        assert_eq!(code(&reply), 404, "{}", reply.body);
    }
    assert_eq!(ids(&who.get("/wishlist").await), Vec::<i64>::new());
    assert_eq!(code(&who.send("POST", "/wishlist", json!({"rids": [rid(1), rid(2), rid(1)]})).await), 201);
    assert_eq!(ids(&who.get("/wishlist").await), [2, 1]);
    for nothing in [json!({}), json!({"rids": []}), json!({"rid": ""}), json!({"rid": {}}), json!([])] {
        assert_eq!(code(&who.send("POST", "/wishlist", nothing.clone()).await), 400, "{nothing}");
    }
}

#[tokio::test]
async fn what_is_put_back_may_be_absent() {
    let shop = shop().await;
    let who = Who::customer(&shop).await;
    who.send("POST", "/wishlist", json!({"rids": [rid(1), rid(2), rid(8)]})).await;
    assert_snapshot!("removed", who.send("DELETE", "/wishlist", json!({"rid": rid(2)})).await.golden());
    assert_eq!(code(&who.begin("DELETE", &format!("/wishlist?rid={}", rid(2))).send().await), 204);
    assert_eq!(code(&who.send("DELETE", "/wishlist", json!({"rid": "1234567890"})).await), 404);
    assert_eq!(ids(&who.get("/wishlist").await), [8, 1]);
    shop.app.take_off_sale(8).await;
    assert_eq!(who.get("/wishlist").await.json()["data"]["count"], 1);
    assert_eq!(code(&who.send("DELETE", "/wishlist", json!({"rid": rid(8)})).await), 204);
}

#[tokio::test]
async fn what_may_not_be_known_is_put_back_only_by_who_has_it() {
    let shop = shop().await;
    let (who, merchant) = (Who::customer(&shop).await, Who::merchant(&shop, 1).await);
    who.send("POST", "/wishlist", json!({"rids": [rid(1), rid(8), rid(9)]})).await;
    shop.app.take_off_sale(8).await;
    shop.app.delete_product(9).await;
    // Off sale, a draft, deleted, unknown.
    for secret in [rid(3), rid(5), rid(6), "1234567890".to_owned()] {
        let rids = json!({"rids": [rid(1), secret, rid(8)]});
        assert_eq!(code(&who.send("DELETE", "/wishlist", rids).await), 404, "{secret}");
        assert_eq!(code(&who.send("DELETE", "/wishlist", json!({ "rid": secret })).await), 404, "{secret}");
    }
    assert_eq!(ids(&who.get("/wishlist").await), [1], "all stay, or none");
    assert_eq!(code(&merchant.send("DELETE", "/wishlist", json!({"rid": rid(5)})).await), 204, "their own");
    let rids = json!({"rids": [rid(9), rid(1), rid(8), rid(8)]});
    assert_eq!(code(&who.send("DELETE", "/wishlist", rids.clone()).await), 204);
    assert_eq!(code(&who.send("DELETE", "/wishlist", rids).await), 404, "nothing tells that they were there");
}

#[tokio::test]
async fn everybody_has_a_wishlist_of_their_own() {
    let shop = shop().await;
    let (li, wang) = (Who::customer(&shop).await, Who::customer_of(&shop, "wang@example.com").await);
    li.send("POST", "/wishlist", json!({"rid": rid(1)})).await;
    wang.send("DELETE", "/wishlist", json!({"rid": rid(1)})).await;
    assert_eq!(ids(&wang.get("/wishlist").await), Vec::<i64>::new());
    assert_eq!(ids(&li.get("/wishlist").await), [1]);
}

#[tokio::test]
async fn a_key_is_for_one_wish() {
    let shop = shop().await;
    let who = Who::customer(&shop).await;
    let send = async |id: i64| {
        let request = who.begin("POST", "/wishlist").header("idempotency-key", "k");
        request.json(&json!({"rid": rid(id)})).send().await
    };
    assert_eq!(send(1).await.header("idempotent-replayed"), "");
    assert_eq!(send(1).await.header("idempotent-replayed"), "true");
    assert_eq!(send(2).await.status, 422);
    assert_eq!(ids(&who.get("/wishlist").await), [1]);
}
