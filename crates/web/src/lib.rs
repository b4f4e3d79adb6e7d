//! The doorframe: what all HTTP dialects share; it never knows a field name or a message of any of them.

mod body;
pub mod credential;
pub mod drf;
mod etag;
pub mod fields;
mod files;
mod frame;
mod idempotency;
mod json;
mod links;
pub mod metrics;
mod observe;
mod pieces;
mod refusal;
#[cfg(feature = "testing")]
pub mod testing;
mod time;

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::Arc;

use app::session::Session;
use app::{App, Error};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::response::Response;

pub use etag::with_etag;
pub use files::file;
pub use frame::{Content, ctx, frame};
pub use json::Json;
pub use links::{Links, client_address};
pub use observe::cors;
pub use pieces::{Joined, Piece};
pub use refusal::{refusal, refused, status};
pub use time::{day, rfc3339};

use crate::metrics::Metrics;
use crate::pieces::Pieces;

/// The largest JSON or form body, in bytes.
pub const BODY_LIMIT: usize = 1024 * 1024;
/// The largest body of an upload: one file, and what forms put around it.
pub const UPLOAD_LIMIT: usize = domain::limits::MAX_UPLOAD + BODY_LIMIT;

/// What every handler can reach; clones share it.
#[derive(Clone)]
pub struct Shop(Arc<Shared>);

/// What a shop is made of.
pub struct Shared {
    /// The shop.
    pub app: App,
    /// How it is reached from outside.
    pub outside: Outside,
    /// What it counts.
    pub metrics: Metrics,
    pieces: Pieces,
}

/// How the shop is reached from outside.
#[derive(Clone, Debug, Default)]
pub struct Outside {
    /// Where clients find it, such as `https://shop.example`; else what the `Host` header says.
    pub public_url: Option<String>,
    /// Whether a proxy in front names the client in `X-Forwarded-For`.
    pub trusts_forwarded_for: bool,
    /// Origins whose pages may send cookies; empty lets any page call without cookies.
    pub cors_origins: Vec<String>,
    /// Secrets of apps by their keys, where a dialect with signatures wants every request signed by one of them.
    pub signing_apps: Option<HashMap<String, String>>,
}

impl Shop {
    /// A shop with its counters.
    pub fn new(app: App, outside: Outside) -> Self {
        let metrics = Metrics::new(&app);
        Self(Arc::new(Shared { app, outside, metrics, pieces: Pieces::default() }))
    }
}

impl Deref for Shop {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

/// What the doorframe must know of a dialect.
pub trait Dialect: Send + Sync + 'static {
    /// Its name in metrics and logs.
    const NAME: &'static str;
    /// Parameters of the query that do not tell one request from another under an `Idempotency-Key`, since a repeat has
    /// them anew.
    const UNHASHED: &'static [&'static str] = &[];

    /// Who asks; `None` for nobody. The body is in the parts as [`Content`].
    fn session(shop: &Shop, parts: &Parts) -> impl Future<Output = app::Result<Option<Session>>> + Send;

    /// Whether writes under this path honour `Idempotency-Key`: all but those that issue or end credentials.
    fn takes_keys(path: &str) -> bool;

    /// The largest body under this path, in bytes.
    fn body_limit(_: &str) -> usize {
        BODY_LIMIT
    }

    /// Whether more than [`BODY_LIMIT`] of a body is read: what has arrived of it may already say who asks.
    fn welcome(_: &Shop, _: &Parts, _: &[u8]) -> impl Future<Output = app::Result<()>> + Send {
        async { Ok(()) }
    }

    /// Whether a request is looked at at all, before its key and its handler; else the reply that turns it away.
    fn admit(_: &Shop, _: &Parts) -> impl Future<Output = Result<(), Response>> + Send {
        async { Ok(()) }
    }

    /// The dialect's own reply to an error.
    fn refuse(error: Error, parts: &Parts) -> Response;

    /// A last hand on a handler's reply, for what depends on the request's `Accept-Language`.
    fn finish(_: &HeaderMap, response: Response) -> Response {
        response
    }
}
