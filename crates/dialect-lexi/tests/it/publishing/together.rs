//! Publishing by several at once, the same twice, and what it costs.

use domain::id::{AssetId, CategoryId, LabelId, MaterialId};
use domain::publishing::Basics;
use serde_json::json;
use tokio::task::JoinSet;

use super::{begin, shop, skus, step_one, step_two, store_away, with};
use crate::{Who, basic, code, rids};

/// A token of the merchant of store 1.
async fn token(shop: &web::testing::TestShop) -> String {
    shop.app.account("keeper@example.com", domain::account::Role::Merchant(domain::id::StoreId::new(1))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn no_sku_is_lost_when_many_change_one_product() {
    let shop = shop().await;
    let token = token(&shop).await;
    let who = Who { shop: &shop, header: basic(&token, "") };
    let rid = store_away(&who).await;
    let mut tasks = JoinSet::new();
    for number in 0..20 {
        let (shop, header, rid) = (shop.clone(), basic(&token, ""), rid.clone());
        tasks.spawn(async move {
            let sku = json!({"s_color": number.to_string(), "price": 1, "s_weight": 1, "stock_quantity": 1});
            let who = Who { shop: &shop, header };
            code(&who.send("PUT", "/products/publish_two", json!({"rid": rid, "skus": [sku]})).await)
        });
    }
    assert_eq!(tasks.join_all().await, [200; 20]);
    let colors = skus(&who, &rid).await;
    for number in 0..20 {
        assert!(colors.iter().any(|sku| sku["s_color"].as_str() == Some(&number.to_string())), "{number}");
    }
    assert_eq!(colors.len(), 22);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_under_one_key_makes_one_product() {
    let shop = shop().await;
    let token = token(&shop).await;
    let who = Who { shop: &shop, header: basic(&token, "") };
    let mut tasks = JoinSet::new();
    for _ in 0..5 {
        let (shop, header) = (shop.clone(), basic(&token, ""));
        tasks.spawn(async move {
            let who = Who { shop: &shop, header };
            let request = who.begin("POST", "/products/publish_one").header("idempotency-key", "k");
            request.json(&step_one()).send().await.json()["data"]["rid"].clone()
        });
    }
    let made = tasks.join_all().await;
    assert!(made[0].is_string() && made.iter().all(|rid| *rid == made[0]), "{made:?}");
    let kept = rids(&who.get("/products/by_store?status=0").await);
    assert_eq!(kept.iter().filter(|rid| rid.len() == 12).count(), 1);

    let rid = made[0].as_str().expect("a rid");
    for _ in 0..2 {
        let request = who.begin("POST", "/products/publish_two/publish").header("idempotency-key", "k2");
        assert_eq!(code(&request.json(&step_two(rid)).send().await), 200);
    }
    assert_eq!(skus(&who, rid).await.len(), 2);
}

/// Two taps without a key: the second is refused, and adds nothing.
#[tokio::test]
async fn the_same_without_a_key_adds_no_sku_twice() {
    let shop = shop().await;
    let who = Who::merchant(&shop, 1).await;
    for (verb, path) in [
        ("POST", "/products/publish_two/publish"),
        ("POST", "/products/publish_two/warehouse"),
        ("PUT", "/products/publish_two"),
    ] {
        let rid = begin(&who).await;
        assert_eq!(code(&who.send(verb, path, step_two(&rid)).await), 200);
        let once = skus(&who, &rid).await;
        let again = who.send(verb, path, step_two(&rid)).await;
        assert_eq!(again.json()["status"], json!({"code": 400, "message": "Bad request: skus."}));
        assert_eq!(skus(&who, &rid).await, once);
        let (same, other) = (&step_two(&rid)["skus"][1], begin(&who).await);
        let twice = with(step_two(&other), json!({"skus": [same, same]}));
        let twice = who.send(verb, path, twice).await;
        assert_eq!(twice.json()["status"], json!({"code": 400, "message": "Bad request: skus."}));
    }
}

/// The process may die after the change and before its reply is kept.
#[tokio::test]
async fn a_repeat_whose_reply_was_lost_is_answered_with_the_product_as_it_is() {
    let shop = shop().await;
    let session = shop.app.sessions().by_token(&token(&shop).await, shop.app.now()).await.expect("a lookup");
    let mut ctx = app::Ctx::new(&shop.app, session);
    let owner = ctx.session.as_ref().expect("a session").owner;
    let key = |name: &str| app::idempotency::Key { owner, key: name.to_owned(), request: [0; 32] };
    ctx.key = Some(key("one"));
    let basics = Basics {
        category: CategoryId::new(1),
        title: "Tea".to_owned(),
        features: "Fresh".to_owned(),
        content: "Leaves".to_owned(),
        assets: vec![Some(AssetId::new(1))],
        material: MaterialId::new(1),
        labels: vec![LabelId::new(1)],
        is_custom_made: false,
        id_code: None,
        keywords: None,
        is_custom_service: None,
        custom_details: None,
        made_cycle: None,
        is_made_holiday: None,
    };
    let first = app::publishing::begin(&ctx, None, &basics).await.expect("a draft");
    let again = app::publishing::begin(&ctx, None, &basics).await.expect("the same draft");
    assert_eq!(again.product, first.product);
    ctx.key = Some(key("two"));
    let rid = &first.product.rid;
    app::publishing::rewrite(&ctx, rid, None, &basics).await.expect("a change");
    let once = app::publishing::view(&ctx, rid).await.expect("a draft").product;
    // Whatever it would be told by now: the change was made when the category was there.
    let gone = Basics { category: CategoryId::new(99), ..basics };
    let twice = app::publishing::rewrite(&ctx, rid, None, &gone).await.expect("no change").product;
    assert_eq!(twice, once);
    assert!(once.updated_at > first.product.updated_at, "also within one microsecond");
}

#[tokio::test]
async fn the_cost_does_not_grow_with_the_product() {
    let shop = shop().await;
    let who = Who::merchant(&shop, 1).await;
    let mut costs = Vec::new();
    for count in [1, 40] {
        let rid = begin(&who).await;
        let sku = |color: usize| json!({"s_color": color, "price": 1, "s_weight": 1, "stock_quantity": 1});
        let terms = with(step_two(&rid), json!({"skus": (0..count).map(sku).collect::<Vec<_>>()}));
        who.send("POST", "/products/publish_two/publish", terms).await;
        let before = shop.statements();
        who.get(&format!("/products/{rid}/publish_two")).await;
        let shown = shop.statements();
        who.get("/products/audit?per_page=10").await;
        costs.push((shown - before, shop.statements() - shown));
    }
    assert_eq!(costs, [(5, 1), (5, 1)]);
}
