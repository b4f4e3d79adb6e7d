//! `?page=`: pages of 20.

use app::testing::product;
use insta::assert_snapshot;
use web::testing::{Reply, TestShop};

use crate::{CART, Shopper, shop};

/// A cart with as many items, of the listings from 200 on.
async fn cart_of(items: i64) -> (TestShop, Shopper) {
    let shop = shop().await;
    let li = Shopper::customer(&shop, "li@example.com").await;
    for id in 200..200 + items {
        shop.app.put_product(&product(id, 1, "Thing")).await;
        li.add(id, 1).await;
    }
    (shop, li)
}

async fn page(li: &Shopper, query: &str) -> Reply {
    li.get(&format!("{CART}{query}")).await
}

/// The first and the last listing of a page, and how many there are.
async fn span(li: &Shopper, query: &str) -> (i64, i64, usize) {
    let rows = page(li, query).await.json();
    let rows = rows.as_array().unwrap_or_else(|| panic!("{query}: {rows}"));
    let id = |row: Option<&serde_json::Value>| {
        row.and_then(|row| row["distributor_product_id"].as_i64()).expect("an id")
    };
    (id(rows.first()), id(rows.last()), rows.len())
}

#[tokio::test]
async fn a_page_holds_twenty() {
    let (_, li) = cart_of(45).await;
    for (query, expected) in [
        ("", (200, 219, 20)),
        ("?page=", (200, 219, 20)),
        ("?page=1", (200, 219, 20)),
        ("?page=2", (220, 239, 20)),
        ("?page=3", (240, 244, 5)),
        ("?page=last", (240, 244, 5)),
        ("?page_size=3&limit=3&offset=7", (200, 219, 20)),
    ] {
        assert_eq!(span(&li, query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn other_pages_do_not_exist() {
    let (_, li) = cart_of(45).await;
    for query in ["4", "0", "-1", "abc", "1.5", "99999999999999999999999", "%00", "%ff", "LAST", "1,2"] {
        let reply = page(&li, &format!("?page={query}")).await;
        assert_eq!(reply.status, 404, "{query}");
        assert_snapshot!("no_such_page", reply.golden());
    }
}

#[tokio::test]
async fn a_full_page_is_the_last_one() {
    let (_, li) = cart_of(40).await;
    assert_eq!(span(&li, "?page=2").await, (220, 239, 20));
    assert_eq!(span(&li, "?page=last").await, (220, 239, 20));
    assert_eq!(page(&li, "?page=3").await.status, 404);
}

#[tokio::test]
async fn the_first_page_of_an_empty_cart_is_empty() {
    let (_, li) = cart_of(0).await;
    for query in ["", "?page=", "?page=1", "?page=last"] {
        let reply = page(&li, query).await;
        assert_eq!((reply.status.as_u16(), &*reply.body), (200, "[]"), "{query}");
    }
    assert_eq!(page(&li, "?page=2").await.status, 404);
}

#[tokio::test]
async fn the_skus_of_a_product_are_one_row() {
    let (_, li) = cart_of(19).await;
    li.add_sku(2, 20, 1).await;
    li.add_sku(2, 2, 1).await;
    assert_eq!(span(&li, "").await, (200, 2, 20));
    assert_eq!(page(&li, "?page=2").await.status, 404);
    li.add(1, 1).await;
    assert_eq!(span(&li, "?page=2").await, (1, 1, 1));
}
