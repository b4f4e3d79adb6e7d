//! A shopper's session with a phone app, from the first look to the logout, written against the document of lexi.

use serde_json::{Value, json};

use crate::phone::{Answer, Phone, assert_shape};
use crate::server::{Folder, fixture};

/// A product as lists show it.
fn product() -> Value {
    json!({"commission_price": 0, "commission_rate": 0, "cover": "", "custom_details": "", "features": "",
        "id_code": null, "is_custom_made": false, "is_custom_service": false, "is_distributed": false,
        "is_free_postage": false, "is_made_holiday": false, "is_proprietary": false, "is_sold_out": false,
        "like_count": 0, "made_cycle": 0, "max_price": 0, "max_sale_price": 0, "min_price": 0,
        "min_sale_price": 0, "modes": [""], "name": "", "published_at": 0, "real_price": 0,
        "real_sale_price": 0, "rid": "", "status": 0, "sticked": false, "total_stock": 0})
}

/// The same as a search shows it.
fn hit() -> Value {
    json!({"commission_price": 0, "commission_rate": 0, "cover": "", "custom_details": "", "features": "",
        "id_code": null, "is_custom_made": false, "is_custom_service": false, "is_distributed": false,
        "is_free_postage": false, "is_made_holiday": false, "like_count": 0, "made_cycle": 0, "max_price": 0,
        "max_sale_price": 0, "min_price": 0, "min_sale_price": 0, "name": "", "published_at": 0, "rid": "",
        "status": 0, "sticked": false, "stock_count": 0})
}

/// A SKU of a group.
fn item() -> Value {
    json!({"commission_price": 0, "commission_rate": 0, "cover": "", "mode": "", "price": "", "product_name": "",
        "rid": "", "s_color": "", "s_model": "", "s_weight": "", "sale_price": "", "stock_count": 0})
}

/// A line of the cart.
fn line() -> Value {
    json!({"option": null, "product": {"cost_price": 0, "cover": "", "id_code": null, "mode": "", "price": 0,
        "product_name": "", "rid": "", "s_color": "", "s_model": "", "s_weight": 0, "sale_price": 0,
        "stock_count": 0}, "quantity": 0, "rid": "", "user_id": 0})
}

/// The elements of a list of which there is at least one.
fn some<'a>(list: &'a Value, name: &str) -> &'a Vec<Value> {
    let elements = list[name].as_array().unwrap_or_else(|| panic!("{list}"));
    assert!(!elements.is_empty(), "{list}");
    elements
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("{name}: {value}"))
}

#[test]
fn a_shopper_registers_looks_around_fills_the_cart_and_logs_out() {
    let folder = Folder::new();
    folder.succeed(&["import", &fixture("tea-and-mountain.csv")]);
    let server = folder.serve();
    let mut phone = Phone::new(&server);
    register_and_log_in(&mut phone);
    browse(&phone);
    let rid = search(&phone);
    let sku = look_at(&phone, &rid);
    fill_the_cart(&phone, &sku);
    wish_and_like(&phone, &rid);
    log_out(&mut phone);
    assert_eq!(phone.get(&format!("/products/{rid}"))["rid"], rid, "who is nobody may look");
    assert_eq!(server.stop().code(), Some(0));
}

fn register_and_log_in(phone: &mut Phone<'_>) {
    let account = json!({"email": "fang@example.com", "username": "fang", "password": "demo-demo"});
    assert_eq!(phone.done("POST", "/auth/register", &account, 201), Value::Null);
    phone.refused("POST", "/auth/register", &account, 400, "Email already exist!");
    phone.log_in_as("fang@example.com", "wrong");
    phone.refused("POST", "/auth/login", &Value::Null, 400, "Email or Password is error!");
    let issued = phone.log_in("/auth/login", "fang@example.com", "demo-demo");
    assert_shape(&issued, &json!({"created_at": 0, "expiration": 0, "token": ""}));
    assert_eq!(issued["expiration"], 2_592_000);
}

fn browse(phone: &Phone<'_>) {
    let category = json!({"cover": "", "description": "", "id": 0, "name": "", "pid": 0, "sort_order": 0,
        "status": 0});
    let categories = phone.get("/categories?pid=0&page=1&per_page=100");
    assert_shape(&categories, &json!({"categories": [category], "count": 0, "next": false, "prev": false}));
    let tea = some(&categories, "categories").iter().find(|category| category["name"] == "茶叶");
    let tea = &tea.expect("teas")["id"];

    let page = json!({"count": 0, "next": false, "prev": false, "products": [product()]});
    let of_tea = phone.get(&format!("/products?cid={tea}&page=1&per_page=2"));
    assert_shape(&of_tea, &page);
    assert_eq!((some(&of_tea, "products").len(), &of_tea["next"]), (2, &json!(true)));
    for path in ["/products/latest", "/products/by_store?status=1"] {
        let list = phone.get(path);
        assert_shape(&list, &page);
        some(&list, "products");
    }
}

/// The public id of what is found first.
fn search(phone: &Phone<'_>) -> String {
    let sought = json!({"qk": "红茶", "page": "1", "per_page": "10"});
    let found = phone.done("POST", "/search/products", &sought, 200);
    let page =
        json!({"next": false, "paginated_products": [hit()], "prev": false, "qk": "", "total_count": 0});
    assert_shape(&found, &page);
    assert_eq!(found["qk"], "红茶");
    let hit = &some(&found, "paginated_products")[0];
    assert!(text(hit, "name").contains("红茶"), "{hit}");
    phone.refused("POST", "/search/products", &json!({"qk": " "}), 404, "No result matched.");
    text(hit, "rid").to_owned()
}

/// The public id of a SKU of a product.
fn look_at(phone: &Phone<'_>, rid: &str) -> String {
    let single = phone.get(&format!("/products/{rid}"));
    let brand = json!({"banner": "", "description": "", "features": "", "is_recommended": false, "logo": "",
        "name": "", "rid": "", "sort_order": 0, "status": 0});
    let mut with_brand = json!({ "brand": brand });
    with_brand.as_object_mut().expect("an object").extend(product().as_object().cloned().expect("an object"));
    assert_shape(&single, &with_brand);
    assert_eq!(single["rid"], rid);

    let detail = phone.get(&format!("/products/{rid}/detail"));
    let image = json!({"created_at": 0, "filename": "", "filepath": "", "id": 0, "type": 0, "view_url": ""});
    let texts = json!({"content": "", "images": [image], "keywords": "", "product_return_policy": ""});
    assert_shape(&detail, &texts);
    assert_eq!(some(&detail, "images")[0]["view_url"], single["cover"]);
    phone.refused("GET", "/products/1234567890", &Value::Null, 404, "No result matched.");

    let choice = json!({"name": "", "valid": false});
    let group = json!({"colors": [choice], "items": [item()], "modes": [choice]});
    let skus = phone.get(&format!("/products/skus?rid={rid}"));
    assert_shape(&skus, &group);
    assert_shape(&phone.get(&format!("/products/many_skus?rid={rid}")), &group);
    text(&some(&skus, "items")[0], "rid").to_owned()
}

fn fill_the_cart(phone: &Phone<'_>, sku: &str) {
    let empty = json!({"item_count": 0});
    assert_eq!(phone.get("/cart/item_count"), empty);
    let put = phone.done("POST", "/cart", &json!({"rid": sku, "quantity": "2", "option": "礼品"}), 201);
    assert_shape(&put, &json!({"cart": line(), "item_count": 0}));
    assert_eq!((&put["cart"]["quantity"], &put["item_count"]), (&json!(2), &json!(1)));
    let cart = phone.get("/cart");
    assert_shape(&cart, &json!({"item_count": 0, "items": [line()], "total_quantity": 0}));
    assert_eq!((&cart["items"][0], &cart["total_quantity"]), (&put["cart"], &json!(2)));
    let changed = phone.done("PUT", &format!("/cart?rid={sku}&quantity=5"), &Value::Null, 200);
    assert_shape(&changed, &line());
    assert_eq!(changed["quantity"], 5);
    phone.refused("POST", "/cart", &json!({"rid": sku, "quantity": 0}), 400, "Bad request.");
    phone.refused("POST", "/cart", &json!({"rid": sku, "quantity": 999_999}), 400, "库存不足");
    phone.refused("POST", "/cart", &json!({"rid": "1234567890"}), 404, "Not Found");
    assert_eq!(phone.done("POST", &format!("/cart/{sku}/remove"), &Value::Null, 204), empty);
    assert_eq!(phone.done("DELETE", "/cart", &json!({}), 204), empty);
}

fn wish_and_like(phone: &Phone<'_>, rid: &str) {
    let named = json!({ "rid": rid });
    assert_eq!(phone.done("POST", "/wishlist", &named, 201), Value::Null);
    let wishlist = phone.get("/wishlist?page=1&per_page=10");
    let wish = json!({"cover": "", "description": "", "id_code": null, "name": "", "price": 0, "rid": "",
        "s_height": 0, "s_length": 0, "s_weight": 0, "s_width": 0, "sale_price": 0, "sticked": false});
    assert_shape(&wishlist, &json!({"count": 0, "next": null, "prev": null, "products": [wish]}));
    assert_eq!(some(&wishlist, "products")[0]["rid"], rid);
    assert_eq!(phone.done("DELETE", "/wishlist", &named, 204), Value::Null);
    assert_eq!(phone.get("/wishlist")["count"], 0);

    let likes = || phone.get(&format!("/products/{rid}"))["like_count"].clone();
    assert_eq!(phone.done("POST", "/userlike", &named, 201), Value::Null);
    phone.refused("POST", "/userlike", &named, 403, "不能重复操作!");
    assert_eq!(likes(), 1);
    assert_eq!(phone.done("DELETE", "/userlike", &named, 204), Value::Null);
    assert_eq!(likes(), 0);
}

fn log_out(phone: &mut Phone<'_>) {
    let logged_out = phone.send("POST", "/auth/logout", &Value::Null);
    let status = json!({"status": {"code": 401, "message": "Logout"}, "success": true});
    assert_eq!((logged_out.status, logged_out.body), (200, status));
    // With the ended token, and as the app goes on from here: with an empty header.
    for _ in 0..2 {
        let Answer { status, challenge, body } = phone.send("GET", "/cart", &Value::Null);
        let nobody = json!({"status": {"code": 401, "message": "Unauthorized access."}, "success": false});
        assert_eq!((status, body), (401, nobody));
        assert_eq!(challenge, "Basic realm=\"Authentication Required\"");
        phone.authorization = String::new();
    }
}
