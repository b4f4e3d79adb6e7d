//! The dialect through its router, in process.

mod cart;
mod conditions;
mod credential;
mod gateway;
mod hostile;
mod item;
mod one_time_code;
mod product;
mod statements;

use app::Ctx;
use app::cart::{Extras, Item};
use axum::http::Method;
use dialect_hamgam::routes;
use domain::id::{ListingId, SkuId};
use serde_json::Value;
use web::testing::{Reply, TestShop};

const CART: &str = "/api/shop/cart";
const ITEMS: &str = "/api/shop/cart/items";
const PRODUCTS: &str = "/api/shop/products";

/// A stocked shop.
async fn shop() -> TestShop {
    TestShop::stocked(routes).await
}

/// A stocked shop and one of its shoppers.
async fn shop_and_customer() -> (TestShop, Shopper) {
    let shop = shop().await;
    let shopper = Shopper::customer(&shop, "li@example.com").await;
    (shop, shopper)
}

/// Somebody with a token.
struct Shopper {
    shop: TestShop,
    token: String,
    authorization: String,
}

impl Shopper {
    fn with_token(shop: &TestShop, token: String) -> Self {
        Self { shop: shop.clone(), authorization: format!("Token {token}"), token }
    }

    async fn customer(shop: &TestShop, email: &str) -> Self {
        Self::with_token(shop, shop.app.customer(email).await)
    }

    async fn guest(shop: &TestShop) -> Self {
        Self::with_token(shop, shop.app.guest().await)
    }

    async fn send(&self, method: Method, path: &str, body: &Value) -> Reply {
        let request = self.shop.request(method, path).header("authorization", &self.authorization);
        request.json(body).send().await
    }

    async fn get(&self, path: &str) -> Reply {
        self.shop.get(path).header("authorization", &self.authorization).send().await
    }

    async fn delete(&self, path: &str) -> Reply {
        self.shop.delete(path).header("authorization", &self.authorization).send().await
    }

    async fn patch(&self, path: &str, body: &Value) -> Reply {
        self.send(Method::PATCH, path, body).await
    }

    async fn add(&self, body: &Value) -> Reply {
        self.send(Method::POST, ITEMS, body).await
    }

    /// Adds pieces of a SKU, as the dialects do that know SKUs.
    async fn add_sku(&self, listing: i64, sku: i64, quantity: i64) {
        let app = &self.shop.app;
        let session = app.sessions().by_token(&self.token, app.now()).await.expect("a lookup");
        let item = Item { listing: ListingId::new(listing), sku: Some(SkuId::new(sku)) };
        let added = app::cart::add(&Ctx::new(app, session), item, quantity, Extras::default()).await;
        added.expect("nothing is against it");
    }

    /// Pieces in the cart.
    async fn pieces(&self) -> i64 {
        self.get(CART).await.json()["quantity"].as_i64().expect("a quantity")
    }
}
