//! The committer: runs many callers' transactions as one, in one go and one flush; one caller's failure undoes only its
//! own.

use std::collections::HashSet;
use std::ptr;
use std::sync::Arc;

use domain::id::OwnerId;
use tokio::sync::mpsc::Receiver;
use tokio::time::timeout;
use tokio_postgres::error::SqlState;

use super::connection::{Asked, Attempt, Connection, DEADLINE, Patience, again, is_passing, meaning};
use super::joined::{lists, parted};
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
    /// Whether the same statements of many callers may be one.
    joins: bool,
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

    /// The shopper, where everything that the steps do could be done for many shoppers at once.
    fn joinable(&self) -> Option<OwnerId> {
        let Transaction { steps, touched, .. } = &self.transaction;
        let can_be = touched.gone.is_none() && steps.iter().all(|step| step.sql.together.is_some());
        touched.shown.filter(|_| can_be)
    }

    /// Whether both do the same, each with a value of their own for each parameter.
    fn does_the_same(&self, other: &Self) -> bool {
        let (own, others) = (&self.transaction.steps, &other.transaction.steps);
        own.len() == others.len() && own.iter().zip(others).all(|(own, other)| ptr::eq(own.sql, other.sql))
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

/// Callers whose transactions are committed as one.
struct Batch {
    callers: Vec<Caller>,
    /// Whether all do the same, each with a cart of their own: then each step is one statement for all.
    is_joined: bool,
}

impl Batch {
    /// Takes the first of those who wait, and all who can go with them.
    fn take(waiting: &mut Vec<Caller>, joins: bool) -> Self {
        let first = waiting.remove(0);
        if first.is_long() {
            return Self { callers: vec![first], is_joined: false };
        }
        let joinable = |caller: &Caller| caller.joinable().filter(|_| joins);
        let owner = joinable(&first);
        let goes_with_first = |caller: &Caller| match owner {
            Some(_) => joinable(caller).is_some() && caller.does_the_same(&first),
            None => joinable(caller).is_none() && !caller.is_long(),
        };
        let (mut owners, mut left) = (HashSet::from([owner]), 0);
        let mut others: Vec<_> = waiting
            .extract_if(.., |caller| {
                let goes = goes_with_first(caller);
                let is_alone = owner.is_none() || !goes || owners.insert(joinable(caller));
                left += usize::from(!is_alone);
                goes && is_alone
            })
            .collect();
        // Many write one cart: they share the commit, one behind the other.
        let is_joined = owner.is_some() && left <= others.len();
        if !is_joined {
            others.extend(waiting.extract_if(.., |caller| goes_with_first(caller)));
        }
        let mut callers = vec![first];
        callers.append(&mut others);
        // Servers that write the same carts lock them in the same order, so that none waits for another in a circle.
        callers.sort_by_key(|caller| caller.transaction.touched.shown);
        Self { callers, is_joined }
    }
}

/// What came of a batch that was committed, caller by caller.
type Outcomes = Vec<Result<Written>>;

/// Why a batch was not committed.
enum Failed {
    /// Nothing of it is left.
    Undone(tokio_postgres::Error),
    /// The answer to the commit is lost: nobody knows whether it was done.
    Unknown(String),
}

impl Writer {
    pub(super) fn new(connection: Connection, stats: Arc<Stats>, joins: bool) -> Self {
        Self { connection, stats, joins, is_careful: false }
    }

    /// Commits batches until the queue is closed and empty.
    pub(super) async fn run(mut self, mut queue: Receiver<Transaction>) {
        let mut waiting = Vec::new();
        loop {
            if waiting.is_empty() {
                let Some(first) = queue.recv().await else { return };
                waiting.push(Caller::from(first));
            }
            while waiting.len() < BATCH
                && let Ok(caller) = queue.try_recv()
            {
                waiting.push(caller.into());
            }
            let batch = Batch::take(&mut waiting, self.joins);
            self.settle(batch).await;
        }
    }

    /// Commits, then answers. What passes is tried again as a whole.
    async fn settle(&mut self, batch: Batch) {
        let mut patience = Patience::new();
        let committed = loop {
            match self.committed(&batch).await {
                Ok(outcomes) => break Ok(outcomes),
                Err(Failed::Unknown(error)) => {
                    self.connection.close();
                    break Err(Error::Unwritable(format!("the commit was not confirmed: {error}")));
                }
                Err(Failed::Undone(error)) => {
                    self.connection.leave(&error);
                    if !patience.lasts(&error).await {
                        break Err(meaning(error));
                    }
                }
            }
        };
        let answers = match committed {
            Ok(outcomes) => outcomes,
            Err(error) => {
                tracing::error!(%error, callers = batch.callers.len(), "a commit failed");
                batch.callers.iter().map(|_| Err(again(&error))).collect()
            }
        };
        for (caller, answer) in batch.callers.into_iter().zip(answers) {
            // Whoever asked may have gone away; the change stays.
            let _ = caller.transaction.reply.send(answer);
        }
    }

    async fn committed(&mut self, batch: &Batch) -> std::result::Result<Outcomes, Failed> {
        self.connection.open().await.map_err(Failed::Undone)?;
        let outcomes = self.together(batch).await.map_err(Failed::Undone)?;
        // A primary whose standby was promoted, or is away, waits for it for ever.
        let commit = timeout(DEADLINE, self.connection.run(&[COMMIT])).await;
        let commit = commit.map_err(|late| Failed::Unknown(late.to_string()))?;
        let commit = commit.and_then(|mut commit| commit.pop().map_or(Ok(Rows::default()), |commit| commit));
        commit.map_err(|error| match error.code().map(SqlState::code) {
            // One of two had to give way.
            Some("40001" | "40P01") => Failed::Undone(error),
            _ => Failed::Unknown(error.to_string()),
        })?;
        self.stats.commits.inc();
        #[expect(clippy::cast_precision_loss, reason = "a batch is small")]
        self.stats.batch.observe(batch.callers.len() as f64);
        Ok(outcomes)
    }

    /// Runs all steps of all callers, up to the commit.
    async fn together(&mut self, Batch { callers, is_joined }: &Batch) -> Attempt<Outcomes> {
        if *is_joined {
            if let Some(outcomes) = self.joined(callers).await? {
                return Ok(outcomes);
            }
            self.connection.run(&[ROLLBACK]).await?;
        } else if !self.is_careful {
            if let Some(outcomes) = self.trusting(callers).await? {
                return Ok(outcomes);
            }
            self.connection.run(&[ROLLBACK]).await?;
        }
        let outcomes = self.careful(callers).await?;
        self.is_careful = outcomes.iter().any(Result::is_err);
        Ok(outcomes)
    }

    /// Each step as one statement for all; whoever is refused hears that, and the others do all again without them.
    /// `None` when a statement failed.
    async fn joined(&mut self, callers: &[Caller]) -> Attempt<Option<Outcomes>> {
        let mut refused: Vec<Option<Error>> = callers.iter().map(|_| None).collect();
        loop {
            let going = callers.iter().zip(&refused).filter(|(_, refusal)| refusal.is_none());
            let going: Vec<_> = going.map(|(caller, _)| caller).collect();
            let Some(outcomes) = self.at_once(&going).await? else { return Ok(None) };
            let mut outcomes = outcomes.into_iter();
            if outcomes.as_slice().iter().all(Result::is_ok) {
                let all = refused.into_iter().filter_map(|refusal| match refusal {
                    Some(refusal) => Some(Err(refusal)),
                    None => outcomes.next(),
                });
                return Ok(Some(all.collect()));
            }
            self.connection.run(&[ROLLBACK]).await?;
            for (refusal, outcome) in refused.iter_mut().filter(|refusal| refusal.is_none()).zip(outcomes) {
                *refusal = outcome.err();
            }
        }
    }

    /// What comes of each step as one statement for all; `None` when a statement failed.
    async fn at_once(&mut self, callers: &[&Caller]) -> Attempt<Option<Outcomes>> {
        let mut joined = Vec::new();
        for (at, step) in callers.first().iter().flat_map(|first| &first.transaction.steps).enumerate() {
            let params: Vec<_> = callers.iter().map(|caller| &*caller.transaction.steps[at].params).collect();
            joined.push((step.sql, lists(&params)));
        }
        let shown: Vec<_> =
            callers.iter().filter_map(|caller| caller.shown.as_ref().map(<[_; 1]>::as_slice)).collect();
        // Where all were refused, the commit has nothing to do.
        if !shown.is_empty() {
            joined.push((cart::CART, lists(&shown)));
        }
        let mut asked = vec![BEGIN];
        asked.extend(joined.iter().filter_map(|(sql, params)| Some((sql.together?, &**params))));
        self.stats.statements.inc_by(asked.len() as u64 - 1);
        let mut met = Vec::with_capacity(asked.len());
        for rows in self.connection.run(&asked).await? {
            match rows.map(|rows| parted(&rows)) {
                Err(error) if is_passing(&error) => return Err(error),
                Ok(Ok(parts)) => met.push(parts),
                _ => return Ok(None),
            }
        }
        let outcome = |caller: &&Caller| {
            let owner = caller.joinable();
            let mut own = met
                .iter_mut()
                .skip(1)
                .map(|parts| Ok(owner.and_then(|owner| parts.remove(&owner)).unwrap_or_default()));
            caller.outcome(&mut own)
        };
        Ok(Some(callers.iter().map(outcome).collect()))
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
