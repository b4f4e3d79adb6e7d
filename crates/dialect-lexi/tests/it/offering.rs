//! `/products/status`, `/products/statistical` and the deletion of products.

use domain::product::{Product, Status};
use insta::assert_snapshot;
use serde_json::{Value, json};
use web::testing::{Reply, TestShop};

use crate::hostile::values;
use crate::{Who, code, ids, rid, shop};

async fn up(who: &Who<'_>, rids: &str) -> i64 {
    code(&who.send("PUT", "/products/status/up", json!({ "rid": rids })).await)
}

async fn down(who: &Who<'_>, rids: &str) -> i64 {
    code(&who.send("PUT", "/products/status/down", json!({ "rid": rids })).await)
}

async fn remove(who: &Who<'_>, rids: &str) -> Reply {
    who.begin("DELETE", &format!("/products/{rids}")).send().await
}

/// The numbers in the warehouse, on sale, off sale and sold out.
async fn counts(who: &Who<'_>) -> Vec<i64> {
    let reply = who.get("/products/statistical").await.json();
    let rows = reply["data"].as_array().cloned().unwrap_or_else(|| panic!("{reply}"));
    rows.iter().map(|row| row["count"].as_i64().expect("a count")).collect()
}

async fn in_the_log(shop: &TestShop, product: i64) -> Vec<(&'static str, Option<i64>, Option<i64>)> {
    let (store, product) = (domain::id::StoreId::new(1), domain::id::ProductId::new(product));
    let entries = shop.app.store().audit(store, Some(product), i64::MAX, 100).await.expect("a log");
    entries.iter().map(|entry| (entry.field.name(), entry.before, entry.after)).collect()
}

#[tokio::test]
async fn a_product_goes_up_and_down() {
    let shop = shop().await;
    let merchant = Who::merchant(&shop, 1).await;
    let body = json!({"rid": rid(1)});
    assert_snapshot!("down", merchant.send("PUT", "/products/status/down", body.clone()).await.golden());
    assert_eq!(code(&shop.get(&format!("/products/{}", rid(1))).send().await), 404);
    assert_eq!(down(&merchant, &rid(1)).await, 200, "it is down");
    assert_snapshot!("up", merchant.send("PUT", "/products/status/up", body).await.golden());
    assert_eq!(code(&shop.get(&format!("/products/{}", rid(1))).send().await), 200);
    let query = format!("/products/status/up?rid={},{}", rid(1), rid(3));
    assert_eq!(code(&merchant.begin("PUT", &query).send().await), 200);
    assert_eq!(code(&shop.get(&format!("/products/{}", rid(3))).send().await), 200);
    let entries = in_the_log(&shop, 1).await;
    assert_eq!(entries, [("status", Some(3), Some(2)), ("status", Some(2), Some(3))], "newest first");
}

#[tokio::test]
async fn many_move_together_or_not_at_all() {
    let shop = shop().await;
    let merchant = Who::merchant(&shop, 1).await;
    let before = counts(&merchant).await;
    for (others, why) in [
        (rid(8), 404),
        (rid(6), 404),
        ("1234567890".to_owned(), 404),
        ("x".to_owned(), 404),
        // A draft was never on sale.
        (rid(5), 400),
    ] {
        assert_eq!(down(&merchant, &format!("{},{others}", rid(1))).await, why, "{others}");
        assert_eq!(counts(&merchant).await, before, "{others}");
    }
    assert_snapshot!(
        "no_sku",
        merchant.send("PUT", "/products/status/up", json!({"rid": rid(5)})).await.golden()
    );
    assert_eq!(up(&merchant, "").await, 400);
    assert_eq!(counts(&merchant).await, before);
    assert_eq!(down(&merchant, &format!("{0},{0},{1}", rid(1), rid(2))).await, 200);
    assert_eq!(counts(&merchant).await, [before[0], before[1] - 2, before[2] + 2, before[3]]);
}

#[tokio::test]
async fn each_product_counts_once() {
    let shop = shop().await;
    shop.app.put_product(&Product { status: Status::Warehouse, ..app::testing::product(11, 1, "New") }).await;
    let merchant = Who::merchant(&shop, 1).await;
    assert_snapshot!("statistical", merchant.get("/products/statistical").await.golden());
    for (status, count) in counts(&merchant).await.into_iter().enumerate() {
        let list = merchant.get(&format!("/products/by_store?status={status}")).await;
        assert_eq!(list.json()["data"]["count"], count, "{status}");
        assert_eq!(ids(&list).len() as i64, count, "{status}");
    }
    assert_eq!(code(&merchant.get("/products/statistical?sid=900000001").await), 200);
    assert_eq!(code(&merchant.get("/products/statistical?sid=900000002").await), 403);
    assert_eq!(code(&merchant.get("/products/statistical?sid=900000009").await), 404);
    assert_eq!(counts(&Who::merchant(&shop, 2).await).await, [0, 2, 0, 0], "8, and 2 of the first store");
}

#[tokio::test]
async fn a_deleted_product_is_gone_and_stays_in_carts() {
    let shop = shop().await;
    let (merchant, li) = (Who::merchant(&shop, 1).await, Who::customer(&shop).await);
    li.send("POST", "/cart", json!({"rid": crate::sku_rid(1), "quantity": 2})).await;
    assert_snapshot!("deleted", remove(&merchant, &rid(1)).await.golden());
    assert_eq!(code(&remove(&merchant, &rid(1)).await), 404, "it is gone");
    assert_eq!(code(&merchant.get(&format!("/products/{}", rid(1))).await), 404);
    assert_eq!(li.get("/cart").await.json()["data"]["item_count"], 1);
    assert_eq!(in_the_log(&shop, 1).await, [("status", Some(2), None)]);
    assert_eq!(code(&remove(&merchant, &format!("{},{}", rid(4), rid(5))).await), 200);
    assert_eq!(counts(&merchant).await[3], 0);
}

#[tokio::test]
async fn what_is_distributed_is_not_deleted() {
    let shop = shop().await;
    let merchant = Who::merchant(&shop, 1).await;
    assert_snapshot!("distributed", remove(&merchant, &format!("{},{}", rid(1), rid(2))).await.golden());
    // Who names what is not theirs hears that first.
    assert_eq!(code(&remove(&merchant, &format!("{},{}", rid(2), rid(8))).await), 404);
    assert_eq!(code(&merchant.get(&format!("/products/{}", rid(1))).await), 200);
}

#[tokio::test]
async fn only_who_keeps_the_store_moves_its_products() {
    let shop = shop().await;
    let operator = Who::of_role(&shop, "op@example.com", domain::account::Role::Operator).await;
    for who in [Who::customer(&shop).await, Who::guest(&shop).await, Who::merchant(&shop, 2).await] {
        let codes = [up(&who, &rid(3)).await, down(&who, &rid(1)).await, code(&remove(&who, &rid(1)).await)];
        assert!([[401; 3], [403; 3], [404; 3]].contains(&codes), "{codes:?}");
        assert_eq!(code(&shop.get(&format!("/products/{}", rid(1))).send().await), 200);
        assert_eq!(code(&shop.get(&format!("/products/{}", rid(3))).send().await), 404);
    }
    assert_eq!(up(&operator, &format!("{},{}", rid(3), rid(8))).await, 200);
}

#[tokio::test]
async fn nothing_else_is_a_public_id() {
    let shop = shop().await;
    let merchant = Who::merchant(&shop, 1).await;
    let before = counts(&merchant).await;
    let set = format!("/products/{}/distribute_setting", rid(1));
    for (verb, path, field) in [
        ("PUT", "/products/status/up", "rid"),
        ("PUT", "/products/status/down", "rid"),
        ("POST", &set, "skus"),
        ("POST", "/fx_distribute/10000000008/publish", "sid"),
        ("POST", "/fx_distribute/10000000008/warehouse", "sid"),
    ] {
        for value in values() {
            let said = format!("{value}").chars().take(60).collect::<String>();
            let reply = merchant.send(verb, path, json!({ field: value })).await;
            assert!([400, 403, 404].contains(&code(&reply)), "{verb} {path} {said}: {}", reply.body);
        }
        assert_eq!(counts(&merchant).await, before, "{verb} {path}");
    }
    for path in ["%00", "%ff", "1%2c2", "-1", ",,,", "%20"] {
        assert_eq!(code(&remove(&merchant, path).await), 404, "{path}");
    }
    assert_eq!(code(&remove(&merchant, &[rid(1).as_str(); 501].join(",")).await), 400);
    assert_eq!(counts(&merchant).await, before);
}

#[tokio::test]
async fn a_move_costs_the_same_reads_whatever_the_number_of_products() {
    let shop = shop().await;
    let merchant = Who::merchant(&shop, 1).await;
    // One by one and together, when what names them is known: four reads, then eleven steps for each.
    for products in [vec![1], vec![1, 2], vec![1, 2, 4, 7]] {
        let rids: Vec<_> = products.iter().map(|id| rid(*id)).collect();
        up(&merchant, &rids.join(",")).await;
        let before = shop.statements();
        assert_eq!(down(&merchant, &rids.join(",")).await, 200);
        assert_eq!(shop.statements() - before, 4 + 11 * products.len() as u64);
    }
}

#[tokio::test]
async fn a_move_under_a_key_is_one() {
    let shop = shop().await;
    let merchant = Who::merchant(&shop, 1).await;
    for _ in 0..2 {
        let request =
            merchant.begin("DELETE", &format!("/products/{}", rid(1))).header("idempotency-key", "k");
        assert_eq!(code(&request.send().await), 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_moves_a_product_at_the_same_time_leaves_a_log_without_gaps() {
    let shop = shop().await;
    let mut tasks = Vec::new();
    for number in 0..20 {
        let (shop, token) = (
            shop.clone(),
            shop.app
                .account(
                    &format!("m{number}@example.com"),
                    domain::account::Role::Merchant(domain::id::StoreId::new(1)),
                )
                .await,
        );
        tasks.push(tokio::spawn(async move {
            let who = Who::new(&shop, &token);
            let moved = if number % 2 == 0 { up(&who, &rid(1)).await } else { down(&who, &rid(1)).await };
            assert_eq!(moved, 200);
        }));
    }
    for task in tasks {
        task.await.expect("a task");
    }
    let mut is = Some(Status::OnSale.code());
    for (field, before, after) in in_the_log(&shop, 1).await.into_iter().rev() {
        assert_eq!((field, before), ("status", is));
        is = after;
    }
    let merchant = Who::merchant(&shop, 1).await;
    let shown = merchant.get(&format!("/products/{}", rid(1))).await.json();
    let standing: &Value = &shown["data"]["status"];
    assert_eq!(*standing, if is == Some(Status::OnSale.code()) { json!(1) } else { json!(2) });
}
