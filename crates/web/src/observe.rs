//! Around all dialects: request ids, counters, the log of what went wrong, and CORS.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::response::Response;
use tower_http::cors::{AllowOrigin, Any, CorsLayer};

use crate::Outside;
use crate::metrics::Metrics;
use crate::refusal::Defect;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
static REQUESTS: AtomicU64 = AtomicU64::new(0);

/// A request as it came in.
pub(crate) struct Observed {
    dialect: &'static str,
    start: Instant,
    id: HeaderValue,
    method: Method,
    route: Option<MatchedPath>,
}

impl Observed {
    pub(crate) fn new(dialect: &'static str, request: &Request) -> Self {
        Self {
            dialect,
            start: Instant::now(),
            id: request_id(request),
            method: request.method().clone(),
            route: request.extensions().get().cloned(),
        }
    }

    /// Counts and logs the reply, and marks it with the request's id.
    pub(crate) fn answered(self, metrics: &Metrics, mut response: Response) -> Response {
        let Self { dialect, start, id, method, route } = self;
        let (status, elapsed) = (response.status().as_u16(), start.elapsed());
        let route = route.as_ref().map_or("unknown", MatchedPath::as_str);
        if let Some(Defect(text)) = response.extensions().get::<Defect>() {
            tracing::error!(request_id = ?id, dialect, %method, route, status, "{text}");
        } else {
            tracing::debug!(request_id = ?id, dialect, %method, route, status, micros = elapsed.as_micros());
        }
        metrics.answered(dialect, &method, route, status, elapsed.as_secs_f64());
        response.headers_mut().insert(REQUEST_ID, id);
        response
    }
}

/// The client's own id where it is a plain word, else one that counts up.
fn request_id(request: &Request) -> HeaderValue {
    let is_plain = |id: &&HeaderValue| {
        (1..=64).contains(&id.len())
            && id.as_bytes().iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
    };
    request
        .headers()
        .get(REQUEST_ID)
        .filter(is_plain)
        .cloned()
        .unwrap_or_else(|| HeaderValue::from(REQUESTS.fetch_add(1, Ordering::Relaxed) + 1))
}

/// Which pages of other origins may call.
pub fn cors(outside: &Outside) -> CorsLayer {
    let name = HeaderName::from_static;
    let sent = [
        header::AUTHORIZATION,
        header::CONTENT_TYPE,
        header::IF_MATCH,
        name("idempotency-key"),
        name("cart"),
        name("token"),
        name("x-requested-with"),
        REQUEST_ID,
    ];
    let shown = [
        header::ETAG,
        header::RETRY_AFTER,
        name("idempotent-replayed"),
        name("cart"),
        name("token"),
        REQUEST_ID,
    ];
    let methods = [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
    let layer = CorsLayer::new()
        .allow_methods(methods)
        .allow_headers(sent)
        .expose_headers(shown)
        .max_age(Duration::from_hours(24));
    if outside.cors_origins.is_empty() {
        return layer.allow_origin(Any);
    }
    let origins = outside.cors_origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok());
    layer.allow_origin(AllowOrigin::list(origins)).allow_credentials(true)
}
