//! `/userlike`.

use insta::assert_snapshot;
use serde_json::json;
use web::testing::TestShop;

use crate::{Who, code, rid, shop};

async fn likes(shop: &TestShop, product: i64) -> i64 {
    let reply = shop.get(&format!("/products/{}", rid(product))).send().await.json();
    reply["data"]["like_count"].as_i64().expect("a count")
}

#[tokio::test]
async fn a_product_is_liked_once_a_customer() {
    let shop = shop().await;
    let (li, wang) = (Who::customer(&shop).await, Who::customer_of(&shop, "wang@example.com").await);
    assert_eq!(likes(&shop, 1).await, 0);
    assert_snapshot!("liked", li.send("POST", "/userlike", json!({"rid": rid(1)})).await.golden());
    assert_snapshot!("again", li.send("POST", "/userlike", json!({"rid": rid(1)})).await.golden());
    assert_eq!(likes(&shop, 1).await, 1);
    assert_eq!(code(&wang.send("POST", "/userlike", json!({"rid": rid(1)})).await), 201);
    assert_eq!(likes(&shop, 1).await, 2);
    assert_snapshot!("unliked", li.send("DELETE", "/userlike", json!({"rid": rid(1)})).await.golden());
    assert_eq!(code(&li.begin("DELETE", &format!("/userlike?rid={}", rid(1))).send().await), 204);
    assert_eq!(likes(&shop, 1).await, 1);
    assert_eq!(likes(&shop, 2).await, 0);
}

#[tokio::test]
async fn what_is_unknown_is_not_liked() {
    let shop = shop().await;
    let li = Who::customer(&shop).await;
    for rid in ["1234567890".to_owned(), rid(3), rid(5), rid(6)] {
        assert_eq!(code(&li.send("POST", "/userlike", json!({ "rid": rid })).await), 404, "{rid}");
    }
    for rid in ["1234567890".to_owned(), rid(3), rid(5), rid(6)] {
        assert_eq!(code(&li.send("DELETE", "/userlike", json!({ "rid": rid })).await), 404, "{rid}");
    }
    assert_eq!(code(&li.send("POST", "/userlike", json!({})).await), 400);
    li.send("POST", "/userlike", json!({"rid": rid(8)})).await;
    shop.app.take_off_sale(8).await;
    assert_eq!(code(&li.send("DELETE", "/userlike", json!({"rid": rid(8)})).await), 204);
    assert_eq!(code(&li.send("DELETE", "/userlike", json!({"rid": rid(8)})).await), 404);
}

/// Everybody sends the same at the same time, each of them twice; the codes of each.
async fn all_at_once(shop: &TestShop, tokens: &[String], verb: &'static str) -> Vec<[i64; 2]> {
    let send = |token: &String| {
        let (shop, token) = (shop.clone(), token.clone());
        tokio::spawn(async move {
            let who = Who::new(&shop, &token);
            let body = json!({"rid": rid(1)});
            let (first, second) =
                tokio::join!(who.send(verb, "/userlike", body.clone()), who.send(verb, "/userlike", body));
            let mut codes = [code(&first), code(&second)];
            codes.sort_unstable();
            codes
        })
    };
    let tasks: Vec<_> = tokens.iter().map(send).collect();
    let mut codes = Vec::new();
    for task in tasks {
        codes.push(task.await.expect("a task"));
    }
    codes
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_who_like_one_product_are_a_thousand() {
    let shop = shop().await;
    let mut tokens = Vec::new();
    for number in 0..1000 {
        tokens.push(shop.app.customer(&format!("c{number}@example.com")).await);
    }
    assert_eq!(all_at_once(&shop, &tokens, "POST").await, [[201, 403]; 1000]);
    shop.app.pass_seconds(1);
    assert_eq!(likes(&shop, 1).await, 1000);
    assert_eq!(all_at_once(&shop, &tokens, "DELETE").await, [[204, 204]; 1000]);
    shop.app.pass_seconds(1);
    assert_eq!(likes(&shop, 1).await, 0);
}

#[tokio::test]
async fn a_like_under_a_key_is_one() {
    let shop = shop().await;
    let li = Who::customer(&shop).await;
    let send = async || {
        let request = li.begin("POST", "/userlike").header("idempotency-key", "k");
        request.json(&json!({"rid": rid(1)})).send().await
    };
    let (first, second) = (send().await, send().await);
    assert_eq!((code(&first), code(&second)), (201, 201));
    assert_eq!(second.header("idempotent-replayed"), "true");
    assert_eq!(likes(&shop, 1).await, 1);
}
