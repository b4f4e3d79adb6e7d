//! PostgreSQL: one committer that runs many callers' transactions in one commit, and a few connections that answer
//! questions, all driven by one thread of their own.

pub(crate) mod connection;
mod joined;
mod tls;
mod writer;

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::sync::oneshot;
use tokio::time::timeout;

use self::connection::{Connection, Place};
use self::joined::Waiting;
use self::writer::Writer;
use crate::cart::{CartCache, Touched};
use crate::db::{Question, Transaction, Written};
use crate::stats::Stats;
use crate::{Error, Options, Result, Rows, Sql, Step, Value, migration};

/// A row where shoppers' tables may be spread over several servers, which cannot do everything for many shoppers at once; an
/// error from a server whose rows have no TIDs.
const IS_SPREAD: &str = "select 1 from pg_catalog.pg_extension where extname = 'citus'
    union all select 1 from cart where owner_id = '' and ctid is null";

/// A database behind a socket, and the thread that talks to it.
pub(crate) struct Postgres {
    /// Absent once it is closed.
    queues: Mutex<Option<Queues>>,
    /// How long anybody waits for an answer.
    deadline: Option<Duration>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Clone)]
struct Queues {
    writes: Sender<Transaction>,
    /// Questions that many shoppers ask at once: the more wait together, the less each costs. They wait for no others.
    joined: Sender<Question>,
    /// All others, which are pipelined; more connections were slower on two cores.
    others: Sender<Question>,
}

impl Postgres {
    /// Connects, migrates when the options say so, and starts the thread.
    pub(crate) fn open(
        address: &str,
        options: &Options,
        carts: &Arc<CartCache>,
        stats: &Arc<Stats>,
    ) -> Result<Self> {
        let place = Place::parse(address, options.database_ca.as_deref())?.answering_within(options.deadline);
        let (writes, transactions) = mpsc::channel(options.queue);
        let (joined, of_many) = mpsc::channel(options.queue);
        let (others, questions) = mpsc::channel(options.queue);
        let (begun, is_begun) = std::sync::mpsc::channel();
        let (carts, stats, migrates) = (Arc::clone(carts), Arc::clone(stats), options.migrates);
        let serve = async move {
            let mut first = Connection::new(place.clone());
            if let Err(error) = migration::run_on_postgres(&mut first, migrates).await {
                // Whoever opens it waits for this.
                let _ = begun.send(Err(error));
                return;
            }
            // Where that cannot be asked, nothing is joined.
            let joins = first.one(IS_SPREAD, &[]).await.is_ok_and(|rows| rows.count() == 0);
            let writer = Writer::new(first, carts, Arc::clone(&stats), joins);
            let mut tasks = vec![tokio::spawn(writer.run(transactions))];
            for queue in [of_many, questions] {
                let connection = Connection::new(place.clone());
                tasks.push(tokio::spawn(answer(connection, queue, Arc::clone(&stats), joins)));
            }
            let _ = begun.send(Ok(()));
            for task in tasks {
                // A task that panicked has answered nobody, and its callers hear that it is closed.
                let _ = task.await;
            }
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| Error::Unusable(format!("cannot start a runtime: {error}")))?;
        let thread = std::thread::Builder::new().name("store-postgres".to_owned());
        let thread = thread.spawn(move || runtime.block_on(serve));
        let thread = thread.map_err(|error| Error::Unusable(format!("cannot start a thread: {error}")))?;
        is_begun.recv().map_err(|_| Error::Closed)??;
        let queues = Queues { writes, joined, others };
        Ok(Self {
            queues: Mutex::new(Some(queues)),
            deadline: options.deadline,
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Queues a transaction and waits for its commit.
    pub(crate) async fn write(&self, steps: Vec<Step>, touched: Touched) -> Result<Written> {
        let (reply, answer) = oneshot::channel();
        self.queue(|queues| queues.writes.try_send(Transaction { steps, touched, reply }))?;
        self.answer(answer).await
    }

    /// Queues a question and waits for its rows.
    pub(crate) async fn read(&self, sql: &'static Sql, params: Vec<Value>) -> Result<Rows> {
        let (reply, answer) = oneshot::channel();
        self.queue(|queues| {
            let queue = if sql.together.is_some() { &queues.joined } else { &queues.others };
            queue.try_send(Question { sql, params, reply })
        })?;
        self.answer(answer).await
    }

    /// Waits for an answer, in the queue and out of it.
    async fn answer<T>(&self, answer: oneshot::Receiver<Result<T>>) -> Result<T> {
        let Some(deadline) = self.deadline else { return answer.await.map_err(|_| Error::Closed)? };
        match timeout(deadline, answer).await {
            Ok(answer) => answer.map_err(|_| Error::Closed)?,
            Err(_) => Err(Error::Unwritable("the database does not answer".to_owned())),
        }
    }

    /// Finishes what is queued and ends the thread.
    pub(crate) fn close(&self) {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take() {
            let _ = thread.join();
        }
    }

    fn queue<T>(&self, send: impl FnOnce(&Queues) -> std::result::Result<(), TrySendError<T>>) -> Result<()> {
        let queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
        send(queues.as_ref().ok_or(Error::Closed)?).map_err(|error| match error {
            TrySendError::Full(_) => Error::Busy,
            TrySendError::Closed(_) => Error::Closed,
        })
    }
}

/// A reader's life: questions that wait go out together, and each is tried again when the connection broke.
async fn answer(mut connection: Connection, mut queue: Receiver<Question>, stats: Arc<Stats>, joins: bool) {
    const MOST: usize = 256;
    let mut questions = Vec::new();
    while queue.recv_many(&mut questions, MOST).await > 0 {
        stats.statements.inc_by(questions.len() as u64);
        let asking = questions.drain(..).filter(|question| !question.reply.is_closed());
        let waiting = Waiting::of(asking, joins);
        let answers = connection.ask(&waiting.asked()).await;
        waiting.answer(answers);
    }
}
