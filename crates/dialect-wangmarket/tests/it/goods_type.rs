//! `goodsType/list.json`.

use insta::assert_snapshot;

use crate::{refusal, shop};

#[tokio::test]
async fn a_store_has_the_categories_of_what_it_offers() {
    let shop = shop().await;
    let list = async |form: &str| shop.post("/goodsType/list.json").form(form).send().await;
    assert_snapshot!("categories", list("storeid=2").await.golden());
    assert_snapshot!("categories_of_no_store", list("storeid=99").await.golden());
    assert_eq!(refusal(&list("").await), "请传入店铺编号");
    assert_eq!(refusal(&list("storeid=-1").await), "请传入店铺编号");
    assert!(refusal(&list("storeid=x").await).contains("storeid"));
}
