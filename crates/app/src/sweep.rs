//! Sweeping the database: tokens and codes that have ended, outdated idempotency keys, carts that guests have abandoned, old
//! entries of the change log. In small batches beside the shop's work; several servers may do it at once.

#[cfg(test)]
mod tests;

use std::time::Duration;

use domain::id::OwnerId;
use domain::time::Timestamp;
use store::idempotency;
use store::sweep::{Old, Swept};

use crate::{App, Result};

/// How long after its start a server sweeps the first time: a clock that is wrong should be seen before.
const FIRST: Duration = Duration::from_mins(10);
/// How often it does so.
const EVERY: Duration = Duration::from_hours(6);
/// Between two batches others get their turn.
const PAUSE: Duration = Duration::from_millis(50);
/// How long everything is kept beyond its end, in seconds: clocks of several servers differ.
const GRACE: i64 = 60 * 60;
/// How long changes are kept for servers that do not answer, in seconds; one that comes back later forgets everything.
const CHANGES_KEPT: i64 = 24 * 60 * 60;

/// How many rows were swept away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Tokens of guests.
    pub tokens: u64,
    /// One-time codes.
    pub codes: u64,
    /// Idempotency keys.
    pub keys: u64,
    /// Carts of guests.
    pub carts: u64,
    /// Changes.
    pub changes: u64,
}

/// Sweeps every few hours, for as long as the runtime lives.
pub async fn keep_sweeping(app: App) {
    tokio::time::sleep(FIRST).await;
    loop {
        match sweep(&app).await {
            Ok(counts) if counts == Counts::default() => {}
            Ok(counts) => tracing::info!(?counts, "old rows are swept away"),
            Err(error) => tracing::warn!(%error, "old rows are not swept away"),
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Removes what nobody needs any more; tells how much.
pub async fn sweep(app: &App) -> Result<Counts> {
    let now = app.now().plus_seconds(-GRACE);
    Ok(Counts {
        tokens: batches(app, Old::GuestTokens, now).await?,
        codes: batches(app, Old::Codes, now).await?,
        keys: batches(app, Old::Keys, now.plus_seconds(-idempotency::KEPT)).await?,
        carts: carts(app, now.plus_seconds(-app.settings().guest_cart_ttl)).await?,
        changes: batches(app, Old::Changes, now.plus_seconds(-CHANGES_KEPT)).await?,
    })
}

async fn batches(app: &App, old: Old, before: Timestamp) -> Result<u64> {
    let mut all = 0;
    loop {
        let Swept { removed, is_last } = app.store().sweep(old, before).await?;
        all += removed;
        if is_last {
            return Ok(all);
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Walks over all carts, since an index by time would cost every write of a cart.
async fn carts(app: &App, before: Timestamp) -> Result<u64> {
    let (mut all, mut behind) = (0, OwnerId::new([0; 16]));
    loop {
        let (removed, last) = app.store().sweep_carts(behind, before).await?;
        all += removed;
        let Some(last) = last else { return Ok(all) };
        behind = last;
        tokio::time::sleep(PAUSE).await;
    }
}
