//! Paths and verbs.

use axum::http::Method;
use insta::assert_snapshot;

use crate::{CART, ITEM, shop, shop_and_customer};

const BARE_CART: &str = "/rest_api/mt_shop_cart";

#[tokio::test]
async fn a_path_without_its_slash_is_moved() {
    let shop = shop().await;
    assert_snapshot!("moved_cart", shop.get(BARE_CART).send().await.golden());
    assert_snapshot!("moved_item", shop.get("/rest_api/mt_shop_cart/1").send().await.golden());
    let query = format!("{BARE_CART}?page=2&x=%E5%A5%BD+a");
    let reply = shop.get(&query).send().await;
    assert_eq!((reply.status.as_u16(), reply.header("location")), (301, &*query.replace("cart?", "cart/?")));
}

#[tokio::test]
async fn every_verb_is_moved_and_credentials_do_not_matter() {
    let (shop, li) = shop_and_customer().await;
    for path in [BARE_CART, "/rest_api/mt_shop_cart/1", "/rest_api/mt_shop_cart/999"] {
        for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            let query = format!("{path}?a=1");
            for request in [
                shop.request(method.clone(), &query),
                shop.request(method.clone(), &query).header("authorization", &li.authorization),
                shop.request(method.clone(), &query).header("authorization", "Token nonsense"),
            ] {
                let reply = request.json(&crate::body(1, 1)).send().await;
                let location = format!("{path}/?a=1");
                assert_eq!((reply.status.as_u16(), reply.header("location")), (301, &*location), "{method}");
            }
        }
    }
    assert_eq!(li.lines().await, []);
}

#[tokio::test]
async fn verbs_that_a_path_does_not_know_are_refused() {
    let (_, li) = shop_and_customer().await;
    li.add(1, 2).await;
    assert_snapshot!("put_cart", li.put(CART, &crate::body(1, 9)).await.golden());
    assert_snapshot!("post_item", li.send(Method::POST, ITEM, &crate::body(1, 9)).await.golden());
    for (path, methods) in [
        (CART, &["PUT", "PATCH", "DELETE", "TRACE", "BREW"][..]),
        (ITEM, &["POST", "TRACE", "BREW"]),
        ("/rest_api/mt_shop_cart/999/", &["POST", "TRACE"]),
    ] {
        for method in methods {
            let verb = Method::from_bytes(method.as_bytes()).expect("a verb");
            let reply = li.send(verb, path, &crate::body(1, 9)).await;
            assert_eq!(reply.status, 405, "{method} {path}");
            assert_eq!(reply.json()["detail"], format!("方法 “{method}” 不被允许。"), "{path}");
            assert!(!reply.header("allow").is_empty(), "{method} {path}");
        }
    }
    assert_eq!(li.lines().await, [(1, 1, 2)]);
}

#[tokio::test]
async fn options_without_an_origin_is_answered() {
    let (_, li) = shop_and_customer().await;
    assert_snapshot!("options", li.send_nothing(Method::OPTIONS, CART).await.golden());
}

#[tokio::test]
async fn head_is_a_get_without_its_body() {
    let (_, li) = shop_and_customer().await;
    li.add(1, 2).await;
    for path in [CART, ITEM] {
        let reply = li.send_nothing(Method::HEAD, path).await;
        assert_eq!((reply.status.as_u16(), &*reply.body, reply.header("etag")), (200, "", "\"1\""), "{path}");
    }
    assert_eq!(li.send_nothing(Method::HEAD, "/rest_api/mt_shop_cart/8/").await.status, 404);
}

#[tokio::test]
async fn unknown_paths_are_not_found() {
    let (shop, li) = shop_and_customer().await;
    assert_snapshot!("unknown_path", li.get("/rest_api/wishlist/").await.golden());
    assert_snapshot!("unknown_path_nobody", shop.get("/rest_api/wishlist/").send().await.golden());
    for path in [
        "/rest_api/",
        "/rest_api/mt_shop_cart/1/2/",
        "/rest_api/mt_shop_cart/1/2",
        "/rest_api/mt_shop_carts/",
        "/rest_api/MT_SHOP_CART/",
    ] {
        for method in [Method::GET, Method::POST, Method::DELETE] {
            assert_eq!(li.send_nothing(method.clone(), path).await.status, 404, "{method} {path}");
        }
    }
}
