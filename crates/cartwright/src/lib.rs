//! The whole house behind one router: all dialects side by side, and what operators ask. No rule of the shop is here.

use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use tokio::time::timeout;
use web::Shop;

/// The media type of what Prometheus reads.
const METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// A database that takes longer to answer is not there.
const READY_WITHIN: Duration = Duration::from_secs(2);

/// Every route that the server answers.
pub fn routes(shop: &Shop) -> Router<Shop> {
    Router::new()
        .merge(dialect_mt::routes(shop))
        .merge(dialect_wangmarket::routes(shop))
        .merge(dialect_hamgam::routes(shop))
        .merge(dialect_anqicms::routes(shop))
        .merge(dialect_lexi::routes(shop))
        .route("/_uploads/photos/{*path}", get(web::file))
        .route("/healthz", get(health))
        .route("/readyz", get(readiness))
        .route("/metrics", get(metrics))
        .fallback(unknown)
        .layer(web::cors(&shop.outside))
}

/// The process lives.
async fn health() -> &'static str {
    "alive\n"
}

/// The database answers, too.
async fn readiness(State(shop): State<Shop>) -> (StatusCode, &'static str) {
    // A question waits out a failover; who asks for readiness wants to know now.
    let error = match timeout(READY_WITHIN, shop.app.store().ping()).await {
        Ok(Ok(())) => return (StatusCode::OK, "ready\n"),
        Ok(Err(error)) => error.to_string(),
        Err(late) => late.to_string(),
    };
    tracing::warn!(error, "not ready");
    (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
}

async fn metrics(State(shop): State<Shop>) -> impl IntoResponse {
    ([(CONTENT_TYPE, METRICS)], shop.metrics.page())
}

/// No dialect has such a path.
async fn unknown() -> impl IntoResponse {
    (StatusCode::NOT_FOUND, [(CONTENT_TYPE, "application/json")], r#"{"error":"no such path"}"#)
}
