//! The dialect through its router, in process.

mod adding;
mod body;
mod cart;
mod conditions;
mod credential;
mod field;
mod folding;
mod hostile;
mod item;
mod limits;
mod page;
mod route;
mod statements;

use app::Ctx;
use app::cart::{Extras, Item};
use axum::http::Method;
use dialect_mt::routes;
use domain::id::{ListingId, SkuId};

use serde_json::{Value, json};
use web::testing::{Reply, TestShop};

const CART: &str = "/rest_api/mt_shop_cart/";
const ITEM: &str = "/rest_api/mt_shop_cart/1/";

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

/// The path of an item.
fn item(id: i64) -> String {
    format!("{CART}{id}/")
}

/// The body of a write.
fn body(id: i64, nums: i64) -> Value {
    json!({"nums": nums, "distributor_product_id": id})
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
        self.send_bytes(method, path, "application/json", body.to_string()).await
    }

    async fn send_bytes(
        &self,
        method: Method,
        path: &str,
        content_type: &str,
        body: impl Into<axum::body::Body>,
    ) -> Reply {
        let request = self.shop.request(method, path).header("authorization", &self.authorization);
        request.body(content_type, body).send().await
    }

    /// Sends without a body, and without saying what it would be.
    async fn send_nothing(&self, method: Method, path: &str) -> Reply {
        self.shop.request(method, path).header("authorization", &self.authorization).send().await
    }

    async fn get(&self, path: &str) -> Reply {
        self.send_nothing(Method::GET, path).await
    }

    async fn delete(&self, path: &str) -> Reply {
        self.send_nothing(Method::DELETE, path).await
    }

    async fn post(&self, body: &Value) -> Reply {
        self.send(Method::POST, CART, body).await
    }

    async fn put(&self, path: &str, body: &Value) -> Reply {
        self.send(Method::PUT, path, body).await
    }

    async fn patch(&self, path: &str, body: &Value) -> Reply {
        self.send(Method::PATCH, path, body).await
    }

    async fn add(&self, id: i64, nums: i64) -> Reply {
        self.post(&body(id, nums)).await
    }

    async fn set(&self, id: i64, nums: i64) -> Reply {
        self.put(&item(id), &body(id, nums)).await
    }

    /// Pieces of a listing in the cart, as the dialect tells.
    async fn nums(&self, id: i64) -> Option<i64> {
        self.get(&item(id)).await.json()["nums"].as_i64()
    }

    async fn session(&self) -> Option<app::session::Session> {
        let app = &self.shop.app;
        app.sessions().by_token(&self.token, app.now()).await.expect("a lookup")
    }

    /// Adds pieces of a SKU, as the dialects do that know SKUs.
    async fn add_sku(&self, listing: i64, sku: i64, quantity: i64) {
        let item = Item { listing: ListingId::new(listing), sku: Some(SkuId::new(sku)) };
        let ctx = Ctx::new(&self.shop.app, self.session().await);
        app::cart::add(&ctx, item, quantity, Extras::default()).await.expect("nothing is against it");
    }

    /// What the lines of the cart hold: listing, SKU and pieces.
    async fn lines(&self) -> Vec<(i64, i64, i64)> {
        let owner = self.session().await.expect("a session").owner;
        let cart = self.shop.app.store().cart(owner).await.expect("a cart");
        cart.lines.iter().map(|line| (line.listing.get(), line.sku.get(), line.quantity)).collect()
    }
}
