//! Who asks: the header or cookie `token` names a shopper, else the header `cart` names a guest.

use std::borrow::Cow;
use std::net::IpAddr;

use app::session::Session;
use app::{Ctx, shopper};
use axum::extract::FromRequestParts;
use axum::http::HeaderValue;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use domain::cart::Cart;
use web::{Shop, client_address, credential, with_etag};

use crate::error::Error;

/// Who looks; `None` is nobody, who has no cart.
pub(crate) struct Visitor(pub Option<Ctx>);

/// Who writes: a shopper, or nobody yet, who is a guest from this write on.
pub(crate) struct Shopper {
    pub ctx: Ctx,
    /// The token that a new guest is told.
    new_token: Option<String>,
}

/// Who logs in.
pub(crate) struct Newcomer {
    pub ctx: Ctx,
    /// The guest they were so far.
    pub guest: Option<Session>,
    pub address: IpAddr,
}

impl FromRequestParts<Shop> for Visitor {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, shop: &Shop) -> Result<Self, Error> {
        let session = session(shop, parts).await?;
        Ok(Self(session.map(|session| web::ctx(shop, parts, Some(session)))))
    }
}

impl FromRequestParts<Shop> for Shopper {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, shop: &Shop) -> Result<Self, Error> {
        let mut ctx = web::ctx(shop, parts, session(shop, parts).await?);
        if ctx.session.is_some() {
            return Ok(Self { ctx, new_token: None });
        }
        let token = shopper::hex_secret(&ctx);
        ctx.session = Some(shopper::guest_to_be(&ctx, &token));
        Ok(Self { ctx, new_token: Some(token) })
    }
}

impl Shopper {
    /// The reply to a write that is done: a new guest learns the token here.
    pub(crate) fn reply(self, cart: &Cart, reply: impl IntoResponse) -> Response {
        let mut response = with_etag(cart.version, reply);
        if let Some(Ok(token)) = self.new_token.as_deref().map(HeaderValue::from_str) {
            response.headers_mut().insert("cart", token);
        }
        response
    }
}

impl FromRequestParts<Shop> for Newcomer {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, shop: &Shop) -> Result<Self, Error> {
        let guest = match header(parts, "cart") {
            Some(secret) => guest(shop, &secret).await.map(Some),
            None => session(shop, parts).await,
        };
        let guest = match guest {
            // A credential that is worth nothing does not keep anybody from logging in.
            Err(Error::App(app::Error::NotLoggedIn) | Error::BadGuest) => None,
            guest => guest?,
        };
        Ok(Self { ctx: web::ctx(shop, parts, None), guest, address: client_address(shop, parts) })
    }
}

/// Whom the request's credential names.
pub(crate) async fn session(shop: &Shop, parts: &Parts) -> Result<Option<Session>, Error> {
    let cookie = || credential::cookie(&parts.headers, "token").filter(|token| !token.is_empty());
    if let Some(token) = header(parts, "token").or_else(|| cookie().map(Cow::from)) {
        let session = shop.app.sessions().by_token(&token, shop.app.now()).await?;
        return Ok(Some(session.ok_or(app::Error::NotLoggedIn)?));
    }
    match header(parts, "cart") {
        Some(secret) => guest(shop, &secret).await.map(Some),
        None => Ok(None),
    }
}

/// The guest of a secret, chosen by the client or issued by us.
async fn guest(shop: &Shop, secret: &str) -> Result<Session, Error> {
    let is_secret =
        (16..=128).contains(&secret.len()) && secret.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if !is_secret {
        return Err(Error::BadGuest);
    }
    Ok(shop.app.sessions().by_guest_secret(secret, shop.app.now()).await?)
}

/// What a header says. Clients that have nothing to say send it empty.
fn header<'a>(parts: &'a Parts, name: &str) -> Option<Cow<'a, str>> {
    let value = parts.headers.get(name)?.as_bytes().trim_ascii();
    (!value.is_empty()).then(|| String::from_utf8_lossy(value))
}
