//! `/api/shop/cart/items`.

use app::testing::{product, sku};
use axum::http::Method;
use insta::assert_snapshot;
use serde_json::{Value, json};
use web::testing::Reply;

use crate::{CART, ITEMS, Shopper, shop, shop_and_customer};

fn first_item(reply: &Reply) -> Value {
    reply.json()["items"][0].clone()
}

#[tokio::test]
async fn adding_answers_the_whole_cart_in_the_documents_order() {
    let (_, li) = shop_and_customer().await;
    li.add(&json!({"product": 7})).await;
    li.add(&json!({"product": 1, "quantity": 3})).await;
    let reply = li.add(&json!({"product": 8, "quantity": 2, "notes": "لطفاً با دقت بسته‌بندی کنید"})).await;
    assert_snapshot!(reply.golden());
    assert!(reply.body.contains("درب سمت راست پراید"), "text is written as it is");
    assert!(
        reply.body.starts_with(r#"{"id":1,"address":null,"shipping_method":null,"payment_method":null,"#)
    );
}

#[tokio::test]
async fn the_documents_example_adds_up() {
    let (_, li) = shop_and_customer().await;
    let cart = li.add(&json!({"product": 8, "quantity": 2})).await.json();
    for (name, amount) in [
        ("count", 1),
        ("quantity", 2),
        ("items_subtotal", 2000),
        ("items_discount", 200),
        ("subtotal", 2000),
        ("discount", 200),
        ("shipping_cost", 0),
        ("total", 1800),
    ] {
        assert_eq!(cart[name], amount, "{name}");
    }
    let item = &cart["items"][0];
    for (name, amount) in
        [("unit_price", 1000), ("unit_discount", 100), ("subtotal", 2000), ("discount", 200), ("total", 1800)]
    {
        assert_eq!(item[name], amount, "{name}");
    }
    assert_eq!(item["ref"], "8");
}

#[tokio::test]
async fn adding_again_raises_and_keeps_the_notes_unless_new_ones_come() {
    let (shop, li) = shop_and_customer().await;
    let added = async |body: Value| {
        shop.app.pass_seconds(60);
        let item = first_item(&li.add(&body).await);
        (item["id"].clone(), item["quantity"].clone(), item["notes"].clone(), item["updated_at"].clone())
    };
    let time = |minute: i64| json!(format!("2026-01-02T03:0{minute}:05.678901Z"));
    let first = added(json!({"product": 1, "quantity": 2, "notes": "red"})).await;
    assert_eq!(first, (json!(1), json!(2), json!("red"), time(5)));
    assert_eq!(added(json!({"product": 1})).await, (json!(1), json!(3), json!("red"), time(6)));
    let third = added(json!({"product": 1, "quantity": 4, "notes": "blue"})).await;
    assert_eq!(third, (json!(1), json!(7), json!("blue"), time(7)));
    let blank = added(json!({"product": 1, "notes": "  "})).await;
    assert_eq!(blank, (json!(1), json!(8), json!(""), time(8)));
}

#[tokio::test]
async fn values_are_coerced_as_in_drf() {
    let (_, li) = shop_and_customer().await;
    for (body, quantity, notes) in [
        (json!({"product": "1", "quantity": "2", "notes": 5}), 2, "5"),
        (json!({"product": " 1 ", "quantity": " 2 ", "notes": " x "}), 2, "x"),
        (json!({"product": 1.0, "quantity": 2.0, "notes": 1.5}), 2, "1.5"),
        (json!({"product": 1, "quantity": "2.0", "notes": ""}), 2, ""),
        (json!({"product": 1, "quantity": 1, "notes": "ی".repeat(500), "other": [1]}), 1, &*"ی".repeat(500)),
    ] {
        let item = first_item(&li.add(&body).await);
        assert_eq!((&item["quantity"], &item["notes"]), (&json!(quantity), &json!(notes)), "{body}");
        li.delete(CART).await;
    }
}

#[tokio::test]
async fn forms_are_taken_too() {
    let (shop, li) = shop_and_customer().await;
    let post = || shop.post(ITEMS).header("authorization", &li.authorization);
    assert_eq!(post().form("product=8&quantity=2&notes=a+b").send().await.status, 200);
    let multipart = "--x\r\nContent-Disposition: form-data; name=\"product\"\r\n\r\n8\r\n--x--\r\n";
    assert_eq!(post().body("multipart/form-data; boundary=x", multipart).send().await.status, 200);
    assert_snapshot!("broken_form", post().body("multipart/form-data", multipart).send().await.golden());
    let item = first_item(&li.get(CART).await);
    assert_eq!((&item["quantity"], &item["notes"]), (&json!(3), &json!("a b")));
}

#[tokio::test]
async fn what_is_wrong_with_a_new_item_is_said_under_its_fields() {
    let (_, li) = shop_and_customer().await;
    for (name, body) in [
        ("add_nothing", json!({})),
        ("add_product_null", json!({"product": null})),
        ("add_product_blank", json!({"product": ""})),
        ("add_product_bool", json!({"product": true})),
        ("add_product_text", json!({"product": "abc"})),
        ("add_product_decimal_text", json!({"product": "1.0"})),
        ("add_product_fraction", json!({"product": 1.5})),
        ("add_product_list", json!({"product": [1]})),
        ("add_product_dict", json!({"product": {"id": 1}})),
        ("add_product_unknown", json!({"product": 999})),
        ("add_product_unknown_text", json!({"product": "999"})),
        ("add_product_negative", json!({"product": -1})),
        ("add_product_huge", json!({"product": 1e30})),
        ("add_product_draft", json!({"product": 5})),
        ("add_product_deleted", json!({"product": 6})),
        ("add_product_off_sale", json!({"product": 3})),
        ("add_quantity_zero", json!({"product": 1, "quantity": 0})),
        ("add_quantity_null", json!({"product": 1, "quantity": null})),
        ("add_quantity_bool", json!({"product": 1, "quantity": true})),
        ("add_quantity_text", json!({"product": 1, "quantity": "two"})),
        ("add_quantity_fraction", json!({"product": 1, "quantity": 1.5})),
        ("add_quantity_long", json!({"product": 1, "quantity": "9".repeat(1001)})),
        ("add_quantity_huge", json!({"product": 7, "quantity": 1e30})),
        ("add_short_stock", json!({"product": 1, "quantity": 101})),
        ("add_sold_out", json!({"product": 4})),
        ("add_line_full", json!({"product": 7, "quantity": 1_000_000})),
        ("add_notes_null", json!({"product": 1, "notes": null})),
        ("add_notes_bool", json!({"product": 1, "notes": true})),
        ("add_notes_list", json!({"product": 1, "notes": []})),
        ("add_notes_long", json!({"product": 1, "notes": "ی".repeat(501)})),
        ("add_notes_nul", json!({"product": 1, "notes": "a\0b"})),
        ("add_all_wrong", json!({"product": false, "quantity": -1, "notes": {}})),
        ("add_list", json!([{"product": 1}])),
        ("add_null", json!(null)),
        ("add_text", json!("product")),
        ("add_number", json!(1)),
    ] {
        let reply = li.add(&body).await;
        assert_eq!(reply.status, 400, "{name}");
        assert_snapshot!(name, reply.golden());
    }
    assert_eq!(li.pieces().await, 0);
}

#[tokio::test]
async fn bodies_that_cannot_be_read_are_refused() {
    let (shop, li) = shop_and_customer().await;
    let post = |content_type: &'static str, body: &'static str| {
        shop.post(ITEMS).header("authorization", &li.authorization).body(content_type, body)
    };
    assert_snapshot!("broken_json", post("application/json", "{\"product\": ").send().await.golden());
    assert_snapshot!("plain_text", post("text/plain", "product=1").send().await.golden());
    assert_snapshot!("no_body", post("application/json", "").send().await.golden());
    let large = "x".repeat(1024 * 1024 + 1);
    let reply = shop.post(ITEMS).header("authorization", &li.authorization);
    assert_snapshot!("too_large", reply.body("application/json", large).send().await.golden());
    assert_eq!(li.pieces().await, 0);
}

#[tokio::test]
async fn what_may_be_oversold_or_is_not_counted_never_runs_short() {
    let (_, li) = shop_and_customer().await;
    assert_eq!(li.add(&json!({"product": 9, "quantity": 50})).await.status, 200);
    assert_eq!(li.add(&json!({"product": 7, "quantity": 999_999})).await.status, 200);
    assert_snapshot!(li.add(&json!({"product": 7})).await.golden());
}

#[tokio::test]
async fn a_cart_holds_five_hundred_items() {
    let (shop, li) = shop_and_customer().await;
    let mut motley = product(200, 1, "Motley");
    motley.skus = (200..700).map(sku).collect();
    shop.app.put_product(&motley).await;
    for id in 200..700 {
        li.add_sku(200, id, 1).await;
    }
    assert_snapshot!(li.add(&json!({"product": 1})).await.golden());
    assert_eq!(li.add(&json!({"product": 200})).await.status, 200);
    assert_eq!(li.pieces().await, 501);
}

#[tokio::test]
async fn an_item_is_a_line_and_not_a_product() {
    let (_, li) = shop_and_customer().await;
    li.add(&json!({"product": 2, "quantity": 2})).await;
    li.add_sku(2, 20, 3).await;
    li.add(&json!({"product": 100, "quantity": 1})).await;
    assert_snapshot!("lines", li.get(CART).await.golden());
    let path = format!("{ITEMS}/2");
    let cart = li.patch(&path, &json!({"quantity": 1})).await.json();
    let quantities: Vec<_> =
        cart["items"].as_array().expect("items").iter().map(|item| item["quantity"].clone()).collect();
    assert_eq!(quantities, [json!(2), json!(1), json!(1)]);
    let cart = li.delete(&path).await.json();
    assert_eq!((&cart["count"], &cart["quantity"]), (&json!(2), &json!(3)));
}

#[tokio::test]
async fn an_item_is_changed_and_removed() {
    let (shop, li) = shop_and_customer().await;
    li.add(&json!({"product": 8, "quantity": 2, "notes": "red"})).await;
    let path = format!("{ITEMS}/1");
    shop.app.pass_seconds(60);
    assert_snapshot!("patch", li.patch(&path, &json!({"quantity": 5, "notes": 7})).await.golden());
    shop.app.pass_seconds(60);
    let unchanged = li.patch(&path, &json!({})).await;
    assert_snapshot!("patch_nothing", unchanged.golden());
    assert_eq!(unchanged, li.get(CART).await);
    let lowered = first_item(&li.patch(&path, &json!({"quantity": "1"})).await);
    assert_eq!((&lowered["quantity"], &lowered["notes"]), (&json!(1), &json!("7")));
    let noted = first_item(&li.patch(&path, &json!({"notes": ""})).await);
    assert_eq!((&noted["quantity"], &noted["notes"]), (&json!(1), &json!("")));
    assert_snapshot!("delete", li.delete(&path).await.golden());
    assert_snapshot!("gone", li.delete(&path).await.golden());
}

#[tokio::test]
async fn what_is_wrong_with_a_change_is_said_under_its_fields() {
    let (shop, li) = shop_and_customer().await;
    for id in [1, 7, 9, 8] {
        li.add(&json!({"product": id, "quantity": 2})).await;
    }
    shop.app.take_off_sale(9).await;
    shop.app.delete_product(8).await;
    let before = li.get(CART).await;
    for (name, item, body) in [
        ("change_quantity_zero", 1, json!({"quantity": 0})),
        ("change_quantity_null", 1, json!({"quantity": null})),
        ("change_quantity_bool", 1, json!({"quantity": false})),
        ("change_quantity_text", 1, json!({"quantity": ""})),
        ("change_notes_null", 1, json!({"notes": null})),
        ("change_notes_long", 1, json!({"notes": "x".repeat(501)})),
        ("change_all_wrong", 1, json!({"quantity": [], "notes": false})),
        ("change_short_stock", 1, json!({"quantity": 101})),
        ("change_short_stock_with_notes", 1, json!({"quantity": 101, "notes": "kept out"})),
        ("change_line_full", 2, json!({"quantity": 1_000_000})),
        ("change_huge", 2, json!({"quantity": 1e30})),
        ("change_off_sale", 3, json!({"quantity": 3})),
        ("change_deleted", 4, json!({"quantity": 3})),
        ("change_list", 1, json!([])),
        ("change_null", 1, json!(null)),
    ] {
        let reply = li.patch(&format!("{ITEMS}/{item}"), &body).await;
        assert_eq!(reply.status, 400, "{name}");
        assert_snapshot!(name, reply.golden());
    }
    assert_eq!(li.get(CART).await, before);
}

#[tokio::test]
async fn lowering_and_notes_work_whatever_became_of_the_product() {
    let (shop, li) = shop_and_customer().await;
    for id in [1, 9, 8] {
        li.add(&json!({"product": id, "quantity": 3})).await;
    }
    shop.app.take_off_sale(9).await;
    shop.app.delete_product(8).await;
    let mut short = product(1, 1, "红牛");
    short.skus[0].stock = 1;
    shop.app.put_product(&short).await;
    for item in 1..=3 {
        let path = format!("{ITEMS}/{item}");
        assert_eq!(li.patch(&path, &json!({"quantity": 3, "notes": "same"})).await.status, 200);
        assert_eq!(li.patch(&path, &json!({"quantity": 2})).await.status, 200);
    }
    assert_snapshot!(li.get(CART).await.golden());
    for item in 1..=3 {
        assert_eq!(li.delete(&format!("{ITEMS}/{item}")).await.status, 200);
    }
}

#[tokio::test]
async fn an_item_that_is_not_the_callers_is_not_found_whatever_the_body_says() {
    let (shop, li) = shop_and_customer().await;
    let wang = Shopper::customer(&shop, "wang@example.com").await;
    li.add(&json!({"product": 1})).await;
    li.add(&json!({"product": 8})).await;
    wang.add(&json!({"product": 1})).await;
    let before = li.get(CART).await;
    let path = format!("{ITEMS}/2");
    assert_snapshot!("foreign", wang.patch(&path, &json!({"quantity": 5})).await.golden());
    assert_eq!(wang.patch(&path, &json!([])).await.status, 404);
    assert_eq!(wang.delete(&path).await.status, 404);
    let broken = shop.patch(&path).header("authorization", &wang.authorization).body("text/plain", "x");
    assert_eq!(broken.send().await.status, 404);
    for id in ["0", "-1", "x", "1.5", "99999999999999999999999", "%00", "%ff", "1%2F2"] {
        let path = format!("{ITEMS}/{id}");
        assert_eq!(li.patch(&path, &json!({})).await.status, 404, "{id}");
        assert_eq!(li.delete(&path).await.status, 404, "{id}");
    }
    assert_eq!(li.get(CART).await, before);
    assert_eq!(wang.pieces().await, 1);
}

#[tokio::test]
async fn verbs_that_an_item_does_not_know_are_refused() {
    let (shop, li) = shop_and_customer().await;
    assert_snapshot!("put_item", li.send(Method::PUT, &format!("{ITEMS}/1"), &json!({})).await.golden());
    assert_snapshot!("get_items", li.get(ITEMS).await.golden());
    assert_eq!(li.get(&format!("{ITEMS}/1")).await.status, 405);
    assert_snapshot!("put_item_nobody", shop.put(&format!("{ITEMS}/1")).send().await.golden());
}

#[tokio::test]
async fn a_guest_has_a_cart_too() {
    let shop = shop().await;
    let guest = Shopper::guest(&shop).await;
    assert_snapshot!(guest.add(&json!({"product": 8, "quantity": 2})).await.golden());
    assert_eq!(guest.patch(&format!("{ITEMS}/1"), &json!({"quantity": 1})).await.status, 200);
    assert_eq!(guest.delete(&format!("{ITEMS}/1")).await.status, 200);
}
