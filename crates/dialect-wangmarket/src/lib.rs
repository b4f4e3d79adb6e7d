//! The `wangmarket` dialect: a Chinese mall's shop API of form parameters, where errors too come with
//! HTTP 200; wire formats only, no rule of the shop.

mod auth;
mod cart;
mod error;
mod goods;
mod goods_type;
mod login;
mod page;
mod store;
mod wire;

use axum::Router;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use web::{Dialect, Shop, frame};

/// The dialect as the doorframe knows it.
pub struct Wangmarket;

impl Dialect for Wangmarket {
    const NAME: &'static str = "wangmarket";

    async fn session(shop: &Shop, parts: &Parts) -> app::Result<Option<app::session::Session>> {
        auth::session(shop, parts).await
    }

    fn takes_keys(path: &str) -> bool {
        // What only reads is asked for by POST as well.
        let path = path.strip_prefix("/shop/api").unwrap_or(path);
        path.starts_with("/cart/") && !path.starts_with("/cart/get")
    }

    fn refuse(error: app::Error, _: &Parts) -> Response {
        error::Error::from(error).into_response()
    }
}

/// The routes, in the order of the contract.
pub fn routes(shop: &Shop) -> Router<Shop> {
    let paths = Router::new()
        .route("/login/getToken.json", post(login::get_token))
        .route("/login/login.json", post(login::log_in))
        .route("/login/reg.json", post(login::register))
        .route("/login/logout.json", post(login::log_out))
        .route("/goods/list.json", get(goods::list).post(goods::list))
        .route("/goods/detail.json", get(goods::detail).post(goods::detail))
        .route("/goodsType/list.json", get(goods_type::list).post(goods_type::list))
        .route("/store/getStore.json", get(store::show).post(store::show))
        .route("/cart/getStoreCart.json", get(cart::of_store).post(cart::of_store))
        .route("/cart/getCart.json", get(cart::whole).post(cart::whole))
        .route("/cart/getGoodsCart.json", get(cart::of_goods).post(cart::of_goods))
        .route("/cart/change.json", post(cart::change))
        .route("/cart/goodsCartSelected.json", post(cart::select_goods))
        .route("/cart/storeCartSelected.json", post(cart::select_store))
        .route("/cart/clearStoreCart.json", post(cart::clear));
    let paths = paths.method_not_allowed_fallback(error::method_not_allowed);
    // Under `/`, as the document writes the paths, and under `/shop/api/`, where clients call them.
    let routes = paths.clone().nest("/shop/api", paths).route("/shop/api/{*unknown}", any(error::not_found));
    frame::<Wangmarket>(routes, shop)
}
