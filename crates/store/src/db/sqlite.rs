//! SQLite: one thread that writes many callers' transactions in one commit, one that shortens its log, a few that read.

mod connection;
mod log;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, TrySendError};
use rusqlite::{Connection, OpenFlags};
use tokio::sync::oneshot;

use self::connection::Session;
pub(crate) use self::connection::check_backup;
use self::writer::Writer;
use crate::cart::{CartCache, Touched};
use crate::db::{Question, Transaction, Written};
use crate::stats::Stats;
use crate::{Error, Options, Result, Rows, Sql, Step, Value};

/// Two are enough on the two cores we plan for; most reads are answered from memory.
const READERS: usize = 2;

/// An embedded database and the threads that own its connections.
pub(crate) struct Sqlite {
    path: PathBuf,
    /// Absent once it is closed: the threads end when they have answered what is queued, and nothing is queued that
    /// nobody will answer.
    threads: RwLock<Option<Threads>>,
}

/// The threads, and what waits for them.
struct Threads {
    writes: Sender<Transaction>,
    /// Waits for the thread that shortens the log.
    writer: JoinHandle<()>,
    reads: Sender<Question>,
    readers: Vec<JoinHandle<()>>,
}

impl Sqlite {
    /// Opens the file, migrates it when the options say so, and starts the threads.
    pub(crate) fn open(
        path: &Path,
        options: &Options,
        carts: &Arc<CartCache>,
        stats: &Arc<Stats>,
    ) -> Result<Self> {
        let mut connection = connection::open_writer(path, options)?;
        let (log, copier) = log::log(&mut connection, path)?;
        let (writes, queue) = crossbeam_channel::bounded(options.queue);
        let (carts, counters) = (Arc::clone(carts), Arc::clone(stats));
        let beside = connection::open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let copier = spawn("log", move || copier.run(&beside))?;
        let writer = spawn("writer", move || {
            Writer::new(&connection, queue, log, carts, counters).run();
            // Ended by the log's end; it has nothing to report.
            let _ = copier.join();
        })?;

        let mut readers = Vec::new();
        let (reads, queue) = crossbeam_channel::bounded(options.queue);
        for _ in 0..READERS {
            let connection = connection::open_reader(path)?;
            let (queue, stats) = (queue.clone(), Arc::clone(stats));
            readers.push(spawn("reader", move || answer(&connection, &queue, &stats))?);
        }
        let threads = RwLock::new(Some(Threads { writes, writer, reads, readers }));
        Ok(Self { path: path.to_owned(), threads })
    }

    /// Queues a transaction and waits for its commit.
    pub(crate) async fn write(&self, steps: Vec<Step>, touched: Touched) -> Result<Written> {
        let (reply, answer) = oneshot::channel();
        self.queue(|threads| threads.writes.try_send(Transaction { steps, touched, reply }))?;
        answer.await.map_err(|_| Error::Closed)?
    }

    /// Queues a question and waits for its rows.
    pub(crate) async fn read(&self, sql: &'static Sql, params: Vec<Value>) -> Result<Rows> {
        let (reply, answer) = oneshot::channel();
        self.queue(|threads| threads.reads.try_send(Question { sql, params, reply }))?;
        answer.await.map_err(|_| Error::Closed)?
    }

    /// Copies the database on a connection of its own, so that nobody waits for it.
    pub(crate) async fn backup(&self, file: &Path) -> Result<()> {
        let (path, file) = (self.path.clone(), file.to_path_buf());
        let copy = tokio::task::spawn_blocking(move || connection::copy(&path, &file));
        copy.await.map_err(|error| Error::Unusable(format!("the copy was not finished: {error}")))?
    }

    /// Finishes what is queued and ends the threads, the writer last: SQLite copies the log into the file when the last
    /// connection closes, and of two that close at the same time none is the last.
    pub(crate) fn close(&self) {
        let threads = self.threads.write().unwrap_or_else(PoisonError::into_inner).take();
        let Some(Threads { writes, writer, reads, readers }) = threads else { return };
        drop(reads);
        for reader in readers {
            let _ = reader.join();
        }
        drop(writes);
        let _ = writer.join();
    }

    fn queue<T>(
        &self,
        send: impl FnOnce(&Threads) -> std::result::Result<(), TrySendError<T>>,
    ) -> Result<()> {
        let threads = self.threads.read().unwrap_or_else(PoisonError::into_inner);
        send(threads.as_ref().ok_or(Error::Closed)?).map_err(|error| match error {
            TrySendError::Full(_) => Error::Busy,
            TrySendError::Disconnected(_) => Error::Closed,
        })
    }
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>> {
    let thread = std::thread::Builder::new().name(format!("store-{name}"));
    thread.spawn(run).map_err(|error| Error::Unusable(format!("cannot start a thread: {error}")))
}

/// A reader's life.
fn answer(connection: &Connection, queue: &Receiver<Question>, stats: &Stats) {
    let mut session = Session::new(connection);
    while let Ok(Question { sql, params, reply }) = queue.recv() {
        stats.statements.inc();
        // Whoever asked may have gone away.
        let _ = reply.send(session.run(sql.sqlite, &params));
    }
}
