//! What is not published: by others, without what is needed, with what makes no sense. Nothing changes then.

use domain::account::Role;
use insta::assert_snapshot;
use serde_json::{Value, json};
use web::testing::{Reply, TestShop};

use super::{first, second, shop, step_one, step_two, store_away, with};
use crate::hostile::values;
use crate::{Who, code};

/// All that a merchant sees of a product, and of what the store begins.
async fn state(who: &Who<'_>, rid: &str) -> Vec<Reply> {
    let lists = ["/products/by_store?status=0&per_page=100", "/products/audit?per_page=100"];
    vec![first(who, rid).await, second(who, rid).await, who.get(lists[0]).await, who.get(lists[1]).await]
}

/// Verb and path of every request that publishes, and a body that would do.
fn requests(rid: &str, sku: &Value) -> [(&'static str, String, Value); 5] {
    let mut change = step_two(rid);
    change["skus"][0]["sku_rid"] = sku.clone();
    [
        ("POST", "/products/publish_one".to_owned(), step_one()),
        ("PUT", format!("/products/publish_one?rid={rid}"), step_one()),
        ("POST", "/products/publish_two/warehouse".to_owned(), step_two(rid)),
        ("POST", "/products/publish_two/publish".to_owned(), step_two(rid)),
        ("PUT", "/products/publish_two".to_owned(), change),
    ]
}

async fn shop_with_a_product() -> (TestShop, String) {
    let shop = shop().await;
    let rid = store_away(&Who::merchant(&shop, 1).await).await;
    (shop, rid)
}

#[tokio::test]
async fn a_field_that_is_missing_or_makes_no_sense_is_named() {
    let (shop, rid) = shop_with_a_product().await;
    let merchant = Who::keeper(&shop).await;
    let before = state(&merchant, &rid).await;
    let refused = async |verb: &str, path: &str, body: Value, field: &str| {
        let said = format!("{verb} {path} {field}: {body:.300}");
        let reply = merchant.send(verb, path, body).await;
        assert_eq!(
            reply.json()["status"]["message"],
            format!("Bad request: {field}."),
            "{said} {}",
            reply.body
        );
        assert_eq!(code(&reply), 400, "{said}");
        assert_eq!(state(&merchant, &rid).await, before, "{said}");
    };
    let long = |count: usize| json!("长".repeat(count));
    let one: Vec<(&str, Vec<Value>)> = vec![
        ("category_id", vec![json!(99), json!(0), json!("x"), Value::Null]),
        ("name", vec![json!(""), json!("  "), long(201), json!([]), Value::Null]),
        ("features", vec![json!(""), long(501), Value::Null]),
        ("content", vec![json!(true), long(200_001), Value::Null]),
        // Another store's, a film, none, no picture that could be kept, too many.
        (
            "asset_ids",
            vec![
                json!([4]),
                json!([6]),
                json!([1, 99]),
                json!([]),
                json!([0]),
                json!([1, 0]),
                json!((1..52).collect::<Vec<_>>()),
            ],
        ),
        ("material_id", vec![json!(9), json!({}), Value::Null]),
        ("labels", vec![json!([1, 9]), json!(1), Value::Null]),
        ("is_custom_made", vec![json!("perhaps"), json!(2), Value::Null]),
        ("id_code", vec![json!([]), long(501)]),
        ("keywords", vec![json!("苹果"), json!(["x".repeat(51)]), json!(vec!["x"; 51])]),
        ("made_cycle", vec![json!(-1), json!(1.5), json!(3651)]),
    ];
    let path = format!("/products/publish_one?rid={rid}");
    for (field, values) in one {
        for value in values {
            let body = with(step_one(), json!({ field: value }));
            refused("POST", "/products/publish_one", body.clone(), field).await;
            refused("PUT", &path, body, field).await;
        }
    }
    for field in
        ["category_id", "name", "asset_ids", "material_id", "features", "content", "labels", "is_custom_made"]
    {
        let mut body = step_one();
        body.as_object_mut().expect("an object").remove(field);
        refused("POST", "/products/publish_one", body, field).await;
    }
    refused("PUT", "/products/publish_one", step_one(), "rid").await;
    let two: Vec<(&str, Vec<Value>)> = vec![
        ("rid", vec![Value::Null, json!([])]),
        ("freight_template_id", vec![long(101), json!({}), json!(true), json!(1.5)]),
        ("product_return_policy", vec![long(10_001), json!([])]),
        ("is_distributed", vec![json!("x"), Value::Null]),
        ("skus", vec![json!("x"), json!([1]), json!({})]),
    ];
    for (field, values) in two {
        for value in values {
            let body = with(step_two(&rid), json!({ field: value }));
            refused("POST", "/products/publish_two/warehouse", body.clone(), field).await;
            refused("PUT", "/products/publish_two", body, field).await;
        }
    }
    for (names, field) in [
        (json!({"freight_template_id": {}, "fid": "7"}), "freight_template_id"),
        (json!({"freight_template_id": null, "fid": {}}), "fid"),
    ] {
        let body = with(step_two(&rid), names);
        refused("POST", "/products/publish_two/warehouse", body.clone(), field).await;
        refused("PUT", "/products/publish_two", body, field).await;
    }
    for field in ["rid", "freight_template_id", "product_return_policy", "is_distributed", "skus"] {
        let mut body = step_two(&rid);
        body.as_object_mut().expect("an object").remove(field);
        refused("POST", "/products/publish_two/publish", body, field).await;
    }
    for field in ["freight_template_id", "product_return_policy"] {
        for value in [json!(""), json!(" "), Value::Null] {
            let body = with(step_two(&rid), json!({ field: value }));
            refused("POST", "/products/publish_two/warehouse", body, field).await;
        }
    }
    refused("POST", "/products/publish_two/publish", with(step_two(&rid), json!({"skus": []})), "skus").await;
    for status in [json!(4), json!(-1), json!("x")] {
        refused("PUT", "/products/publish_two", json!({"rid": rid, "status": status}), "status").await;
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_sku_is_named() {
    let (shop, rid) = shop_with_a_product().await;
    let merchant = Who::keeper(&shop).await;
    let before = state(&merchant, &rid).await;
    for (field, values) in [
        // Another product's, and none.
        ("sku_rid", vec![json!("20000000001"), json!("1234567890"), json!([]), json!("x")]),
        ("cover_id", vec![json!(4), json!(6), json!(99), json!("x"), json!(0)]),
        ("s_color", vec![json!(true), json!("长".repeat(501))]),
        ("s_weight", vec![json!(-1), json!("x"), json!(0.0001), Value::Null]),
        ("stock_quantity", vec![json!(-1), json!(1.5), json!(1_000_000_001), Value::Null]),
        ("price", vec![json!(-0.01), json!(1.005), json!("1,5"), json!(1e30), json!([]), Value::Null]),
        ("sale_price", vec![json!(-1), json!(0.001)]),
        ("commission_rate", vec![json!(100.01), json!(-1), json!(0.001)]),
    ] {
        for value in values {
            let mut body = step_two(&rid);
            body["skus"][1][field] = value.clone();
            for (verb, path) in [("POST", "/products/publish_two/publish"), ("PUT", "/products/publish_two")]
            {
                let reply = merchant.send(verb, path, body.clone()).await;
                let message = format!("Bad request: {field}.");
                assert_eq!(reply.json()["status"]["message"], message, "{value} {}", reply.body);
            }
            assert_eq!(state(&merchant, &rid).await, before, "{field} {value}");
        }
    }
    for needed in ["s_weight", "stock_quantity", "price"] {
        let mut body = step_two(&rid);
        body["skus"][1].as_object_mut().expect("an object").remove(needed);
        let reply = merchant.send("PUT", "/products/publish_two", body).await;
        assert_eq!(reply.json()["status"]["message"], format!("Bad request: {needed}."));
    }
    let sku = &second(&merchant, &rid).await.json()["data"]["skus"][0]["rid"];
    let twice = json!({"rid": rid, "skus": [{"sku_rid": sku}, {"sku_rid": sku}]});
    assert_snapshot!("sku_twice", merchant.send("PUT", "/products/publish_two", twice).await.golden());
    assert_eq!(state(&merchant, &rid).await, before);
}

#[tokio::test]
async fn others_publish_nothing() {
    let (shop, rid) = shop_with_a_product().await;
    let merchant = Who::keeper(&shop).await;
    let sku = second(&merchant, &rid).await.json()["data"]["skus"][0]["rid"].clone();
    let before = state(&merchant, &rid).await;
    let (nobody, guest) = (Who::new(&shop, "x"), Who::guest(&shop).await);
    let (customer, other) = (Who::customer(&shop).await, Who::merchant(&shop, 2).await);
    for (verb, path, body) in requests(&rid, &sku) {
        for who in [&nobody, &guest] {
            assert_eq!(who.send(verb, &path, body.clone()).await.status, 401, "{verb} {path}");
        }
        assert_eq!(code(&customer.send(verb, &path, body.clone()).await), 403, "{verb} {path}");
        let named = with(body.clone(), json!({"sid": "900000001"}));
        assert_eq!(
            code(&other.send(verb, &path, named).await),
            403,
            "the store is not theirs: {verb} {path}"
        );
        let unknown = with(body.clone(), json!({"sid": "123"}));
        assert_eq!(code(&merchant.send(verb, &path, unknown).await), 404, "{verb} {path}");
        // They may begin a product of their own, but not with another store's pictures.
        let foreign = if path == "/products/publish_one" { 400 } else { 404 };
        assert_eq!(code(&other.send(verb, &path, body).await), foreign, "{verb} {path}");
    }
    for path in [format!("/products/{rid}/publish_one"), format!("/products/{rid}/publish_two")] {
        assert_eq!(guest.get(&path).await.status, 401);
        assert_eq!(code(&customer.get(&path).await), 403);
        assert_eq!(code(&other.get(&path).await), 404);
        assert_eq!(code(&merchant.get(&path.replace(&rid, "1234567890")).await), 404);
    }
    assert_eq!(guest.get("/products/audit").await.status, 401);
    assert_eq!(code(&customer.get("/products/audit").await), 403);
    assert_eq!(other.get("/products/audit").await.json()["data"]["entries"], json!([]));
    assert_eq!(code(&other.get(&format!("/products/audit?rid={rid}")).await), 404);
    assert_eq!(code(&other.get("/products/audit?sid=900000001").await), 403);
    assert_eq!(state(&merchant, &rid).await, before);
}

#[tokio::test]
async fn an_operator_publishes_for_a_store_that_is_named() {
    let (shop, rid) = shop_with_a_product().await;
    let operator = Who::of_role(&shop, "root@example.com", Role::Operator).await;
    assert_eq!(code(&operator.send("POST", "/products/publish_one", step_one()).await), 403);
    let named = with(step_one(), json!({"sid": "900000001"}));
    assert_eq!(code(&operator.send("POST", "/products/publish_one", named).await), 201);
    let terms = with(
        step_two(&rid),
        json!({"skus": [{"s_color": "红色", "price": 1, "s_weight": 1, "stock_quantity": 1}]}),
    );
    assert_eq!(code(&operator.send("POST", "/products/publish_two/publish", terms).await), 200);
    let elsewhere = with(step_two(&rid), json!({"sid": "900000002"}));
    assert_eq!(code(&operator.send("PUT", "/products/publish_two", elsewhere).await), 404);
    assert_eq!(code(&operator.get("/products/audit").await), 403);
    assert_eq!(code(&operator.get("/products/audit?sid=900000001").await), 200);
}

#[tokio::test]
async fn what_another_store_has_taken_up_stays_distributed() {
    let (shop, rid) = shop_with_a_product().await;
    let (merchant, other) = (Who::keeper(&shop).await, Who::merchant(&shop, 2).await);
    let distribute = async |is_distributed: bool| {
        let change = json!({"rid": rid, "status": 1, "is_distributed": is_distributed});
        merchant.send("PUT", "/products/publish_two", change).await
    };
    assert_eq!(code(&distribute(false).await), 200);
    assert_eq!(code(&distribute(true).await), 200);
    assert_eq!(code(&other.send("POST", &format!("/fx_distribute/{rid}/publish"), json!({})).await), 201);
    assert_snapshot!("taken_up", distribute(false).await.golden());
    assert_eq!(code(&distribute(true).await), 200, "everything else may change");
    assert_eq!(code(&other.get(&format!("/products/{rid}/publish_two")).await), 404, "it is not theirs");
    assert_eq!(code(&other.begin("DELETE", &format!("/products/{rid}")).send().await), 200);
    assert_eq!(code(&distribute(false).await), 200, "it was given back");
}

#[tokio::test]
async fn whatever_is_sent_does_no_harm() {
    let (shop, rid) = shop_with_a_product().await;
    let merchant = Who::keeper(&shop).await;
    let sku = json!({"sku_rid": second(&merchant, &rid).await.json()["data"]["skus"][0]["rid"]});
    let change = with(step_two(&rid), json!({ "skus": [sku] }));
    let harmless = async |verb: &str, path: &str, body: Value, what: &str| {
        let reply = merchant.send(verb, path, body).await;
        let said: String = format!("{verb} {path} {what} {}", reply.body).chars().take(300).collect();
        assert_eq!(reply.status, 200, "{said}");
        assert!([200, 201, 400, 403, 404].contains(&code(&reply)), "{said}");
    };
    for (verb, path, body) in [
        ("POST", "/products/publish_one", step_one()),
        ("PUT", "/products/publish_two", change.clone()),
        ("POST", "/products/publish_two/publish", change.clone()),
    ] {
        for field in body.as_object().expect("an object").keys().chain([&"sid".to_owned()]) {
            for value in values() {
                harmless(verb, path, with(body.clone(), json!({ field: value })), field).await;
            }
        }
        for raw in ["", "null", "7", "{", "[{}]", "{\"skus\":[[[]]]}", "{\"rid\":\"\\ud800\"}"] {
            let reply = merchant.begin(verb, path).body("application/json", raw).send().await;
            assert_eq!((reply.status.as_u16(), code(&reply)), (200, 400), "{verb} {path} {raw}");
        }
    }
    for field in ["sku_rid", "cover_id", "s_color", "s_weight", "stock_quantity", "price", "commission_rate"]
    {
        for value in values() {
            let sku = with(sku.clone(), json!({ field: value }));
            harmless("PUT", "/products/publish_two", with(change.clone(), json!({ "skus": [sku] })), field)
                .await;
        }
    }
    for query in ["before=x", "before=-1", "before=1e30", "per_page=0", "rid=x", "rid=%00", "sid=%ff"] {
        let reply = merchant.get(&format!("/products/audit?{query}")).await;
        assert!([200, 404].contains(&code(&reply)), "{query} {}", reply.body);
    }
    assert_eq!(code(&merchant.send("PUT", "/products/publish_two", change).await), 200, "it still works");
}
