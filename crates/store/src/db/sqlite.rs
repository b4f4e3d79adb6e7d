//! SQLite: one thread that writes many callers' transactions in one commit, one that shortens its log, a few that read.

mod connection;
mod log;
mod writer;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, TrySendError};
use rusqlite::{Connection, OpenFlags};
use tokio::sync::oneshot;

use self::connection::Session;
use self::writer::Writer;
use crate::cart::{CartCache, Touched};
use crate::db::Written;
use crate::stats::Stats;
use crate::{Error, Options, Result, Rows, Sql, Step, Value};

/// Two are enough on the two cores we plan for; most reads are answered from memory.
const READERS: usize = 2;

/// An embedded database and the threads that own its connections.
pub(crate) struct Sqlite {
    options: Options,
    writes: Sender<Write>,
    reads: Sender<Read>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

/// One caller's transaction.
struct Transaction {
    steps: Vec<Step>,
    touched: Touched,
    reply: oneshot::Sender<Result<Written>>,
}

/// A message to the writer.
enum Write {
    Transaction(Transaction),
    Stop,
}

/// A message to a reader.
enum Read {
    Question { sql: &'static Sql, params: Vec<Value>, reply: oneshot::Sender<Result<Rows>> },
    Stop,
}

impl Sqlite {
    /// Opens the file, migrates it and starts the threads.
    pub(crate) fn open(options: &Options, carts: &Arc<CartCache>, stats: &Arc<Stats>) -> Result<Self> {
        let mut connection = connection::open_writer(options)?;
        let (log, copier) = log::log(&mut connection)?;
        let (writes, queue) = crossbeam_channel::bounded(options.queue);
        let (carts, counters) = (Arc::clone(carts), Arc::clone(stats));
        let write = move || Writer::new(&connection, queue, log, carts, counters).run();
        let connection = connection::open(options, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let mut threads = vec![spawn("writer", write)?, spawn("log", move || copier.run(&connection))?];

        let (reads, queue) = crossbeam_channel::bounded(options.queue);
        for _ in 0..READERS {
            let connection = connection::open_reader(options)?;
            let (queue, stats) = (queue.clone(), Arc::clone(stats));
            threads.push(spawn("reader", move || answer(&connection, &queue, &stats))?);
        }
        Ok(Self { options: options.clone(), writes, reads, threads: Mutex::new(threads) })
    }

    /// Queues a transaction and waits for its commit.
    pub(crate) async fn write(&self, steps: Vec<Step>, touched: Touched) -> Result<Written> {
        let (reply, answer) = oneshot::channel();
        self.writes
            .try_send(Write::Transaction(Transaction { steps, touched, reply }))
            .map_err(|error| refused(&error))?;
        answer.await.map_err(|_| Error::Closed)?
    }

    /// Queues a question and waits for its rows.
    pub(crate) async fn read(&self, sql: &'static Sql, params: Vec<Value>) -> Result<Rows> {
        let (reply, answer) = oneshot::channel();
        self.reads.try_send(Read::Question { sql, params, reply }).map_err(|error| refused(&error))?;
        answer.await.map_err(|_| Error::Closed)?
    }

    /// Copies the database on a connection of its own, so that nobody waits for it.
    pub(crate) async fn backup(&self, file: &Path) -> Result<()> {
        let (options, file) = (self.options.clone(), file.to_path_buf());
        let copy = tokio::task::spawn_blocking(move || connection::copy(&options, &file));
        copy.await.map_err(|error| Error::Unusable(format!("the copy was not finished: {error}")))?
    }

    /// Finishes what is queued and ends the threads.
    pub(crate) fn close(&self) {
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        // A thread that is gone already needs no message.
        let _ = self.writes.send(Write::Stop);
        for _ in 0..READERS {
            let _ = self.reads.send(Read::Stop);
        }
        for thread in threads {
            let _ = thread.join();
        }
    }
}

fn refused<T>(error: &TrySendError<T>) -> Error {
    match error {
        TrySendError::Full(_) => Error::Busy,
        TrySendError::Disconnected(_) => Error::Closed,
    }
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>> {
    let thread = std::thread::Builder::new().name(format!("store-{name}"));
    thread.spawn(run).map_err(|error| Error::Unusable(format!("cannot start a thread: {error}")))
}

/// A reader's life.
fn answer(connection: &Connection, queue: &Receiver<Read>, stats: &Stats) {
    let mut session = Session::new(connection);
    while let Ok(Read::Question { sql, params, reply }) = queue.recv() {
        stats.statements.inc();
        // Whoever asked may have gone away.
        let _ = reply.send(session.run(sql.sqlite, &params));
    }
}
