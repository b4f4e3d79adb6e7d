//! The frame around every handler of a dialect: request id, body within its limit, idempotency key, panics
//! caught, counters and log. One layer, since every layer is a copy of the routes behind it per request.

use std::panic::AssertUnwindSafe;

use app::session::Session;
use app::{Ctx, Error};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;
use axum::http::request::Parts;
use axum::middleware::{self, Next};
use axum::response::Response;
use futures_util::FutureExt;
use tokio::sync::SemaphorePermit;

use crate::body::{self, Reading};
use crate::observe::Observed;
use crate::{BODY_LIMIT, Dialect, Shop, etag, idempotency};

/// The request's body, read whole before any handler runs; absent when it is empty.
#[derive(Clone, Debug, Default)]
pub struct Content(pub Bytes);

impl Content {
    /// The body that the frame has read.
    pub fn of(parts: &Parts) -> &[u8] {
        parts.extensions.get::<Self>().map_or(&[], |content| &content.0)
    }
}

/// Puts the frame around a dialect's routes.
pub fn frame<D: Dialect>(routes: Router<Shop>, shop: &Shop) -> Router<Shop> {
    routes.layer(middleware::from_fn_with_state(shop.clone(), serve::<D>))
}

async fn serve<D: Dialect>(State(shop): State<Shop>, request: Request, next: Next) -> Response {
    let observed = Observed::new(D::NAME, &request);
    let (mut parts, body) = request.into_parts();
    let mut reading = Reading::of(body);
    let response = match arrival::<D>(&shop, &parts, &mut reading).await {
        Ok(_room) => {
            let content = reading.into_bytes();
            if !content.is_empty() {
                parts.extensions.insert(Content(content));
            }
            match D::admit(&shop, &parts).await {
                Ok(()) => idempotency::honour::<D>(&shop, parts, next).await,
                Err(turned_away) => turned_away,
            }
        }
        Err(error) => D::refuse(error, &parts),
    };
    observed.answered(&shop.metrics, response)
}

/// Reads the body. What comes back is held as long as a large one is in memory; it is not taken before there is much, and
/// not by strangers.
async fn arrival<D: Dialect>(
    shop: &Shop,
    parts: &Parts,
    reading: &mut Reading,
) -> app::Result<Option<SemaphorePermit<'static>>> {
    if reading.ends_within(BODY_LIMIT).await? {
        return Ok(None);
    }
    let limit = D::body_limit(parts.uri.path());
    if limit <= BODY_LIMIT {
        return Err(Error::TooLarge);
    }
    D::welcome(shop, parts, reading.arrived()).await?;
    let room = body::room(body::WAIT).await?;
    if reading.ends_within(limit).await? { Ok(Some(room)) } else { Err(Error::TooLarge) }
}

/// Runs the handler; a panic becomes the dialect's own reply.
pub(crate) async fn run<D: Dialect>(parts: Parts, next: Next) -> Response {
    let headers = spoken(&parts.headers);
    let handler = next.run(Request::from_parts(parts, Body::empty()));
    match AssertUnwindSafe(handler).catch_unwind().await {
        Ok(response) => D::finish(&headers, response),
        Err(panic) => {
            let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
            let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
            let (mut parts, ()) = Request::new(()).into_parts();
            parts.headers = headers;
            D::refuse(Error::Internal(format!("panic: {text}")), &parts)
        }
    }
}

/// The headers that say in which language the client wants its reply; the others go with the request.
fn spoken(headers: &HeaderMap) -> HeaderMap {
    headers.get_all(ACCEPT_LANGUAGE).iter().map(|languages| (ACCEPT_LANGUAGE, languages.clone())).collect()
}

/// What a deed may know of this request.
pub fn ctx(shop: &Shop, parts: &Parts, session: Option<Session>) -> Ctx {
    let mut ctx = Ctx::new(&shop.app, session);
    ctx.seen = etag::seen(&parts.headers);
    ctx.key = parts.extensions.get().cloned();
    ctx
}
