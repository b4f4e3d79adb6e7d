//! One run: make a shop, start the server, load it scenario by scenario, and hold each against the ceiling.

use std::{
    env, fs,
    path::{self, Path, PathBuf},
    process::Stdio,
    sync::atomic::AtomicU32,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use tokio::{
    process::Command,
    time::{sleep, timeout},
};

use crate::{
    catalogue, growth,
    load::{Action, Load, Measured, Scenario, scenarios},
    machine::Machine,
    report::{Report, Row},
    seed::seed,
    server::Server,
};

/// Neither the import nor the carts may take longer.
const PREPARATION: Duration = Duration::from_mins(10);

/// Seconds for which every reply is read and judged, before the measurement.
const CHECK_SECONDS: u64 = 2;

/// Seconds that server and ceiling get to warm up.
const WARM_UP_SECONDS: u64 = 3;

/// What to measure, and how long.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Seconds of load per round, and again for the ceiling.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// Rounds per scenario; in each the server is loaded, then its ceiling.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=60))]
    rounds: u32,
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    connections: u32,
    /// Products in the generated catalogue; the lists need 1,500.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1_500..=1_000_000))]
    products: u32,
    /// Products in the catalogue of the row `large`.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(i64).range(1_500..=1_000_000))]
    large: i64,
    /// Guests with a cart of five lines.
    #[arg(long, default_value_t = 50_000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    carts: u32,
    /// Only scenarios whose name holds this, like `get` or `list hamgam`; their results are not kept.
    #[arg(long)]
    only: Option<String>,
    /// The server's program.
    #[arg(long, default_value_os_t = beside_this("cartwright"))]
    server: PathBuf,
    /// A folder for the shop, made anew; its disk is the one that commits go to.
    #[arg(long, default_value_os_t = beside_this("bench-shop"))]
    scratch: PathBuf,
    /// Use the shop that an earlier run has left in the scratch folder.
    #[arg(long)]
    reuse: bool,
    /// Where the results are kept.
    #[arg(long, default_value = "bench/results.md")]
    results: PathBuf,
}

impl Options {
    /// Keeps the report of a whole run.
    pub(crate) fn keep(&self, report: &Report) -> Result<()> {
        if self.only.is_some() {
            return Ok(());
        }
        fs::write(&self.results, report.to_string())
            .with_context(|| format!("cannot write {}", self.results.display()))
    }

    fn data(&self) -> PathBuf {
        self.scratch.join("data")
    }

    /// Written last, so that it stands for a whole shop.
    fn tokens(&self) -> PathBuf {
        self.scratch.join("tokens")
    }
}

/// Measures everything and reports; whatever it has started ends with it.
pub(crate) async fn run(options: &Options) -> Result<Report> {
    let is_chosen = |scenario: &Scenario| {
        options.only.as_ref().is_none_or(|only| scenario.name().contains(only.as_str()))
    };
    let chosen: Vec<Scenario> = scenarios().into_iter().filter(is_chosen).collect();
    ensure!(!chosen.is_empty(), "no scenario has that name");
    ensure!(options.server.is_file(), "no program at {}; scripts/bench builds it", options.server.display());

    let import_took = if options.reuse { None } else { Some(make_shop(options).await?.as_secs_f64()) };
    ensure!(options.tokens().is_file(), "no shop in {}; leave --reuse out once", options.scratch.display());
    let machine = Machine::look(&options.scratch)?;

    let server = start_server(options, &options.data(), &options.scratch.join("serve.log")).await?;
    // What was only needed for the start is given back by then.
    sleep(Duration::from_secs(1)).await;
    let (ready_after, idle_resident) = (server.ready_after.as_secs_f64(), server.resident()?);

    let tokens = path::absolute(options.tokens())?; // the scripts run in their own folder
    let load = Load {
        connections: options.connections,
        products: options.products as usize,
        tokens,
        runs: AtomicU32::new(1),
    };
    let mut rows = Vec::new();
    for scenario in chosen.iter().filter(|scenario| scenario.action != Action::Large) {
        println!("{} …", scenario.name());
        rows.push(measure(&server, &load, *scenario, options).await?);
    }
    drop(server);
    for scenario in chosen.iter().filter(|scenario| scenario.action == Action::Large) {
        let data = make_large_shop(options).await?;
        let server = start_server(options, &data, &options.scratch.join("serve-large.log")).await?;
        println!("{} …", scenario.name());
        rows.push(measure(&server, &load, *scenario, options).await?);
    }
    let setting = format!(
        "{} products, {} in the row large, {} carts of 5 lines, wrk with {} connections, {} rounds of {} s per row, in turns with its ceiling",
        options.products, options.large, options.carts, options.connections, options.rounds, options.seconds
    );
    Ok(Report { machine, setting, import_took, ready_after, idle_resident, rows })
}

/// Writes, imports and fills a shop; says how long the import took.
async fn make_shop(options: &Options) -> Result<Duration> {
    if options.scratch.exists() {
        // A folder that is not ours is not ours to delete.
        ensure!(options.data().exists(), "{} holds something else", options.scratch.display());
        fs::remove_dir_all(&options.scratch)?;
    }
    fs::create_dir_all(options.data())?;
    let file = options.scratch.join("catalogue.csv");
    catalogue::write(&file, options.products as usize)?;

    println!("importing {} products …", options.products);
    let started = Instant::now();
    let mut import = Command::new(&options.server);
    import.arg("import").arg(&file);
    finish(import, &options.data()).await?;
    let took = started.elapsed();
    println!("making the search index …");
    let mut reindex = Command::new(&options.server);
    reindex.arg("reindex");
    finish(reindex, &options.data()).await?;

    println!("filling {} carts …", options.carts);
    let data = options.data();
    let seeding = seed(&data, options.carts as usize, options.products as usize);
    let seeded = timeout(PREPARATION, seeding).await.context("the carts are not filled in time")??;
    fs::write(options.scratch.join("customers"), seeded.customers.join("\n") + "\n")?;
    fs::write(options.scratch.join("rids"), seeded.rids.join("\n") + "\n")?;
    fs::write(options.tokens(), seeded.tokens.join("\n") + "\n")?;
    Ok(took)
}

/// Fills the shop of the row `large` and makes its search index, unless an earlier run has; gives its data folder.
async fn make_large_shop(options: &Options) -> Result<PathBuf> {
    let scratch = options.scratch.with_file_name("bench-growth");
    println!("filling {} products …", options.large);
    let data = growth::make(&scratch, options.large).await?;
    if !data.join("search").exists() {
        println!("making their search index …");
        let mut reindex = Command::new(&options.server);
        reindex.arg("reindex");
        finish(reindex, &data).await?;
    }
    Ok(data)
}

/// Runs a command of the server's program on a shop to its end.
async fn finish(mut command: Command, data: &Path) -> Result<()> {
    command.arg("--data").arg(data).stdin(Stdio::null()).kill_on_drop(true);
    let output = timeout(PREPARATION, command.output()).await.context("a command does not end")??;
    ensure!(output.status.success(), "a command failed: {}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

async fn start_server(options: &Options, data: &Path, log: &Path) -> Result<Server> {
    let mut serve = Command::new(&options.server);
    serve.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(data);
    Server::start(serve, log).await
}

async fn start_ceiling(size: f64, scratch: &Path) -> Result<Server> {
    let mut ceiling = Command::new(env::current_exe()?);
    ceiling.args(["ceiling", "--size", &format!("{size:.0}")]);
    Server::start(ceiling, &scratch.join("ceiling.log")).await
}

async fn measure(server: &Server, load: &Load, scenario: Scenario, options: &Options) -> Result<Row> {
    let checked = load.run(scenario, server.address, CHECK_SECONDS, true).await?;
    let ceiling = start_ceiling(checked.body_bytes, &options.scratch).await?;
    for address in [server.address, ceiling.address] {
        load.run(scenario, address, WARM_UP_SECONDS, false).await?;
    }
    // In turns, since a shared machine is faster at one time than at another.
    let commits = server.commits().await;
    let (mut measured, mut reached) = (Vec::new(), Vec::new());
    for _ in 0..options.rounds {
        measured.push(load.run(scenario, server.address, options.seconds, false).await?);
        reached.push(load.run(scenario, ceiling.address, options.seconds, false).await?);
    }
    let fsyncs = commits.zip(server.commits().await).map(|(before, after)| after - before);
    let resident = server.resident()?;
    let mut measured = Measured::over(&measured);
    measured.errors += checked.errors;
    measured.first_wrong = checked.first_wrong;
    let (ceiling, body_bytes) = (Measured::over(&reached), checked.body_bytes);
    Ok(Row { scenario, server: measured, ceiling, body_bytes, fsyncs, resident })
}

/// A path beside this program.
fn beside_this(name: &str) -> PathBuf {
    env::current_exe().unwrap_or_default().with_file_name(name)
}
