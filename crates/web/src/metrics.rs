//! What `/metrics` shows, in the Prometheus text format.

use app::App;
use axum::http::Method;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// Upper bounds of the latency buckets, in seconds.
const LATENCY: [f64; 12] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

/// Counters of the doors, and those of the rooms behind them.
pub struct Metrics {
    registry: Registry,
    requests: Family<Answered, Histogram, fn() -> Histogram>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    dialect: &'static str,
    method: &'static str,
    route: String,
    status: u16,
}

impl Metrics {
    /// Counters at zero, and the app's own.
    pub(crate) fn new(app: &App) -> Self {
        let mut registry = Registry::with_prefix("cartwright");
        let requests: Family<Answered, Histogram, fn() -> Histogram> =
            Family::new_with_constructor(|| Histogram::new(LATENCY));
        registry.register("request_seconds", "Requests answered, by their seconds", requests.clone());
        app.register_metrics(&mut registry);
        Self { registry, requests }
    }

    pub(crate) fn answered(
        &self,
        dialect: &'static str,
        method: &Method,
        route: &str,
        status: u16,
        seconds: f64,
    ) {
        let answered = Answered { dialect, method: known(method), route: route.to_owned(), status };
        self.requests.get_or_create(&answered).observe(seconds);
    }

    /// The page that Prometheus reads.
    pub fn page(&self) -> String {
        let mut page = String::new();
        // Writing to a text cannot fail.
        let _ = encode(&mut page, &self.registry);
        page
    }
}

/// The verbs that are counted one by one; a client may make up any number of others.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}
