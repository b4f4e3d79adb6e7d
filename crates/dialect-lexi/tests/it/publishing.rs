//! `/products/publish_one`, `/products/publish_two` and the audit log.

mod refusals;
mod together;

use domain::account::{Identifier, Role};
use domain::id::StoreId;
use insta::assert_snapshot;
use serde_json::{Value, json};
use web::testing::{Reply, TestShop};

use crate::{Who, code, rid, rids};

/// A stocked shop with labels, a material and assets.
async fn shop() -> TestShop {
    let shop = crate::shop().await;
    shop.app.add_terms().await;
    shop.app.add_assets().await;
    shop
}

fn step_one() -> Value {
    json!({
        "category_id": 1,
        "name": "商品名",
        "id_code": "10086",
        "asset_ids": [2, 3, 1],
        "material_id": 1,
        "features": "商品推荐语",
        "content": "图文详情",
        "keywords": ["苹果", "手机", "电脑"],
        "is_custom_service": true,
        "custom_details": "可以刻名字,生辰八字",
        "labels": [1, 2],
        "is_custom_made": true,
        "made_cycle": 5,
        "is_made_holiday": false,
    })
}

fn step_two(rid: &str) -> Value {
    json!({
        "rid": rid,
        "freight_template_id": 1,
        "product_return_policy": "退换货规则",
        "status": 0,
        "is_distributed": true,
        "skus": [
            {
                "sku_rid": null,
                "cover_id": 3,
                "s_color": "黑色",
                "s_model": "中",
                "price": 2345.6,
                "sale_price": 3456,
                "s_weight": 2.5,
                "stock_quantity": 15,
                "commission_rate": 2.5,
            },
            { "s_color": "蓝色", "price": "3456.70", "s_weight": "2.5", "stock_quantity": "25" },
        ],
    })
}

/// A body with other values.
fn with(mut body: Value, other: Value) -> Value {
    let Value::Object(other) = other else { panic!("no object") };
    body.as_object_mut().expect("an object").extend(other);
    body
}

/// Begins a draft and tells its public id.
async fn begin(who: &Who<'_>) -> String {
    let reply = who.send("POST", "/products/publish_one", step_one()).await;
    assert_eq!(code(&reply), 201, "{}", reply.body);
    reply.json()["data"]["rid"].as_str().expect("a rid").to_owned()
}

/// Puts a new product into the warehouse and tells its public id.
async fn store_away(who: &Who<'_>) -> String {
    let rid = begin(who).await;
    let reply = who.send("POST", "/products/publish_two/warehouse", step_two(&rid)).await;
    assert_eq!(code(&reply), 200, "{}", reply.body);
    rid
}

async fn first(who: &Who<'_>, rid: &str) -> Reply {
    who.get(&format!("/products/{rid}/publish_one")).await
}

async fn second(who: &Who<'_>, rid: &str) -> Reply {
    who.get(&format!("/products/{rid}/publish_two")).await
}

/// The addresses of a product's pictures, as step one shows them.
fn pictures(reply: &Reply) -> Vec<Value> {
    let shown = reply.json()["data"]["asset_ids"].as_array().cloned().expect("pictures");
    shown.into_iter().map(|picture| picture["view_url"].clone()).collect()
}

/// The SKUs of a product, as step two shows them.
async fn skus(who: &Who<'_>, rid: &str) -> Vec<Value> {
    second(who, rid).await.json()["data"]["skus"].as_array().cloned().expect("SKUs")
}

#[tokio::test]
async fn a_product_comes_on_sale_in_two_steps() {
    let shop = shop().await;
    let merchant = Who::merchant(&shop, 1).await;
    assert_snapshot!("begun", merchant.send("POST", "/products/publish_one", step_one()).await.golden());
    let list = merchant.get("/products/by_store?status=0").await;
    let rid = rids(&list).into_iter().find(|rid| rid.len() == 12).expect("the draft is in the warehouse");
    assert_snapshot!("shown_one", first(&merchant, &rid).await.golden());
    assert_snapshot!("draft_two", second(&merchant, &rid).await.golden());
    assert_eq!(code(&shop.get(&format!("/products/{rid}")).send().await), 404);

    let stored = merchant.send("POST", "/products/publish_two/warehouse", step_two(&rid)).await;
    assert_snapshot!("stored", stored.golden());
    assert_eq!(second(&merchant, &rid).await, stored);
    assert_eq!(code(&shop.get(&format!("/products/{rid}")).send().await), 404);

    let known = stored.json()["data"]["skus"][0]["rid"].clone();
    let change = with(step_two(&rid), json!({"fid": "顺丰", "skus": [{"sku_rid": known, "price": 2000}]}));
    let mut change = change;
    change.as_object_mut().expect("an object").remove("freight_template_id");
    shop.app.pass_seconds(60);
    let published = merchant.send("POST", "/products/publish_two/publish", change).await;
    assert_snapshot!("published", published.golden());
    assert_snapshot!("on_sale", shop.get(&format!("/products/{rid}")).send().await.golden());
    assert_snapshot!("on_sale_detail", shop.get(&format!("/products/{rid}/detail")).send().await.golden());
    assert_snapshot!("on_sale_skus", shop.get(&format!("/products/skus?rid={rid}")).send().await.golden());
    for path in ["/products/latest", "/products/by_store?qk=商品", "/products/by_store?qk=10086"] {
        assert_eq!(rids(&shop.get(path).send().await)[0], rid, "{path}");
    }
    assert_snapshot!("log", merchant.get(&format!("/products/audit?rid={rid}&per_page=20")).await.golden());
}

#[tokio::test]
async fn step_one_again_changes_what_it_names_and_keeps_what_it_does_not() {
    let shop = shop().await;
    let merchant = Who::merchant(&shop, 1).await;
    let rid = store_away(&merchant).await;
    let sold = second(&merchant, &rid).await.json();
    let mut change =
        with(step_one(), json!({"name": "新商品名", "asset_ids": ["5"], "labels": [], "id_code": null}));
    for optional in ["keywords", "custom_details", "made_cycle", "is_custom_service", "is_made_holiday"] {
        change.as_object_mut().expect("an object").remove(optional);
    }
    // An app may send every field that it knows: a null does not hide what the query says.
    change["rid"] = Value::Null;
    let reply = merchant.send("PUT", &format!("/products/publish_one?rid={rid}"), change).await;
    assert_snapshot!("rewritten", reply.golden());
    let expected = sold.to_string().replace("商品名", "新商品名").replace("260102/2.jpg", "260102/5.jpg");
    assert_eq!(second(&merchant, &rid).await.json().to_string(), expected, "what is sold stays");
}

#[tokio::test]
async fn step_two_again_changes_adds_and_keeps_skus() {
    let shop = shop().await;
    let merchant = Who::merchant(&shop, 1).await;
    let rid = store_away(&merchant).await;
    let before = skus(&merchant, &rid).await;
    let change = json!({
        "rid": rid,
        "status": 1,
        "skus": [
            {"sku_rid": before[0]["rid"], "cover_id": null, "sale_price": null, "s_model": "", "stock_quantity": 1},
            {"s_color": "红色", "price": 1, "s_weight": 0, "stock_quantity": 0},
        ],
    });
    let reply = merchant.send("PUT", "/products/publish_two", change).await;
    assert_snapshot!("changed", reply.golden());
    let after = skus(&merchant, &rid).await;
    assert_eq!((after.len(), &after[1]), (3, &before[1]), "what is not named stays");
    for (status, seen) in [(2, 404), (0, 404), (1, 200)] {
        let change = json!({"rid": rid, "status": status});
        assert_eq!(code(&merchant.send("PUT", "/products/publish_two", change).await), 200);
        assert_eq!(code(&shop.get(&format!("/products/{rid}")).send().await), seen, "{status}");
    }
    assert_eq!(skus(&merchant, &rid).await, after, "a change without SKUs keeps them");
}

#[tokio::test]
async fn only_the_second_step_of_publishing_sets_the_time_again() {
    let shop = shop().await;
    let merchant = Who::merchant(&shop, 1).await;
    let rid = store_away(&merchant).await;
    let sku = skus(&merchant, &rid).await[0]["rid"].clone();
    let publish = with(step_two(&rid), json!({"skus": [{"sku_rid": sku}]}));
    let put = |status: i64| json!({"rid": rid, "status": status});
    let start = shop.app.now().seconds();
    for (verb, path, body, after) in [
        ("PUT", "/products/publish_two", put(0), None),
        ("PUT", "/products/publish_two", put(1), Some(20)),
        ("PUT", "/products/publish_two", put(0), Some(20)),
        ("PUT", "/products/publish_two", put(1), Some(20)),
        ("POST", "/products/publish_two/publish", publish.clone(), Some(50)),
        ("PUT", "/products/status/down", json!({ "rid": rid }), Some(50)),
        ("PUT", "/products/status/up", json!({ "rid": rid }), Some(50)),
        ("POST", "/products/publish_two/warehouse", publish.clone(), Some(50)),
        ("POST", "/products/publish_two/publish", publish.clone(), Some(90)),
        ("POST", "/products/publish_two/publish", publish, Some(100)),
    ] {
        shop.app.pass_seconds(10);
        let reply = merchant.send(verb, path, body).await;
        assert_eq!(code(&reply), 200, "{verb} {path} {}", reply.body);
        let published_at = first(&merchant, &rid).await.json()["data"]["published_at"].clone();
        assert_eq!(published_at, after.map_or(0, |after| start + after), "{verb} {path} {after:?}");
    }
}

#[tokio::test]
async fn what_is_sold_out_is_sent_back_as_it_is_shown() {
    let shop = shop().await;
    let merchant = Who::merchant(&shop, 1).await;
    let rid = store_away(&merchant).await;
    let before = skus(&merchant, &rid).await;
    let none = before.iter().map(|sku| json!({"sku_rid": sku["rid"], "stock_quantity": 0}));
    let change = json!({"rid": rid, "status": 1, "skus": none.collect::<Vec<_>>()});
    assert_eq!(code(&merchant.send("PUT", "/products/publish_two", change).await), 200);
    for status in [3, 2, 3] {
        let change = json!({"rid": rid, "status": status});
        assert_eq!(code(&merchant.send("PUT", "/products/publish_two", change).await), 200);
        assert_eq!(first(&merchant, &rid).await.json()["data"]["status"], status);
    }
}

#[tokio::test]
async fn weights_are_shown_to_the_gram() {
    let shop = shop().await;
    let merchant = Who::merchant(&shop, 1).await;
    let rid = store_away(&merchant).await;
    let sku = &skus(&merchant, &rid).await[0]["rid"];
    for (weight, text) in [(json!(2.125), "2.13"), (json!("0.004"), "0.00"), (json!(99999.999), "100000.00")]
    {
        let change = json!({"rid": rid, "status": 1, "skus": [{"sku_rid": sku, "s_weight": weight}]});
        let reply = merchant.send("PUT", "/products/publish_two", change).await;
        assert_eq!(
            reply.json()["data"]["skus"][0]["s_weight"].to_string(),
            weight.to_string().replace('"', "")
        );
        let public = shop.get(&format!("/products/skus?rid={rid}")).send().await.json();
        assert_eq!(public["data"]["items"][0]["s_weight"], text);
    }
}

#[tokio::test]
async fn freight_templates_are_numbers_or_texts() {
    let shop = shop().await;
    let merchant = Who::merchant(&shop, 1).await;
    let rid = store_away(&merchant).await;
    for (sent, shown) in [
        (json!({"freight_template_id": "7"}), json!(7)),
        (json!({"fid": 8}), json!(8)),
        (json!({"fid": "007"}), json!("007")),
        (json!({"fid": "a", "freight_template_id": 9}), json!(9)),
        (json!({"freight_template_id": -3}), json!(-3)),
        (json!({"freight_template_id": "1.5"}), json!("1.5")),
        (json!({"fid": "c", "freight_template_id": " "}), json!("c")),
        (json!({"fid": "b", "freight_template_id": null}), json!("b")),
        (json!({}), json!("b")),
    ] {
        let change = with(json!({ "rid": rid }), sent.clone());
        let reply = merchant.send("PUT", "/products/publish_two", change).await.json();
        assert_eq!(reply["data"]["freight_template_id"], shown, "{sent}");
    }
}

#[tokio::test]
async fn a_draft_that_was_left_can_be_continued() {
    let shop = shop().await;
    let merchant = Who::merchant(&shop, 1).await;
    let rid = begin(&merchant).await;
    let refused = with(step_two(&rid), json!({"skus": [{"price": -1}]}));
    assert_eq!(code(&merchant.send("POST", "/products/publish_two/publish", refused).await), 400);
    let draft = second(&merchant, &rid).await.json();
    assert_eq!((&draft["data"]["skus"], &draft["data"]["stock_count"]), (&json!([]), &json!(0)));
    assert_eq!(first(&merchant, &rid).await.json()["data"]["stock_count"], Value::Null);
    let reply = merchant.send("POST", "/products/publish_two/publish", step_two(&rid)).await;
    assert_eq!(reply.json()["data"]["stock_count"], 40, "{}", reply.body);
}

#[tokio::test]
async fn a_draft_with_skus_and_no_word_where_to_goes_into_the_warehouse() {
    let shop = shop().await;
    let merchant = Who::merchant(&shop, 1).await;
    let rid = begin(&merchant).await;
    let mut terms = step_two(&rid);
    terms.as_object_mut().expect("an object").remove("status");
    assert_eq!(code(&merchant.send("PUT", "/products/publish_two", terms).await), 200);
    assert_eq!(first(&merchant, &rid).await.json()["data"]["status"], 0);
    let down = json!({"rid": rid, "status": 2});
    assert_snapshot!("illegal", merchant.send("PUT", "/products/publish_two", down).await.golden());
}

#[tokio::test]
async fn what_was_imported_can_be_published_anew() {
    let shop = shop().await;
    let merchant = Who::merchant(&shop, 1).await;
    assert_snapshot!("imported_one", first(&merchant, &rid(10)).await.golden());
    assert_snapshot!("imported_two", second(&merchant, &rid(10)).await.golden());
    // Neither a freight template nor a return policy is known, and none is needed to send that back.
    let shown = second(&merchant, &rid(10)).await;
    for none in [
        json!({"freight_template_id": null, "product_return_policy": ""}),
        json!({"freight_template_id": " ", "product_return_policy": null}),
    ] {
        let reply = merchant.send("PUT", "/products/publish_two", with(json!({"rid": rid(10)}), none)).await;
        assert_eq!(reply, shown);
    }
    let said = json!({"rid": rid(10), "freight_template_id": 4, "product_return_policy": "七天", "fid": "x"});
    let said = merchant.send("PUT", "/products/publish_two", said).await;
    let nothing = json!({"rid": rid(10), "freight_template_id": null, "product_return_policy": " "});
    assert_eq!(merchant.send("PUT", "/products/publish_two", nothing).await, said);
    assert_eq!(said.json()["data"]["freight_template_id"], 4);
    // Pictures that are no assets are kept by the number that is shown for them.
    let path = format!("/products/publish_one?rid={}", rid(10));
    let sent =
        async |ids: Value| merchant.send("PUT", &path, with(step_one(), json!({"asset_ids": ids}))).await;
    let imported = pictures(&first(&merchant, &rid(10)).await);
    let shown: Vec<_> = imported.iter().map(|_| 0).collect();
    assert_eq!(pictures(&sent(json!(shown)).await), imported);
    let mixed = pictures(&sent(json!([2, "0", 3, 0])).await);
    assert_eq!((mixed.len(), &mixed[1], &mixed[3]), (4, &imported[0], &imported[1]));
    assert_eq!(sent(json!([0, 0, 0])).await.json()["status"]["message"], "Bad request: asset_ids.");
    assert_eq!(pictures(&sent(json!([0])).await), imported[..1]);
    assert_eq!(code(&merchant.send("PUT", &path, step_one()).await), 201);
    // An untracked SKU whose stock is sent back as it was shown stays untracked.
    let shown = skus(&merchant, &rid(7)).await;
    let same = json!({"sku_rid": shown[0]["rid"], "stock_quantity": shown[0]["stock_count"]});
    let reply = merchant.send("PUT", "/products/publish_two", json!({"rid": rid(7), "skus": [same]})).await;
    assert_eq!(reply.json()["data"]["stock_count"], 9_999_999, "{}", reply.body);
}

#[tokio::test]
async fn as_much_stock_as_is_imported_can_be_sent_back() {
    let shop = shop().await;
    let merchant = Who::merchant(&shop, 1).await;
    let rid = store_away(&merchant).await;
    let sku = &skus(&merchant, &rid).await[0]["rid"];
    for stock in [9_999_998, 9_999_999, 10_000_000, 1_000_000_000] {
        let change = json!({"rid": rid, "skus": [{"sku_rid": sku, "stock_quantity": stock}]});
        let reply = merchant.send("PUT", "/products/publish_two", change).await;
        assert_eq!(reply.json()["data"]["skus"][0]["stock_count"], stock, "{}", reply.body);
    }
}

#[tokio::test]
async fn the_log_is_paged_and_names_who_did_it() {
    let shop = shop().await;
    let merchant = Who::merchant(&shop, 1).await;
    let rid = store_away(&merchant).await;
    let page =
        async |query: &str| merchant.get(&format!("/products/audit?{query}")).await.json()["data"].clone();
    let all = page("per_page=100").await;
    let entries = all["entries"].as_array().cloned().expect("entries");
    // Begun, stored, and four values of each of two SKUs.
    assert_eq!((entries.len(), &all["next"]), (10, &Value::Null));
    assert!(entries.iter().all(|entry| entry["account"] == "merchant1@example.com" && entry["rid"] == *rid));
    let (mut paged, mut query) = (Vec::new(), "per_page=4".to_owned());
    loop {
        let part = page(&query).await;
        paged.extend(part["entries"].as_array().cloned().expect("entries"));
        match part["next"].as_i64() {
            Some(next) => query = format!("per_page=4&before={next}"),
            None => break,
        }
    }
    assert_eq!(paged, entries);
    // Each value begins where it ended before.
    let mut last = std::collections::HashMap::new();
    for entry in entries.iter().rev() {
        let of = (entry["sku_rid"].to_string(), entry["field"].to_string());
        let before = last.insert(of, entry["after"].clone()).unwrap_or(Value::Null);
        assert_eq!(before, entry["before"], "{entry}");
    }
}

#[tokio::test]
async fn who_has_only_a_phone_number_is_named_by_it() {
    let shop = shop().await;
    let ctx = app::Ctx::new(&shop.app, None);
    let phone = Identifier::parse_phone("+8613800138000").expect("a phone number");
    let role = Role::Merchant(StoreId::new(1));
    let account = app::shopper::add_account(&ctx, &[phone], None, role).await.expect("an account");
    let token = app::shopper::issue_token(&ctx, &account, 3600).await.expect("a token");
    let merchant = Who::new(&shop, &token);
    merchant.send("PUT", "/products/status/down", json!({"rid": rid(10)})).await;
    for query in [String::new(), format!("&rid={}", rid(10))] {
        let log = merchant.get(&format!("/products/audit?per_page=1{query}")).await;
        assert_eq!(log.json()["data"]["entries"][0]["account"], "+8613800138000", "{}", log.body);
    }
}
