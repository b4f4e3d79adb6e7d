//! The committer: runs many callers' transactions as one, in one go and one flush; one caller's failure undoes only its
//! own.

use std::sync::Arc;

use tokio::sync::mpsc::Receiver;
use tokio_postgres::error::SqlState;

use super::connection::{Asked, Attempt, Connection, Patience, again, is_passing, meaning};
use crate::db::{Transaction, Written};
use crate::stats::Stats;
use crate::{Error, Result, Rows, Value, cart};

/// The most callers in one commit.
const BATCH: usize = 256;
/// Transactions of more steps, such as an import's, share their commit with nobody.
const LONG: usize = 1000;
/// Steps that are under way at once.
const STRETCH: usize = 2000;

const BEGIN: Asked<'_> = ("begin", &[]);
const COMMIT: Asked<'_> = ("commit", &[]);
const ROLLBACK: Asked<'_> = ("rollback", &[]);
const SAVEPOINT: Asked<'_> = ("savepoint caller", &[]);
const UNDO: Asked<'_> = ("rollback to savepoint caller", &[]);
const RELEASE: Asked<'_> = ("release savepoint caller", &[]);

pub(super) struct Writer {
    connection: Connection,
    stats: Arc<Stats>,
    /// Whether every caller gets a savepoint: only after a batch with refusals.
    is_careful: bool,
}

/// A caller with the parameters of the question for the cart that they want to see.
struct Caller {
    transaction: Transaction,
    shown: Option<[Value; 1]>,
}

impl From<Transaction> for Caller {
    fn from(transaction: Transaction) -> Self {
        let shown = transaction.touched.shown.map(|owner| [owner.into()]);
        Self { transaction, shown }
    }
}

impl Caller {
    fn is_long(&self) -> bool {
        self.transaction.steps.len() > LONG
    }

    /// The steps, and the question for the cart.
    fn asked(&self) -> impl Iterator<Item = Asked<'_>> {
        let steps = self.transaction.steps.iter().map(|step| (step.sql.postgres, &*step.params));
        steps.chain(self.shown.iter().map(|owner| (cart::CART.postgres, owner.as_slice())))
    }

    /// What they hear: the first refusal or error, else what the steps met.
    fn outcome(&self, met: &mut impl Iterator<Item = Attempt<Rows>>) -> Result<Written> {
        let own: Vec<_> = met.take(self.asked().count()).collect();
        let mut own = own.into_iter();
        let steps = &self.transaction.steps;
        let mut rows = Vec::with_capacity(steps.len());
        for (step, met) in steps.iter().zip(own.by_ref()) {
            let met = met.map_err(meaning)?;
            if let Some(refusal) = step.refusal(&met) {
                return Err(Error::Refused(refusal));
            }
            rows.push(met);
        }
        let cart = match (self.transaction.touched.shown, own.next()) {
            (Some(owner), Some(met)) => Some(Arc::new(cart::from_rows(owner, &met.map_err(meaning)?)?)),
            _ => None,
        };
        Ok((rows, cart))
    }
}

/// What came of a batch that was committed, caller by caller.
type Outcomes = Vec<Result<Written>>;

/// Why a batch was not committed.
enum Failed {
    /// Nothing of it is left.
    Undone(tokio_postgres::Error),
    /// The answer to the commit is lost: nobody knows whether it was done.
    Unknown(tokio_postgres::Error),
}

impl Writer {
    pub(super) fn new(connection: Connection, stats: Arc<Stats>) -> Self {
        Self { connection, stats, is_careful: false }
    }

    /// Commits batches until the queue is closed and empty.
    pub(super) async fn run(mut self, mut queue: Receiver<Transaction>) {
        let mut next = queue.recv().await;
        while let Some(first) = next {
            let mut batch = vec![Caller::from(first)];
            let mut rest = None;
            while batch.len() < BATCH && !batch[0].is_long() && rest.is_none() {
                let Ok(caller) = queue.try_recv().map(Caller::from) else { break };
                if caller.is_long() { rest = Some(caller.transaction) } else { batch.push(caller) }
            }
            // Servers that write the same carts lock them in the same order, so that none waits for another in a circle.
            batch.sort_by_key(|caller| caller.transaction.touched.shown);
            self.settle(batch).await;
            next = match rest {
                Some(rest) => Some(rest),
                None => queue.recv().await,
            };
        }
    }

    /// Commits, then answers. What passes is tried again as a whole.
    async fn settle(&mut self, batch: Vec<Caller>) {
        let mut patience = Patience::new();
        let committed = loop {
            match self.committed(&batch).await {
                Ok(outcomes) => break Ok(outcomes),
                Err(Failed::Unknown(error)) => {
                    break Err(Error::Unwritable(format!("the commit was not confirmed: {error}")));
                }
                Err(Failed::Undone(error)) => {
                    self.connection.close(&error);
                    if !patience.lasts(&error).await {
                        break Err(meaning(error));
                    }
                }
            }
        };
        let answers = match committed {
            Ok(outcomes) => outcomes,
            Err(error) => {
                tracing::error!(%error, callers = batch.len(), "a commit failed");
                batch.iter().map(|_| Err(again(&error))).collect()
            }
        };
        for (caller, answer) in batch.into_iter().zip(answers) {
            // Whoever asked may have gone away; the change stays.
            let _ = caller.transaction.reply.send(answer);
        }
    }

    async fn committed(&mut self, batch: &[Caller]) -> std::result::Result<Outcomes, Failed> {
        self.connection.open().await.map_err(Failed::Undone)?;
        let outcomes = self.together(batch).await.map_err(Failed::Undone)?;
        let commit = self
            .connection
            .run(&[COMMIT])
            .await
            .and_then(|mut commit| commit.pop().map_or(Ok(Rows::default()), |commit| commit));
        commit.map_err(|error| match error.code().map(SqlState::code) {
            // One of two had to give way.
            Some("40001" | "40P01") => Failed::Undone(error),
            _ => Failed::Unknown(error),
        })?;
        self.stats.commits.inc();
        #[expect(clippy::cast_precision_loss, reason = "a batch is small")]
        self.stats.batch.observe(batch.len() as f64);
        Ok(outcomes)
    }

    /// Runs all steps of all callers, up to the commit.
    async fn together(&mut self, batch: &[Caller]) -> Attempt<Outcomes> {
        if !self.is_careful {
            if let Some(outcomes) = self.trusting(batch).await? {
                return Ok(outcomes);
            }
            self.connection.run(&[ROLLBACK]).await?;
        }
        let outcomes = self.careful(batch).await?;
        self.is_careful = outcomes.iter().any(Result::is_err);
        Ok(outcomes)
    }

    /// Without savepoints; `None` when somebody was refused.
    async fn trusting(&mut self, batch: &[Caller]) -> Attempt<Option<Outcomes>> {
        let mut asked = vec![BEGIN];
        asked.extend(batch.iter().flat_map(Caller::asked));
        let mut met = Vec::with_capacity(asked.len());
        for stretch in asked.chunks(STRETCH) {
            for rows in self.connection.run(stretch).await? {
                match rows {
                    Ok(rows) => met.push(Ok(rows)),
                    Err(error) if is_passing(&error) => return Err(error),
                    // Whose it is shows when each runs alone; a transaction that is alone has it.
                    Err(_) if batch.len() > 1 => return Ok(None),
                    Err(error) => met.push(Err(error)),
                }
            }
        }
        self.stats.statements.inc_by(asked.len() as u64 - 1);
        let mut met = met.into_iter().skip(1);
        let outcomes: Vec<_> = batch.iter().map(|caller| caller.outcome(&mut met)).collect();
        Ok(outcomes.iter().all(Result::is_ok).then_some(outcomes))
    }

    /// With a savepoint each, one caller after the other.
    async fn careful(&mut self, batch: &[Caller]) -> Attempt<Outcomes> {
        let mut outcomes = Vec::with_capacity(batch.len());
        let mut end = BEGIN;
        for caller in batch {
            let mut asked = vec![end, SAVEPOINT];
            asked.extend(caller.asked());
            let met = self.connection.run(&asked).await?;
            self.stats.statements.inc_by(asked.len() as u64 - 2);
            let mut met = met.into_iter();
            for control in met.by_ref().take(2) {
                control?;
            }
            let mut own = Vec::with_capacity(asked.len());
            for rows in met {
                match rows {
                    Err(error) if is_passing(&error) => return Err(error),
                    rows => own.push(rows),
                }
            }
            let outcome = caller.outcome(&mut own.into_iter());
            end = if outcome.is_ok() { RELEASE } else { UNDO };
            outcomes.push(outcome);
        }
        for control in self.connection.run(&[end]).await? {
            control?;
        }
        Ok(outcomes)
    }
}
