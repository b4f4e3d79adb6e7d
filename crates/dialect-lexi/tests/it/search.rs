//! `/search/products`, which reads by POST.

use insta::assert_snapshot;
use serde_json::{Value, json};
use web::testing::{Reply, TestShop};

use crate::{Who, code, shop};

async fn search(shop: &TestShop, body: Value) -> Reply {
    shop.post("/search/products").json(&body).send().await
}

fn names(reply: &Reply) -> Vec<String> {
    let products = reply.json()["data"]["paginated_products"].as_array().cloned().expect("products");
    products.iter().map(|product| product["name"].as_str().expect("a name").to_owned()).collect()
}

#[tokio::test]
async fn hits_are_shorter_than_products_of_lists() {
    let shop = shop().await;
    assert_snapshot!("found", search(&shop, json!({"qk": " 套装 "})).await.golden());
    assert_snapshot!("nothing_found", search(&shop, json!({"qk": "飞机", "page": 2})).await.golden());
    assert_snapshot!("missing", search(&shop, json!({})).await.golden());
    assert_snapshot!("blank", search(&shop, json!({"qk": "  "})).await.golden());
    for nothing in ["\u{200b}", "!", "\u{3000}", "%"] {
        let reply = search(&shop, json!({ "qk": nothing })).await;
        assert!(code(&reply) == 404 || names(&reply).is_empty(), "{nothing:?}: {}", reply.body);
    }
}

#[tokio::test]
async fn best_comes_first_in_pages_without_what_is_not_on_sale_or_only_distributed() {
    let shop = shop().await;
    let set = |id, title: &str| app::testing::product(id, 1, title);
    shop.app.put_product(&set(11, "茶杯套装")).await;
    shop.app.put_product(&set(12, "套装")).await;
    shop.app.put_product(&set(13, "套装 off sale")).await;
    shop.app.take_off_sale(13).await;
    let pages: Vec<_> = [
        search(&shop, json!({"qk": "套装", "per_page": 2})).await,
        search(&shop, json!({"qk": "套装", "per_page": "2", "page": "2"})).await,
    ]
    .into();
    assert_eq!(names(&pages[0])[0], "套装", "the whole title");
    let mut all: Vec<_> = pages.iter().flat_map(names).collect();
    all.sort_unstable();
    assert_eq!(all, ["套装", "茶杯套装", "速腾套装"]);
    let ends = |reply: &Reply| {
        let data = &reply.json()["data"];
        (data["next"].clone(), data["prev"].clone(), data["total_count"].clone())
    };
    assert_eq!(ends(&pages[0]), (json!(true), json!(false), json!(3)));
    assert_eq!(ends(&pages[1]), (json!(false), json!(true), json!(3)));
    assert_eq!(
        names(&search(&shop, json!({"qk": "四件套"})).await),
        ["纯棉四件套"],
        "listing 100 is no other"
    );
}

#[tokio::test]
async fn a_search_may_be_in_the_query_or_a_form_and_needs_nobody() {
    let shop = shop().await;
    let expected = search(&shop, json!({"qk": "红牛"})).await.golden();
    assert_eq!(shop.post("/api/v1.0/search/products?qk=%E7%BA%A2%E7%89%9B").send().await.golden(), expected);
    let form = shop.post("/v1.0/search/products?qk=x").form("qk=%E7%BA%A2%E7%89%9B");
    assert_eq!(form.send().await.golden(), expected);
    let guest = Who::guest(&shop).await;
    let body = json!({"qk": "红牛"});
    assert_eq!(guest.send("POST", "/search/products", body.clone()).await.golden(), expected);
    let request = shop.post("/search/products").header("authorization", "Basic !").json(&body);
    assert_eq!(request.send().await.golden(), expected);
    assert_eq!(code(&search(&shop, json!({"qk": 1})).await), 200, "a number is a text");
    assert_eq!(code(&shop.get("/search/products?qk=x").send().await), 404);
}

#[tokio::test]
async fn a_search_takes_no_key_since_it_only_reads() {
    let shop = shop().await;
    let who = Who::customer(&shop).await;
    let send = async || {
        let request = who.begin("POST", "/search/products").header("idempotency-key", "k");
        request.json(&json!({"qk": "红牛"})).send().await
    };
    assert_eq!(names(&send().await), ["红牛"]);
    shop.app.delete_product(1).await;
    let reply = send().await;
    assert_eq!((reply.header("idempotent-replayed"), names(&reply)), ("", Vec::new()));
}
