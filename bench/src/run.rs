//! One run: make a shop, start the server, load it scenario by scenario, and hold each against the ceiling.

use std::{
    env, fs,
    io::{self, Write as _},
    net::SocketAddr,
    path::{self, Path, PathBuf},
    process::Stdio,
    sync::atomic::AtomicU32,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use postgres_server::Postgres;
use tokio::{
    process::Command,
    time::{sleep, timeout},
};

use crate::{
    catalogue, growth,
    load::{Action, Database, Load, Measured, Scenario, Way, scenarios},
    machine::Machine,
    postgres,
    report::{Report, Row, Spread},
    seed::seed,
    server::Server,
};

/// Neither the import nor the carts may take longer.
const PREPARATION: Duration = Duration::from_mins(10);

/// Seconds for which every reply is read and judged, before the measurement.
const CHECK_SECONDS: u64 = 2;

/// Seconds that server and ceiling get to warm up.
const WARM_UP_SECONDS: u64 = 3;

/// The same on PostgreSQL, which logs each page as a whole when it is first changed after a checkpoint.
const POSTGRES_WARM_UP_SECONDS: u64 = 10;

/// Seconds in which a server meets every cart, before anything is measured.
const MEETING_SECONDS: u64 = 5;

/// The same on PostgreSQL, where a cart that is read for the first time costs more than in the process.
const POSTGRES_MEETING_SECONDS: u64 = 15;

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
    /// The store under the server.
    #[arg(long, value_enum, default_value_t = Database::Sqlite)]
    database: Database,
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
    /// Where the results are kept; bench/results.md or bench/results-postgres.md unless said.
    #[arg(long)]
    results: Option<PathBuf>,
}

impl Options {
    /// Keeps the report of a whole run.
    pub(crate) fn keep(&self, report: &Report) -> Result<()> {
        if self.only.is_some() {
            return Ok(());
        }
        let usual = match self.database {
            Database::Sqlite => "bench/results.md",
            Database::Postgres => "bench/results-postgres.md",
        };
        let file = self.results.clone().unwrap_or_else(|| usual.into());
        fs::write(&file, report.to_string()).with_context(|| format!("cannot write {}", file.display()))
    }

    fn data(&self) -> PathBuf {
        self.scratch.join("data")
    }

    fn postgres(&self) -> PathBuf {
        self.scratch.join("postgres")
    }

    /// Written last, so that it stands for a whole shop.
    fn tokens(&self) -> PathBuf {
        self.scratch.join("tokens")
    }
}

/// Where a shop is: its folder, and its database unless that is in the folder.
struct Place {
    data: PathBuf,
    postgres: Option<Postgres>,
}

impl Place {
    /// Says so to a command.
    fn name_to(&self, command: &mut Command) {
        command.arg("--data").arg(&self.data);
        if let Some(postgres) = &self.postgres {
            command.args(["--database", &postgres.address()]);
        }
    }
}

/// Measures everything and reports; whatever it has started ends with it.
pub(crate) async fn run(options: &Options) -> Result<Report> {
    let database = options.database;
    let is_chosen = |scenario: &Scenario| {
        (database == Database::Sqlite || matches!(scenario.action, Action::Add | Action::Get | Action::List))
            && options.only.as_ref().is_none_or(|only| scenario.name().contains(only.as_str()))
    };
    let chosen: Vec<Scenario> = scenarios().into_iter().filter(is_chosen).collect();
    ensure!(!chosen.is_empty(), "no scenario has that name");
    ensure!(options.server.is_file(), "no program at {}; scripts/bench builds it", options.server.display());
    ensure!(!options.reuse || database == Database::Sqlite, "a PostgreSQL of the bench ends with its run");

    let mut place = Place { data: options.data(), postgres: None };
    let import_took =
        if options.reuse { None } else { Some(make_shop(options, &mut place).await?.as_secs_f64()) };
    ensure!(options.tokens().is_file(), "no shop in {}; leave --reuse out once", options.scratch.display());
    let machine = Machine::look(&options.scratch)?;

    let server = start_server(options, &place, "serve.log").await?;
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
    let meet = async |server: &Server| {
        let seconds = if place.postgres.is_some() { POSTGRES_MEETING_SECONDS } else { MEETING_SECONDS };
        let get = Scenario { dialect: "mt", action: Action::Get };
        load.run(get, &[server.address], seconds, Way::Each).await.map(drop)
    };
    meet(&server).await?;
    let (mut rows, mut spreads) = (Vec::new(), Vec::new());
    for scenario in chosen.iter().filter(|scenario| scenario.action != Action::Large) {
        rows.push(measure(&server, &load, *scenario, options, &place).await?);
    }
    if database == Database::Postgres {
        let beside = |number: u8| options.scratch.join(format!("data-{number}"));
        let others = [
            start_beside(options, &place, &beside(2), "serve-2.log").await?,
            start_beside(options, &place, &beside(3), "serve-3.log").await?,
        ];
        for other in &others {
            meet(other).await?;
        }
        let servers = [server.address, others[0].address, others[1].address];
        for scenario in
            chosen.iter().filter(|scenario| ["add mt", "get mt", "list hamgam"].contains(&&*scenario.name()))
        {
            let spread = spread(&servers, &load, *scenario, options).await?;
            println!("{} of one to three servers: {:.0?}/s", scenario.name(), spread.per_second);
            spreads.push(spread);
        }
    }
    drop(server);
    for scenario in chosen.iter().filter(|scenario| scenario.action == Action::Large) {
        let place = Place { data: make_large_shop(options).await?, postgres: None };
        let server = start_server(options, &place, "serve-large.log").await?;
        rows.push(measure(&server, &load, *scenario, options, &place).await?);
    }
    let large = match database {
        Database::Sqlite => format!("{} in the row large, ", options.large),
        Database::Postgres => "on PostgreSQL, ".to_owned(),
    };
    let setting = format!(
        "{} products, {large}{} carts of 5 lines, wrk with {} connections, {} rounds of {} s per row, in turns with its ceiling",
        options.products, options.carts, options.connections, options.rounds, options.seconds
    );
    Ok(Report { machine, setting, import_took, ready_after, idle_resident, database, rows, spreads })
}

/// Writes, imports and fills a shop; says how long the import took.
async fn make_shop(options: &Options, place: &mut Place) -> Result<Duration> {
    if options.scratch.exists() {
        // A folder that is not ours is not ours to delete.
        ensure!(options.data().exists(), "{} holds something else", options.scratch.display());
        fs::remove_dir_all(&options.scratch)?;
    }
    fs::create_dir_all(options.data())?;
    if options.database == Database::Postgres {
        place.postgres = Some(postgres::start(&options.postgres(), options.carts)?);
    }
    let file = options.scratch.join("catalogue.csv");
    catalogue::write(&file, options.products as usize)?;

    let mut migrate = Command::new(&options.server);
    migrate.arg("migrate");
    finish(migrate, place).await?;
    println!("importing {} products …", options.products);
    let started = Instant::now();
    let mut import = Command::new(&options.server);
    import.arg("import").arg(&file);
    finish(import, place).await?;
    let took = started.elapsed();
    println!("making the search index …");
    let mut reindex = Command::new(&options.server);
    reindex.arg("reindex");
    finish(reindex, place).await?;

    println!("filling {} carts …", options.carts);
    let database = match &place.postgres {
        None => store::Database::Sqlite(place.data.join("cartwright.db")),
        Some(postgres) => store::Database::Postgres(postgres.address()),
    };
    let seeding = seed(database, options.carts as usize, options.products as usize);
    let seeded = timeout(PREPARATION, seeding).await.context("the carts are not filled in time")??;
    if let Some(postgres) = &place.postgres {
        // As the server does by itself a minute later.
        postgres.sql("analyze")?;
    }
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
        finish(reindex, &Place { data: data.clone(), postgres: None }).await?;
    }
    Ok(data)
}

/// Runs a command of the server's program on a shop to its end.
async fn finish(mut command: Command, place: &Place) -> Result<()> {
    place.name_to(&mut command);
    command.stdin(Stdio::null()).kill_on_drop(true);
    let output = timeout(PREPARATION, command.output()).await.context("a command does not end")??;
    ensure!(output.status.success(), "a command failed: {}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

async fn start_server(options: &Options, place: &Place, log: &str) -> Result<Server> {
    start_beside(options, place, &place.data, log).await
}

/// Starts a server that has a folder of its own.
async fn start_beside(options: &Options, place: &Place, data: &Path, log: &str) -> Result<Server> {
    let address = place.postgres.as_ref().map(Postgres::address);
    Server::serve(&options.server, data, address.as_deref(), &options.scratch.join(log)).await
}

async fn start_ceiling(size: f64, scratch: &Path) -> Result<Server> {
    let mut ceiling = Command::new(env::current_exe()?);
    ceiling.args(["ceiling", "--size", &format!("{size:.0}")]);
    Server::start(ceiling, &scratch.join("ceiling.log")).await
}

async fn measure(
    server: &Server,
    load: &Load,
    scenario: Scenario,
    options: &Options,
    place: &Place,
) -> Result<Row> {
    print!("{} … ", scenario.name());
    io::stdout().flush()?;
    let checked = load.run(scenario, &[server.address], CHECK_SECONDS, Way::Check).await?;
    let ceiling = start_ceiling(checked.body_bytes, &options.scratch).await?;
    let warm_up = if place.postgres.is_some() { POSTGRES_WARM_UP_SECONDS } else { WARM_UP_SECONDS };
    load.run(scenario, &[server.address], warm_up, Way::Fast).await?;
    load.run(scenario, &[ceiling.address], WARM_UP_SECONDS, Way::Fast).await?;
    if let (Action::Add, Some(postgres)) = (scenario.action, &place.postgres) {
        let Options { connections, carts, .. } = *options;
        postgres::upserts(postgres, &options.postgres(), connections, carts, warm_up).await?;
    }
    // In turns, since a shared machine is faster at one time than at another.
    let commits = server.commits().await;
    let (mut measured, mut reached, mut upserts) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..options.rounds {
        measured.push(load.run(scenario, &[server.address], options.seconds, Way::Fast).await?);
        reached.push(load.run(scenario, &[ceiling.address], options.seconds, Way::Fast).await?);
        if let (Action::Add, Some(postgres)) = (scenario.action, &place.postgres) {
            let Options { connections, carts, seconds, .. } = *options;
            upserts
                .push(postgres::upserts(postgres, &options.postgres(), connections, carts, seconds).await?);
        }
    }
    let fsyncs = commits.zip(server.commits().await).map(|(before, after)| after - before);
    let resident = server.resident()?;
    let mut measured = Measured::over(&measured);
    measured.errors += checked.errors;
    measured.first_wrong = checked.first_wrong;
    let (ceiling, body_bytes) = (Measured::over(&reached), checked.body_bytes);
    let upserts = (!upserts.is_empty()).then(|| mean(&upserts));
    let row = Row { scenario, server: measured, ceiling, body_bytes, fsyncs, resident, upserts };
    println!("{}", row.summary());
    Ok(row)
}

/// What one, two and more of these servers do together, in turns.
async fn spread(
    servers: &[SocketAddr],
    load: &Load,
    scenario: Scenario,
    options: &Options,
) -> Result<Spread> {
    let mut rates = vec![Vec::new(); servers.len()];
    load.run(scenario, servers, WARM_UP_SECONDS, Way::Fast).await?;
    for _ in 0..options.rounds {
        for (rates, count) in rates.iter_mut().zip(1..) {
            let measured = load.run(scenario, &servers[..count], options.seconds, Way::Fast).await?;
            rates.push(measured.faultless()?.per_second);
        }
    }
    Ok(Spread { scenario, per_second: rates.iter().map(|rates| mean(rates)).collect() })
}

#[expect(clippy::cast_precision_loss, reason = "there are sixty rounds at most")]
fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// A path beside this program.
pub(crate) fn beside_this(name: &str) -> PathBuf {
    env::current_exe().unwrap_or_default().with_file_name(name)
}
