//! Counters of what the store did, in the shapes that `/metrics` shows.

use std::sync::atomic::AtomicU64;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::histogram::Histogram;

/// Counters since the start.
#[derive(Debug)]
pub struct Stats {
    /// Statements run, reads and writes.
    pub statements: Counter<u64, AtomicU64>,
    /// Transactions committed; each costs one fsync.
    pub commits: Counter<u64, AtomicU64>,
    /// Callers' writes in one commit.
    pub batch: Histogram,
    /// Carts answered from memory.
    pub cart_hits: Counter<u64, AtomicU64>,
    /// Carts read from the database.
    pub cart_misses: Counter<u64, AtomicU64>,
    /// Carts in memory that were compared with the database.
    pub cart_stamps: Counter<u64, AtomicU64>,
}

impl Default for Stats {
    fn default() -> Self {
        let sizes = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0];
        Self {
            statements: Counter::default(),
            commits: Counter::default(),
            batch: Histogram::new(sizes),
            cart_hits: Counter::default(),
            cart_misses: Counter::default(),
            cart_stamps: Counter::default(),
        }
    }
}
