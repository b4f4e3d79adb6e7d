//! How reading a cart and adding to it grow with the cart lines that a store holds, on both stores: fills them with SQL, asks
//! in process, and then over HTTP.

use std::{
    array, fs,
    path::{self, Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use app::Clock;
use domain::{
    id::{ListingId, OwnerId, SkuId, StoreId},
    limits::MAX_LINE_QUANTITY,
    product::{Product, Sku, Status},
    time::Timestamp,
};
use postgres_server::Postgres;
use rusqlite::Connection;
use sha2::{Digest, Sha256};
use store::{Database, Options, Store, cart, cart::NewLine, product, product::Desk, shop};
use tokio::task::JoinSet;

use crate::{
    growth::made_up,
    load::{Action, Load, Measured, Scenario, Way},
    postgres, run,
    server::Server,
};

/// Lines in every cart, one of each product there is.
const LINES: i64 = 5;
/// How many ask at once in process, and how many carts they read in each round; as many are added to. The last keep both
/// cores busy: what a request takes then is mostly waiting for the others.
const CLIENTS: [(usize, usize); 2] = [(1, 200), (64, 5000)];
/// Rounds that are measured.
const ROUNDS: usize = 40;
/// Rounds before them, as a store has behind it that serves for a while.
const WARM_UP: usize = 20;
/// How many times as long anything may take in a larger store as in the smallest.
const MOST: f64 = 1.5;
/// Connections of the load over HTTP, which keep both cores busy.
const CONNECTIONS: u32 = 64;
/// Rounds over HTTP, of a second each.
const SERVED_ROUNDS: usize = 20;
/// Seconds in which a server meets its shoppers and warms up.
const MEETING_SECONDS: u64 = 10;
/// Seconds from now at which the shoppers' tokens end.
const A_DAY: i64 = 86_400;

/// What to fill.
#[derive(clap::Args)]
pub(crate) struct Carts {
    /// Cart lines in each store, the fewest first.
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "50000,1000000,10000000",
        value_parser = clap::value_parser!(i64).range(LINES..)
    )]
    lines: Vec<i64>,
    /// A new folder for the stores, which is deleted at the end.
    #[arg(long)]
    scratch: PathBuf,
    /// Shoppers that ask over HTTP, as many in each store where it has as many.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(i64).range(1..))]
    shoppers: i64,
    /// The server's program.
    #[arg(long, default_value_os_t = run::beside_this("cartwright"))]
    server: PathBuf,
}

/// One store full of carts.
struct Filled {
    database: Database,
    /// Its data folder, which is the server's, too.
    data: PathBuf,
    carts: i64,
}

/// A store that is asked in process.
struct Asked {
    store: Store,
    carts: i64,
    /// How many were asked for.
    gone_through: i64,
    /// By `CLIENTS`.
    gets: [Vec<Duration>; CLIENTS.len()],
    adds: [Vec<Duration>; CLIENTS.len()],
}

impl Asked {
    /// Carts are always read: those in memory cost the same in every store.
    fn open(filled: &Filled) -> Result<Self> {
        let options = Options { cached_carts: 0, ..Options::new(filled.database.clone()) };
        let store = Store::open(&options)?;
        Ok(Self {
            store,
            carts: filled.carts,
            gone_through: 0,
            gets: Default::default(),
            adds: Default::default(),
        })
    }

    /// The next carts, which lie anywhere; those of a small store come again.
    fn next(&mut self, count: usize) -> Vec<OwnerId> {
        let numbers = std::iter::repeat_with(|| {
            self.gone_through += 1;
            self.gone_through % self.carts
        });
        numbers.take(count).map(owner).collect()
    }
}

/// What getting a cart takes, and adding to it: the p50 in milliseconds.
type Took = (f64, f64);

/// Prints what getting a cart and adding to it take, by how many lines there are.
pub(crate) async fn carts(options: &Carts) -> Result<()> {
    let Carts { lines, scratch, .. } = options;
    ensure!(!scratch.exists(), "{} is there already", scratch.display());
    ensure!(options.server.is_file(), "no program at {}; scripts/bench builds it", options.server.display());
    fs::create_dir_all(scratch)?;
    println!("| store | clients | lines | get p50 | add p50 | get, of the fewest | add, of the fewest |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
    let mut files = Vec::new();
    for lines in lines {
        files.push(in_file(&scratch.join(lines.to_string()), *lines).await?);
    }
    let mut grown = measure("SQLite", options, &files).await?;
    let server = postgres::start(&scratch.join("postgres"), 1)?;
    let mut databases = Vec::new();
    for lines in lines {
        databases.push(on_server(&server, &scratch.join(format!("data-{lines}")), *lines).await?);
    }
    grown = grown.max(measure("PostgreSQL", options, &databases).await?);
    drop(server);
    fs::remove_dir_all(scratch).context("the scratch folder cannot be deleted")?;
    ensure!(grown <= MOST, "{grown:.3} times as long in a larger store, at most {MOST} wanted");
    Ok(())
}

/// Tells how many times as long as in the smallest store it took where that is worst.
async fn measure(name: &str, options: &Carts, stores: &[Filled]) -> Result<f64> {
    let mut grown = 1.0_f64;
    let [alone, together] = ask(stores).await?;
    let over_http = serve(options, stores).await?;
    // No limit for a store that does nothing but read carts nobody has asked for in a while, on both cores.
    let [one, many] = CLIENTS.map(|(clients, _)| clients.to_string());
    let served = format!("{CONNECTIONS} over HTTP");
    let rows = [(one, alone, true), (many, together, false), (served, over_http, true)];
    for (clients, took, is_limited) in rows {
        let (least_get, least_add) = took[0];
        for ((get, add), lines) in took.into_iter().zip(&options.lines) {
            let (gets, adds) = (get / least_get, add / least_add);
            println!("| {name} | {clients} | {lines} | {get:.3} ms | {add:.3} ms | {gets:.2} | {adds:.2} |");
            if is_limited {
                grown = grown.max(gets).max(adds);
            }
        }
    }
    Ok(grown)
}

/// In process, by `CLIENTS` and then by store. All stores in turns, since a shared machine is faster at one time than at
/// another.
async fn ask(stores: &[Filled]) -> Result<[Vec<Took>; CLIENTS.len()]> {
    let mut stores = stores.iter().map(Asked::open).collect::<Result<Vec<_>>>()?;
    for round in 0..WARM_UP + ROUNDS {
        for (at, (clients, count)) in CLIENTS.into_iter().enumerate() {
            for asked in &mut stores {
                let owners = asked.next(count);
                let gets = timed(&asked.store, clients, owners, false).await?;
                let owners = asked.next(count);
                let adds = timed(&asked.store, clients, owners, true).await?;
                if round >= WARM_UP {
                    asked.gets[at].extend(gets);
                    asked.adds[at].extend(adds);
                }
            }
        }
    }
    for asked in &stores {
        asked.store.close();
    }
    Ok(array::from_fn(|at| {
        stores.iter_mut().map(|asked| (median(&mut asked.gets[at]), median(&mut asked.adds[at]))).collect()
    }))
}

/// Over HTTP, by store: each has a server with its usual settings, and they take turns.
async fn serve(options: &Carts, stores: &[Filled]) -> Result<Vec<Took>> {
    let mut servers = Vec::new();
    for filled in stores {
        let server = Server::serve(
            &options.server,
            &filled.data,
            address(&filled.database),
            &filled.data.join("serve.log"),
        )
        .await?;
        let tokens = filled.data.join("tokens");
        fs::write(
            &tokens,
            (0..options.shoppers.min(filled.carts)).map(|number| secret(number) + "\n").collect::<String>(),
        )?;
        let tokens = path::absolute(tokens)?; // the script runs in its own folder
        let load = Load {
            connections: CONNECTIONS,
            products: usize::try_from(LINES)?,
            tokens,
            runs: AtomicU32::new(1),
        };
        servers.push((server, load));
    }
    let [get, add] = [Action::Get, Action::Add].map(|action| Scenario { dialect: "mt", action });
    for (server, load) in &servers {
        load.run(get, &[server.address], MEETING_SECONDS, Way::Each).await?;
        load.run(get, &[server.address], 1, Way::Check).await?.faultless()?;
        load.run(add, &[server.address], 1, Way::Check).await?.faultless()?;
        load.run(add, &[server.address], MEETING_SECONDS, Way::Fast).await?;
    }
    let mut took = vec![(Vec::new(), Vec::new()); servers.len()];
    for _ in 0..SERVED_ROUNDS {
        for ((server, load), (gets, adds)) in servers.iter().zip(&mut took) {
            gets.push(load.run(get, &[server.address], 1, Way::Fast).await?.faultless()?);
            adds.push(load.run(add, &[server.address], 1, Way::Fast).await?.faultless()?);
        }
    }
    let p50 = |rounds: &[Measured]| Measured::over(rounds).p50_ms;
    Ok(took.iter().map(|(gets, adds)| (p50(gets), p50(adds))).collect())
}

/// What a server is told where its database is not in its folder.
fn address(database: &Database) -> Option<&str> {
    match database {
        Database::Sqlite(_) => None,
        Database::Postgres(address) => Some(address),
    }
}

/// The middle one, in milliseconds.
fn median(took: &mut [Duration]) -> f64 {
    took.sort_unstable();
    took[took.len() / 2].as_secs_f64() * 1e3
}

/// What each owner's request takes while others make theirs.
async fn timed(store: &Store, count: usize, owners: Vec<OwnerId>, adds: bool) -> Result<Vec<Duration>> {
    let (next, owners, now) = (Arc::new(AtomicUsize::new(0)), Arc::new(owners), Clock::System.now());
    let mut clients = JoinSet::new();
    for _ in 0..count {
        let (store, next, owners) = (store.clone(), Arc::clone(&next), Arc::clone(&owners));
        clients.spawn(async move {
            let mut took = Vec::new();
            while let Some(owner) = owners.get(next.fetch_add(1, Ordering::Relaxed)) {
                let started = Instant::now();
                if adds {
                    let (line, lock) = (line(1), cart::lock(*owner, now, None));
                    let steps = [lock].into_iter().chain(cart::add(*owner, &line, now));
                    store.write_line(*owner, &line, steps.collect()).await?;
                } else {
                    store.cart(*owner).await?;
                }
                took.push(started.elapsed());
            }
            anyhow::Ok(took)
        });
    }
    let mut took = Vec::new();
    while let Some(client) = clients.join_next().await {
        took.extend(client??);
    }
    Ok(took)
}

async fn in_file(data: &Path, lines: i64) -> Result<Filled> {
    fs::create_dir(data)?;
    let (file, carts) = (data.join("cartwright.db"), lines / LINES);
    let database = Database::Sqlite(file.clone());
    stock(&database).await?;
    let mut connection = Connection::open(&file)?;
    connection.pragma_update(None, "synchronous", "off")?;
    let now = Clock::System.now();
    let transaction = connection.transaction()?;
    let mut hashes: Vec<_> = (0..carts).map(hash).collect();
    hashes.sort_unstable();
    let mut add = transaction.prepare(&tokens("select $1, substr($1, 1, 16)", now))?;
    for hash in hashes {
        add.execute([hash])?;
    }
    drop(add);
    transaction.execute_batch(&carts_of_tokens(now))?;
    transaction.commit()?;
    // As after a while of serving, when the log is short and the disk has nothing else to do.
    connection.query_row("pragma wal_checkpoint(truncate)", [], |_| Ok(()))?;
    drop(connection); // which would lose its locks when the file is closed
    fs::File::open(file)?.sync_all()?;
    Ok(Filled { database, data: data.to_path_buf(), carts })
}

async fn on_server(server: &Postgres, data: &Path, lines: i64) -> Result<Filled> {
    fs::create_dir(data)?;
    server.sql(&format!("create database lines_{lines}"))?;
    let address = server.address();
    let (host, _) = address.rsplit_once('/').context("the address ends in a database")?;
    let (address, carts) = (format!("{host}/lines_{lines}"), lines / LINES);
    let database = Database::Postgres(address.clone());
    stock(&database).await?;
    let (ask, now) = (|sql: &str| server.sql_in(&address, sql), Clock::System.now());
    ask(&format!(
        "with shopper (hash) as (select sha256(('shopper-' || i)::bytea) from generate_series(0, {carts} - 1) as i order by 1)
        {} from shopper",
        tokens("select hash, substr(hash, 1, 16)", now)
    ))?;
    ask(&carts_of_tokens(now))?;
    ask("vacuum analyze")?;
    ask("checkpoint")?;
    Ok(Filled { database, data: data.to_path_buf(), carts })
}

/// Makes as many products as a cart has lines.
async fn stock(database: &Database) -> Result<()> {
    let store = Store::open(&Options::new(database.clone()))?;
    let mut steps = vec![shop::add_store(StoreId::new(1), "900000001", "Store", Clock::System.now())];
    for number in 1..=LINES {
        let Product { skus, .. } = made_up(number);
        let skus = skus.into_iter().map(|sku| Sku { stock: MAX_LINE_QUANTITY, ..sku }).collect();
        let product = Product {
            store: StoreId::new(1),
            category: None,
            brand: None,
            status: Status::OnSale,
            skus,
            ..made_up(number)
        };
        steps.extend(product::add(&product, &Desk::default(), number));
    }
    store.apply(steps).await?;
    store.close();
    Ok(())
}

/// Issues a token: `row` begins what is written, and the owner's id is the beginning of the hash.
fn tokens(row: &str, now: Timestamp) -> String {
    let (now, end) = (now.micros(), now.plus_seconds(A_DAY).micros());
    format!("insert into token (hash, owner_id, expires_at, created_at) {row}, {end}, {now}")
}

/// Carts with a line of each product, for everybody who has a token.
fn carts_of_tokens(now: Timestamp) -> String {
    let now = now.micros();
    format!(
        "insert into cart (owner_id, version, next_line_id, created_at, updated_at)
        select owner_id, 1, {LINES} + 1, {now}, {now} from token order by 1;
        insert into cart_line (owner_id, listing_id, sku_id, id, quantity, is_selected, notes, price_when_added, created_at, updated_at)
        select owner_id, listing.id, listing.id, listing.id, 1, true, '', 100, {now}, {now} from cart cross join listing order by 1, 2"
    )
}

/// The token that a shopper shows.
fn secret(shopper: i64) -> String {
    format!("shopper-{shopper}")
}

/// What the store keeps of it.
fn hash(shopper: i64) -> [u8; 32] {
    Sha256::digest(secret(shopper)).into()
}

fn owner(shopper: i64) -> OwnerId {
    OwnerId::new(*hash(shopper).first_chunk().expect("SHA-256 has 32 bytes"))
}

fn line(product: i64) -> NewLine {
    NewLine {
        listing: ListingId::new(product),
        sku: SkuId::new(product),
        quantity: 1,
        notes: None,
        order_extra: None,
    }
}
