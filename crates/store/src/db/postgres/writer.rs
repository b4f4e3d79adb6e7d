//! The committer: runs many callers' transactions as one, in one go and one flush; one caller's failure undoes only its
//! own.

use std::collections::HashSet;
use std::sync::Arc;

use domain::cart::Cart;
use domain::id::OwnerId;
use futures_util::future::join;
use tokio::sync::mpsc::Receiver;
use tokio::task::yield_now;
use tokio::time::timeout;
use tokio_postgres::error::SqlState;

use super::connection::{Asked, Attempt, Connection, DEADLINE, Patience, again, is_passing, meaning};
use super::joined::{Add, Parts, lists, parted};
use crate::cart::{CartCache, Touched};
use crate::db::{Transaction, Written};
use crate::stats::Stats;
use crate::{Error, Refusal, Result, Rows, Step, Value, cart, token};

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
    carts: Arc<CartCache>,
    stats: Arc<Stats>,
    /// Whether the same statements of many callers may be one.
    joins: bool,
    /// Whether every caller gets a savepoint: only after a batch with refusals.
    is_careful: bool,
    /// The last batch, whose callers hear what came of it while the database works for the next one.
    settled: Option<Settled>,
}

/// A caller with what the committer has to know again and again.
struct Caller {
    transaction: Transaction,
    /// The parameters of the question for the cart that they want to see.
    shown: Option<[Value; 1]>,
    /// Whether the steps are an add and nothing else.
    add: Option<Add>,
}

impl From<Transaction> for Caller {
    fn from(transaction: Transaction) -> Self {
        let shown = transaction.touched.shown.map(|owner| [owner.into()]);
        let add = Add::of(&transaction.steps);
        Self { transaction, shown, add }
    }
}

impl Caller {
    fn is_long(&self) -> bool {
        self.transaction.steps.len() > LONG
    }

    /// The shopper, where the steps are an add, which could be done for many shoppers at once.
    fn adder(&self) -> Option<OwnerId> {
        self.transaction.touched.shown.filter(|_| self.add.is_some())
    }

    /// The steps, and the question for the cart.
    fn asked(&self) -> impl Iterator<Item = Asked<'_>> {
        let steps = self.transaction.steps.iter().map(|step| (step.sql.postgres, &*step.params));
        steps.chain(self.shown.iter().map(|owner| (cart::CART.postgres, owner.as_slice())))
    }

    /// What they hear: the first refusal or error, else what the steps met and the cart.
    fn outcome(&self, met: &mut impl Iterator<Item = Attempt<Rows>>) -> Result<Written> {
        let own: Vec<_> = met.take(self.asked().count()).collect();
        let mut own = own.into_iter();
        let rows = self.rows(&mut own)?;
        let cart = own.next().map(|met| self.cart(&met.map_err(meaning)?)).transpose()?;
        Ok((rows, cart))
    }

    /// What the steps met, or the first refusal or error.
    fn rows(&self, met: &mut impl Iterator<Item = Attempt<Rows>>) -> Result<Vec<Rows>> {
        let steps = &self.transaction.steps;
        let mut rows = Vec::with_capacity(steps.len());
        for (step, met) in steps.iter().zip(met) {
            let met = met.map_err(meaning)?;
            if let Some(refusal) = step.refusal(&met) {
                return Err(Error::Refused(refusal));
            }
            rows.push(met);
        }
        Ok(rows)
    }

    /// The cart that they want to see, read whole.
    fn cart(&self, met: &Rows) -> Result<Arc<Cart>> {
        let owner = self.transaction.touched.shown.ok_or(Error::Unreadable("a cart of nobody"))?;
        cart::from_rows(owner, met).map(Arc::new)
    }

    /// What an add for many takes of theirs.
    fn added(&self) -> impl Iterator<Item = &Value> {
        self.add.iter().flat_map(|add| add.params(&self.transaction.steps))
    }

    /// The guard of a guest's token that has to be asked behind an add for many: it has found no cart, and made it.
    fn guard(&self, row: &Rows) -> Option<&Step> {
        let is_made = row.first().is_some_and(|row| row.int(0).is_ok_and(|version| version == 1));
        self.add.as_ref().filter(|_| is_made)?.guard(&self.transaction.steps)
    }

    /// Their part of what a statement for many met.
    fn own(&self, parts: &mut Parts) -> Rows {
        let shown = self.transaction.touched.shown;
        shown.and_then(|owner| parts.remove(&owner.bytes()[..])).unwrap_or_default()
    }

    /// The cart in memory with the line that an add for many changed, if nobody has written it since.
    fn cart_with_line(&self, carts: &CartCache, row: &Rows) -> Option<Arc<Cart>> {
        let Touched { shown, line, .. } = &self.transaction.touched;
        let known = carts.get(&(*shown)?)?;
        // What cannot be read here is read whole, which says why.
        cart::with_line(&known, (*line)?, row).ok()?.map(Arc::new)
    }
}

/// Callers whose transactions are committed as one.
struct Batch {
    callers: Vec<Caller>,
    /// Whether all add, each to a cart of their own: then one statement does it for all.
    is_joined: bool,
}

impl Batch {
    /// Takes the first of those who wait, and all who can go with them.
    fn take(waiting: &mut Vec<Caller>, joins: bool) -> Self {
        let first = waiting.remove(0);
        if first.is_long() {
            return Self { callers: vec![first], is_joined: false };
        }
        let adder = |caller: &Caller| caller.adder().filter(|_| joins);
        let owner = adder(&first);
        let goes_with_first =
            |caller: &Caller| adder(caller).is_some() == owner.is_some() && !caller.is_long();
        let (mut owners, mut left) = (HashSet::from([owner]), 0);
        let mut others: Vec<_> = waiting
            .extract_if(.., |caller| {
                let goes = goes_with_first(caller);
                let is_alone = owner.is_none() || !goes || owners.insert(adder(caller));
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

/// A batch with nothing left to do but to tell its callers.
struct Settled {
    callers: Vec<Caller>,
    outcomes: Outcomes,
}

impl Settled {
    /// Publishes, then answers.
    fn tell(self, carts: &CartCache) {
        for (Caller { transaction, .. }, outcome) in self.callers.iter().zip(&self.outcomes) {
            if let Ok((_, cart)) = outcome {
                carts.publish(&transaction.touched, cart.as_ref());
            }
        }
        for (caller, outcome) in self.callers.into_iter().zip(self.outcomes) {
            // Whoever asked may have gone away; the change stays.
            let _ = caller.transaction.reply.send(outcome);
        }
    }
}

/// Why a batch was not committed.
enum Failed {
    /// Nothing of it is left.
    Undone(tokio_postgres::Error),
    /// The answer to the commit is lost: nobody knows whether it was done.
    Unknown(String),
}

impl Writer {
    pub(super) fn new(connection: Connection, carts: Arc<CartCache>, stats: Arc<Stats>, joins: bool) -> Self {
        Self { connection, carts, stats, joins, is_careful: false, settled: None }
    }

    /// Commits batches until the queue is closed and empty.
    pub(super) async fn run(mut self, mut queue: Receiver<Transaction>) {
        let mut waiting = Vec::new();
        loop {
            while waiting.len() < BATCH
                && let Ok(caller) = queue.try_recv()
            {
                waiting.push(Caller::from(caller));
            }
            // Who has gone, or has heard that it takes too long, wants nothing done any more.
            waiting.retain(|caller| !caller.transaction.reply.is_closed());
            if waiting.is_empty() {
                self.tell();
                let Some(first) = queue.recv().await else { return };
                waiting.push(first.into());
                continue;
            }
            let batch = Batch::take(&mut waiting, self.joins);
            let outcomes = self.settle(&batch).await;
            self.tell();
            self.settled = Some(Settled { callers: batch.callers, outcomes });
        }
    }

    /// Tells the callers of the last batch what came of it.
    fn tell(&mut self) {
        if let Some(settled) = self.settled.take() {
            settled.tell(&self.carts);
        }
    }

    /// Runs statements; when they are on their way the callers of the last batch hear what came of theirs.
    async fn ask(&mut self, asked: &[Asked<'_>]) -> Attempt<Vec<Attempt<Rows>>> {
        let Some(settled) = self.settled.take() else { return self.connection.run(asked).await };
        let tell = async {
            yield_now().await;
            settled.tell(&self.carts);
        };
        join(self.connection.run(asked), tell).await.0
    }

    /// Commits. What passes is tried again as a whole.
    async fn settle(&mut self, batch: &Batch) -> Outcomes {
        let mut patience = Patience::new();
        let error = loop {
            match self.committed(batch).await {
                Ok(outcomes) => return outcomes,
                Err(Failed::Unknown(error)) => {
                    self.connection.close();
                    break Error::Unwritable(format!("the commit was not confirmed: {error}"));
                }
                Err(Failed::Undone(error)) => {
                    self.connection.leave(&error);
                    if !patience.lasts(&error).await {
                        break meaning(error);
                    }
                }
            }
        };
        tracing::error!(%error, callers = batch.callers.len(), "a commit failed");
        batch.callers.iter().map(|_| Err(again(&error))).collect()
    }

    async fn committed(&mut self, batch: &Batch) -> std::result::Result<Outcomes, Failed> {
        if !self.connection.is_open() {
            self.tell();
        }
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
            self.ask(&[ROLLBACK]).await?;
        } else if !self.is_careful {
            if let Some(outcomes) = self.trusting(callers).await? {
                return Ok(outcomes);
            }
            self.ask(&[ROLLBACK]).await?;
        }
        let outcomes = self.careful(callers).await?;
        self.is_careful = outcomes.iter().any(Result::is_err);
        Ok(outcomes)
    }

    /// One statement for all who add; whoever is refused hears that, and the others do it again without them.
    /// `None` when it failed, or could not decide.
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
            self.ask(&[ROLLBACK]).await?;
            for (refusal, outcome) in refused.iter_mut().filter(|refusal| refusal.is_none()).zip(outcomes) {
                *refusal = outcome.err();
            }
        }
    }

    /// What comes of one statement for all.
    async fn at_once(&mut self, callers: &[&Caller]) -> Attempt<Option<Outcomes>> {
        let Some(text) = cart::CAN_ADD.together else { return Ok(None) };
        let params = lists(callers.iter().map(|caller| caller.added()));
        let asked = [BEGIN, (text, params.as_slice())];
        // Where everybody was refused, nobody is left.
        let asked = if callers.is_empty() { &asked[..1] } else { &asked };
        // They count as the steps of one of them, and the carts as one more, read or not.
        let steps = callers.first().map_or(0, |first| first.transaction.steps.len());
        self.stats.statements.inc_by(steps as u64 + 1);
        let Some(parts) = self.parts(asked).await? else { return Ok(None) };
        let mut parts = parts.into_iter().next_back().unwrap_or_default();
        let rows: Vec<_> = callers.iter().map(|caller| caller.own(&mut parts)).collect();
        let added: Option<Vec<_>> = rows.iter().map(cart::is_added).collect();
        let Some(added) = added else { return Ok(None) };
        if added.contains(&false) {
            let outcome =
                |is_added| if is_added { Ok((vec![], None)) } else { Err(Error::Refused(Refusal::Adding)) };
            return Ok(Some(added.into_iter().map(outcome).collect()));
        }
        self.shown(callers, rows).await
    }

    /// What comes of what was added, with the carts as they are then: those in memory with the line that changed, and the
    /// others read.
    async fn shown(&mut self, callers: &[&Caller], rows: Vec<Rows>) -> Attempt<Option<Outcomes>> {
        let all: Vec<_> = callers
            .iter()
            .zip(rows)
            .map(|(caller, row)| (caller, caller.cart_with_line(&self.carts, &row), caller.guard(&row)))
            .collect();
        let unknown = all.iter().filter(|(_, known, _)| known.is_none());
        let owners = unknown.filter_map(|(caller, ..)| caller.shown.as_ref());
        let doubtful = all.iter().filter_map(|(.., guard)| Some(&guard.as_ref()?.params));
        let questions = [(cart::CART, lists(owners)), (token::GUARD, lists(doubtful))];
        let asked: Vec<_> = questions
            .iter()
            .filter(|(_, params)| !params.is_empty())
            .filter_map(|(sql, params)| Some((sql.together?, params.as_slice())))
            .collect();
        let Some(parts) = self.parts(&asked).await? else { return Ok(None) };
        let mut parts = parts.into_iter();
        let [mut read, mut good] = questions.each_ref().map(|(_, params)| {
            if params.is_empty() { Parts::new() } else { parts.next().unwrap_or_default() }
        });
        let outcomes = all.into_iter().map(|(caller, known, guard)| {
            if let Some(refusal) = guard.and_then(|guard| guard.refusal(&caller.own(&mut good))) {
                return Err(Error::Refused(refusal));
            }
            let cart = known.map_or_else(|| caller.cart(&caller.own(&mut read)), Ok)?;
            Ok((vec![], Some(cart)))
        });
        Ok(Some(outcomes.collect()))
    }

    /// What each statement met, by shopper; `None` when one failed.
    async fn parts(&mut self, asked: &[Asked<'_>]) -> Attempt<Option<Vec<Parts>>> {
        let mut met = Vec::with_capacity(asked.len());
        for rows in self.ask(asked).await? {
            match rows.map(parted) {
                Err(error) if is_passing(&error) => return Err(error),
                Ok(Ok(parts)) => met.push(parts),
                _ => return Ok(None),
            }
        }
        Ok(Some(met))
    }

    /// Without savepoints; `None` when somebody was refused.
    async fn trusting(&mut self, batch: &[Caller]) -> Attempt<Option<Outcomes>> {
        let mut asked = vec![BEGIN];
        asked.extend(batch.iter().flat_map(Caller::asked));
        let mut met = Vec::with_capacity(asked.len());
        for stretch in asked.chunks(STRETCH) {
            for rows in self.ask(stretch).await? {
                match rows {
                    Err(error) if is_passing(&error) => return Err(error),
                    // Whose it is shows when each runs alone.
                    Err(_) => return Ok(None),
                    rows => met.push(rows),
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
        let mut before = [BEGIN, SAVEPOINT];
        for caller in batch {
            let mut asked = before.to_vec();
            asked.extend(caller.asked());
            let met = self.ask(&asked).await?;
            self.stats.statements.inc_by((asked.len() - before.len()) as u64);
            let mut met = met.into_iter();
            for control in met.by_ref().take(before.len()) {
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
            if outcome.is_err() {
                // At once: until then PostgreSQL refuses to prepare what the next caller asks.
                for control in self.ask(&[UNDO]).await? {
                    control?;
                }
            }
            outcomes.push(outcome);
            before = [RELEASE, SAVEPOINT];
        }
        Ok(outcomes)
    }
}
