//! `/api/shop/products`.

use app::testing::{product, sku};
use domain::id::{BrandId, CategoryId};
use domain::money::Money;
use domain::product::Product;
use insta::assert_snapshot;
use serde_json::Value;
use web::testing::{Reply, TestShop};

use crate::{PRODUCTS, shop};

async fn get(shop: &TestShop, query: &str) -> Reply {
    shop.get(&format!("{PRODUCTS}{query}")).send().await
}

fn ids(reply: &Reply) -> Vec<i64> {
    let page = reply.json();
    let results = page["results"].as_array().unwrap_or_else(|| panic!("{}", reply.body));
    results.iter().map(|row| row["id"].as_i64().expect("an id")).collect()
}

async fn listed(shop: &TestShop, query: &str) -> Vec<i64> {
    ids(&get(shop, query).await)
}

#[tokio::test]
async fn the_list_shows_what_is_on_sale_once_and_newest_first() {
    let shop = shop().await;
    assert_snapshot!("list", get(&shop, "").await.golden());
    assert_eq!(get(&shop, "/").await.json()["results"], get(&shop, "").await.json()["results"]);
}

#[tokio::test]
async fn pages_link_to_their_neighbours() {
    let shop = shop().await;
    let links = async |query: &str| {
        let page = get(&shop, query).await.json();
        let link = |name: &str| page[name].as_str().unwrap_or("-").to_owned();
        format!("{} | {} | {}", page["count"], link("next"), link("previous"))
    };
    let at = |query: &str| format!("https://shop.example/api/shop/products{query}");
    assert_eq!(links("").await, "6 | - | -");
    assert_eq!(links("?limit=2").await, format!("6 | {} | -", at("?limit=2&offset=2")));
    let (next, previous) = (at("?limit=2&offset=4"), at("?limit=2"));
    assert_eq!(links("?limit=2&offset=2").await, format!("6 | {next} | {previous}"));
    assert_eq!(links("?offset=1&limit=2").await, format!("6 | {} | {previous}", at("?limit=2&offset=3")));
    assert_eq!(links("?limit=2&offset=4").await, format!("6 | - | {}", at("?limit=2&offset=2")));
    assert_eq!(links("?offset=50").await, format!("6 | - | {}", at("?limit=10&offset=40")));
    assert_eq!(links("?limit=0&offset=-3").await, "6 | - | -");
    let kept = "&ordering=-price&x=&x=%D9%BE+a%26b";
    let query = "?x=&x=%D9%BE%20a%26b&ordering=-price&in_stock=&limit=1";
    let (next, previous) =
        (at(&format!("?in_stock=&limit=1&offset=2{kept}")), at(&format!("?in_stock=&limit=1{kept}")));
    assert_eq!(links(&format!("{query}&offset=1")).await, format!("6 | {next} | {previous}"));
    assert_eq!(links("/?limit=5").await, format!("6 | {} | -", at("/?limit=5&offset=5")));
}

#[tokio::test]
async fn windows_cut_the_list() {
    let shop = shop().await;
    assert_eq!(listed(&shop, "?limit=2").await, [9, 8]);
    assert_eq!(listed(&shop, "?limit=2&offset=1").await, [8, 7]);
    assert_eq!(listed(&shop, "?limit=2&offset=5").await, [1]);
    assert_snapshot!("past_the_end", get(&shop, "?limit=2&offset=6").await.golden());
    assert_eq!(listed(&shop, "?limit=x&offset=y").await, [9, 8, 7, 4, 2, 1]);
    assert!(listed(&shop, "?offset=99999999999999999999999").await.is_empty());
}

#[tokio::test]
async fn a_page_holds_ten_by_itself_and_a_hundred_at_most() {
    let shop = shop().await;
    for id in 200..310 {
        shop.app.put_product(&product(id, 1, "Thing")).await;
    }
    assert_eq!(listed(&shop, "").await.len(), 10);
    assert_eq!(listed(&shop, "?limit=1000").await.len(), 100);
}

#[tokio::test]
async fn filters_choose() {
    let shop = shop().await;
    let branded = Product {
        category: None,
        brand: Some(BrandId::new(1)),
        keywords: "برند, خاص".to_owned(),
        ..product(50, 1, "Branded")
    };
    shop.app.add_brand(1, "Brand").await;
    shop.app.put_product(&branded).await;
    for (query, expected) in [
        ("?category_id=1", &[9, 8, 7, 4, 2, 1][..]),
        ("?category_id=2", &[]),
        ("?category_id=1.5", &[]),
        ("?category_id=1e30", &[]),
        ("?category_id=", &[50, 9, 8, 7, 4, 2, 1]),
        ("?brand_id=1", &[50]),
        ("?brand_id=1&category_id=1", &[]),
        ("?price_min=901", &[50, 9, 7, 4, 2, 1]),
        ("?price_max=900", &[8]),
        ("?price_max=899.9", &[]),
        ("?price_min=900.5&price_max=1000", &[50, 9, 7, 4, 1]),
        ("?price_min=-5&price_max=1e30", &[50, 9, 8, 7, 4, 2, 1]),
        ("?in_stock=true", &[50, 9, 8, 7, 2, 1]),
        ("?in_stock=1", &[50, 9, 8, 7, 2, 1]),
        ("?in_stock=False", &[4]),
        ("?in_stock=0", &[4]),
        ("?in_stock=maybe", &[50, 9, 8, 7, 4, 2, 1]),
        ("?search=%D9%BE%D8%B1%D8%A7%D9%8A%D8%AF", &[8]),
        ("?search=CABLE", &[9]),
        ("?search=code-9", &[9]),
        ("?search=%25", &[]),
        ("?search=%00cable%00", &[9]),
        ("?search=", &[50, 9, 8, 7, 4, 2, 1]),
        ("?unknown=1", &[50, 9, 8, 7, 4, 2, 1]),
    ] {
        assert_eq!(listed(&shop, query).await, expected, "{query}");
    }
    for row in get(&shop, "?in_stock=true").await.json()["results"].as_array().expect("rows") {
        assert_eq!(row["in_stock"], true);
    }
}

#[tokio::test]
async fn what_is_no_number_is_said_under_its_filter() {
    let shop = shop().await;
    assert_snapshot!("bad_category", get(&shop, "?category_id=abc").await.golden());
    let query = "?price_max=x&price_min=NaN&brand_id=inf&category_id=1,5&in_stock=x";
    assert_snapshot!("bad_numbers", get(&shop, query).await.golden());
}

#[tokio::test]
async fn orders_sort() {
    let shop = shop().await;
    for (query, expected) in [
        ("?ordering=price", [8, 1, 4, 7, 9, 2]),
        ("?ordering=-price", [2, 9, 7, 4, 1, 8]),
        ("?ordering=title", [9, 7, 8, 4, 1, 2]),
        ("?ordering=-title", [2, 1, 4, 8, 7, 9]),
        ("?ordering=id", [1, 2, 4, 7, 8, 9]),
        ("?ordering=-id", [9, 8, 7, 4, 2, 1]),
        ("?ordering=created_at", [1, 2, 4, 7, 8, 9]),
        ("?ordering=-created_at", [9, 8, 7, 4, 2, 1]),
        ("?ordering=sales", [9, 8, 7, 4, 2, 1]),
        ("?ordering=-updated_at", [9, 8, 7, 4, 2, 1]),
        ("?ordering=nonsense", [9, 8, 7, 4, 2, 1]),
        ("?ordering=nonsense,%20price,title", [8, 1, 4, 7, 9, 2]),
    ] {
        assert_eq!(listed(&shop, query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn a_product_is_shown_with_its_texts_and_pictures() {
    let shop = shop().await;
    let mut lamp = product(50, 1, "لامپ");
    lamp.handle = "لامپ-led".to_owned();
    lamp.category = Some(CategoryId::new(1));
    lamp.keywords = "led, نور".to_owned();
    lamp.pictures = vec![
        "https://cdn.example/files/Lamp.PNG?v=1".to_owned().into(),
        "/uploads/lamp.webp".to_owned().into(),
        "https://cdn.example/lamp".to_owned().into(),
    ];
    lamp.skus[0].sale_price = Money::from_minor(667);
    shop.app.put_product(&lamp).await;
    let path = format!("{PRODUCTS}/%D9%84%D8%A7%D9%85%D9%BE-led");
    assert_snapshot!("detail", shop.get(&path).send().await.golden());
    assert_eq!(shop.get(&path).send().await, shop.get(&format!("{path}/")).send().await);
}

#[tokio::test]
async fn a_product_without_picture_or_tracking_is_shown() {
    let shop = shop().await;
    assert_snapshot!("plain_detail", shop.get(&format!("{PRODUCTS}/product-7")).send().await.golden());
}

#[tokio::test]
async fn prices_are_the_first_skus() {
    let shop = shop().await;
    let mut free = product(50, 1, "Free");
    free.skus[0].price = Money::ZERO;
    let mut sold_out_first = product(51, 1, "Two");
    sold_out_first.skus[0].stock = 0;
    sold_out_first.skus.push(sku(52));
    shop.app.put_product(&free).await;
    shop.app.put_product(&sold_out_first).await;
    let shown = async |slug: &str| {
        let product = shop.get(&format!("{PRODUCTS}/{slug}")).send().await.json();
        let shown =
            ["in_stock", "stock", "regular_price", "sale_price", "discount", "discount_percent", "price"];
        shown.map(|name| product[name].to_string()).join(" ")
    };
    assert_eq!(shown("product-1").await, "true 100 1000 null 0 0 1000");
    assert_eq!(shown("product-2").await, "true 10 2000 1800 200 10 1800");
    assert_eq!(shown("product-4").await, "false 0 1000 null 0 0 1000");
    assert_eq!(shown("product-7").await, "true 9999999 1000 null 0 0 1000");
    assert_eq!(shown("product-9").await, "true 3 1000 null 0 0 1000");
    assert_eq!(shown("product-50").await, "true 100 0 null 0 0 0");
    assert_eq!(shown("product-51").await, "true 0 1000 null 0 0 1000");
}

#[tokio::test]
async fn what_is_not_on_sale_is_not_found() {
    let shop = shop().await;
    let slugs = ["product-3", "product-5", "product-6", "unknown", "8", "%00", "%ff", "a%2Fb", "PRODUCT-8"];
    for slug in slugs {
        let reply = shop.get(&format!("{PRODUCTS}/{slug}")).send().await;
        assert_eq!(reply.status, 404, "{slug}");
        assert_snapshot!("not_found", reply.golden());
    }
    shop.app.take_off_sale(8).await;
    assert_eq!(shop.get(&format!("{PRODUCTS}/product-8")).send().await.status, 404);
}

#[tokio::test]
async fn of_two_products_with_one_slug_the_one_on_sale_is_shown() {
    let shop = shop().await;
    shop.app.put_product(&Product { handle: "product-3".to_owned(), ..product(50, 2, "Torch") }).await;
    let reply: Value = shop.get(&format!("{PRODUCTS}/product-3")).send().await.json();
    assert_eq!(reply["id"], 50);
}

#[tokio::test]
async fn products_are_read_and_nothing_else() {
    let shop = shop().await;
    assert_snapshot!("post", shop.post(PRODUCTS).send().await.golden());
    assert_eq!(shop.delete(&format!("{PRODUCTS}/product-8/")).send().await.status, 405);
}
