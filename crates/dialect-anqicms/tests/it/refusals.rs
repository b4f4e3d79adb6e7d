//! `/api/cart/`: what is refused, in both languages, with nothing changed.

use std::fmt::Write as _;

use axum::body::to_bytes;
use axum::http::Request;
use dialect_anqicms::Anqicms;
use domain::account::IdentifierError;
use insta::assert_snapshot;
use serde_json::{Value, json};
use web::Dialect;
use web::testing::TestShop;

use crate::{ADD, GUEST, LIST, REMOVE, UPDATE, add, get, post, rows, shop};

/// Sends what each of the paths refuses alike, in both languages; the cart stays as it is.
async fn refused(shop: &TestShop, name: &str, paths: &[&str], content_type: &str, body: &str) {
    let before = get(shop, GUEST, LIST).await;
    let mut replies = Vec::new();
    for path in paths {
        let ask = async |language: &str| {
            let request = shop.post(path).header(GUEST.0, GUEST.1).header("accept-language", language);
            let reply = request.body(content_type, body.to_owned()).send().await;
            assert_eq!((reply.status.as_u16(), &reply.json()["code"]), (200, &json!(-1)), "{name}");
            reply
        };
        let (chinese, english) = (ask("zh-CN,zh;q=0.9,en;q=0.8").await, ask("en-US,en;q=0.9").await);
        replies.push(format!("{}\n{}", chinese.golden(), english.body));
    }
    replies.dedup();
    assert_snapshot!(name, replies.join("\n"));
    assert_eq!(get(shop, GUEST, LIST).await, before, "{name}");
}

#[tokio::test]
async fn what_stands_against_adding_and_updating() {
    let shop = shop().await;
    add(&shop, GUEST, 1, 0, 2).await;
    for (name, body) in [
        ("no_archive", json!({"quantity": 1})),
        ("no_quantity", json!({"archive_id": 1})),
        ("unknown_archive", json!({"archive_id": 999, "quantity": 1})),
        ("unknown_sku", json!({"archive_id": 2, "sku_id": 999, "quantity": 1})),
        ("another_archives_sku", json!({"archive_id": 1, "sku_id": 20, "quantity": 1})),
        ("sku_null", json!({"archive_id": 2, "sku_id": null, "quantity": 1})),
        ("quantity_zero", json!({"archive_id": 1, "quantity": 0})),
        ("quantity_negative", json!({"archive_id": 1, "quantity": -1})),
        ("quantity_fraction", json!({"archive_id": 1, "quantity": 1.5})),
        ("short_stock", json!({"archive_id": 1, "quantity": 101})),
        ("sold_out", json!({"archive_id": 4, "quantity": 1})),
        ("off_sale", json!({"archive_id": 3, "quantity": 1})),
        ("draft", json!({"archive_id": 5, "quantity": 1})),
        ("deleted", json!({"archive_id": 6, "quantity": 1})),
        ("more_than_a_row_holds", json!({"archive_id": 7, "quantity": 1_000_000})),
        ("extra_is_a_list", json!({"archive_id": 1, "quantity": 1, "order_extra": [1]})),
        ("extra_is_no_json", json!({"archive_id": 1, "quantity": 1, "order_extra": "{a:1}"})),
        ("extra_is_large", json!({"archive_id": 1, "quantity": 1, "order_extra": {"a": "x".repeat(16_384)}})),
    ] {
        refused(&shop, name, &[ADD, UPDATE], "application/json", &body.to_string()).await;
    }
}

#[tokio::test]
async fn what_cannot_be_read() {
    let shop = shop().await;
    add(&shop, GUEST, 1, 0, 2).await;
    for (name, content_type, body) in [
        ("nothing", "application/json", ""),
        ("broken_json", "application/json", r#"{"archive_id": 1,"#),
        ("a_list", "application/json", "[]"),
        ("a_number", "application/json", "7"),
        ("broken_form", "multipart/form-data; boundary=b", "--b\r\n"),
        ("xml", "text/xml", "<archive_id>1</archive_id>"),
    ] {
        refused(&shop, name, &[ADD, UPDATE, REMOVE], content_type, body).await;
    }
}

#[tokio::test]
async fn what_stands_against_removing() {
    let shop = shop().await;
    add(&shop, GUEST, 7, 0, 2).await;
    for (name, body) in [
        ("no_id", json!({})),
        ("unknown_row", json!({"id": 2})),
        ("the_archives_id", json!({"id": 7})),
        ("row_fraction", json!({"id": 1.5})),
        ("row_null", json!({"id": null})),
    ] {
        refused(&shop, name, &[REMOVE], "application/json", &body.to_string()).await;
    }
}

#[tokio::test]
async fn another_shoppers_row_is_out_of_reach() {
    let shop = shop().await;
    let other = ("cart", "another guest's secret");
    add(&shop, GUEST, 1, 0, 1).await;
    add(&shop, GUEST, 7, 0, 1).await;
    add(&shop, other, 1, 0, 1).await;
    assert_eq!(post(&shop, other, REMOVE, json!({"id": 2})).await.json()["code"], -1);
    assert_eq!(post(&shop, other, REMOVE, json!({"id": 1})).await.json()["code"], 0);
    assert_eq!(rows(&shop, GUEST).await, [(7, 7, 1), (1, 1, 1)]);
}

#[tokio::test]
async fn a_full_cart_takes_no_other_row() {
    let shop = shop().await;
    let mut full = app::testing::product(200, 1, "Paint");
    full.skus = (200..700).map(app::testing::sku).collect();
    shop.app.put_product(&full).await;
    for sku in 200..700 {
        add(&shop, GUEST, 200, sku, 1).await;
    }
    let another = json!({"archive_id": 1, "quantity": 1}).to_string();
    refused(&shop, "full_cart", &[ADD, UPDATE], "application/json", &another).await;
    add(&shop, GUEST, 200, 699, 1).await;
}

#[tokio::test]
async fn every_error_has_its_answer() {
    use app::Error as E;
    let mut replies = String::new();
    for error in [
        || E::NotLoggedIn,
        || E::Forbidden,
        || E::NoSuchProduct,
        || E::NoSuchStore,
        || E::NoSuchLine,
        || E::OffSale,
        || E::ShortStock,
        || E::LineFull,
        || E::CartFull,
        || E::WrongPassword,
        || E::Throttled { seconds: 7 },
        || E::NameTaken,
        || E::BadIdentifier(IdentifierError::Email),
        || E::WrongCode,
        || E::DeliveryOff,
        || E::DeliveryFailed,
        || E::VersionMismatch { current: 3 },
        || E::BadField("price"),
        || E::IllegalStep,
        || E::Distributed,
        || E::NoSuchHeading,
        || E::HeadingTaken,
        || E::HeadingInUse,
        || E::BadKey,
        || E::KeyRunning,
        || E::KeyReused,
        || E::TooLarge,
        || E::Unavailable("the disk is full".to_owned()),
        || E::Internal("a secret of the house".to_owned()),
    ] {
        writeln!(replies, "{:?}", error()).unwrap();
        for language in ["zh", "en"] {
            let request = Request::builder().header("accept-language", language);
            let (parts, ()) = request.body(()).unwrap().into_parts();
            let (head, body) = Anqicms::refuse(error(), &parts).into_parts();
            let body = to_bytes(body, 1000).await.unwrap();
            writeln!(replies, "  {} {}", head.status, String::from_utf8_lossy(&body)).unwrap();
        }
    }
    assert_snapshot!(replies);
}

#[tokio::test]
async fn a_wrong_verb_is_told_the_right_one() {
    let shop = shop().await;
    assert_snapshot!("put", shop.put(ADD).send().await.golden());
    let request = shop.delete(LIST).header("accept-language", "en");
    assert_snapshot!("delete_in_english", request.send().await.golden());
    for path in [ADD, UPDATE, REMOVE, "/api/login"] {
        let reply = shop.get(path).send().await;
        assert_eq!((reply.status.as_u16(), reply.header("allow")), (405, "POST"), "{path}");
    }
    for path in [LIST, "/api/archive/list", "/api/archive/detail?id=1"] {
        let reply = shop.post(path).json(&json!({})).send().await;
        assert_eq!((reply.status.as_u16(), reply.header("allow")), (405, "GET,HEAD"), "{path}");
        assert_eq!(reply.json()["code"], -1);
    }
}

#[tokio::test]
async fn an_unknown_path_is_said_to_be_unknown() {
    let shop = shop().await;
    assert_snapshot!("unknown_path", shop.get("/api/cart/lists").send().await.golden());
    let request = shop.post("/api/nothing/here").header("accept-language", "en");
    assert_snapshot!("unknown_path_in_english", request.json(&json!({})).send().await.golden());
}

#[tokio::test]
async fn a_reply_is_as_long_as_it_says() {
    let shop = shop().await;
    for (path, body) in
        [(ADD, Value::Null), (ADD, json!({"archive_id": 1, "quantity": 1})), (LIST, json!({}))]
    {
        let reply = post(&shop, GUEST, path, body).await;
        assert_eq!(reply.header("content-length"), reply.body.len().to_string());
    }
}
