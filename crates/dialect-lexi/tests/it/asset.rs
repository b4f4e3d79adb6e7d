//! `/assets`.

use domain::account::Role;
use domain::id::StoreId;
use insta::assert_snapshot;
use serde_json::json;
use web::testing::{Reply, TestShop};

use crate::{Who, basic, code, shop};

/// Two pixels.
const PNG: &[u8] = include_bytes!("../../../../fixtures/two-pixels.png");
const MEBIBYTE: usize = 1024 * 1024;

async fn upload(who: &Who<'_>, files: &[(&str, &[u8])]) -> Reply {
    who.begin("POST", "/assets").files(files).send().await
}

/// How many files somebody has.
async fn count(who: &Who<'_>) -> i64 {
    who.get("/assets").await.json()["data"]["count"].as_i64().expect("a count")
}

async fn up_token(who: &Who<'_>) -> String {
    who.get("/assets/up_token").await.json()["data"]["up_token"].as_str().expect("a token").to_owned()
}

/// A form with a token and a file.
fn with_token(token: &str) -> String {
    format!(
        "--end\r\ncontent-disposition: form-data; name=\"token\"\r\n\r\n{token}\r\n\
         --end\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nabc\r\n--end--\r\n"
    )
}

async fn post(shop: &TestShop, form: String) -> Reply {
    shop.post("/assets").body("multipart/form-data; boundary=end", form).send().await
}

#[tokio::test]
async fn files_are_uploaded_and_listed() {
    let shop = shop().await;
    let merchant = Who::merchant(&shop, 1).await;
    assert_snapshot!("uploaded", upload(&merchant, &[("m.jpg", PNG)]).await.golden());
    let two: [(&str, &[u8]); 2] = [("../红牛.txt", b"red bull"), ("sound.mp3", b"ID3\x04")];
    assert_snapshot!("uploaded_two", upload(&merchant, &two).await.golden());
    assert_snapshot!("page", merchant.get("/assets?per_page=2").await.golden());
    assert_snapshot!("second_page", merchant.get("/v1.0/assets?per_page=2&page=2").await.golden());
}

#[tokio::test]
async fn files_are_for_who_keeps_a_store_or_the_shop() {
    let shop = shop().await;
    let first = Who::merchant(&shop, 1).await;
    upload(&first, &[("a.txt", b"a")]).await;
    assert_eq!((count(&first).await, count(&Who::merchant(&shop, 2).await).await), (1, 0));
    let operator = Who::of_role(&shop, "op@example.com", Role::Operator).await;
    assert_eq!(count(&operator).await, 0);
    upload(&operator, &[("b.txt", b"b")]).await;
    assert_eq!((count(&first).await, count(&operator).await), (1, 1));

    let (customer, guest) = (Who::customer(&shop).await, Who::guest(&shop).await);
    for path in ["/assets", "/assets/up_token"] {
        assert_eq!(code(&customer.get(path).await), 403);
        assert_eq!(guest.get(path).await.status, 401);
        assert_eq!(shop.get(path).send().await.status, 401);
    }
    assert_eq!(code(&upload(&customer, &[("a.txt", b"a")]).await), 403);
    assert_eq!(upload(&guest, &[("a.txt", b"a")]).await.status, 401);
    assert_snapshot!("stranger", shop.post("/assets").file("a.txt", b"a").send().await.golden());
}

#[tokio::test]
async fn a_token_for_uploads_uploads_and_does_nothing_else() {
    let shop = shop().await;
    let merchant = Who::merchant(&shop, 1).await;
    // As a server does at its start.
    app::asset::take_over(&shop.app).await.expect("the shop is named");
    let commits = shop.app.store().stats().commits.get();
    let reply = merchant.get("/assets/up_token").await;
    assert_eq!(shop.app.store().stats().commits.get(), commits, "a GET writes nothing");
    assert_snapshot!("up_token", reply.golden());
    let token = reply.json()["data"]["up_token"].as_str().expect("a token").to_owned();

    assert_eq!(code(&post(&shop, with_token(&token)).await), 201);
    let holder = Who::new(&shop, &token);
    assert_eq!(code(&upload(&holder, &[("b.txt", b"b")]).await), 201);
    assert_eq!(count(&merchant).await, 2);

    for path in ["/assets", "/assets/up_token", "/wishlist", "/cart"] {
        assert_eq!(holder.get(path).await.status, 401, "{path}");
    }
    assert_eq!(post(&shop, with_token("guess")).await.status, 401);
    assert_eq!(post(&shop, with_token(&basic("a", "b"))).await.status, 401);
    shop.app.pass_seconds(3600);
    assert_eq!(post(&shop, with_token(&token)).await.status, 401);
    assert_eq!(shop.app.store().asset_count(Some(StoreId::new(1))).await.expect("a count"), 2);
}

#[tokio::test]
async fn what_cannot_be_kept_is_refused_and_changes_nothing() {
    let shop = shop().await;
    let merchant = Who::merchant(&shop, 1).await;
    let mut bomb = PNG.to_vec();
    bomb[16..24].copy_from_slice(&[0, 0, 0xc3, 0x50, 0, 0, 0xc3, 0x50]);
    for (name, content) in [
        ("empty", &b""[..]),
        ("cut_off", &PNG[..PNG.len() - 30]),
        ("bomb", &bomb),
        ("only_a_head", b"\xff\xd8\xff\xe0\0\x10JFIF"),
        ("broken_gif", b"GIF89a\xff\xff\xff\xff\0"),
    ] {
        let reply = upload(&merchant, &[("good.txt", b"good"), ("bad.png", content)]).await;
        assert_eq!(reply.json()["status"]["message"], "Bad request: file.", "{name}");
    }
    let form = |body: &str| {
        merchant.begin("POST", "/assets").body("multipart/form-data; boundary=end", body.to_owned())
    };
    assert_snapshot!("no_file", form("--end--\r\n").send().await.golden());
    let other_field = "--end\r\ncontent-disposition: form-data; name=\"files\"\r\n\r\nx\r\n--end--\r\n";
    assert_eq!(code(&form(other_field).send().await), 400);
    for broken in ["", "--end", "--end\r\n\r\n\r\n--end--", &with_token("x")[..100], "--other--"] {
        assert_eq!(code(&form(broken).send().await), 400, "{broken}");
    }
    assert_eq!(code(&merchant.send("POST", "/assets", json!({"file": "x"})).await), 400);
    assert_eq!(code(&merchant.begin("POST", "/assets").form("file=x").send().await), 400);
    let many = vec![("a.txt", &b"a"[..]); 21];
    assert_eq!(code(&upload(&merchant, &many).await), 400);
    assert_eq!(count(&merchant).await, 0);
}

#[tokio::test]
async fn a_file_has_up_to_20_mebibytes() {
    let shop = shop().await;
    let merchant = Who::merchant(&shop, 1).await;
    let content = vec![b'a'; 22 * MEBIBYTE];
    let upload = async |bytes: usize| upload(&merchant, &[("a.txt", &content[..bytes])]).await;
    assert_eq!(code(&upload(20 * MEBIBYTE).await), 201);
    assert_snapshot!("too_large", upload(20 * MEBIBYTE + 1).await.golden());
    assert_eq!(upload(22 * MEBIBYTE).await.status, 413);
    assert_eq!(count(&merchant).await, 1);
    // Nowhere else.
    let reply = merchant.begin("POST", "/assets/up_token").body("text/plain", content).send().await;
    assert_eq!(reply.status, 413);
}

#[tokio::test]
async fn an_upload_under_a_key_is_done_once() {
    let shop = shop().await;
    let merchant = Who::merchant(&shop, 1).await;
    let upload = async |content: &[u8]| {
        let request = merchant.begin("POST", "/assets").header("idempotency-key", "k");
        request.file("a.txt", content).send().await
    };
    let (first, second) = (upload(b"one").await, upload(b"one").await);
    assert_eq!((second.header("idempotent-replayed"), &second.body), ("true", &first.body));
    assert_eq!(count(&merchant).await, 1);
    assert_eq!(upload(b"other").await.status, 422);
}

#[tokio::test]
async fn a_key_knows_the_form_by_its_parts() {
    let shop = shop().await;
    let merchant = Who::merchant(&shop, 1).await;
    let send = async |boundary: &str, field: &str, filename: &str| {
        let form = format!(
            "--{boundary}\r\ncontent-disposition: form-data; name=\"{field}\"{filename}\r\n\r\nabc\r\n--{boundary}--\r\n"
        );
        let request = merchant.begin("POST", "/assets").header("idempotency-key", "k");
        request.body(&format!("multipart/form-data; boundary={boundary}"), form).send().await
    };
    let first = send("one", "file", "; filename=\"a.txt\"").await;
    assert_eq!(code(&first), 201);
    let second = send("two", "file", "; filename=\"a.txt\"").await;
    assert_eq!((second.header("idempotent-replayed"), &second.body), ("true", &first.body));
    for (field, filename) in
        [("file", "; filename=\"b.txt\""), ("file", ""), ("other", "; filename=\"a.txt\"")]
    {
        assert_eq!(send("one", field, filename).await.status, 422, "{field} {filename}");
    }
    assert_eq!(count(&merchant).await, 1);
}

#[tokio::test]
async fn an_upload_by_its_token_is_done_once_under_a_key() {
    let shop = shop().await;
    let merchant = Who::merchant(&shop, 1).await;
    let token = up_token(&merchant).await;
    let holder = Who::new(&shop, &token);
    let by_name = async || {
        let request = holder.begin("POST", "/v1.0/assets").header("idempotency-key", "name");
        request.file("a.txt", b"a").send().await
    };
    let by_form = async || {
        let request = shop.post("/assets").header("idempotency-key", "form");
        request.body("multipart/form-data; boundary=end", with_token(&token)).send().await
    };
    for (first, second) in [(by_name().await, by_name().await), (by_form().await, by_form().await)] {
        assert_eq!(code(&first), 201);
        assert_eq!((second.header("idempotent-replayed"), &second.body), ("true", &first.body));
    }
    assert_eq!(count(&merchant).await, 2);
}

#[tokio::test]
async fn a_token_in_the_form_goes_before_the_usual_credentials() {
    let shop = shop().await;
    let merchant = Who::merchant(&shop, 1).await;
    let customer = Who::customer(&shop).await;
    let token = up_token(&merchant).await;
    let send = async |who: &Who<'_>, token: &str| {
        let request = who.begin("POST", "/assets");
        request.body("multipart/form-data; boundary=end", with_token(token)).send().await
    };
    assert_eq!(code(&send(&customer, &token).await), 201);
    assert_eq!(code(&send(&customer, "guess").await), 403);
    assert_eq!(send(&Who::new(&shop, "guess"), "guess").await.status, 401);
    assert_eq!(code(&send(&merchant, "guess").await), 201);
}

#[tokio::test]
async fn a_stranger_is_turned_away_before_much_is_read() {
    let shop = shop().await;
    let merchant = Who::merchant(&shop, 1).await;
    let token = up_token(&merchant).await;
    let form = |token: &str| with_token(token).replace("abc", &"a".repeat(22 * MEBIBYTE));
    for stranger in [form("guess"), "a".repeat(22 * MEBIBYTE)] {
        assert_eq!(post(&shop, stranger.clone()).await.status, 401);
        let guess = Who::new(&shop, "guess").begin("POST", "/assets");
        let reply = guess.body("multipart/form-data; boundary=end", stranger).send().await;
        assert_eq!(reply.status, 401);
    }
    for (who, expected) in [(Who::guest(&shop).await, 401), (Who::customer(&shop).await, 403)] {
        let request = who.begin("POST", "/assets");
        let reply = request.body("multipart/form-data; boundary=end", form("guess")).send().await;
        assert_eq!(code(&reply), expected);
    }
    assert_eq!(post(&shop, form(&token)).await.status, 413);
    let fits = with_token(&token).replace("abc", &"a".repeat(2 * MEBIBYTE));
    assert_eq!(code(&post(&shop, fits).await), 201);
}

#[tokio::test]
async fn uploads_and_pages_cost_the_same_however_many_files_there_are() {
    let shop = shop().await;
    let merchant = Who::merchant(&shop, 1).await;
    count(&merchant).await;
    let cost = async |files: usize| {
        let before = shop.statements();
        let names: Vec<_> = (0..files).map(|number| format!("{number}.txt")).collect();
        let files: Vec<_> = names.iter().map(|name| (name.as_str(), name.as_bytes())).collect();
        assert_eq!(code(&upload(&merchant, &files).await), 201);
        shop.statements() - before
    };
    // A number for all, a row for each.
    assert_eq!((cost(1).await, cost(5).await), (2, 6));
    let before = shop.statements();
    merchant.get("/assets").await;
    assert_eq!(shop.statements() - before, 2);
}
