//! The databases that a store can live in; a closed set that we own, hence an enum.

pub(crate) mod postgres;
mod sqlite;

pub(crate) use sqlite::check_backup;

use std::path::Path;
use std::sync::Arc;

use domain::cart::Cart;
use tokio::sync::oneshot;

use crate::cart::{CartCache, Touched};
use crate::stats::Stats;
use crate::{Database, Error, Options, Result, Rows, Sql, Step, Value};

/// A database.
#[derive(Clone)]
pub(crate) enum Db {
    /// Embedded.
    Sqlite(Arc<sqlite::Sqlite>),
    /// A server, which replicas of this process may share.
    Postgres(Arc<postgres::Postgres>),
}

/// One caller's transaction.
struct Transaction {
    steps: Vec<Step>,
    touched: Touched,
    reply: oneshot::Sender<Result<Written>>,
}

/// One caller's question.
struct Question {
    sql: &'static Sql,
    params: Vec<Value>,
    reply: oneshot::Sender<Result<Rows>>,
}

/// The rows of each step, and the cart that the last step read where one was asked for.
pub(crate) type Written = (Vec<Rows>, Option<Arc<Cart>>);

impl Db {
    /// Opens what the options name.
    pub(crate) fn open(options: &Options, carts: &Arc<CartCache>, stats: &Arc<Stats>) -> Result<Self> {
        Ok(match &options.database {
            Database::Sqlite(path) => {
                Self::Sqlite(Arc::new(sqlite::Sqlite::open(path, options, carts, stats)?))
            }
            Database::Postgres(address) => {
                Self::Postgres(Arc::new(postgres::Postgres::open(address, options, carts, stats)?))
            }
        })
    }

    /// Runs the steps as one transaction and publishes what it touched before anyone is answered.
    pub(crate) async fn write(&self, steps: Vec<Step>, touched: Touched) -> Result<Written> {
        match self {
            Self::Sqlite(db) => db.write(steps, touched).await,
            Self::Postgres(db) => db.write(steps, touched).await,
        }
    }

    /// Answers one question.
    pub(crate) async fn read(&self, sql: &'static Sql, params: Vec<Value>) -> Result<Rows> {
        match self {
            Self::Sqlite(db) => db.read(sql, params).await,
            Self::Postgres(db) => db.read(sql, params).await,
        }
    }

    /// Copies the database as it is now into a new file.
    pub(crate) async fn backup(&self, file: &Path) -> Result<()> {
        match self {
            Self::Sqlite(db) => db.backup(file).await,
            Self::Postgres(_) => {
                let text = "a PostgreSQL database is copied with its own tools: use pg_dump";
                Err(Error::Unusable(text.to_owned()))
            }
        }
    }

    /// Finishes what is queued and closes.
    pub(crate) fn close(&self) {
        match self {
            Self::Sqlite(db) => db.close(),
            Self::Postgres(db) => db.close(),
        }
    }
}
