//! The write-ahead log's length: a thread beside the writer copies the log back into the database file, so that the
//! writer copies little of it and the log can start over.

use std::fs::File;
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU8, Ordering};

use crossbeam_channel::{Receiver, Sender};
use rusqlite::Connection;

use super::connection::Session;
use crate::{Error, Result};

/// Pages in the log that are worth a copying: 128 MiB. The longer the log, the more often a page in it was written again
/// and is copied only once.
const LONG: i64 = 65_536;
/// Pages in the log at which the writer copies by itself: the copier does not keep up, or fails.
const TOO_LONG: i64 = 2 * LONG;
/// A copying of fewer pages is left to the writer.
const FEW: i64 = 1000;
/// Copyings in a row, each of what was written during the one before.
const PASSES: usize = 4;
/// Copies what no reader needs in the log any more; gives whether another copies already, the pages in the log, and the
/// pages copied so far.
const COPY: &str = "pragma wal_checkpoint(passive)";

/// Nobody copies.
const IDLE: u8 = 0;
/// The copier was told to.
const COPYING: u8 = 1;
/// The copier has left little to the writer.
const NEARLY_COPIED: u8 = 2;

/// The writer's view of the log.
pub(super) struct Log {
    /// Pages after the last commit.
    pages: Arc<AtomicI64>,
    state: Arc<AtomicU8>,
    copyings: Sender<()>,
}

/// The thread that copies.
pub(super) struct Copier {
    database: PathBuf,
    state: Arc<AtomicU8>,
    copyings: Receiver<()>,
}

/// The log of what this connection writes, in place of SQLite's own way to copy it inside a commit.
pub(super) fn log(connection: &mut Connection, database: &Path) -> Result<(Log, Copier)> {
    let (copyings, receiver) = crossbeam_channel::bounded(1);
    let (pages, state) = (Arc::new(AtomicI64::default()), Arc::new(AtomicU8::new(IDLE)));
    let seen = Arc::clone(&pages);
    connection.wal_hook(Some(move |_: &mut _, pages| {
        seen.store(i64::from(pages), Ordering::Relaxed);
        Ok(())
    }))?;
    let copier = Copier { database: database.to_owned(), state: Arc::clone(&state), copyings: receiver };
    Ok((Log { pages, state, copyings }, copier))
}

impl Log {
    /// Between two commits: has a long log copied, and copies the rest of one that nearly is, after which the next
    /// commit starts it over.
    pub(super) fn mind(&mut self, session: &mut Session<'_>) -> Result<()> {
        let pages = self.pages.load(Ordering::Relaxed);
        match self.state.load(Ordering::Acquire) {
            NEARLY_COPIED => self.state.store(IDLE, Ordering::Release),
            IDLE if pages >= LONG => {
                self.state.store(COPYING, Ordering::Release);
                // The copier outlives the writer, and has nothing else to do.
                let _ = self.copyings.try_send(());
                return Ok(());
            }
            _ if pages < TOO_LONG => return Ok(()),
            _ => {}
        }
        session.run(COPY, &[]).map(drop)
    }
}

impl Copier {
    /// Copies when it is told to, until the writer is gone.
    pub(super) fn run(self, connection: &Connection) {
        let mut session = Session::new(connection);
        // Never closed: that would end the locks that SQLite holds on the file for this process, see fcntl(2).
        let mut file = None;
        while self.copyings.recv().is_ok() {
            let is_nearly_copied = self.copy(&mut session, &mut file).unwrap_or_else(|error| {
                // The log grows until a later copying succeeds; nothing is lost.
                tracing::error!(%error, "the log was not copied into the database");
                false
            });
            self.state.store(if is_nearly_copied { NEARLY_COPIED } else { IDLE }, Ordering::Release);
        }
    }

    /// Copies as long as it is worth it; false when another process does. Flushes what it has copied, which SQLite leaves to
    /// the writer.
    fn copy(&self, session: &mut Session<'_>, file: &mut Option<ManuallyDrop<File>>) -> Result<bool> {
        let unflushed = |error| Error::Unusable(format!("the database file cannot be flushed: {error}"));
        let file = match file {
            Some(file) => file,
            None => file.insert(ManuallyDrop::new(File::open(&self.database).map_err(unflushed)?)),
        };
        let mut before = 0;
        for _ in 0..PASSES {
            let rows = session.run(COPY, &[])?;
            let Some(row) = rows.first() else { return Ok(false) };
            if row.bool(0)? {
                return Ok(false);
            }
            let copied = row.int(2)?;
            if copied - before < FEW {
                break;
            }
            before = copied;
            file.sync_data().map_err(unflushed)?;
        }
        Ok(true)
    }
}
