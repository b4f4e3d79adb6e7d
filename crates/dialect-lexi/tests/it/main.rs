//! The dialect through its router, in process.

mod account;
mod asset;
mod brand;
mod cart;
mod category;
mod distribution;
mod hostile;
mod offering;
mod official;
mod product;
mod publishing;
mod search;
mod signature;
mod sku;
mod statements;
mod userlike;
mod who;
mod wishlist;

use app::testing::{product, sku};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dialect_lexi::routes;
use domain::account::Role;
use domain::id::{BrandId, StoreId};
use domain::money::{BasisPoints, Money};
use domain::product::{Making, Product};
use serde_json::Value;
use web::testing::{Reply, TestRequest, TestShop};

/// Public id of a product of the stock.
fn rid(product: i64) -> String {
    format!("1{product:010}")
}

/// Public id of a SKU of the stock.
fn sku_rid(sku: i64) -> String {
    format!("2{sku:010}")
}

/// A stocked shop; product 10 has all that this dialect shows.
async fn shop() -> TestShop {
    let shop = TestShop::new(routes);
    shop.app.stock().await;
    shop.app.add_brand(1, "云溪").await;
    shop.app.put_product(&full(10, 1)).await;
    shop
}

/// A product with two SKUs, a brand, and a mark of every kind.
fn full(id: i64, store: i64) -> Product {
    let mut full = Product {
        brand: Some(BrandId::new(1)),
        features: "这是商品推荐语".to_owned(),
        making: Making {
            custom_details: "定制详情".to_owned(),
            is_custom_made: true,
            is_custom_service: true,
            is_proprietary: true,
            is_made_holiday: true,
            made_cycle: 5,
        },
        keywords: "苹果,明星".to_owned(),
        is_distributed: true,
        is_recommended: true,
        has_free_postage: true,
        pictures: vec![
            "/_uploads/photos/171010/fe73.jpg".to_owned().into(),
            "https://pictures.example/b.jpg".to_owned().into(),
        ],
        ..product(id, store, "速腾套装")
    };
    let variant =
        |number: i64, model: &str, price: i64, sale: i64, rate: i64, stock: i64| domain::product::Sku {
            price: Money::from_minor(price),
            sale_price: Money::from_minor(sale),
            commission_rate: BasisPoints::new(rate),
            model: model.to_owned(),
            color: "白色".to_owned(),
            grams: 2500,
            stock,
            ..sku(number)
        };
    full.skus = vec![variant(id, "大", 138_800, 0, 150, 5), variant(id + 500, "小", 123_450, 99_950, 530, 0)];
    full
}

/// The header of a token, or of a name and a password.
fn basic(name: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{name}:{password}")))
}

/// Somebody with a credential.
struct Who<'a> {
    shop: &'a TestShop,
    header: String,
}

impl<'a> Who<'a> {
    fn new(shop: &'a TestShop, token: &str) -> Self {
        Self { shop, header: basic(token, "") }
    }

    async fn customer(shop: &'a TestShop) -> Self {
        Self::new(shop, &shop.app.customer("li@example.com").await)
    }

    async fn customer_of(shop: &'a TestShop, email: &str) -> Self {
        Self::new(shop, &shop.app.customer(email).await)
    }

    async fn guest(shop: &'a TestShop) -> Self {
        Self::new(shop, &shop.app.guest().await)
    }

    async fn of_role(shop: &'a TestShop, email: &str, role: Role) -> Self {
        Self::new(shop, &shop.app.account(email, role).await)
    }

    async fn merchant(shop: &'a TestShop, store: i64) -> Self {
        let email = format!("merchant{store}@example.com");
        Self::of_role(shop, &email, Role::Merchant(StoreId::new(store))).await
    }

    /// Another merchant of the first store.
    async fn keeper(shop: &'a TestShop) -> Self {
        Self::of_role(shop, "keeper@example.com", Role::Merchant(StoreId::new(1))).await
    }

    fn begin(&self, verb: &str, path: &str) -> TestRequest<'a> {
        let method = verb.parse().expect("a verb");
        self.shop.request(method, path).header("authorization", &self.header)
    }

    async fn get(&self, path: &str) -> Reply {
        self.begin("GET", path).send().await
    }

    async fn send(&self, verb: &str, path: &str, body: Value) -> Reply {
        self.begin(verb, path).json(&body).send().await
    }
}

/// The code in the body.
fn code(reply: &Reply) -> i64 {
    reply.json()["status"]["code"].as_i64().unwrap_or_else(|| panic!("{}", reply.body))
}

/// The public ids of the products of a list.
fn rids(reply: &Reply) -> Vec<String> {
    let products = reply.json()["data"]["products"].as_array().cloned();
    let products = products.unwrap_or_else(|| panic!("{}", reply.body));
    products.iter().map(|product| product["rid"].as_str().expect("a rid").to_owned()).collect()
}

/// The same by their numbers in the stock.
fn ids(reply: &Reply) -> Vec<i64> {
    rids(reply).iter().map(|rid| rid[1..].parse().expect("a number")).collect()
}
