//! How reading a cart and adding to it grow with the cart lines that a store holds, on both stores: fills them with SQL and
//! asks in process. It measures no HTTP.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use domain::{
    id::{ListingId, OwnerId, SkuId, StoreId},
    time::Timestamp,
};
use postgres_server::Postgres;
use rusqlite::Connection;
use store::{Options, Store, cart, cart::NewLine, product, product::Desk, shop};
use tokio::task::JoinSet;

use crate::{growth::made_up, postgres};

/// Lines in every cart.
const LINES: i64 = 5;
/// The first of the products, of which all are on sale and in stock.
const FIRST: i64 = 4;
/// How many ask at once, and how many random carts they read in each round; as many are added to. The last keep both cores
/// busy: what a request takes then is mostly waiting for the others.
const CLIENTS: [(usize, usize); 3] = [(1, 200), (4, 500), (64, 5000)];
/// Rounds that are measured.
const ROUNDS: usize = 40;
/// Rounds before them, as a store has behind it that serves for a while.
const WARM_UP: usize = 20;
/// How many times as long anything may take in a larger store as in the smallest.
const MOST: f64 = 1.5;
const NOW: Timestamp = Timestamp::from_micros(0);

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
}

/// One store and some of its carts, in no order.
struct Filled {
    store: Store,
    owners: Vec<OwnerId>,
    /// Of the owners, how many were asked for.
    asked: usize,
    /// By `CLIENTS`.
    gets: [Vec<Duration>; CLIENTS.len()],
    adds: [Vec<Duration>; CLIENTS.len()],
}

impl Filled {
    fn new(store: Store, owners: Vec<OwnerId>) -> Self {
        Self { store, owners, asked: 0, gets: Default::default(), adds: Default::default() }
    }

    /// The next carts; those of a small store come again.
    fn next(&mut self, count: usize) -> Vec<OwnerId> {
        let from = self.asked % self.owners.len();
        self.asked += count;
        self.owners.iter().cycle().skip(from).take(count).copied().collect()
    }
}

/// Prints what getting a cart and adding to it take, by how many lines there are.
pub(crate) async fn carts(options: &Carts) -> Result<()> {
    ensure!(!options.scratch.exists(), "{} is there already", options.scratch.display());
    fs::create_dir_all(&options.scratch)?;
    println!("| store | clients | lines | get p50 | add p50 | get, of the fewest | add, of the fewest |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
    let mut files = Vec::new();
    for lines in &options.lines {
        files.push(in_file(&options.scratch.join(format!("{lines}.db")), *lines).await?);
    }
    let mut grown = measure("SQLite", &options.lines, files).await?;
    let folder = options.scratch.join("postgres");
    let server = postgres::start(&folder, 1)?;
    let mut databases = Vec::new();
    for lines in &options.lines {
        databases.push(on_server(&server, *lines).await?);
    }
    grown = grown.max(measure("PostgreSQL", &options.lines, databases).await?);
    drop(server);
    fs::remove_dir_all(&options.scratch).context("the scratch folder cannot be deleted")?;
    ensure!(grown <= MOST, "{grown:.3} times as long in a larger store, at most {MOST} wanted");
    Ok(())
}

/// All sizes in turns, since a shared machine is faster at one time than at another. Tells how many times as long as in the
/// smallest store it took where that is worst.
async fn measure(name: &str, lines: &[i64], mut stores: Vec<Filled>) -> Result<f64> {
    for round in 0..WARM_UP + ROUNDS {
        for (at, (clients, count)) in CLIENTS.into_iter().enumerate() {
            for filled in &mut stores {
                let asked = filled.next(count);
                let gets = timed(&filled.store, clients, asked, false).await?;
                let asked = filled.next(count);
                let adds = timed(&filled.store, clients, asked, true).await?;
                if round >= WARM_UP {
                    filled.gets[at].extend(gets);
                    filled.adds[at].extend(adds);
                }
            }
        }
    }
    let mut grown = 1.0_f64;
    for (at, (clients, _)) in CLIENTS.into_iter().enumerate() {
        let mut fewest = None;
        for (filled, lines) in stores.iter_mut().zip(lines) {
            let (get, add) = (median(&mut filled.gets[at]), median(&mut filled.adds[at]));
            let (least_get, least_add) = *fewest.get_or_insert((get, add));
            let (gets, adds) = (get / least_get, add / least_add);
            println!("| {name} | {clients} | {lines} | {get:.3} ms | {add:.3} ms | {gets:.2} | {adds:.2} |");
            grown = grown.max(gets).max(adds);
        }
    }
    for filled in stores {
        filled.store.close();
    }
    Ok(grown)
}

/// The middle one, in milliseconds.
fn median(took: &mut [Duration]) -> f64 {
    took.sort_unstable();
    took[took.len() / 2].as_secs_f64() * 1e3
}

/// What each owner's request takes while others make theirs.
async fn timed(store: &Store, count: usize, owners: Vec<OwnerId>, adds: bool) -> Result<Vec<Duration>> {
    let (next, owners) = (Arc::new(AtomicUsize::new(0)), Arc::new(owners));
    let mut clients = JoinSet::new();
    for _ in 0..count {
        let (store, next, owners) = (store.clone(), Arc::clone(&next), Arc::clone(&owners));
        clients.spawn(async move {
            let mut took = Vec::new();
            while let Some(owner) = owners.get(next.fetch_add(1, Ordering::Relaxed)) {
                let started = Instant::now();
                if adds {
                    let (line, lock) = (line(FIRST), cart::lock(*owner, NOW, None));
                    let steps = [lock].into_iter().chain(cart::add(*owner, &line, NOW));
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

async fn in_file(file: &Path, lines: i64) -> Result<Filled> {
    let store = stocked(&Options::of_file(file)).await?;
    let connection = Connection::open(file)?;
    connection.execute_batch(&format!("pragma synchronous = off; {}", fill("randomblob(16)", &format!(
        "(with recursive n (i) as (select 1 union all select i + 1 from n where i < {}) select i from n)", lines / LINES
    ))))?;
    // As after a while of serving, when the log is short and the disk has nothing else to do.
    connection.query_row("pragma wal_checkpoint(truncate)", [], |_| Ok(()))?;
    fs::File::open(file)?.sync_all()?;
    let mut asked = connection.prepare(&sample("hex(owner_id)"))?;
    let owners = asked.query_map([], |row| row.get::<_, String>(0))?.map(|owner| owner_from(&owner?));
    Ok(Filled::new(store, owners.collect::<Result<_>>()?))
}

async fn on_server(server: &Postgres, lines: i64) -> Result<Filled> {
    server.sql(&format!("create database lines_{lines}"))?;
    let address = server.address();
    let (host, _) = address.rsplit_once('/').context("the address ends in a database")?;
    let address = format!("{host}/lines_{lines}");
    let store = stocked(&Options::new(store::Database::Postgres(address.clone()))).await?;
    let ask = |sql: &str| server.sql_in(&address, sql);
    ask(&fill("decode(md5(i::text), 'hex')", &format!("generate_series(1, {}) as i", lines / LINES)))?;
    ask("vacuum analyze cart")?;
    ask("vacuum analyze cart_line")?;
    ask("checkpoint")?;
    let owners = ask(&sample("encode(owner_id, 'hex')"))?;
    let owners = owners.lines().map(owner_from).collect::<Result<_>>()?;
    Ok(Filled::new(store, owners))
}

/// Makes as many products as a cart has lines. Carts are always read: those in memory cost the same in every store.
async fn stocked(options: &Options) -> Result<Store> {
    let store = Store::open(&Options { cached_carts: 0, ..options.clone() })?;
    let mut steps = vec![shop::add_store(StoreId::new(1), "900000001", "Store", NOW)];
    for number in FIRST..FIRST + LINES {
        let product = domain::product::Product {
            store: StoreId::new(1),
            category: None,
            brand: None,
            ..made_up(number)
        };
        steps.extend(product::add(&product, &Desk::default(), number));
    }
    store.apply(steps).await?;
    Ok(store)
}

/// Carts with a line of each product.
fn fill(owner: &str, numbers: &str) -> String {
    format!(
        "insert into cart (owner_id, version, next_line_id, created_at, updated_at) select {owner}, 1, {LINES} + 1, 0, 0 from {numbers};
        insert into cart_line (owner_id, listing_id, sku_id, id, quantity, is_selected, notes, price_when_added, created_at, updated_at)
        select owner_id, listing.id, listing.id, listing.id, 1, true, '', 100, 0, 0 from cart cross join listing order by 1, 2"
    )
}

fn sample(owner: &str) -> String {
    format!(
        "select {owner} from cart order by random() limit {}",
        2 * (WARM_UP + ROUNDS) * CLIENTS.iter().map(|(_, count)| count).sum::<usize>()
    )
}

fn owner_from(hex: &str) -> Result<OwnerId> {
    Ok(OwnerId::new(u128::from_str_radix(hex, 16)?.to_be_bytes()))
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
