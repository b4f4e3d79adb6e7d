//! The `mt` dialect: the cart of mini-programs and H5 pages, a Django REST service with Chinese messages;
//! wire formats only, no rule of the shop.

mod auth;
mod cart;
mod error;
mod page;
mod wire;

use axum::Router;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use web::{Dialect, Shop, frame};

/// The dialect as the doorframe knows it.
pub struct Mt;

impl Dialect for Mt {
    const NAME: &'static str = "mt";

    async fn session(shop: &Shop, parts: &Parts) -> app::Result<Option<app::session::Session>> {
        auth::session(shop, parts).await
    }

    fn takes_keys(path: &str) -> bool {
        // Without the slash there is only a redirect, whose address no kept reply would have.
        path.ends_with('/')
    }

    fn refuse(error: app::Error, _: &Parts) -> Response {
        error::Error::from(error).into_response()
    }
}

/// The routes, in the order of the document.
pub fn routes(shop: &Shop) -> Router<Shop> {
    let cart = Router::new()
        .route("/rest_api/mt_shop_cart/", get(cart::list).post(cart::add))
        .route(
            "/rest_api/mt_shop_cart/{distributor_product_id}/",
            get(cart::show).put(cart::set).patch(cart::change).delete(cart::remove),
        )
        .method_not_allowed_fallback(error::method_not_allowed);
    let rest = Router::new()
        .route("/rest_api/mt_shop_cart", any(page::with_slash))
        .route("/rest_api/mt_shop_cart/{distributor_product_id}", any(page::with_slash))
        .route("/rest_api/{*unknown}", any(error::not_found));
    frame::<Mt>(cart.merge(rest), shop)
}
