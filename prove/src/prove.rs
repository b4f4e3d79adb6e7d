//! A run: how thorough it is, the programs that it judges, and the servers that the rows of one setting share.

use std::cell::RefCell;
use std::env;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use clap::Parser;
use postgres_server::Postgres;
use tempfile::TempDir;

use crate::ground::Ground;
use crate::random::{Random, any_seed};
use crate::scenario::{Row, Setting};

/// What to try, and on which programs.
#[derive(Clone, Parser)]
#[command(about = "Shows on real servers that what is claimed about correctness holds")]
pub(crate) struct Options {
    /// A few minutes instead of as long as it takes.
    #[arg(long)]
    pub(crate) short: bool,
    /// Where random choices begin; the same number makes the same choices again.
    #[arg(long)]
    seed: Option<u64>,
    /// Only rows whose scenario, store and replicas hold this, like `SQLite` or `histories PostgreSQL 3`.
    #[arg(long, default_value = "")]
    only: String,
    /// The server's program.
    #[arg(long, default_value_os_t = beside_this("cartwright"))]
    pub(crate) server: PathBuf,
    /// The same, built so that it can be broken.
    #[arg(long, default_value_os_t = beside_this("cartwright-broken"))]
    pub(crate) broken: PathBuf,
    /// The folder that gets what went wrong.
    #[arg(long, default_value = "target/prove-findings")]
    pub(crate) findings: PathBuf,
}

impl Options {
    /// Whether a row is to be tried.
    pub(crate) fn chooses(&self, row: &Row) -> bool {
        let Setting { store, replicas, .. } = row.setting;
        (!self.short || row.is_short)
            && format!("{} {store} {replicas}", row.scenario.name).contains(&self.only)
    }
}

/// What scenarios are given.
pub(crate) struct Prove {
    pub(crate) options: Options,
    /// Where random choices begin.
    pub(crate) seed: u64,
    /// The servers of the setting that was asked for last.
    ground: RefCell<Option<Arc<Ground>>>,
    /// A PostgreSQL server, how many databases it has, and its folder.
    postgres: RefCell<Option<(Postgres, usize, TempDir)>>,
}

impl Prove {
    pub(crate) fn new(options: Options) -> Self {
        let seed = options.seed.unwrap_or_else(any_seed);
        Self { options, seed, ground: RefCell::default(), postgres: RefCell::default() }
    }

    /// One of two numbers: how often something is done in a short run and in a long one.
    pub(crate) fn times(&self, short: usize, long: usize) -> usize {
        if self.options.short { short } else { long }
    }

    /// The same run, with servers of its own.
    pub(crate) fn again(&self) -> Self {
        Self::new(Options { seed: Some(self.seed), ..self.options.clone() })
    }

    /// Whether a row would hold a short run up.
    pub(crate) fn waits_for(&self, row: &Row) -> bool {
        self.options.short && row.waits()
    }

    /// Random choices of this run.
    pub(crate) fn random(&self) -> Random {
        Random::new(self.seed)
    }

    /// Running servers that a scenario leaves as it has found them. Who harms them calls [`Ground::start`] instead.
    pub(crate) fn ground(&self, setting: Setting) -> Result<Arc<Ground>> {
        let known = self.ground.borrow().clone();
        if let Some(ground) = known.filter(|ground| ground.setting == setting) {
            return Ok(ground);
        }
        // The servers before end first.
        self.ground.replace(None);
        let ground = Arc::new(Ground::start(self, setting)?);
        self.ground.replace(Some(Arc::clone(&ground)));
        Ok(ground)
    }

    /// The address of a new database in a PostgreSQL server that all rows share. Who harms a server starts one.
    pub(crate) fn new_database(&self) -> Result<String> {
        let mut postgres = self.postgres.borrow_mut();
        let (server, databases, _) = match &mut *postgres {
            Some(known) => known,
            none => {
                let folder = tempfile::tempdir()?;
                none.insert((Postgres::start(folder.path())?, 0, folder))
            }
        };
        *databases += 1;
        let name = format!("prove{databases}");
        server.sql(&format!("create database {name}"))?;
        let address = server.address();
        let (server, _) = address.rsplit_once('/').context("the address ends in a database")?;
        Ok(format!("{server}/{name}"))
    }
}

/// A path beside this program.
fn beside_this(name: &str) -> PathBuf {
    env::current_exe().unwrap_or_default().with_file_name(name)
}
