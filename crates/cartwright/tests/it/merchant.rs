//! A merchant's session with a phone app, from three pictures to a product that another store sells, written against the
//! document of lexi.

use serde_json::{Value, json};

use crate::commands::add_account;
use crate::phone::{Phone, assert_shape};
use crate::server::{Folder, agent, fixture, text};

const PASSWORD: &str = "demo-demo";

/// A picture of one dot in one colour, as a GIF, which has no checksums.
fn dot(red: u8) -> Vec<u8> {
    let mut gif = b"GIF89a\x01\0\x01\0\x80\0\0".to_vec();
    gif.extend([red, 0, 0, 0, 0, 0]);
    gif.extend(b",\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;");
    gif
}

/// A store with an import's products, and its merchant.
fn open_store(folder: &Folder, name: &str, file: &str, email: &str) {
    folder.succeed(&["import", &fixture(file), "--store", name]);
    open_account(folder, &["--role", "merchant", "--store", name, "--email", email]);
}

fn open_account(folder: &Folder, words: &[&str]) {
    let added = add_account(folder, words, PASSWORD);
    assert!(added.status.success(), "{}", text(&added.stderr));
}

fn asset(has_type: bool) -> Value {
    let mut asset =
        json!({"created_at": 0, "filename": "", "filepath": "", "id": 0, "type": 0, "view_url": ""});
    if !has_type {
        asset.as_object_mut().expect("an object").shift_remove("type");
    }
    asset
}

/// A product as step one shows it, without a stock as long as there is no step two.
fn first_step(has_type: bool) -> Value {
    json!({"asset_ids": [asset(has_type)], "content": "", "cover": "", "custom_details": "", "features": "",
        "id_code": null, "is_custom_made": false, "is_custom_service": false, "is_distributed": false,
        "is_free_postage": false, "is_made_holiday": false, "keywords": "",
        "labels": [{"id": 0, "name": "", "sort_order": 0}], "made_cycle": 0, "name": "", "published_at": 0,
        "rid": "", "status": 0, "sticked": false, "stock_count": null})
}

/// The same as step two does.
fn second_step() -> Value {
    let sku = json!({"commission_price": 0, "commission_rate": 0, "cover": "", "id_code": null, "mode": "",
        "price": 0, "product_name": "", "rid": "", "s_color": "", "s_model": "", "s_weight": 0, "sale_price": 0,
        "stock_count": 0});
    json!({"freight_template_id": 0, "product_return_policy": "", "skus": [sku], "stock_count": 0})
}

fn number(value: &Value, name: &str) -> i64 {
    value[name].as_i64().unwrap_or_else(|| panic!("{name}: {value}"))
}

/// What the statistics count: in the warehouse, on sale, taken off, sold out.
fn counts(phone: &Phone<'_>) -> [i64; 4] {
    let rows = phone.get("/products/statistical");
    assert_shape(&rows, &json!([{"count": 0, "name": "", "status": 0}]));
    let names: Vec<_> = rows.as_array().expect("rows").iter().map(|row| row["name"].clone()).collect();
    assert_eq!(names, ["仓库中", "出售中", "已下架", "已售罄"]);
    std::array::from_fn(|status| number(&rows[status], "count"))
}

#[test]
fn a_merchant_publishes_a_product_which_another_store_takes_up() {
    let folder = Folder::new();
    open_store(&folder, "Tea", "tea-and-mountain.csv", "tea@example.com");
    open_store(&folder, "Parts", "bazaar-parts.csv", "parts@example.com");
    open_account(&folder, &["--role", "operator", "--email", "operator@example.com"]);
    let server = folder.serve();
    let (mut operator, mut tea, mut parts) = (Phone::new(&server), Phone::new(&server), Phone::new(&server));
    operator.log_in("/auth/login", "operator@example.com", PASSWORD);
    parts.log_in("/auth/business_login", "parts@example.com", PASSWORD);
    let issued = tea.log_in("/auth/business_login", "tea@example.com", PASSWORD);
    assert_shape(&issued, &json!({"created_at": 0, "expiration": 0, "store_rid": "", "token": ""}));
    let sid = issued["store_rid"].as_str().expect("a public id").to_owned();

    let before = counts(&tea);
    let assets = upload_three_pictures(&tea);
    let rid = begin(&operator, &tea, &sid, &assets);
    let skus = complete(&tea, &rid, &sid, &assets);
    let [warehouse, on_sale, off_sale, sold_out] = before;
    assert_eq!(counts(&tea), [warehouse + 1, on_sale, off_sale, sold_out]);
    go_up(&tea, &Phone::new(&server), &rid);
    assert_eq!(counts(&tea), [warehouse, on_sale + 1, off_sale, sold_out]);
    distribute(&tea, &parts, &rid, &skus);
    assert_eq!(tea.done("PUT", "/products/status/down", &json!({ "rid": rid }), 200), Value::Null);
    assert_eq!(counts(&tea), [warehouse, on_sale, off_sale + 1, sold_out]);
    let path = format!("/products/{rid}");
    tea.refused("DELETE", &path, &json!({}), 403, "分销商品，不能删除!");
    assert_eq!(tea.get(&path)["status"], 2, "it is still there for its merchant");
    Phone::new(&server).refused("GET", &path, &Value::Null, 404, "No result matched.");
    assert_eq!(server.stop().code(), Some(0));
}

/// Their numbers.
fn upload_three_pictures(tea: &Phone<'_>) -> Vec<i64> {
    let upload = |red: u8| {
        let answer = tea.upload("/assets", &format!("{red}.gif"), &dot(red));
        assert_eq!((answer.status, &answer.body["success"]), (200, &json!(true)), "{}", answer.body);
        assert_shape(&answer.body["data"], &json!([asset(true)]));
        let uploaded = answer.body["data"][0].clone();
        assert_eq!((&uploaded["type"], &uploaded["filename"]), (&json!(1), &json!(format!("{red}.gif"))));
        let view = uploaded["view_url"].as_str().expect("an address");
        let path = uploaded["filepath"].as_str().expect("a path");
        assert!(view.ends_with(&format!("/_uploads/photos/{path}")), "{uploaded}");
        let served = agent().get(view).call().expect("the server answers");
        assert_eq!(served.status().as_u16(), 200, "{view}");
        assert_eq!(served.headers()["content-type"], "image/gif", "{view}");
        number(&uploaded, "id")
    };
    [10, 20, 30].map(upload).to_vec()
}

/// Step one; the public id of the draft.
fn begin(operator: &Phone<'_>, tea: &Phone<'_>, sid: &str, assets: &[i64]) -> String {
    let label = operator.done("POST", "/official/labels", &json!({"name": "手工制作", "sort_order": 1}), 201);
    let material = operator.done("POST", "/official/materials", &json!({"name": "竹"}), 201);
    let category = tea.done("POST", "/categories", &json!({"name": "茶则"}), 201);
    let said = json!({"sid": sid, "category_id": category["id"], "name": "碧螺茶则", "id_code": "10086",
        "asset_ids": assets, "material_id": material["id"], "features": "手工竹制", "content": "<p>图文</p>",
        "keywords": ["茶则", "竹器"], "is_custom_service": true, "custom_details": "可以刻名字",
        "labels": [label["id"]], "is_custom_made": true, "made_cycle": 5, "is_made_holiday": false});
    let draft = tea.done("POST", "/products/publish_one", &said, 201);
    assert_shape(&draft, &first_step(true));
    assert_eq!((&draft["status"], &draft["stock_count"]), (&json!(0), &Value::Null));
    assert_eq!((&draft["keywords"], &draft["labels"]), (&json!("茶则,竹器"), &json!([label])));
    assert_eq!(draft["cover"], draft["asset_ids"][0]["view_url"]);
    let rid = draft["rid"].as_str().expect("a public id").to_owned();

    let shown = tea.done("GET", &format!("/products/{rid}/publish_one"), &Value::Null, 201);
    assert_shape(&shown, &first_step(false));
    let mut said = said;
    said["name"] = json!("碧螺竹茶则");
    let rewritten = tea.done("PUT", &format!("/products/publish_one?rid={rid}"), &said, 201);
    assert_shape(&rewritten, &first_step(true));
    assert_eq!((&rewritten["name"], &rewritten["rid"]), (&json!("碧螺竹茶则"), &json!(rid)));
    let mut nameless = said;
    nameless.as_object_mut().expect("an object").shift_remove("name");
    tea.refused("POST", "/products/publish_one", &nameless, 400, "Bad request: name.");
    rid
}

/// Step two, into the warehouse; the public ids of the SKUs.
fn complete(tea: &Phone<'_>, rid: &str, sid: &str, assets: &[i64]) -> Vec<String> {
    let path = format!("/products/{rid}/publish_two");
    let draft = tea.get(&path);
    assert_eq!((&draft["skus"], &draft["stock_count"]), (&json!([]), &json!(0)));
    let sku = |color: &str, cover: i64, price: Value, stock: i64| {
        json!({"sku_rid": null, "cover_id": cover, "s_color": color, "s_model": "小", "price": price,
            "sale_price": 0, "s_weight": 2.5, "stock_quantity": stock, "commission_rate": 0})
    };
    let said = json!({"sid": sid, "rid": rid, "freight_template_id": 2, "product_return_policy": "七天之内",
        "status": 0, "is_distributed": false,
        "skus": [sku("黑色", assets[1], json!(2345.6), 15), sku("蓝色", assets[2], json!("3456.7"), 25)]});
    let stored = tea.done("POST", "/products/publish_two/warehouse", &said, 200);
    assert_shape(&stored, &second_step());
    assert_eq!((&stored["stock_count"], &stored["freight_template_id"]), (&json!(40), &json!(2)));
    assert_eq!(
        (&stored["skus"][0]["mode"], &stored["skus"][1]["price"]),
        (&json!("小 黑色"), &json!(3456.7))
    );
    assert_eq!(tea.get(&path), stored);
    let listed = tea.get("/products/by_store?status=0&is_distributed=1");
    assert!(
        listed["products"].as_array().is_some_and(|all| all.iter().any(|one| one["rid"] == rid)),
        "{listed}"
    );
    let skus = stored["skus"].as_array().expect("SKUs").iter();
    skus.map(|sku| sku["rid"].as_str().expect("a public id").to_owned()).collect()
}

/// On sale, where whoever is nobody finds it.
fn go_up(tea: &Phone<'_>, nobody: &Phone<'_>, rid: &str) {
    let path = format!("/products/{rid}");
    nobody.refused("GET", &path, &Value::Null, 404, "No result matched.");
    assert_eq!(tea.done("PUT", "/products/status/up", &json!({ "rid": rid }), 200), Value::Null);
    let shown = nobody.get(&path);
    assert_eq!((&shown["status"], &shown["total_stock"]), (&json!(1), &json!(40)));
    assert_eq!((&shown["min_price"], &shown["max_price"]), (&json!(2345.6), &json!(3456.7)));
    let found = nobody.done("POST", "/search/products", &json!({"qk": "茶则"}), 200);
    assert_eq!(found["paginated_products"][0]["rid"], rid, "{found}");
}

/// Offered to other stores for a commission, and taken up by one.
fn distribute(tea: &Phone<'_>, parts: &Phone<'_>, rid: &str, skus: &[String]) {
    let path = format!("/products/{rid}/distribute_setting");
    let rates = json!({"skus": [{"sku_rid": skus[0], "commission_rate": 5.5},
        {"sku_rid": skus[1], "commission_rate": 20}]});
    parts.refused("POST", &path, &rates, 404, "No result matched.");
    assert_eq!(tea.done("POST", &path, &rates, 200), Value::Null);
    let distributed = tea.get(&format!("/products/{rid}"));
    assert_eq!((&distributed["is_distributed"], &distributed["commission_rate"]), (&json!(true), &json!(20)));
    assert_eq!(distributed["commission_price"], 691.34);
    tea.refused("POST", &path, &rates, 403, "You can not do this.");
    let pool = parts.get("/fx_distribute/latest?per_page=500");
    assert!(pool["products"].as_array().is_some_and(|all| all.iter().any(|one| one["rid"] == rid)), "{pool}");
    let taken = parts.send("POST", &format!("/fx_distribute/{rid}/publish"), &json!({}));
    assert_eq!((taken.status, &taken.body["success"]), (200, &json!(true)), "{}", taken.body);
    let of_parts = parts.get("/products/by_store?is_distributed=2");
    assert_eq!(of_parts["products"][0]["rid"], rid, "{of_parts}");
}
