//! `/products`.

use app::testing::{NOW, product};
use domain::account::Role;
use domain::product::{Product, Status};
use insta::assert_snapshot;
use serde_json::json;

use crate::{Who, code, ids, rid, shop};

#[tokio::test]
async fn a_list_shows_what_the_document_says() {
    let shop = shop().await;
    assert_snapshot!("list", shop.get("/products?per_page=2").send().await.golden());
    for prefix in ["/api/v1.0", "/v1.0"] {
        let reply = shop.get(&format!("{prefix}/products?per_page=2")).send().await;
        assert_eq!(reply.golden(), shop.get("/products?per_page=2").send().await.golden());
    }
}

#[tokio::test]
async fn a_product_has_its_brand_or_none() {
    let shop = shop().await;
    assert_snapshot!("single", shop.get(&format!("/products/{}", rid(10))).send().await.golden());
    let reply = shop.get(&format!("/products/{}", rid(7))).send().await.json();
    assert_eq!((&reply["data"]["brand"], &reply["data"]["cover"]), (&().into(), &"".into()));
    assert_eq!(reply["data"]["total_stock"], 9_999_999);
    assert_snapshot!("unknown", shop.get("/products/1234567890").send().await.golden());
}

#[tokio::test]
async fn a_products_texts_and_pictures() {
    let shop = shop().await;
    assert_snapshot!("detail", shop.get(&format!("/products/{}/detail", rid(10))).send().await.golden());
    assert_eq!(code(&shop.get("/products/1234567890/detail").send().await), 404);
}

#[tokio::test]
async fn pages_that_make_no_sense_are_the_first_of_ten() {
    let shop = shop().await;
    for id in 200..211 {
        shop.app.put_product(&product(id, 1, "Thing")).await;
    }
    for query in
        ["", "page=0", "page=-1", "page=x", "per_page=0", "per_page=501", "per_page=1.5", "page=&per_page="]
    {
        let reply = shop.get(&format!("/products/latest?{query}")).send().await;
        assert_eq!(ids(&reply), [210, 209, 208, 207, 206, 205, 204, 203, 202, 201], "{query}");
        let data = &reply.json()["data"];
        assert_eq!((&data["next"], &data["prev"]), (&true.into(), &false.into()), "{query}");
    }
    let reply = shop.get("/products/latest?page=2").send().await;
    assert_eq!(ids(&reply), [200, 10, 9, 8, 7, 4, 2, 1]);
    assert_snapshot!("past_the_end", shop.get("/products/latest?page=99999999999").send().await.golden());
    assert_eq!(ids(&shop.get("/products/latest?per_page=500").send().await).len(), 18);
}

#[tokio::test]
async fn each_product_counts_under_one_status() {
    let shop = shop().await;
    let mut warehouse = Product { status: Status::Warehouse, ..product(11, 1, "later") };
    warehouse.skus[0].stock = 0;
    shop.app.put_product(&warehouse).await;
    let (nobody, own) = (Who::guest(&shop).await, Who::merchant(&shop, 1).await);
    let (other, all) =
        (Who::merchant(&shop, 2).await, Who::of_role(&shop, "o@example.com", Role::Operator).await);
    for (status, of_public, of_own) in [
        ("0", vec![], vec![11, 5]),
        ("1", vec![10, 9, 8, 7, 2, 1], vec![10, 9, 8, 7, 2, 1]),
        ("2", vec![], vec![3]),
        ("3", vec![4], vec![4]),
        ("4", vec![], vec![]),
        ("x", vec![10, 9, 8, 7, 2, 1], vec![10, 9, 8, 7, 2, 1]),
    ] {
        let path = format!("/products?status={status}");
        assert_eq!(ids(&nobody.get(&path).await), of_public, "{status}");
        assert_eq!(ids(&own.get(&path).await), of_own, "{status}");
        assert_eq!(ids(&all.get(&path).await), of_own, "{status}");
        let of_other = if ["0", "2"].contains(&status) { vec![] } else { of_own };
        assert_eq!(ids(&other.get(&path).await), of_other, "{status}");
    }
}

#[tokio::test]
async fn what_is_not_on_sale_is_for_its_merchant_only() {
    let shop = shop().await;
    let customer = Who::customer(&shop).await;
    let (own, other) = (Who::merchant(&shop, 1).await, Who::merchant(&shop, 2).await);
    for (id, for_own) in [(3, 200), (5, 200), (6, 404)] {
        for path in [format!("/products/{}", rid(id)), format!("/products/{}/detail", rid(id))] {
            assert_eq!(code(&shop.get(&path).send().await), 404, "{path}");
            assert_eq!(code(&customer.get(&path).await), 404, "{path}");
            assert_eq!(code(&other.get(&path).await), 404, "{path}");
            assert_eq!(code(&own.get(&path).await), for_own, "{path}");
        }
    }
    assert_eq!(own.get(&format!("/products/{}", rid(3))).await.json()["data"]["status"], 2);
    assert_eq!(own.get(&format!("/products/{}", rid(5))).await.json()["data"]["status"], 0);
    assert_eq!(own.get(&format!("/products/{}", rid(4))).await.json()["data"]["status"], 3);
}

#[tokio::test]
async fn categories_brands_and_recommendations() {
    let shop = shop().await;
    assert_eq!(ids(&shop.get("/products?cid=1").send().await).len(), 6);
    assert_eq!(code(&shop.get("/products?cid=99").send().await), 404);
    assert_eq!(code(&shop.get("/products?cid=x").send().await), 404);
    assert_eq!(ids(&shop.get("/products?cid=").send().await).len(), 6);
    assert_eq!(ids(&shop.get("/products/sticked").send().await), [10, 9]);
    assert_eq!(ids(&shop.get("/products/by_brand/800000001").send().await), [10]);
    assert_snapshot!("no_such_brand", shop.get("/products/by_brand/800000009").send().await.golden());
}

#[tokio::test]
async fn what_changed_last_comes_first() {
    let shop = shop().await;
    shop.app.put_product(&Product { updated_at: NOW.plus_seconds(5), ..product(1, 1, "红牛") }).await;
    assert_eq!(ids(&shop.get("/products").send().await), [1, 10, 9, 8, 7, 2]);
    assert_eq!(ids(&shop.get("/products/latest").send().await), [10, 9, 8, 7, 4, 2, 1]);
}

#[tokio::test]
async fn a_store_lists_its_own_and_what_it_distributes() {
    let shop = shop().await;
    let (first, second) = ("sid=900000001", "sid=900000002");
    let list = async |query: &str| ids(&shop.get(&format!("/products/by_store?{query}")).send().await);
    assert_eq!(list(first).await, [10, 9, 7, 2, 1]);
    assert_eq!(list(second).await, [2, 8]);
    assert_eq!(list("").await, list(first).await, "the oldest store is meant");
    assert_eq!(list("store_rid=900000002").await, [2, 8]);
    assert_eq!(list("rid=900000002").await, [2, 8]);
    assert_eq!(list(&format!("{second}&is_distributed=0")).await, [2, 8]);
    assert_eq!(list(&format!("{second}&is_distributed=1")).await, [8]);
    assert_eq!(list(&format!("{second}&is_distributed=2")).await, [2]);
    assert_eq!(list(&format!("{first}&qk=%E7%BA%A2%E7%89%9B")).await, [1]);
    assert_eq!(list(&format!("{first}&status=3")).await, [4]);
    assert_eq!(list(&format!("{first}&status=0")).await, Vec::<i64>::new());
    assert_eq!(list(&format!("{first}&start_date=2026-01-02&end_date=2026-01-02")).await, [10, 9, 7, 2, 1]);
    assert_eq!(list(&format!("{first}&start_date=2026-01-03")).await, Vec::<i64>::new());
    assert_eq!(list(&format!("{first}&end_date=2026-01-01")).await, Vec::<i64>::new());
    assert_eq!(list(&format!("{first}&out_of_stock=1")).await, [10, 2], "one of their SKUs is at the level");
    assert_eq!(code(&shop.get("/products/by_store?sid=123").send().await), 404);
    assert_eq!(code(&shop.get(&format!("/products/by_store?{first}&cid=7")).send().await), 404);
    let reply = shop.get(&format!("/products/by_store?{first}&start_date=yesterday")).send().await;
    assert_eq!(reply.json()["status"], json!({"code": 400, "message": "Bad request: start_date."}));
    let merchant = Who::merchant(&shop, 2).await;
    assert_eq!(ids(&merchant.get("/products/by_store").await), [2, 8], "their own store is meant");
    let own = Who::merchant(&shop, 1).await;
    assert_eq!(ids(&own.get("/products/by_store?status=2").await), [3]);
    assert_eq!(ids(&own.get(&format!("/products/by_store?{second}&status=2")).await), Vec::<i64>::new());
}

#[tokio::test]
async fn a_verb_that_a_path_lacks_is_not_found() {
    let shop = shop().await;
    let who = Who::merchant(&shop, 1).await;
    for (verb, path) in [
        ("POST", "/products/skus"),
        ("DELETE", "/products/latest"),
        ("PUT", "/products/sticked"),
        ("PATCH", "/products/1234567890"),
        ("GET", "/products/nothing"),
        ("POST", "/v1.0/products"),
        ("GET", "/api/v1.0/nothing"),
        ("GET", "/v1.0/nothing/at/all"),
        ("GET", "/auth/login"),
        ("GET", "/userlike"),
    ] {
        let reply = who.begin(verb, path).send().await;
        assert_eq!(reply.status, 200, "{verb} {path}");
        assert_eq!(reply.json()["status"]["message"], "No result matched.", "{verb} {path}");
    }
    for (verb, path) in
        [("PATCH", "/cart"), ("GET", "/api/v1.0/cart/remove"), ("POST", "/v1.0/cart/item_count")]
    {
        let reply = who.begin(verb, path).send().await;
        assert_eq!((reply.status.as_u16(), code(&reply)), (200, 404));
        assert_eq!(reply.json()["status"]["message"], "Not Found", "{verb} {path}");
    }
}
