//! `/categories`, `/brands` and `/official/`.

use insta::assert_snapshot;

use crate::{code, shop};

#[tokio::test]
async fn categories_by_page_and_by_parent() {
    let shop = shop().await;
    assert_snapshot!("categories", shop.get("/categories").send().await.golden());
    assert_snapshot!("of_nobody", shop.get("/categories?pid=1&page=2").send().await.golden());
    let all = shop.get("/categories").send().await.body;
    for path in [
        "/categories?pid=0",
        "/categories/siblings?id=1",
        "/categories/siblings?cid=1",
        "/categories/siblings",
    ] {
        assert_eq!(shop.get(path).send().await.body, all, "{path}");
    }
    assert_eq!(code(&shop.get("/categories/siblings?id=9").send().await), 404);
}

#[tokio::test]
async fn brands_by_page_and_one() {
    let shop = shop().await;
    shop.app.add_brand(2, "山野").await;
    assert_snapshot!("brands", shop.get("/v1.0/brands?per_page=1&page=1").send().await.golden());
    assert_snapshot!("brand", shop.get("/brands/800000002").send().await.golden());
    assert_eq!(code(&shop.get("/brands/800000003").send().await), 404);
}

#[tokio::test]
async fn labels_and_materials_in_their_order() {
    let shop = shop().await;
    assert_eq!(shop.get("/official/labels").send().await.json()["data"]["labels"], serde_json::json!([]));
    shop.app.add_terms().await;
    assert_snapshot!("labels", shop.get("/official/labels").send().await.golden());
    assert_snapshot!("materials", shop.get("/api/v1.0/official/materials").send().await.golden());
}
