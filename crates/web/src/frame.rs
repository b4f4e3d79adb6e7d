//! The frame around every handler of a dialect: request id, body within its limit, idempotency key, panics
//! caught, counters and log. One layer, since every layer is a copy of the routes behind it per request.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use app::session::Session;
use app::{Ctx, Error};
use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;
use axum::http::request::Parts;
use axum::middleware::{self, Next};
use axum::response::Response;
use futures_util::FutureExt;
use http_body_util::{BodyExt, Limited};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::observe::Observed;
use crate::{BODY_LIMIT, Dialect, Shop, etag, idempotency};

/// Large bodies in memory at once; the others wait outside.
static LARGE_BODIES: Semaphore = Semaphore::const_new(16);
/// How long a body may take to arrive, so that nobody keeps the others waiting.
const PATIENCE: Duration = Duration::from_mins(2);

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
    let limit = D::body_limit(parts.uri.path());
    let is_large = limit > BODY_LIMIT && body.size_hint().upper().is_none_or(|most| most > BODY_LIMIT as u64);
    let _room = if is_large { LARGE_BODIES.acquire().await.ok() } else { None };
    let response = match timeout(PATIENCE, Limited::new(body, limit).collect()).await {
        Ok(Ok(content)) => {
            let content = content.to_bytes();
            if !content.is_empty() {
                parts.extensions.insert(Content(content));
            }
            match D::admit(&shop, &parts).await {
                Ok(()) => idempotency::honour::<D>(&shop, parts, next).await,
                Err(turned_away) => turned_away,
            }
        }
        // Too long, too slow, or the client went away and reads no answer.
        _ => D::refuse(Error::TooLarge, &parts),
    };
    observed.answered(&shop.metrics, response)
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
