//! What `/metrics` shows, in the Prometheus text format.

use app::App;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// Upper bounds of the latency buckets, in seconds.
const LATENCY: [f64; 12] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

/// Counters of the doors, and those of the rooms behind them.
pub struct Metrics {
    registry: Registry,
    requests: Family<Answered, Counter>,
    latency: Family<Route, Histogram, fn() -> Histogram>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    dialect: &'static str,
    method: String,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    dialect: &'static str,
    route: String,
}

impl Metrics {
    /// Counters at zero, and the app's own.
    pub(crate) fn new(app: &App) -> Self {
        let mut registry = Registry::with_prefix("cartwright");
        let requests = Family::default();
        registry.register("requests", "Requests answered", requests.clone());
        let latency: Family<Route, Histogram, fn() -> Histogram> =
            Family::new_with_constructor(|| Histogram::new(LATENCY));
        registry.register("request_seconds", "Time from request to reply", latency.clone());
        app.register_metrics(&mut registry);
        Self { registry, requests, latency }
    }

    pub(crate) fn answered(
        &self,
        dialect: &'static str,
        method: &str,
        route: &str,
        status: u16,
        seconds: f64,
    ) {
        let (method, route) = (method.to_owned(), route.to_owned());
        self.latency.get_or_create(&Route { dialect, route: route.clone() }).observe(seconds);
        self.requests.get_or_create(&Answered { dialect, method, route, status }).inc();
    }

    /// The page that Prometheus reads.
    pub fn page(&self) -> String {
        let mut page = String::new();
        // Writing to a text cannot fail.
        let _ = encode(&mut page, &self.registry);
        page
    }
}
