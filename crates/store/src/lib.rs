//! The memory of the shop: the only room that knows SQL; it never decides what is allowed.

pub mod account;
pub mod asset;
pub mod audit;
pub mod brand;
#[cfg(feature = "broken")]
pub mod broken;
pub mod cart;
pub mod category;
pub mod change;
pub mod citus;
pub mod copy;
mod db;
pub mod doctor;
mod error;
pub mod idempotency;
pub mod listing;
mod migration;
pub mod official;
pub mod one_time_code;
pub mod page;
pub mod product;
pub mod publishing;
pub mod secret;
pub mod shelf;
pub mod shop;
mod sql;
pub mod stats;
pub mod sweep;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
pub mod throttle;
pub mod token;
pub mod userlike;
mod value;
pub mod wishlist;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

pub use error::{Error, Refusal};
pub use sql::{Expect, Sql, Step};
pub use value::{Row, Rows, Value};

use crate::cart::CartCache;
use crate::db::Db;
use crate::stats::Stats;

/// What came back.
pub type Result<T> = std::result::Result<T, Error>;

/// Where and how the shop remembers.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where the database is.
    pub database: Database,
    /// A file with the certificates of those who may certify a PostgreSQL server; without one it is who browsers trust.
    pub database_ca: Option<PathBuf>,
    /// Whether an older database is brought up to date, and an empty one made a shop's; else it is refused.
    pub migrates: bool,
    /// How long a PostgreSQL server may take for a statement before whoever waits hears that it is unavailable; without it,
    /// as long as it needs.
    pub deadline: Option<Duration>,
    /// Whether an acknowledged write must outlive a power cut; only tests say no.
    pub is_durable: bool,
    /// The most carts kept in memory.
    pub cached_carts: usize,
    /// The most writes that wait for the writer before it says that it is busy.
    pub queue: usize,
}

/// Where the database is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Database {
    /// A file, made when missing.
    Sqlite(PathBuf),
    /// A server: `postgres://user:password@host1,host2/name?target_session_attrs=read-write`.
    Postgres(String),
}

impl fmt::Display for Database {
    /// As an operator may read it: without the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => path.display().fmt(f),
            Self::Postgres(address) => {
                let host = address.rsplit_once('@').map_or(address.as_str(), |(_, host)| host);
                let host = host.rsplit_once("://").map_or(host, |(_, host)| host);
                write!(f, "PostgreSQL at {}", host.split('?').next().unwrap_or_default())
            }
        }
    }
}

impl Options {
    /// The defaults for a database.
    pub fn new(database: Database) -> Self {
        Self {
            database,
            database_ca: None,
            migrates: true,
            deadline: None,
            is_durable: true,
            cached_carts: 100_000,
            queue: 4096,
        }
    }

    /// The defaults for a database file.
    pub fn of_file(path: impl Into<PathBuf>) -> Self {
        Self::new(Database::Sqlite(path.into()))
    }
}

/// Refuses a file that is not a whole database of a shop, or that a newer version of this program has made.
pub fn check_backup(file: &Path) -> Result<()> {
    db::check_backup(file)
}

/// A handle on the shop's memory; clones share it.
#[derive(Clone)]
pub struct Store {
    db: Db,
    carts: Arc<CartCache>,
    stats: Arc<Stats>,
}

impl Store {
    /// Opens the database, makes it when missing, and brings its tables up to date.
    pub fn open(options: &Options) -> Result<Self> {
        let stats = Arc::new(Stats::default());
        let carts = Arc::new(CartCache::new(options.cached_carts));
        let db = Db::open(options, &carts, &stats)?;
        Ok(Self { db, carts, stats })
    }

    /// Runs the steps as one transaction: all of them, or none.
    pub async fn apply(&self, steps: Vec<Step>) -> Result<Vec<Rows>> {
        self.db.write(steps, cart::Touched::default()).await.map(|(rows, _)| rows)
    }

    /// Answers one question.
    async fn read(&self, sql: &'static Sql, params: Vec<Value>) -> Result<Rows> {
        self.db.read(sql, params).await
    }

    /// Whether nobody else writes carts and likes, so that what memory has of them is current.
    pub fn is_alone(&self) -> bool {
        #[cfg(feature = "broken")]
        if broken::is("stale-read") {
            return true;
        }
        matches!(self.db, Db::Sqlite(_))
    }

    /// Counters of what the store did.
    pub fn stats(&self) -> &Stats {
        &self.stats
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<()> {
        self.read(doctor::PING, Vec::new()).await.map(drop)
    }

    /// Writes a consistent copy of the database to a new file, while others read and write.
    pub async fn backup(&self, file: &Path) -> Result<()> {
        self.db.backup(file).await
    }

    /// Finishes what is queued and closes the database.
    pub fn close(&self) {
        self.db.close();
    }
}
