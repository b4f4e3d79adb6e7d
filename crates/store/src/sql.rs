//! Statements: one text for both databases, and steps that say how many rows they expect.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::{Refusal, Rows, Value};

/// Statements whose text is put together, by their text for SQLite as it is written.
static COMPOSED: Mutex<Option<HashMap<String, &'static Sql>>> = Mutex::new(None);

/// A statement, `$n`-numbered for PostgreSQL and `?n`-numbered for SQLite, which would number `$n` by
/// first appearance.
#[derive(Debug)]
pub struct Sql {
    /// As PostgreSQL reads it: as written, unless the statement is split.
    pub postgres: &'static str,
    /// As SQLite reads it.
    pub sqlite: &'static str,
    /// For PostgreSQL: the same for many shoppers or tokens at once. Each parameter is a list with a value for each of them; the
    /// first column of a row says whose it is, and the others are those of the statement for one, if that gives rows.
    pub together: Option<&'static str>,
}

impl Sql {
    /// A statement whose text is put together. It is kept for good, as connections keep what they prepare, so there must
    /// be few: a text says what is asked for, and every value is a parameter.
    pub(crate) fn composed(sqlite: &str, postgres: String) -> &'static Self {
        let mut composed = COMPOSED.lock().unwrap_or_else(PoisonError::into_inner);
        let composed = composed.get_or_insert_default();
        if let Some(known) = composed.get(sqlite) {
            return known;
        }
        let sql = Box::leak(Box::new(Self {
            postgres: postgres.leak(),
            sqlite: sqlite.replace('$', "?").leak(),
            together: None,
        }));
        composed.insert(sqlite.to_owned(), sql);
        sql
    }
}

/// Turns `$` into `?`; a statement has no other use for either.
pub(crate) const fn renumbered<const N: usize>(text: &str) -> [u8; N] {
    let (text, mut renumbered, mut at) = (text.as_bytes(), [0; N], 0);
    while at < N {
        renumbered[at] = if text[at] == b'$' { b'?' } else { text[at] };
        at += 1;
    }
    renumbered
}

/// Declares a room's statements, and `ALL` of them for the test that prepares each.
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $text:expr $(, postgres: $postgres:expr)? $(, together: $together:expr)?;)+) => {
        $(
            $(#[$doc])*
            pub(crate) const $name: &$crate::Sql = {
                const BYTES: [u8; $text.len()] = $crate::sql::renumbered($text);
                const TEXTS: &[&str] = &[$($postgres,)? $text];
                const TOGETHER: &[&str] = &[$($together)?];
                &$crate::Sql {
                    postgres: TEXTS[0],
                    sqlite: match std::str::from_utf8(&BYTES) {
                        Ok(text) => text,
                        Err(_) => panic!("a dollar sign became a question mark, which is UTF-8"),
                    },
                    together: TOGETHER.first().copied(),
                }
            };
        )+

        #[cfg(test)]
        pub(crate) const ALL: &[&$crate::Sql] = &[$($name),+];
    };
}
pub(crate) use statements;

/// One statement of a transaction.
#[derive(Debug)]
pub struct Step {
    pub(crate) sql: &'static Sql,
    pub(crate) params: Vec<Value>,
    expect: Expect,
}

/// How many rows a step must give or change, and what it means when they are others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// Any number.
    Any,
    /// One or more.
    Some(Refusal),
}

impl Step {
    /// A step that is content with any number of rows.
    pub(crate) fn new(sql: &'static Sql, params: Vec<Value>) -> Self {
        Self { sql, params, expect: Expect::Any }
    }

    /// The same step, undoing the whole transaction when it meets no row.
    pub(crate) fn or_refuse(self, refusal: Refusal) -> Self {
        Self { expect: Expect::Some(refusal), ..self }
    }

    /// What the rows met say against going on.
    pub(crate) fn refusal(&self, rows: &Rows) -> Option<Refusal> {
        match self.expect {
            Expect::Some(refusal) if rows.count() == 0 => Some(refusal),
            Expect::Some(_) | Expect::Any => None,
        }
    }
}
