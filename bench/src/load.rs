//! The load: what is asked of a server, by wrk with the scripts in `wrk/`.

use std::{
    net::SocketAddr,
    path::PathBuf,
    process::Stdio,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use tokio::{
    process::{Child, Command},
    time::timeout,
};

/// Which store the server is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Database {
    /// The embedded one.
    Sqlite,
    /// A private server of Debian's package.
    Postgres,
}

/// What a shopper does.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Action {
    /// One more of a product that is in the cart, durable before the answer.
    Add,
    /// The cart of five lines.
    Get,
    /// A page of products.
    List,
    /// A page of very many products.
    Large,
    /// One product.
    Detail,
    /// The SKUs of one product.
    Skus,
    /// A page of what two characters find.
    Search,
    /// One more product on a wishlist, durable before the answer.
    Wish,
}

/// One action through one dialect.
#[derive(Clone, Copy)]
pub(crate) struct Scenario {
    pub(crate) action: Action,
    pub(crate) dialect: &'static str,
}

/// Every scenario, in the report's order.
pub(crate) fn scenarios() -> Vec<Scenario> {
    use Action::{Add, Detail, Get, Large, List, Search, Skus, Wish};
    let by_dialect: [(Action, &[&str]); 8] = [
        (Add, &["mt", "wangmarket", "hamgam", "anqicms"]),
        (Get, &["mt", "wangmarket", "hamgam", "anqicms"]),
        // The mt document has no product list.
        (List, &["wangmarket", "hamgam", "anqicms", "lexi"]),
        (Large, &["lexi"]),
        (Detail, &["lexi"]),
        (Skus, &["lexi"]),
        (Search, &["lexi"]),
        (Wish, &["lexi"]),
    ];
    let scenario = |(action, dialects): (Action, &[&'static str])| {
        dialects.iter().map(|dialect| Scenario { action, dialect }).collect::<Vec<_>>()
    };
    by_dialect.into_iter().flat_map(scenario).collect()
}

impl Action {
    /// As the scripts call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Get => "get",
            Self::List => "list",
            Self::Large => "large",
            Self::Detail => "detail",
            Self::Skus => "skus",
            Self::Search => "search",
            Self::Wish => "wish",
        }
    }

    /// The part of the ceiling that must be reached; on PostgreSQL adds are held against its own upserts.
    pub(crate) fn target(self, database: Database) -> Option<f64> {
        match (self, database) {
            (Self::Get, Database::Postgres) => Some(0.35),
            (_, Database::Postgres) | (Self::Wish, _) => None,
            (Self::Add, _) => Some(0.35),
            (Self::Get, _) => Some(0.6),
            (Self::List | Self::Large, _) => Some(0.4),
            (Self::Detail | Self::Skus, _) => Some(0.5),
            (Self::Search, _) => Some(0.25),
        }
    }
}

impl Scenario {
    /// As the report calls it.
    pub(crate) fn name(self) -> String {
        format!("{} {}", self.action.name(), self.dialect)
    }
}

/// What a load is for.
#[derive(Clone, Copy)]
pub(crate) enum Way {
    /// Measuring: random carts, whose replies are not read.
    Fast,
    /// Judging every reply.
    Check,
    /// Meeting one cart after the other, so that the server knows them all.
    Each,
}

/// How a server is loaded.
pub(crate) struct Load {
    pub(crate) connections: u32,
    pub(crate) products: usize,
    /// A file of tokens, one a line; the script counts carts from its first. Beside it are `rids`, public ids of the
    /// products in order, and `customers`, credentials for HTTP Basic.
    pub(crate) tokens: PathBuf,
    /// Runs so far: each draws other carts, products and pages.
    pub(crate) runs: AtomicU32,
}

/// What wrk saw.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Measured {
    pub(crate) per_second: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    /// Failed connections, timeouts, error statuses and, when replies are read, wrong bodies.
    pub(crate) errors: f64,
    /// The replies' bodies on average; 0 when replies are not read.
    pub(crate) body_bytes: f64,
    /// Beginning of the first wrong reply.
    pub(crate) first_wrong: String,
}

impl Measured {
    /// Itself, unless something went wrong.
    pub(crate) fn faultless(self) -> Result<Self> {
        ensure!(self.errors == 0.0, "{:.0} errors, such as: {}", self.errors, self.first_wrong);
        Ok(self)
    }

    /// Several rounds as one: means, but the p99 of the worst round and the errors of all.
    pub(crate) fn over(rounds: &[Self]) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "there are sixty rounds at most")]
        let count = rounds.len() as f64;
        let mean = |value: fn(&Self) -> f64| rounds.iter().map(value).sum::<f64>() / count;
        Self {
            per_second: mean(|round| round.per_second),
            p50_ms: mean(|round| round.p50_ms),
            p99_ms: rounds.iter().map(|round| round.p99_ms).fold(0.0, f64::max),
            errors: rounds.iter().map(|round| round.errors).sum(),
            body_bytes: mean(|round| round.body_bytes),
            first_wrong: rounds
                .iter()
                .map(|round| round.first_wrong.clone())
                .find(|wrong| !wrong.is_empty())
                .unwrap_or_default(),
        }
    }
}

impl Load {
    /// Loads servers together for so many seconds.
    pub(crate) async fn run(
        &self,
        scenario: Scenario,
        at: &[SocketAddr],
        seconds: u64,
        way: Way,
    ) -> Result<Measured> {
        let connections = self.connections.div_ceil(u32::try_from(at.len())?);
        let started = at.iter().map(|address| self.start(scenario, *address, connections, seconds, way));
        let mut parts = Vec::new();
        for wrk in started.collect::<Result<Vec<_>>>()? {
            let output = timeout(Duration::from_secs(seconds + 20), wrk.wait_with_output());
            let output = output.await.context("wrk does not end")??;
            let text = String::from_utf8_lossy(&output.stdout);
            match measured(&text) {
                Some(measured) => parts.push(measured),
                None => bail!("wrk failed: {text}{}", String::from_utf8_lossy(&output.stderr)),
            }
        }
        Ok(Measured { per_second: parts.iter().map(|part| part.per_second).sum(), ..Measured::over(&parts) })
    }

    fn start(
        &self,
        scenario: Scenario,
        at: SocketAddr,
        connections: u32,
        seconds: u64,
        way: Way,
    ) -> Result<Child> {
        let mut wrk = Command::new("wrk");
        wrk.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/wrk")).stdin(Stdio::null()).kill_on_drop(true);
        wrk.args(["-t1", "--latency", "-s", "load.lua"]).arg(format!("-c{connections}"));
        wrk.arg(format!("-d{seconds}s")).arg(format!("http://{at}")).args(["--", scenario.dialect]);
        wrk.arg(scenario.action.name()).arg(&self.tokens).arg(self.products.to_string());
        wrk.arg(self.runs.fetch_add(1, Ordering::Relaxed).to_string());
        wrk.args(match way {
            Way::Fast => None,
            Way::Check => Some("check"),
            Way::Each => Some("each"),
        });
        wrk.stdout(Stdio::piped()).stderr(Stdio::piped());
        wrk.spawn().context("wrk cannot be started; Debian has it as the package wrk")
    }
}

/// Reads the script's two lines out of what wrk printed.
fn measured(text: &str) -> Option<Measured> {
    let line = text.lines().find_map(|line| line.strip_prefix("measured "))?;
    let field = |name: &str| -> Option<f64> {
        let (_, value) =
            line.split(' ').filter_map(|field| field.split_once('=')).find(|(key, _)| *key == name)?;
        value.parse().ok()
    };
    let requests = field("requests")?;
    Some(Measured {
        per_second: requests * 1e6 / field("us")?,
        p50_ms: field("p50_us")? / 1e3,
        p99_ms: field("p99_us")? / 1e3,
        errors: field("errors")?,
        body_bytes: field("bytes")? / requests.max(1.0),
        first_wrong: text.lines().find_map(|line| line.strip_prefix("wrong "))?.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scripts_lines_are_understood() {
        let text = "Running\nmeasured requests=400 us=2000000 p50_us=900 p99_us=2500 errors=1 bytes=4000\nwrong 500 oh\n";
        let expected = Measured {
            per_second: 200.0,
            p50_ms: 0.9,
            p99_ms: 2.5,
            errors: 1.0,
            body_bytes: 10.0,
            first_wrong: "500 oh".into(),
        };
        assert_eq!(measured(text), Some(expected));
        assert_eq!(measured("unable to connect"), None);
    }
}
