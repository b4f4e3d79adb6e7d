//! `/api/archive/`.

use insta::assert_snapshot;
use web::testing::TestShop;

use crate::{numbers, shop};

const LIST: &str = "/api/archive/list";
const DETAIL: &str = "/api/archive/detail";

async fn ids(shop: &TestShop, query: &str) -> Vec<i64> {
    numbers(&shop.get(&format!("{LIST}{query}")).send().await, "id")
}

#[tokio::test]
async fn the_list_shows_what_is_on_sale_once() {
    let shop = shop().await;
    assert_snapshot!(shop.get(LIST).send().await.golden());
}

#[tokio::test]
async fn a_page_says_how_many_there_are() {
    let shop = shop().await;
    assert_snapshot!("page", shop.get("/api/archive/list?type=page&page=3&limit=2").send().await.golden());
    assert_snapshot!("beyond", shop.get("/api/archive/list?type=page&page=9").send().await.golden());
}

#[tokio::test]
async fn pages_are_cut_leniently() {
    let shop = shop().await;
    for (query, shown) in [
        ("", vec![9, 8, 7, 4, 2, 1]),
        ("?limit=2", vec![9, 8]),
        ("?page=2&limit=2", vec![7, 4]),
        ("?type=page&page=2&limit=2", vec![7, 4]),
        ("?limit=1,3", vec![8, 7, 4]),
        ("?limit=1,x&page=x", vec![8, 7, 4, 2, 1]),
        ("?limit=0&page=0", vec![9, 8, 7, 4, 2, 1]),
        ("?limit=100000000000000000000000000000,100000000000000000000000000000", vec![]),
        ("?page=100000000000000000000000000000", vec![]),
    ] {
        assert_eq!(ids(&shop, query).await, shown, "{query}");
    }
    for id in 200..320 {
        shop.app.put_product(&app::testing::product(id, 1, "Thing")).await;
    }
    for (query, count) in [("", 10), ("?limit=100", 100), ("?limit=101", 100), ("?limit=5,500", 100)] {
        assert_eq!(ids(&shop, query).await.len(), count, "{query}");
    }
}

#[tokio::test]
async fn lists_are_narrowed() {
    let shop = shop().await;
    for (query, shown) in [
        ("?categoryId=1", vec![9, 8, 7, 4, 2, 1]),
        ("?categoryId=0", vec![9, 8, 7, 4, 2, 1]),
        ("?categoryId=", vec![9, 8, 7, 4, 2, 1]),
        ("?categoryId=2", vec![]),
        ("?categoryId=-1", vec![]),
        ("?q=cable", vec![9]),
        ("?q=+GIFT++wrap", vec![7]),
        ("?q=%E7%BA%A2%E7%89%9B", vec![1]),
        ("?q=%25", vec![]),
        ("?q=code-20", vec![2]),
        ("?q=nothing", vec![]),
        ("?q=&type=list", vec![9, 8, 7, 4, 2, 1]),
    ] {
        assert_eq!(ids(&shop, query).await, shown, "{query}");
    }
}

#[tokio::test]
async fn lists_are_ordered() {
    let shop = shop().await;
    let product = app::testing::product(200, 1, "Looked at");
    let looked_at = domain::product::Product { updated_at: app::testing::NOW.plus_seconds(1), ..product };
    shop.app.put_product(&looked_at).await;
    for (order, first) in [
        ("id+desc", [200, 9]),
        ("id+asc", [1, 2]),
        ("id", [1, 2]),
        ("created_time+asc", [1, 2]),
        ("created_time+desc", [200, 9]),
        ("ID++DESC", [200, 9]),
        ("price+asc", [8, 1]),
        ("price+desc", [2, 200]),
        ("title+asc", [9, 7]),
        ("views+desc", [200, 9]),
        ("sort+desc", [200, 9]),
        ("nonsense", [200, 9]),
        ("id%3B+drop+table+cart", [200, 9]),
        ("", [200, 9]),
    ] {
        assert_eq!(ids(&shop, &format!("?limit=2&order={order}")).await, first, "{order}");
    }
}

#[tokio::test]
async fn one_archive_has_its_long_text() {
    let shop = shop().await;
    assert_snapshot!("several_skus", shop.get("/api/archive/detail?id=2").send().await.golden());
    assert_snapshot!("no_picture", shop.get("/api/archive/detail?id=7").send().await.golden());
    assert_eq!(shop.get("/api/archive/detail?id=100").send().await.json()["data"]["title"], "纯棉四件套");
}

#[tokio::test]
async fn what_the_public_does_not_see_does_not_exist() {
    let shop = shop().await;
    assert_snapshot!("unknown", shop.get("/api/archive/detail?id=999").send().await.golden());
    let request = shop.get("/api/archive/detail?id=999").header("accept-language", "en");
    assert_snapshot!("unknown_in_english", request.send().await.golden());
    let unknown = shop.get("/api/archive/detail?id=999").send().await;
    for id in [3, 5, 6, 0, -1] {
        assert_eq!(shop.get(&format!("{DETAIL}?id={id}")).send().await, unknown, "{id}");
    }
}

#[tokio::test]
async fn a_query_that_is_no_number_is_named() {
    let shop = shop().await;
    assert_snapshot!("detail_without_id", shop.get(DETAIL).send().await.golden());
    assert_snapshot!("detail_of_a_text", shop.get("/api/archive/detail?id=abc").send().await.golden());
    assert_snapshot!(
        "category_is_a_text",
        shop.get("/api/archive/list?categoryId=abc").send().await.golden()
    );
}

#[tokio::test]
async fn a_page_costs_the_same_for_any_number_of_archives() {
    let shop = shop().await;
    for id in 200..260 {
        shop.app.put_product(&app::testing::product(id, 1, "Thing")).await;
    }
    let cost = async |path: &str| {
        let before = shop.statements();
        shop.get(path).send().await;
        shop.statements() - before
    };
    // The products of 50 are 49 others than those of 1.
    for limit in [1, 50] {
        let path = format!("{LIST}?type=page&limit={limit}");
        assert_eq!((cost(&path).await, cost(&path).await), (6, 0), "{limit}");
    }
    assert_eq!((cost("/api/archive/detail?id=1").await, cost("/api/archive/detail?id=1").await), (5, 1));
}
