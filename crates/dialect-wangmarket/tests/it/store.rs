//! `store/getStore.json`.

use insta::assert_snapshot;

use crate::{refusal, shop};

#[tokio::test]
async fn a_store_is_shown() {
    let shop = shop().await;
    let get_store = async |form: &str| shop.post("/store/getStore.json").form(form).send().await;
    assert_snapshot!("store", get_store("storeid=1").await.golden());
    assert_snapshot!("no_such_store", get_store("storeid=99").await.golden());
    assert_snapshot!("no_storeid", get_store("").await.golden());
    assert_eq!(refusal(&get_store("storeid=0").await), "请传入店铺编号");
    assert!(refusal(&get_store("storeid=x").await).contains("storeid"));
}
