//! The `lexi` dialect: products, cart and account of a marketplace's phone apps, HTTP 200 with a `status` in the body;
//! wire formats only, no rule of the shop.

mod account;
mod asset;
mod audit;
mod auth;
mod brand;
mod cart;
mod category;
mod distribution;
mod error;
mod offering;
mod official;
mod page;
mod product;
mod publishing;
mod sku;
mod userlike;
mod wire;
mod wishlist;

use axum::Router;
use axum::http::Method;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post, put};
use web::{BODY_LIMIT, Dialect, Shop, UPLOAD_LIMIT, frame};

/// The dialect as the doorframe knows it.
pub struct Lexi;

impl Dialect for Lexi {
    const NAME: &'static str = "lexi";
    const UNHASHED: &'static [&'static str] = &wire::signature::PARTS;

    async fn session(shop: &Shop, parts: &Parts) -> app::Result<Option<app::session::Session>> {
        if parts.method == Method::POST && inner(parts.uri.path()) == "/assets" {
            return auth::uploading(shop, parts).await.map(|(session, _)| session);
        }
        auth::session(shop, parts).await
    }

    fn takes_keys(path: &str) -> bool {
        // What only reads is asked for by POST as well.
        let path = inner(path);
        !path.starts_with("/auth/") && path != "/token" && path != "/search/products"
    }

    async fn admit(shop: &Shop, parts: &Parts) -> Result<(), Response> {
        wire::signature::check(shop, parts).await.map_err(IntoResponse::into_response)
    }

    fn body_limit(path: &str) -> usize {
        if inner(path) == "/assets" { UPLOAD_LIMIT } else { BODY_LIMIT }
    }

    async fn welcome(shop: &Shop, parts: &Parts, begun: &[u8]) -> app::Result<()> {
        auth::welcome(shop, parts, begun).await
    }

    fn refuse(error: app::Error, _: &Parts) -> Response {
        error::Error::from(error).into_response()
    }
}

/// A path as the document writes it; the real clients put one of two prefixes before it.
fn inner(path: &str) -> &str {
    path.strip_prefix("/api/v1.0").or_else(|| path.strip_prefix("/v1.0")).unwrap_or(path)
}

/// The routes, in the order of the contract.
pub fn routes(shop: &Shop) -> Router<Shop> {
    let paths = Router::new()
        .route("/products", get(product::list))
        .route("/products/latest", get(product::latest))
        .route("/products/sticked", get(product::sticked))
        .route("/search/products", post(product::search))
        .route("/products/by_brand/{rid}", get(product::by_brand))
        .route("/products/by_store", get(product::by_store))
        .route("/products/{rid}", get(product::show).delete(offering::remove))
        .route("/products/{rid}/detail", get(product::detail))
        .route("/products/skus", get(sku::group))
        .route("/products/many_skus", get(sku::groups))
        .route("/products/{rid}/publish_one", get(publishing::show_basics))
        .route("/products/publish_one", post(publishing::begin).put(publishing::rewrite))
        .route("/products/{rid}/publish_two", get(publishing::show_terms))
        .route("/products/publish_two/warehouse", post(publishing::store_away))
        .route("/products/publish_two/publish", post(publishing::publish))
        .route("/products/publish_two", put(publishing::change))
        .route("/products/audit", get(audit::list))
        .route("/products/statistical", get(offering::count))
        .route("/products/{rid}/distribute_setting", post(offering::set_distribution))
        .route("/products/status/up", put(offering::up))
        .route("/products/status/down", put(offering::down))
        .route("/wishlist", get(wishlist::list).post(wishlist::add).delete(wishlist::remove))
        .route("/userlike", post(userlike::add).delete(userlike::remove))
        .route("/auth/login", post(account::log_in))
        .route("/auth/business_login", post(account::log_in_to_business))
        .route("/auth/register", post(account::register))
        .route("/auth/logout", post(account::log_out))
        .route("/token", post(account::renew))
        .route("/cart", get(cart::list).post(cart::put).put(cart::edit).delete(cart::clear))
        .route("/cart/item_count", get(cart::count))
        .route("/cart/{rid}/remove", post(cart::remove))
        .route("/cart/remove", post(cart::remove))
        .route("/categories", get(category::list).post(category::add))
        .route("/categories/siblings", get(category::siblings))
        .route("/categories/{id}", put(category::update).delete(category::remove))
        .route("/brands", get(brand::list).post(brand::add))
        .route("/brands/{rid}", get(brand::show))
        .route("/official/labels", get(official::labels).post(official::add_label))
        .route("/official/labels/{id}", put(official::update_label).delete(official::remove_label))
        .route("/official/materials", get(official::materials).post(official::add_material))
        .route("/official/materials/{id}", put(official::update_material).delete(official::remove_material))
        .route("/fx_distribute/index", get(distribution::index))
        .route("/fx_distribute/hot", get(distribution::hot))
        .route("/fx_distribute/sticked", get(distribution::sticked))
        .route("/fx_distribute/latest", get(distribution::latest))
        .route("/fx_distribute/{rid}/warehouse", post(distribution::store))
        .route("/fx_distribute/{rid}/publish", post(distribution::publish))
        .route("/assets", get(asset::list).post(asset::add))
        .route("/assets/up_token", get(asset::up_token))
        .method_not_allowed_fallback(error::not_found);
    let (newer, older) = (paths.clone(), paths.clone());
    let routes = paths
        .nest("/api/v1.0", newer)
        .nest("/v1.0", older)
        .route("/api/v1.0/{*unknown}", any(error::not_found))
        .route("/v1.0/{*unknown}", any(error::not_found));
    frame::<Lexi>(routes, shop)
}
