//! Uploaded files as clients of every dialect see them.

use axum::http::{HeaderMap, StatusCode};
use domain::account::Role;
use domain::asset::Asset;
use domain::id::{AssetId, StoreId};
use domain::product::Product;
use http_body_util::BodyExt;
use insta::assert_snapshot;
use web::testing::{TestRequest, TestShop};

use crate::shop;

const PHOTOS: &str = "/_uploads/photos/";
/// Two pixels, one of them clear.
const PNG: &[u8] = include_bytes!("../../../../fixtures/two-pixels.png");

/// Who uploads for the first store.
async fn merchant(shop: &TestShop) -> String {
    let token = shop.app.account("merchant@example.com", Role::Merchant(StoreId::new(1))).await;
    let pair = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, format!("{token}:"));
    format!("Basic {pair}")
}

/// Uploads a file and tells where it is.
async fn upload(shop: &TestShop, who: &str, filename: &str, content: &[u8]) -> String {
    let reply = shop.post("/assets").header("authorization", who).file(filename, content).send().await;
    let path = reply.json()["data"][0]["filepath"].as_str().map(ToOwned::to_owned);
    format!("{PHOTOS}{}", path.unwrap_or_else(|| panic!("{}", reply.body)))
}

/// Status, headers without those of every reply, and bytes.
async fn fetch(request: TestRequest<'_>) -> (StatusCode, HeaderMap, Vec<u8>) {
    let (mut head, body) = request.respond().await.into_parts();
    for name in ["x-request-id", "vary", "access-control-allow-origin", "access-control-expose-headers"] {
        head.headers.remove(name);
    }
    (head.status, head.headers, body.collect().await.expect("a body").to_bytes().to_vec())
}

#[tokio::test]
async fn a_picture_may_be_kept_for_ever() {
    let shop = shop().await;
    let who = merchant(&shop).await;
    let path = upload(&shop, &who, "p.png", PNG).await;
    let (status, headers, body) = fetch(shop.get(&path)).await;
    assert_eq!(status, StatusCode::OK);
    assert_snapshot!("picture", format!("{headers:#?}"));
    assert_eq!(body.len().to_string(), headers["content-length"].to_str().expect("a number"));
    assert_eq!(&body[1..4], b"PNG");
    for preset in ["small", "medium", "large"] {
        let (status, headers, body) = fetch(shop.get(&format!("{path}-{preset}"))).await;
        assert_eq!((status, &headers["content-type"]), (StatusCode::OK, &"image/jpeg".parse().unwrap()));
        assert_eq!(body[..3], *b"\xff\xd8\xff");
    }
    let (status, headers, body) = fetch(shop.request(axum::http::Method::HEAD, &path)).await;
    assert_eq!((status, body.len()), (StatusCode::OK, 0));
    assert_snapshot!("picture", format!("{headers:#?}"));
}

#[tokio::test]
async fn what_a_browser_could_run_is_saved_instead() {
    let shop = shop().await;
    let who = merchant(&shop).await;
    for (filename, content, ending, kind) in [
        ("a.jpg", &b"<html><script>alert(1)</script></html>"[..], "bin", "application/octet-stream"),
        (
            "a.svg",
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
            "bin",
            "application/octet-stream",
        ),
        ("a.html", b"plain words", "txt", "text/plain; charset=utf-8"),
    ] {
        let path = upload(&shop, &who, filename, content).await;
        assert!(path.ends_with(ending), "{path}");
        let (status, headers, body) = fetch(shop.get(&path)).await;
        assert_eq!((status, body.as_slice()), (StatusCode::OK, content));
        assert_eq!(headers["content-type"], kind);
        assert_eq!(headers["content-disposition"], "attachment");
        assert_eq!(headers["x-content-type-options"], "nosniff");
    }
}

#[tokio::test]
async fn a_part_of_a_file_is_served() {
    let shop = shop().await;
    let who = merchant(&shop).await;
    let path = upload(&shop, &who, "digits.txt", b"0123456789").await;
    let tag = format!("\"{}\"", &path[PHOTOS.len()..]);
    let part = async |headers: &[(&str, &str)]| {
        let request =
            headers.iter().fold(shop.get(&path), |request, (name, value)| request.header(name, value));
        let (status, headers, body) = fetch(request).await;
        let range = headers.get("content-range").map_or("", |range| range.to_str().expect("a range"));
        (status.as_u16(), range.to_owned(), String::from_utf8(body).expect("digits"))
    };
    let said = |status, range: &str, body: &str| (status, range.to_owned(), body.to_owned());
    for (range, expected) in [
        ("bytes=2-4", said(206, "bytes 2-4/10", "234")),
        ("bytes=-3", said(206, "bytes 7-9/10", "789")),
        ("bytes=8-99", said(206, "bytes 8-9/10", "89")),
        ("bytes=10-", said(416, "bytes */10", "")),
        ("bytes=1-2,4-5", said(200, "", "0123456789")),
        ("octets=1-2", said(200, "", "0123456789")),
    ] {
        assert_eq!(part(&[("range", range)]).await, expected, "{range}");
    }
    let range = ("range", "bytes=2-4");
    assert_eq!(part(&[range, ("if-range", &tag)]).await, said(206, "bytes 2-4/10", "234"));
    assert_eq!(part(&[range, ("if-range", "\"other\"")]).await, said(200, "", "0123456789"));
    assert_eq!(part(&[("if-none-match", &tag)]).await, said(304, "", ""));
    assert_eq!(part(&[("if-none-match", &format!("\"a\", W/{tag}"))]).await, said(304, "", ""));
    assert_eq!(part(&[("if-none-match", "\"a\"")]).await, said(200, "", "0123456789"));
}

#[tokio::test]
async fn only_get_knows_of_parts_and_no_refusal_is_kept() {
    let shop = shop().await;
    let who = merchant(&shop).await;
    let path = upload(&shop, &who, "digits.txt", b"0123456789").await;
    let request = shop.request(axum::http::Method::HEAD, &path).header("range", "bytes=2-4");
    let (status, headers, _) = fetch(request).await;
    assert_eq!((status, headers["content-length"].to_str().ok()), (StatusCode::OK, Some("10")));
    let (status, headers, _) = fetch(shop.get(&path).header("range", "bytes=10-")).await;
    assert_eq!((status.as_u16(), headers["cache-control"].to_str().ok()), (416, Some("no-store")));
    let (status, headers, _) = fetch(shop.get(&format!("{path}-small"))).await;
    assert_eq!((status.as_u16(), headers["cache-control"].to_str().ok()), (404, Some("no-store")));
}

#[tokio::test]
async fn no_path_leads_anywhere_else() {
    let shop = shop().await;
    let who = merchant(&shop).await;
    let path = upload(&shop, &who, "digits.txt", b"0123456789").await;
    let name = &path[PHOTOS.len()..];
    let (folder, rest) = name.split_once('/').expect("a folder");
    for other in [
        "..",
        "../Cargo.toml",
        "..%2f..%2fshop.db",
        "%2e%2e/%2e%2e/shop.db",
        "%2fetc%2fpasswd",
        "/etc/passwd",
        "..%5cshop.db",
        "%00",
        &format!("{folder}/../{name}"),
        &format!("{folder}%2f{rest}%00"),
        &format!("{name}/"),
        &format!("{name}-small"),
        &format!("{name}-huge"),
        &format!("{folder}//{rest}"),
        &name.to_uppercase(),
        &name.replace("txt", "html"),
    ] {
        for headers in [None, Some(("range", "bytes=0-1")), Some(("if-none-match", "*"))] {
            let request = shop.get(&format!("{PHOTOS}{other}"));
            let request = headers
                .map_or(shop.get(&format!("{PHOTOS}{other}")), |(name, value)| request.header(name, value));
            assert_eq!(request.send().await.status, StatusCode::NOT_FOUND, "{other} {headers:?}");
        }
    }
}

#[tokio::test]
async fn every_dialect_shows_an_uploaded_picture() {
    let shop = shop().await;
    let who = merchant(&shop).await;
    let path = upload(&shop, &who, "红牛.png", PNG).await;
    let assets = shop.app.store().assets(&[AssetId::new(1)]).await.expect("an asset");
    let pictured = app::testing::product(50, 1, "Pictured");
    let pictures = assets.into_iter().map(<_ as From<Asset>>::from).collect();
    shop.app.put_product(&Product { pictures, ..pictured }).await;

    let url = format!("https://shop.example{path}");
    let detail = shop.get("/products/10000000050/detail").send().await.json();
    assert_snapshot!("lexi_images", serde_json::to_string_pretty(&detail["data"]["images"]).expect("JSON"));
    let image = &shop.get("/api/shop/products/product-50").send().await.json()["image"];
    assert_snapshot!("hamgam_image", serde_json::to_string_pretty(image).expect("JSON"));
    let archive = &shop.get("/api/archive/detail?id=50").send().await.json()["data"];
    assert_eq!((&archive["logo"], &archive["thumb"]), (&url.clone().into(), &format!("{url}-small").into()));
    let goods = shop.get("/goods/detail.json?goodsid=50").send().await.json();
    assert_eq!(goods["goodsImageList"][0]["imageUrl"], url);
}
