//! Who asks: an `Authorization: Token` or `Bearer` header, or the `sessionid` cookie.

use app::Ctx;
use app::session::Session;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use web::{Shop, credential};

use crate::error::Error;

/// A shopper, customer or guest. Whoever is none gets 403, whatever else is wrong.
pub(crate) struct Shopper(pub Ctx);

impl FromRequestParts<Shop> for Shopper {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, shop: &Shop) -> Result<Self, Error> {
        let session = session(shop, parts).await?.ok_or(app::Error::NotLoggedIn)?;
        Ok(Self(web::ctx(shop, parts, Some(session))))
    }
}

/// Whom the request's credential names.
pub(crate) async fn session(shop: &Shop, parts: &Parts) -> app::Result<Option<Session>> {
    let header = credential::authorization(&parts.headers)
        .filter(|(scheme, _)| ["token", "bearer"].iter().any(|known| scheme.eq_ignore_ascii_case(known)))
        .map(|(_, token)| token);
    match header.or_else(|| credential::cookie(&parts.headers, "sessionid")) {
        Some(token) => shop.app.sessions().by_token(token, shop.app.now()).await,
        None => Ok(None),
    }
}
