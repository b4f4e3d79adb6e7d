//! The writer: commits many callers' transactions with one fsync; one caller's failure undoes only its own.

use std::sync::Arc;

use crossbeam_channel::Receiver;
use domain::cart::Cart;
use domain::id::{ListingId, OwnerId, SkuId};
use rusqlite::Connection;

use super::connection::Session;
use super::log::Log;
use crate::cart::CartCache;
use crate::db::{Transaction, Written};
use crate::stats::Stats;
use crate::{Error, Result, cart};

/// The most callers in one commit: bounds what a crash can cost and how long the first one waits.
const BATCH: usize = 512;
/// Transactions of more steps, such as an import's, share their commit with nobody. They need no savepoint then, whose
/// memory of every page touched would make each further statement slower.
const LONG: usize = 1000;

const BEGIN: &str = "begin immediate";
const COMMIT: &str = "commit";
const ROLLBACK: &str = "rollback";
const SAVEPOINT: &str = "savepoint caller";
const UNDO: &str = "rollback to caller";
const RELEASE: &str = "release caller";

pub(super) struct Writer<'c> {
    session: Session<'c>,
    queue: Receiver<Transaction>,
    log: Log,
    carts: Arc<CartCache>,
    stats: Arc<Stats>,
    /// Whether every caller gets a savepoint, which costs a fifth of a small write: only after a batch with refusals.
    is_careful: bool,
}

/// A transaction that ran and waits for the commit.
struct Ran {
    caller: Transaction,
    outcome: Result<Written>,
}

impl<'c> Writer<'c> {
    pub(super) fn new(
        connection: &'c Connection,
        queue: Receiver<Transaction>,
        log: Log,
        carts: Arc<CartCache>,
        stats: Arc<Stats>,
    ) -> Self {
        Self { session: Session::new(connection), queue, log, carts, stats, is_careful: false }
    }

    /// Commits batches until the queue is closed and empty.
    pub(super) fn run(mut self) {
        let mut next = self.queue.recv();
        while let Ok(first) = next {
            let (batch, rest) =
                if first.steps.len() > LONG { (self.alone(first), None) } else { self.together(first) };
            self.settle(batch);
            if let Err(error) = self.log.mind(&mut self.session) {
                tracing::error!(%error, "the log was not copied into the database");
            }
            next = match rest {
                Some(rest) => Ok(rest),
                None => self.queue.recv(),
            };
        }
    }

    /// Runs a transaction that shares its commit with nobody.
    fn alone(&mut self, caller: Transaction) -> Vec<Ran> {
        let mut outcome = self.begin().and_then(|()| self.steps(&caller, &[]));
        if outcome.is_err() && self.is_open() {
            outcome = self.statement(ROLLBACK).and(outcome);
        }
        vec![Ran { caller, outcome }]
    }

    /// Runs transactions as long as more are waiting; the second value is one that does not belong to them.
    fn together(&mut self, first: Transaction) -> (Vec<Ran>, Option<Transaction>) {
        let (mut batch, mut next, mut rest) = (Vec::new(), Some(first), None);
        let mut begun = self.begin();
        while let Some(caller) = next.take() {
            let changes = self.session.connection.total_changes();
            let outcome = begun.as_ref().map_err(again).and_then(|()| self.transaction(&caller, &batch));
            let is_left = outcome.is_err() && self.session.connection.total_changes() != changes;
            batch.push(Ran { caller, outcome });
            if is_left && !self.is_careful {
                begun = self.repeat_with_care(&mut batch);
                if let Err(error) = &begun {
                    for ran in &mut batch {
                        ran.outcome = Err(again(error));
                    }
                }
            }
            if batch.len() < BATCH {
                match self.queue.try_recv() {
                    Ok(caller) if caller.steps.len() <= LONG => next = Some(caller),
                    Ok(long) => rest = Some(long),
                    Err(_) => {}
                }
            }
        }
        self.is_careful = batch.iter().any(|ran| ran.outcome.is_err());
        (batch, rest)
    }

    /// A caller without a savepoint failed after its first change: undoes all and runs all again with savepoints.
    fn repeat_with_care(&mut self, batch: &mut [Ran]) -> Result<()> {
        self.is_careful = true;
        self.begin()?;
        for at in 0..batch.len() {
            let (before, rest) = batch.split_at_mut(at);
            rest[0].outcome = self.transaction(&rest[0].caller, before);
        }
        Ok(())
    }

    /// Runs one caller's steps. With a savepoint, nothing of them is left on failure.
    fn transaction(&mut self, caller: &Transaction, before: &[Ran]) -> Result<Written> {
        // An error such as a full disk may have rolled everything back already.
        if !self.is_open() {
            return Err(Error::Unwritable("an earlier write of the same commit failed".to_owned()));
        }
        if !self.is_careful {
            return self.steps(caller, before);
        }
        self.statement(SAVEPOINT)?;
        let outcome = self.steps(caller, before);
        if self.is_open() {
            if outcome.is_err() {
                self.statement(UNDO)?;
            }
            self.statement(RELEASE)?;
        }
        outcome
    }

    fn steps(&mut self, caller: &Transaction, before: &[Ran]) -> Result<Written> {
        let steps = &caller.steps;
        self.stats.statements.inc_by(steps.len() as u64);
        let mut rows = Vec::with_capacity(steps.len());
        for step in steps {
            let met = self.session.run(step.sql.sqlite, &step.params)?;
            if let Some(refusal) = step.refusal(&met) {
                return Err(Error::Refused(refusal));
            }
            rows.push(met);
        }
        let cart =
            caller.touched.shown.map(|owner| self.cart(owner, caller.touched.line, before)).transpose()?;
        Ok((rows, cart.map(Arc::new)))
    }

    /// The cart as the steps left it. Where they changed one line, the others are taken from memory: from an
    /// earlier caller of the batch, or from what is published.
    fn cart(&mut self, owner: OwnerId, line: Option<(ListingId, SkuId)>, before: &[Ran]) -> Result<Cart> {
        self.stats.statements.inc();
        if let Some((listing, sku)) = line
            && let Some(known) = written(before, owner).or_else(|| self.carts.get(&owner))
        {
            let params = [owner.into(), listing.into(), sku.into()];
            let rows = self.session.run(cart::CART_LINE.sqlite, &params)?;
            if let Some(cart) = cart::with_line(&known, (listing, sku), &rows)? {
                return Ok(cart);
            }
        }
        cart::from_rows(owner, &self.session.run(cart::CART.sqlite, &[owner.into()])?)
    }

    /// Commits, then publishes, then answers: nobody hears of a change that could still be lost, and
    /// nobody who heard of it reads an older cart.
    fn settle(&mut self, batch: Vec<Ran>) {
        let committed = self.commit(&batch);
        for Ran { caller, outcome } in &batch {
            if let (Ok(()), Ok((_, cart))) = (&committed, outcome) {
                self.carts.publish(&caller.touched, cart.as_ref());
            }
        }
        for Ran { caller, outcome } in batch {
            let outcome = match &committed {
                Err(error) if outcome.is_ok() => Err(again(error)),
                _ => outcome,
            };
            // Whoever asked may have gone away; the change stays.
            let _ = caller.reply.send(outcome);
        }
    }

    fn commit(&mut self, batch: &[Ran]) -> Result<()> {
        if !self.is_open() {
            let last = batch.iter().rev().find_map(|ran| ran.outcome.as_ref().err());
            return Err(last.map_or(Error::Closed, again));
        }
        let committed = self.statement(COMMIT);
        if let Err(error) = &committed {
            tracing::error!(%error, callers = batch.len(), "a commit failed");
            if self.is_open() {
                self.statement(ROLLBACK)?;
            }
        } else {
            self.stats.commits.inc();
            #[expect(clippy::cast_precision_loss, reason = "a batch is small")]
            self.stats.batch.observe(batch.len() as f64);
        }
        committed
    }

    /// Begins a transaction, after undoing one that runs: because it is to run again, or because a full disk kept it from
    /// its end.
    fn begin(&mut self) -> Result<()> {
        if self.is_open() {
            self.statement(ROLLBACK)?;
        }
        self.statement(BEGIN)
    }

    /// Whether a transaction runs.
    fn is_open(&self) -> bool {
        !self.session.connection.is_autocommit()
    }

    fn statement(&mut self, sql: &'static str) -> Result<()> {
        self.session.run(sql, &[]).map(drop)
    }
}

/// The cart as the last caller of the batch left it.
fn written(batch: &[Ran], owner: OwnerId) -> Option<Arc<Cart>> {
    let carts = batch.iter().rev().filter_map(|ran| ran.outcome.as_ref().ok()?.1.as_ref());
    carts.into_iter().find(|cart| cart.owner == owner).cloned()
}

/// The same error for another caller of the batch.
fn again(error: &Error) -> Error {
    match error {
        Error::Busy => Error::Busy,
        Error::Damaged(text) => Error::Damaged(text.clone()),
        other => Error::Unwritable(other.to_string()),
    }
}
