//! Who asks: the `token` parameter, in the form or in the query.

use app::Ctx;
use app::session::Session;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use web::Shop;

use crate::error::Error;
use crate::wire::params::Params;

/// Whoever it is.
pub(crate) struct Anyone(pub Ctx);

/// A shopper, customer or guest. Whoever is none is told so before anything else.
pub(crate) struct Shopper(pub Ctx);

impl FromRequestParts<Shop> for Anyone {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, shop: &Shop) -> Result<Self, Error> {
        let params = Params::read(parts).await?;
        let session = named_by(&params, shop).await?;
        parts.extensions.insert(params);
        Ok(Self(web::ctx(shop, parts, session)))
    }
}

impl FromRequestParts<Shop> for Shopper {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, shop: &Shop) -> Result<Self, Error> {
        let Anyone(ctx) = Anyone::from_request_parts(parts, shop).await?;
        ctx.session()?;
        Ok(Self(ctx))
    }
}

/// Whom the request's token names. One that cannot be read names nobody.
pub(crate) async fn session(shop: &Shop, parts: &Parts) -> app::Result<Option<Session>> {
    match Params::read(parts).await {
        Ok(params) => named_by(&params, shop).await,
        Err(_) => Ok(None),
    }
}

async fn named_by(params: &Params, shop: &Shop) -> app::Result<Option<Session>> {
    match params.text("token") {
        "" => Ok(None),
        token => shop.app.sessions().by_token(token, shop.app.now()).await,
    }
}
