//! Who asks: HTTP Basic with a token as the user name, or with an e-mail address and a password; never a cookie.

use std::net::IpAddr;

use app::session::Session;
use app::shopper::{self, Login};
use app::{Ctx, Error as AppError, asset};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::account::Role;
use web::fields::{self, Part, Unreadable};
use web::{Shop, client_address, credential};

use crate::error::Error;

/// The parts of a form, or why there are none.
pub(crate) type Form = Result<Vec<Part>, Unreadable>;

/// Anybody; a credential that is worth nothing names nobody.
pub(crate) struct Visitor(pub Ctx);

/// A shopper, customer or guest.
pub(crate) struct Shopper(pub Ctx);

/// A customer: a guest has no account that anything could be kept for.
pub(crate) struct Customer(pub Ctx);

/// Who keeps a store's catalogue, or the whole shop.
pub(crate) struct Keeper(pub Ctx);

/// Who keeps the whole shop.
pub(crate) struct Operator(pub Ctx);

/// Who logs in or registers.
pub(crate) struct Newcomer {
    pub ctx: Ctx,
    /// The guest they were so far.
    pub guest: Option<Session>,
    pub address: IpAddr,
}

impl FromRequestParts<Shop> for Visitor {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, shop: &Shop) -> Result<Self, Error> {
        let session = match session(shop, parts).await {
            // Who guesses too often is nobody as well, and what is public stays public.
            Err(AppError::Throttled { .. }) => None,
            session => session?,
        };
        Ok(Self(web::ctx(shop, parts, session)))
    }
}

impl FromRequestParts<Shop> for Shopper {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, shop: &Shop) -> Result<Self, Error> {
        let session = session(shop, parts).await?.ok_or(AppError::NotLoggedIn)?;
        Ok(Self(web::ctx(shop, parts, Some(session))))
    }
}

impl FromRequestParts<Shop> for Customer {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, shop: &Shop) -> Result<Self, Error> {
        let Shopper(ctx) = Shopper::from_request_parts(parts, shop).await?;
        ctx.session()?.customer()?;
        Ok(Self(ctx))
    }
}

impl FromRequestParts<Shop> for Keeper {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, shop: &Shop) -> Result<Self, Error> {
        let Shopper(ctx) = Shopper::from_request_parts(parts, shop).await?;
        keeper(ctx).map(Self)
    }
}

impl FromRequestParts<Shop> for Operator {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, shop: &Shop) -> Result<Self, Error> {
        let Customer(ctx) = Customer::from_request_parts(parts, shop).await?;
        match ctx.session()?.customer()?.role {
            Role::Operator => Ok(Self(ctx)),
            Role::Merchant(_) | Role::Customer => Err(AppError::Forbidden.into()),
        }
    }
}

pub(crate) fn keeper(ctx: Ctx) -> Result<Ctx, Error> {
    is_keeper(ctx.session.as_ref())?;
    Ok(ctx)
}

fn is_keeper(session: Option<&Session>) -> app::Result<()> {
    match session.ok_or(AppError::NotLoggedIn)?.customer()?.role {
        Role::Merchant(_) | Role::Operator => Ok(()),
        Role::Customer => Err(AppError::Forbidden),
    }
}

/// Who uploads, and the form: by a token for uploads in the form, which is there for nothing else; or in place of the
/// usual credentials; or by those. Who shows what is worth nothing is not worth reading a form.
pub(crate) async fn uploading(shop: &Shop, parts: &Parts) -> app::Result<(Option<Session>, Form)> {
    let known = by_header(shop, parts).await?;
    if known.is_none() && credential::basic(&parts.headers).is_some() {
        return Err(AppError::NotLoggedIn);
    }
    let form = fields::parts(parts).await;
    let token = form.as_ref().ok().and_then(|form| form.iter().find(|part| part.name == "token"));
    let session = match token.and_then(|part| std::str::from_utf8(&part.content).ok()) {
        Some(token) => asset::uploader(&shop.app, token).await?.or(known),
        None => known,
    };
    Ok((session, form))
}

/// Whether a large upload is read to its end: so far it has told who sends it.
pub(crate) async fn welcome(shop: &Shop, parts: &Parts, begun: &[u8]) -> app::Result<()> {
    let named = match token_in(begun) {
        Some(token) => asset::uploader(&shop.app, token).await?,
        None => None,
    };
    match named {
        Some(_) => Ok(()),
        None => is_keeper(by_header(shop, parts).await?.as_ref()),
    }
}

async fn by_header(shop: &Shop, parts: &Parts) -> app::Result<Option<Session>> {
    match (session(shop, parts).await?, credential::basic(&parts.headers)) {
        (None, Some((name, _))) => asset::uploader(&shop.app, &name).await,
        (session, _) => Ok(session),
    }
}

/// The field `token` of a form that has only begun.
fn token_in(form: &[u8]) -> Option<&str> {
    let behind = |text: &[u8], mark: &[u8]| {
        text.windows(mark.len()).position(|at| at == mark).map(|at| at + mark.len())
    };
    let head = &form[behind(form, b"name=\"token\"")?..];
    let value = &head[behind(head, b"\r\n\r\n")?..];
    let end = value.windows(2).position(|at| at == b"\r\n")?;
    std::str::from_utf8(&value[..end]).ok()
}

impl FromRequestParts<Shop> for Newcomer {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, shop: &Shop) -> Result<Self, Error> {
        let basic = credential::basic(&parts.headers);
        let guest = match &basic {
            Some((name, _)) if !is_email(name) => by_token(shop, name).await?,
            _ => None,
        };
        Ok(Self { ctx: web::ctx(shop, parts, None), guest, address: client_address(shop, parts) })
    }
}

/// Whom the request's credential names.
pub(crate) async fn session(shop: &Shop, parts: &Parts) -> app::Result<Option<Session>> {
    let Some((name, password)) = credential::basic(&parts.headers) else { return Ok(None) };
    if !is_email(&name) {
        return by_token(shop, &name).await;
    }
    let login = Login { name: &name, password: &password, address: client_address(shop, parts) };
    match shopper::by_password(&web::ctx(shop, parts, None), &login).await {
        Err(AppError::WrongPassword) => Ok(None),
        session => session.map(Some),
    }
}

async fn by_token(shop: &Shop, token: &str) -> app::Result<Option<Session>> {
    shop.app.sessions().by_token(token, shop.app.now()).await
}

/// No token has an at sign.
pub(crate) fn is_email(name: &str) -> bool {
    name.contains('@')
}
