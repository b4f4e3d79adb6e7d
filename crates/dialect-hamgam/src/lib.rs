//! The `hamgam` dialect: cart, products and login by phone of a Django REST service; wire formats only,
//! no rule of the shop.

mod auth;
mod cart;
mod error;
mod one_time_code;
mod page;
mod product;
mod wire;

use axum::Router;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, any, get, patch, post};
use web::{Dialect, Shop, frame};

/// The dialect as the doorframe knows it.
pub struct Hamgam;

impl Dialect for Hamgam {
    const NAME: &'static str = "hamgam";

    async fn session(shop: &Shop, parts: &Parts) -> app::Result<Option<app::session::Session>> {
        auth::session(shop, parts).await
    }

    fn takes_keys(path: &str) -> bool {
        path.starts_with("/api/shop/")
    }

    fn refuse(error: app::Error, _: &Parts) -> Response {
        error::Error::from(error).into_response()
    }
}

/// The routes, in the order of the document.
pub fn routes(shop: &Shop) -> Router<Shop> {
    let cart = slashed([
        ("/api/shop/cart/items", post(cart::add)),
        ("/api/shop/cart/items/{item}", patch(cart::change_item).delete(cart::remove_item)),
        ("/api/shop/cart", get(cart::show).patch(cart::change).delete(cart::clear)),
    ])
    .method_not_allowed_fallback(error::method_not_allowed);
    let public = slashed([
        ("/api/shop/products", get(product::list)),
        ("/api/shop/products/{slug}", get(product::show)),
        ("/api/users/auth/otp/signin", post(one_time_code::signin)),
        ("/api/users/auth/otp/verify", post(one_time_code::verify)),
    ])
    .method_not_allowed_fallback(error::public_method_not_allowed);
    let unknown = Router::new()
        .route("/api/shop/{*unknown}", any(error::not_found))
        .route("/api/users/{*unknown}", any(error::not_found));
    frame::<Hamgam>(cart.merge(public).merge(unknown), shop)
}

/// Every path is served with and without the trailing slash.
fn slashed<const N: usize>(routes: [(&str, MethodRouter<Shop>); N]) -> Router<Shop> {
    routes.into_iter().fold(Router::new(), |router, (path, verbs)| {
        router.route(path, verbs.clone()).route(&format!("{path}/"), verbs)
    })
}
