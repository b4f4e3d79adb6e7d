//! `/api/cart/`: what a well-behaved client sees.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::{ADD, GUEST, LIST, REMOVE, UPDATE, add, get, numbers, post, rows, shop, shop_and_customer};

/// What the contract says that a row has.
const FIELDS: [&str; 39] = [
    "id",
    "cart_id",
    "quantity",
    "amount",
    "origin_amount",
    "order_extra",
    "is_wholesale",
    "title",
    "seo_title",
    "url_token",
    "keywords",
    "description",
    "module_id",
    "category_id",
    "views",
    "comment_count",
    "images",
    "logo",
    "thumb",
    "flag",
    "canonical_url",
    "fixed_link",
    "created_time",
    "updated_time",
    "status",
    "user_id",
    "price",
    "stock",
    "template",
    "has_pseudo",
    "keyword_id",
    "origin_url",
    "origin_title",
    "category",
    "module_name",
    "data",
    "extra",
    "link",
    "sku_id",
];

#[tokio::test]
async fn a_cart_nobody_has_is_empty() {
    let shop = shop().await;
    assert_snapshot!("nobody", shop.get(LIST).send().await.golden());
    assert_snapshot!("new_guest", get(&shop, GUEST, LIST).await.golden());
}

#[tokio::test]
async fn saving_and_removing_say_so() {
    let shop = shop().await;
    let body = json!({"archive_id": 1, "quantity": 2});
    assert_snapshot!("added", post(&shop, GUEST, ADD, body.clone()).await.golden());
    assert_snapshot!("updated", post(&shop, GUEST, UPDATE, body).await.golden());
    assert_snapshot!("removed", post(&shop, GUEST, REMOVE, json!({"id": 1})).await.golden());
    assert_eq!(rows(&shop, GUEST).await, []);
}

#[tokio::test]
async fn saving_and_removing_say_so_in_english() {
    let shop = shop().await;
    let say = async |path: &str, body: Value| {
        let request = shop.post(path).header(GUEST.0, GUEST.1).header("accept-language", "en-GB, zh;q=0.5");
        request.json(&body).send().await.golden()
    };
    assert_snapshot!("added_in_english", say(ADD, json!({"archive_id": 1, "quantity": 2})).await);
    assert_snapshot!("removed_in_english", say(REMOVE, json!({"id": 1})).await);
}

#[tokio::test]
async fn rows_show_archives_newest_first() {
    let (shop, token) = shop_and_customer().await;
    let who = ("token", token.as_str());
    add(&shop, who, 1, 0, 2).await;
    add(&shop, who, 2, 0, 3).await;
    let extra =
        json!({"archive_id": 2, "sku_id": 20, "quantity": 1, "order_extra": {"gift": "是", "n": 1.50}});
    post(&shop, who, ADD, extra).await;
    add(&shop, who, 7, 0, 1).await;
    add(&shop, who, 9, 0, 4).await;
    add(&shop, who, 100, 0, 1).await;
    assert_snapshot!(get(&shop, who, LIST).await.golden());
}

#[tokio::test]
async fn a_row_has_every_field_of_the_contract() {
    let shop = shop().await;
    add(&shop, GUEST, 1, 0, 1).await;
    let reply = get(&shop, GUEST, LIST).await.json();
    let row = reply["data"][0].as_object().unwrap();
    for field in FIELDS {
        assert!(row.contains_key(field), "{field}");
    }
}

#[tokio::test]
async fn what_cannot_be_bought_any_more_stays_visible() {
    let shop = shop().await;
    add(&shop, GUEST, 1, 0, 1).await;
    add(&shop, GUEST, 2, 0, 5).await;
    shop.app.take_off_sale(1).await;
    shop.app.delete_product(2).await;
    assert_snapshot!(get(&shop, GUEST, LIST).await.golden());
    let lowered = post(&shop, GUEST, UPDATE, json!({"archive_id": 2, "quantity": 1})).await;
    assert_eq!(lowered.json()["code"], 0);
    assert_eq!(rows(&shop, GUEST).await, [(2, 2, 1), (1, 1, 1)]);
    assert_eq!(post(&shop, GUEST, REMOVE, json!({"id": 2})).await.json()["code"], 0);
    assert_eq!(rows(&shop, GUEST).await, [(1, 1, 1)]);
}

#[tokio::test]
async fn add_sums_and_update_sets() {
    let shop = shop().await;
    add(&shop, GUEST, 1, 0, 2).await;
    add(&shop, GUEST, 1, 0, 3).await;
    assert_eq!(rows(&shop, GUEST).await, [(1, 1, 5)]);
    for (quantity, archive) in [(4, 1), (7, 1), (6, 7)] {
        let reply = post(&shop, GUEST, UPDATE, json!({"archive_id": archive, "quantity": quantity})).await;
        assert_eq!(reply.json()["code"], 0);
    }
    assert_eq!(rows(&shop, GUEST).await, [(7, 7, 6), (1, 1, 7)]);
}

#[tokio::test]
async fn without_a_sku_the_first_is_meant_and_setting_spans_all() {
    let shop = shop().await;
    add(&shop, GUEST, 2, 0, 4).await;
    add(&shop, GUEST, 2, 20, 3).await;
    assert_eq!(rows(&shop, GUEST).await, [(2, 20, 3), (2, 2, 4)]);
    let set = async |body: Value| {
        assert_eq!(post(&shop, GUEST, UPDATE, body).await.json()["code"], 0);
        rows(&shop, GUEST).await
    };
    assert_eq!(set(json!({"archive_id": 2, "quantity": 9})).await, [(2, 20, 3), (2, 2, 6)]);
    assert_eq!(set(json!({"archive_id": 2, "sku_id": 20, "quantity": 1})).await, [(2, 20, 1), (2, 2, 6)]);
    assert_eq!(set(json!({"archive_id": 2, "quantity": 1})).await, [(2, 20, 1)]);
    assert_eq!(set(json!({"archive_id": 2, "sku_id": 2, "quantity": 2})).await, [(2, 2, 2), (2, 20, 1)]);
}

#[tokio::test]
async fn the_offers_of_two_stores_are_two_rows() {
    let shop = shop().await;
    add(&shop, GUEST, 2, 0, 1).await;
    add(&shop, GUEST, 100, 0, 2).await;
    assert_eq!(rows(&shop, GUEST).await, [(100, 2, 2), (2, 2, 1)]);
}

#[tokio::test]
async fn pages_are_cut_leniently() {
    let shop = shop().await;
    for (archive, sku) in [(1, 0), (2, 2), (2, 20), (7, 0), (9, 0)] {
        add(&shop, GUEST, archive, sku, 2).await;
    }
    for (query, ids) in [
        ("", vec![5, 4, 3, 2, 1]),
        ("?current=1&pageSize=2", vec![5, 4]),
        ("?current=3&pageSize=2", vec![1]),
        ("?current=4&pageSize=2", vec![]),
        ("?current=0&pageSize=2", vec![5, 4]),
        ("?current=-1&pageSize=2", vec![5, 4]),
        ("?current=x&pageSize=2", vec![5, 4]),
        ("?current=1&pageSize=0", vec![5, 4, 3, 2, 1]),
        ("?current=1&pageSize=x", vec![5, 4, 3, 2, 1]),
        ("?current=1&pageSize=1000", vec![5, 4, 3, 2, 1]),
        ("?current=1000000000000000000000000000000&pageSize=2", vec![]),
    ] {
        let reply = get(&shop, GUEST, &format!("{LIST}{query}")).await;
        assert_eq!((numbers(&reply, "cart_id"), &reply.json()["total"]), (ids, &json!(5)), "{query}");
    }
}

#[tokio::test]
async fn a_page_has_twenty_rows_and_never_more_than_a_hundred() {
    let shop = shop().await;
    let mut paint = app::testing::product(200, 1, "Paint");
    paint.skus = (200..320).map(app::testing::sku).collect();
    shop.app.put_product(&paint).await;
    for sku in 200..320 {
        add(&shop, GUEST, 200, sku, 1).await;
    }
    for (query, count) in [("", 20), ("?pageSize=100", 100), ("?pageSize=101", 100), ("?pageSize=-1", 20)] {
        let reply = get(&shop, GUEST, &format!("{LIST}{query}")).await;
        assert_eq!(
            (numbers(&reply, "cart_id").len(), &reply.json()["total"]),
            (count, &json!(120)),
            "{query}"
        );
    }
}

#[tokio::test]
async fn forms_and_texts_of_digits_do_as_well() {
    let shop = shop().await;
    let form = async |path: &str, body: &str| {
        let reply = shop.post(path).header(GUEST.0, GUEST.1).form(body).send().await;
        assert_eq!(reply.json()["code"], 0, "{}", reply.body);
    };
    form(ADD, "archive_id=2&sku_id=20&quantity=2&order_extra=%7B%22a%22%3A+1%7D").await;
    form(UPDATE, "archive_id=2&sku_id=20&quantity=3&order_extra=").await;
    form(ADD, "archive_id=1&quantity=1").await;
    post(&shop, GUEST, ADD, json!({"archive_id": "1", "quantity": " 2 "})).await;
    assert_eq!(rows(&shop, GUEST).await, [(1, 1, 3), (2, 20, 3)]);
    assert_eq!(get(&shop, GUEST, LIST).await.json()["data"][1]["order_extra"], json!({"a": 1}));
    form(REMOVE, "id=3").await;
    let multipart = "--b\r\nContent-Disposition: form-data; name=\"id\"\r\n\r\n1\r\n--b--\r\n";
    let request = shop.post(REMOVE).header(GUEST.0, GUEST.1);
    let reply = request.body("multipart/form-data; boundary=b", multipart).send().await;
    assert_eq!((reply.json()["code"].as_i64(), rows(&shop, GUEST).await), (Some(0), vec![]));
}

#[tokio::test]
async fn an_order_extra_is_kept_as_it_was_sent() {
    let shop = shop().await;
    let sent = r#"{ "big": 123456789012345678901234567890, "cents": 0.10, "等": ["\u0000", {"深": null}] }"#;
    let save = async |path: &str, extra: &str| {
        let body = format!(r#"{{"archive_id": 1, "quantity": 1{extra}}}"#);
        let reply = shop.post(path).header(GUEST.0, GUEST.1).body("application/json", body).send().await;
        assert_eq!(reply.json()["code"], 0, "{}", reply.body);
        let list = get(&shop, GUEST, LIST).await.body;
        let (_, rest) = list.split_once("\"order_extra\":").unwrap();
        rest.split_once(",\"is_wholesale\"").unwrap().0.to_owned()
    };
    assert_eq!(save(ADD, "").await, "{}");
    assert_eq!(save(ADD, &format!(r#", "order_extra": {sent}"#)).await, sent);
    assert_eq!(save(ADD, "").await, sent);
    assert_eq!(save(UPDATE, r#", "order_extra": null"#).await, sent);
    assert_eq!(save(UPDATE, r#", "order_extra": """#).await, sent);
    assert_eq!(save(UPDATE, r#", "order_extra": {"a": 1}, "order_extra": {"b": 2}"#).await, r#"{"b": 2}"#);
    assert_eq!(save(ADD, r#", "order_extra": "{\"c\": 3}""#).await, r#"{"c": 3}"#);
    assert_eq!(save(UPDATE, r#", "order_extra": {}"#).await, "{}");
}

#[tokio::test]
async fn the_largest_cart_of_a_line_still_adds_up() {
    let shop = shop().await;
    let mut dear = app::testing::product(300, 1, "Diamond");
    dear.skus[0].price = domain::money::Money::from_minor(domain::limits::MAX_PRICE);
    dear.skus[0].is_tracked = false;
    shop.app.put_product(&dear).await;
    add(&shop, GUEST, 300, 0, 999_999).await;
    let row = &get(&shop, GUEST, LIST).await.json()["data"][0];
    assert_eq!(row["amount"], json!(9_999_999_999_i64 * 999_999));
    assert_eq!(row["stock"], 9_999_999);
}

#[tokio::test]
async fn a_list_costs_nothing_warm_and_a_write_the_same_for_any_cart() {
    let shop = shop().await;
    let cost = async |path: &str, body: Option<Value>| {
        let before = shop.statements();
        match body {
            None => get(&shop, GUEST, path).await,
            Some(body) => post(&shop, GUEST, path, body).await,
        };
        shop.statements() - before
    };
    let writes = [
        (ADD, json!({"archive_id": 1, "quantity": 1})),
        (UPDATE, json!({"archive_id": 1, "quantity": 3})),
        (UPDATE, json!({"archive_id": 1, "quantity": 1})),
    ];
    add(&shop, GUEST, 1, 0, 1).await;
    let mut costs = Vec::new();
    for lines in [1, 20] {
        for id in 200..200 + lines {
            shop.app.put_product(&app::testing::product(id, 1, "Thing")).await;
            add(&shop, GUEST, id, 0, 1).await;
        }
        cost(LIST, None).await;
        let mut these = vec![cost(LIST, None).await];
        for (path, body) in &writes {
            these.push(cost(path, Some(body.clone())).await);
        }
        let newest = get(&shop, GUEST, LIST).await.json()["data"][0]["cart_id"].clone();
        these.push(cost(REMOVE, Some(json!({"id": newest}))).await);
        costs.push(these);
    }
    assert_eq!(costs, [[0, 4, 6, 6, 3], [0, 4, 6, 6, 3]]);
}
