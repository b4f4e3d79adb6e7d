//! The frame around every handler of a dialect: the body within its limit, panics caught.

use std::any::Any;

use app::session::Session;
use app::{Ctx, Error};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::middleware::{self, Next};
use axum::response::Response;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tower_http::catch_panic::CatchPanicLayer;

use crate::{BODY_LIMIT, Dialect, Shop, etag};

/// The request's body, read whole before any handler runs.
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
    routes
        .layer(CatchPanicLayer::custom(|panic: Box<dyn Any + Send>| caught::<D>(panic.as_ref())))
        .layer(middleware::from_fn_with_state(shop.clone(), read_body::<D>))
}

async fn read_body<D: Dialect>(State(shop): State<Shop>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    parts.extensions.insert(Door(D::NAME));
    let content = match Limited::new(body, BODY_LIMIT).collect().await {
        Ok(content) => content.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => {
            return named::<D>(D::refuse(Error::TooLarge, &parts));
        }
        // The client went away or sent broken chunks; nobody reads the answer.
        Err(_) => return named::<D>(D::refuse(Error::TooLarge, &parts)),
    };
    parts.extensions.insert(Content(content));
    parts.extensions.insert(shop);
    named::<D>(next.run(Request::from_parts(parts, Body::empty())).await)
}

/// Which dialect answered, for metrics.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Door(pub &'static str);

fn named<D: Dialect>(mut response: Response) -> Response {
    response.extensions_mut().insert(Door(D::NAME));
    response
}

fn caught<D: Dialect>(panic: &(dyn Any + Send)) -> Response {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
    let (parts, ()) = Request::new(()).into_parts();
    D::refuse(Error::Internal(format!("panic: {text}")), &parts)
}

/// What a deed may know of this request.
pub fn ctx(shop: &Shop, parts: &Parts, session: Option<Session>) -> Ctx {
    let mut ctx = Ctx::new(&shop.app, session);
    ctx.seen = etag::seen(&parts.headers);
    ctx.key = parts.extensions.get().cloned();
    ctx
}
