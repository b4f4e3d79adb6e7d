//! The `anqicms` dialect: cart, archives and login for themes of a CMS, HTTP 200 with a `code` in the body;
//! wire formats only, no rule of the shop.

mod archive;
mod auth;
mod cart;
mod error;
mod login;
mod page;
mod wire;

use axum::Router;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use web::{Dialect, Shop, frame};

use crate::wire::language::Language;

/// The dialect as the doorframe knows it.
pub struct Anqicms;

impl Dialect for Anqicms {
    const NAME: &'static str = "anqicms";

    async fn session(shop: &Shop, parts: &Parts) -> app::Result<Option<app::session::Session>> {
        // A bad credential names nobody; the handler says what is wrong with it.
        Ok(auth::session(shop, parts).await.unwrap_or_default())
    }

    fn takes_keys(path: &str) -> bool {
        path.starts_with("/api/cart/")
    }

    fn finish(headers: &HeaderMap, response: Response) -> Response {
        Language::of(headers).say(response)
    }

    fn refuse(error: app::Error, parts: &Parts) -> Response {
        Language::of(&parts.headers).say(error::Error::from(error).into_response())
    }
}

/// The routes, in the order of the contract.
pub fn routes(shop: &Shop) -> Router<Shop> {
    let routes = Router::new()
        .route("/api/cart/list", get(cart::list))
        .route("/api/cart/add", post(cart::add))
        .route("/api/cart/update", post(cart::update))
        .route("/api/cart/remove", post(cart::remove))
        .route("/api/archive/list", get(archive::list))
        .route("/api/archive/detail", get(archive::detail))
        .route("/api/login", post(login::login))
        .route("/api/{*unknown}", any(error::not_found))
        .method_not_allowed_fallback(error::method_not_allowed);
    frame::<Anqicms>(routes, shop)
}
