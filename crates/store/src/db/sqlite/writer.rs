//! The writer: commits many callers' transactions with one fsync; one caller's failure undoes only its own.

use std::sync::Arc;

use crossbeam_channel::Receiver;
use domain::cart::Cart;
use domain::id::{ListingId, OwnerId, SkuId};
use rusqlite::Connection;

use super::connection::run;
use super::{Transaction, Write};
use crate::cart::CartCache;
use crate::db::Written;
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

pub(super) struct Writer {
    connection: Connection,
    queue: Receiver<Write>,
    carts: Arc<CartCache>,
    stats: Arc<Stats>,
}

/// A transaction that ran and waits for the commit.
struct Ran {
    caller: Transaction,
    outcome: Result<Written>,
}

impl Writer {
    pub(super) fn new(
        connection: Connection,
        queue: Receiver<Write>,
        carts: Arc<CartCache>,
        stats: Arc<Stats>,
    ) -> Self {
        Self { connection, queue, carts, stats }
    }

    /// Commits batches until told to stop.
    pub(super) fn run(self) {
        let mut message = self.queue.recv();
        while let Ok(Write::Transaction(first)) = message {
            let (batch, rest) = self.execute(first);
            self.settle(batch);
            message = match rest {
                Some(rest) => Ok(rest),
                None => self.queue.recv(),
            };
        }
    }

    /// Runs transactions as long as more are waiting; the second value is a message that does not belong to them.
    fn execute(&self, first: Transaction) -> (Vec<Ran>, Option<Write>) {
        let began = self.statement(BEGIN);
        if first.steps.len() > LONG {
            let outcome = began.and_then(|()| self.alone(&first));
            return (vec![Ran { caller: first, outcome }], None);
        }
        let (mut batch, mut next) = (Vec::new(), Some(first));
        while let Some(caller) = next.take() {
            let outcome = match &began {
                Ok(()) => self.transaction(&caller, &batch),
                Err(error) => Err(again(error)),
            };
            batch.push(Ran { caller, outcome });
            if batch.len() < BATCH {
                match self.queue.try_recv() {
                    Ok(Write::Transaction(caller)) if caller.steps.len() <= LONG => next = Some(caller),
                    Ok(other) => return (batch, Some(other)),
                    Err(_) => {}
                }
            }
        }
        (batch, None)
    }

    /// Runs one caller's steps; on failure nothing of them is left.
    fn transaction(&self, caller: &Transaction, before: &[Ran]) -> Result<Written> {
        self.statement(SAVEPOINT)?;
        let outcome = self.steps(caller, before);
        if outcome.is_err() && !self.connection.is_autocommit() {
            self.statement(UNDO)?;
        }
        self.statement(RELEASE)?;
        outcome
    }

    /// The same for a caller who shares the commit with nobody.
    fn alone(&self, caller: &Transaction) -> Result<Written> {
        let outcome = self.steps(caller, &[]);
        if outcome.is_err() && !self.connection.is_autocommit() {
            self.statement(ROLLBACK)?;
        }
        outcome
    }

    fn steps(&self, caller: &Transaction, before: &[Ran]) -> Result<Written> {
        let steps = &caller.steps;
        self.stats.statements.inc_by(steps.len() as u64);
        let mut rows = Vec::with_capacity(steps.len());
        for step in steps {
            let met = run(&self.connection, step.sql.sqlite, &step.params)?;
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
    fn cart(&self, owner: OwnerId, line: Option<(ListingId, SkuId)>, before: &[Ran]) -> Result<Cart> {
        self.stats.statements.inc();
        if let Some((listing, sku)) = line
            && let Some(known) = written(before, owner).or_else(|| self.carts.get(&owner))
        {
            let params = [owner.into(), listing.into(), sku.into()];
            let rows = run(&self.connection, cart::CART_LINE.sqlite, &params)?;
            if let Some(cart) = cart::with_line(&known, (listing, sku), &rows)? {
                return Ok(cart);
            }
        }
        cart::from_rows(owner, &run(&self.connection, cart::CART.sqlite, &[owner.into()])?)
    }

    /// Commits, then publishes, then answers: nobody hears of a change that could still be lost, and
    /// nobody who heard of it reads an older cart.
    fn settle(&self, batch: Vec<Ran>) {
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

    fn commit(&self, batch: &[Ran]) -> Result<()> {
        // An error such as a full disk may have rolled everything back already.
        if self.connection.is_autocommit() {
            let first = batch.iter().find_map(|ran| ran.outcome.as_ref().err());
            return Err(first.map_or(Error::Closed, again));
        }
        let committed = self.statement(COMMIT);
        if let Err(error) = &committed {
            tracing::error!(%error, callers = batch.len(), "a commit failed");
            if !self.connection.is_autocommit() {
                self.statement(ROLLBACK)?;
            }
        } else {
            self.stats.commits.inc();
            #[expect(clippy::cast_precision_loss, reason = "a batch is small")]
            self.stats.batch.observe(batch.len() as f64);
        }
        committed
    }

    fn statement(&self, sql: &'static str) -> Result<()> {
        run(&self.connection, sql, &[]).map(drop)
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
