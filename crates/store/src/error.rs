//! What can go wrong in the store, told apart by what a caller can do about it.

/// Why the store did not do it. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A step met other rows than it expects.
    #[error("refused: {0:?}")]
    Refused(Refusal),
    /// Too many writes wait already.
    #[error("the writer is busy")]
    Busy,
    /// The database cannot be written now: the disk is full, read-only or failing.
    #[error("the database cannot be written: {0}")]
    Unwritable(String),
    /// The database file is damaged.
    #[error("the database is damaged ({0}): run `cartwright doctor`, then restore the last backup")]
    Damaged(String),
    /// The database, or a file given, is not one this program can use; the text says what to do.
    #[error("{0}")]
    Unusable(String),
    /// A row that no version of this program wrote.
    #[error("unreadable row: {0}")]
    Unreadable(&'static str),
    /// Anything else that SQLite says: a defect.
    #[error(transparent)]
    Backend(#[from] rusqlite::Error),
    /// Anything else that PostgreSQL says: a defect.
    #[error("{0}")]
    Server(String),
    /// The store was closed.
    #[error("the store is closed")]
    Closed,
}

/// What a step's rows say when they are not as expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The cart's version is not the one the writer saw, or the product has changed since.
    Version,
    /// The token no longer names the shopper it named when the request came in.
    TokenMoved,
    /// The idempotency key has committed its change before.
    AlreadyApplied,
    /// Status, stock or a limit is against adding; a read tells which.
    Adding,
    /// There is no such line.
    NoSuchLine,
    /// A unique name is taken.
    Taken,
    /// What the step needs is gone or used up.
    Gone,
    /// What the step deletes is still referred to.
    InUse,
    /// The place that the step wants for something is not there, or lies within it.
    Misplaced,
}
