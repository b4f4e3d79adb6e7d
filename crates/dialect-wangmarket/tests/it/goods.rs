//! `goods/list.json` and `goods/detail.json`.

use app::testing::product;
use domain::product::Product;
use insta::assert_snapshot;
use web::testing::{Reply, TestShop};

use crate::{refusal, shop};

async fn list(shop: &TestShop, form: &str) -> Reply {
    shop.post("/goods/list.json").form(form).send().await
}

async fn ids(shop: &TestShop, form: &str) -> Vec<i64> {
    let reply = list(shop, form).await;
    let (list, number) = (reply.json()["list"].clone(), |goods: &serde_json::Value| goods["id"].as_i64());
    list.as_array().expect("a list").iter().filter_map(number).collect()
}

/// The page that a list says it is: all records, number, rows, last, first row, whether more comes and went.
async fn page(shop: &TestShop, form: &str) -> String {
    let reply = list(shop, form).await;
    let values = reply.json()["page"]
        .as_object()
        .expect("a page")
        .values()
        .map(ToString::to_string)
        .collect::<Vec<_>>();
    values.join(" ")
}

#[tokio::test]
async fn a_store_lists_what_it_has_on_sale() {
    let shop = shop().await;
    assert_snapshot!(list(&shop, "storeid=1").await.golden());
    assert_snapshot!("the_other_stores_list", list(&shop, "storeid=2").await.golden());
}

#[tokio::test]
async fn lists_are_ordered_by_sales_or_age() {
    let shop = shop().await;
    assert_eq!(ids(&shop, "storeid=1").await, [9, 7, 4, 2, 1]);
    shop.app.put_product(&Product { sales: 8, ..product(10, 1, "Sold most") }).await;
    shop.app.put_product(&product(11, 1, "Newest")).await;
    for by_sales in ["storeid=1", "storeid=1&orderBy=0", "storeid=1&orderBy=1", "storeid=1&orderBy=-3"] {
        assert_eq!(ids(&shop, by_sales).await, [10, 9, 11, 7, 4, 2, 1], "{by_sales}");
    }
    assert_eq!(ids(&shop, "storeid=1&orderBy=2").await, [11, 10, 9, 7, 4, 2, 1]);
}

#[tokio::test]
async fn lists_are_filtered_by_category_and_title() {
    let shop = shop().await;
    shop.app.put_product(&Product { category: None, ..product(10, 1, "Loose CABLE 100%") }).await;
    assert_eq!(ids(&shop, "storeid=1&typeid=1").await.len(), 5);
    assert!(ids(&shop, "storeid=1&typeid=2").await.is_empty());
    assert_eq!(ids(&shop, "storeid=1&typeid=0").await.len(), 6);
    assert_eq!(ids(&shop, "storeid=1&title=%20cAbLe&orderBy=2").await, [10, 9]);
    assert_eq!(ids(&shop, "storeid=1&title=100%25").await, [10]);
    assert_eq!(ids(&shop, "storeid=1&title=%E7%BA%A2").await, [1, 2]);
    assert!(ids(&shop, "storeid=1&title=_").await.is_empty());
}

#[tokio::test]
async fn pages_are_counted() {
    let shop = shop().await;
    for (form, expected) in [
        ("", "5 1 15 1 0 false false"),
        ("everyNumber=2", "5 1 2 3 0 true false"),
        ("everyNumber=2&currentPage=2", "5 2 2 3 2 true true"),
        ("everyNumber=2&currentPage=3", "5 3 2 3 4 false true"),
        ("everyNumber=2&currentPage=4", "5 4 2 3 6 false true"),
        ("everyNumber=5", "5 1 5 1 0 false false"),
        ("everyNumber=101&currentPage=0", "5 1 100 1 0 false false"),
        ("everyNumber=0&currentPage=-1", "5 1 15 1 0 false false"),
        ("typeid=2", "0 1 15 1 0 false false"),
        ("currentPage=9223372036854775807", "5 9223372036854775807 15 1 9223372036854775807 false true"),
    ] {
        assert_eq!(page(&shop, &format!("storeid=1&{form}")).await, expected, "{form}");
    }
    assert_eq!(ids(&shop, "storeid=1&everyNumber=2&currentPage=3").await, [1]);
    assert!(ids(&shop, "storeid=1&everyNumber=2&currentPage=4").await.is_empty());
}

#[tokio::test]
async fn a_list_needs_a_store() {
    let shop = shop().await;
    assert_snapshot!(list(&shop, "").await.golden());
    for storeid in ["0", "-1", ""] {
        assert_eq!(refusal(&list(&shop, &format!("storeid={storeid}")).await), "您要查哪个店铺的商品");
    }
    for name in ["storeid", "typeid", "orderBy", "everyNumber", "currentPage"] {
        let sentence = refusal(&list(&shop, &format!("storeid=1&{name}=x")).await);
        assert!(sentence.contains(name), "{sentence}");
    }
}

#[tokio::test]
async fn detail_shows_pictures_and_the_long_text() {
    let shop = shop().await;
    let pictures =
        ["https://pictures.example/a.jpg", "/pictures/b.jpg"].map(|url| url.to_owned().into()).to_vec();
    shop.app.put_product(&Product { pictures, ..product(10, 1, "Pictured") }).await;
    let detail = async |form: &str| shop.post("/goods/detail.json").form(form).send().await;
    assert_snapshot!("detail", detail("goodsid=10").await.golden());
    assert_snapshot!("detail_of_a_distributed_one", detail("goodsid=100").await.golden());
    assert_snapshot!("detail_without_pictures", detail("goodsid=7").await.golden());
}

#[tokio::test]
async fn detail_shows_what_is_on_sale_only() {
    let shop = shop().await;
    let detail = async |form: &str| shop.post("/goods/detail.json").form(form).send().await;
    assert_snapshot!("no_such_goods", detail("goodsid=999").await.golden());
    for id in [3, 5, 6] {
        assert_eq!(refusal(&detail(&format!("goodsid={id}")).await), "商品不存在！");
    }
    assert_snapshot!("no_goodsid", detail("").await.golden());
    for id in ["0", "-1"] {
        assert_eq!(refusal(&detail(&format!("goodsid={id}")).await), "请传入要查看的商品id");
    }
    assert!(refusal(&detail("goodsid=1x").await).contains("goodsid"));
    assert_eq!(detail("goodsid=4").await.json()["goods"]["inventory"], 0, "sold out is on sale");
}
