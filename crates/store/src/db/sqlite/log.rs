//! The write-ahead log's length: a thread beside the writer copies the log back into the database file, so that
//! writes wait for little of it and the log can start over.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crossbeam_channel::{Receiver, Sender};
use rusqlite::Connection;

use super::connection::Session;
use crate::Result;

/// Rows changed between two copyings. Each costs up to a page of the log: some 64 MiB. The longer the log, the more
/// often a page in it was written again and is copied only once.
const CHANGES: u64 = 32_768;
/// A copying of fewer pages is a stall that the writer can afford.
const FEW: i64 = 1000;
/// Copyings in a row, each of what was written during the one before.
const PASSES: usize = 4;
/// Copies what no reader needs in the log any more; gives busy, pages in the log, and pages copied so far.
const COPY: &str = "pragma wal_checkpoint(passive)";

/// The writer's view of the log.
pub(super) struct Log {
    copyings: Sender<()>,
    is_nearly_copied: Arc<AtomicBool>,
    /// The connection's count of changes when the log was last handed over.
    handed_over: u64,
}

/// The thread that copies.
pub(super) struct Copier {
    copyings: Receiver<()>,
    is_nearly_copied: Arc<AtomicBool>,
}

/// Both ends of it.
pub(super) fn log() -> (Log, Copier) {
    let (sender, copyings) = crossbeam_channel::bounded(1);
    let is_nearly_copied = Arc::new(AtomicBool::default());
    let copier = Copier { copyings, is_nearly_copied: Arc::clone(&is_nearly_copied) };
    (Log { copyings: sender, is_nearly_copied, handed_over: 0 }, copier)
}

impl Log {
    /// Between two commits: has a long log copied, and copies the rest of one that nearly is, after which the next
    /// commit starts it over.
    pub(super) fn mind(&mut self, session: &mut Session<'_>) -> Result<()> {
        let changes = session.connection.total_changes();
        if changes - self.handed_over >= CHANGES && self.copyings.try_send(()).is_ok() {
            self.handed_over = changes;
        }
        if self.is_nearly_copied.swap(false, Ordering::AcqRel) {
            session.run(COPY, &[])?;
        }
        Ok(())
    }
}

impl Copier {
    /// Copies when it is told to, until the writer is gone.
    pub(super) fn run(self, connection: &Connection) {
        let mut session = Session::new(connection);
        while self.copyings.recv().is_ok() {
            match copy(&mut session) {
                Ok(()) => self.is_nearly_copied.store(true, Ordering::Release),
                // The log grows until a later copying succeeds; nothing is lost.
                Err(error) => tracing::error!(%error, "the log was not copied into the database"),
            }
        }
    }
}

fn copy(session: &mut Session<'_>) -> Result<()> {
    let mut before = 0;
    for _ in 0..PASSES {
        let rows = session.run(COPY, &[])?;
        let copied = rows.first().map_or(Ok(0), |row| row.int(2))?;
        if copied - before < FEW {
            break;
        }
        before = copied;
    }
    Ok(())
}
