//! Connections: how they are opened, how a statement runs on one, and what SQLite's errors mean.

use std::time::{Duration, Instant};

use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::{Error, Options, Result, Rows, Sql, Value, migration};

/// How long a write waits for another process, such as an import beside the server.
const BUSY: Duration = Duration::from_secs(30);
/// How much of the start may go into looking for damage.
const LOOK: Duration = Duration::from_millis(200);
const STATEMENTS: usize = 256;

/// Opens the file for writing, made when missing; refuses a damaged one, and brings the tables up to date.
pub(super) fn open_writer(options: &Options) -> Result<Connection> {
    let mut connection = open(options, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
    connection.pragma_update(None, "journal_mode", "wal").map_err(meaning)?;
    connection.pragma_update(None, "synchronous", if options.is_durable { "full" } else { "off" })?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // 16 MiB of log between checkpoints: fewer stalls of the writer for little disk.
    connection.pragma_update(None, "wal_autocheckpoint", 4096)?;
    look_for_damage(&mut connection)?;
    migration::run(&mut connection)?;
    Ok(connection)
}

/// Opens the file for questions.
pub(super) fn open_reader(options: &Options) -> Result<Connection> {
    let connection = open(options, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

fn open(options: &Options, flags: OpenFlags) -> Result<Connection> {
    let connection = Connection::open_with_flags(&options.path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)
        .map_err(|error| {
            let path = options.path.display();
            Error::Unusable(format!(
                "cannot open the database {path}: {error}; is the folder there and writable?"
            ))
        })?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

/// Checks as much of the file as the time allows; `doctor` checks it all.
fn look_for_damage(connection: &mut Connection) -> Result<()> {
    let start = Instant::now();
    connection.progress_handler(10_000, Some(move || start.elapsed() > LOOK))?;
    let verdict = connection.query_row("pragma quick_check(1)", [], |row| row.get::<_, String>(0));
    connection.progress_handler(0, None::<fn() -> bool>)?;
    match verdict {
        Ok(verdict) if verdict == "ok" => Ok(()),
        Ok(verdict) => Err(Error::Damaged(verdict)),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => Ok(()),
        Err(error) => Err(meaning(error)),
    }
}

/// Runs one statement to its end.
pub(super) fn run(connection: &Connection, sql: &Sql, params: &[Value]) -> Result<Rows> {
    execute(connection, sql.sqlite, params).map_err(meaning)
}

fn execute(connection: &Connection, sql: &str, params: &[Value]) -> rusqlite::Result<Rows> {
    let mut statement = connection.prepare_cached(sql)?;
    for (at, value) in params.iter().enumerate() {
        statement.raw_bind_parameter(at + 1, value)?;
    }
    let width = statement.column_count();
    if width == 0 {
        let changed = statement.raw_execute()? as u64;
        return Ok(Rows { width, values: Vec::new(), changed });
    }
    let mut values = Vec::new();
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        for column in 0..width {
            values.push(own(row.get_ref(column)?)?);
        }
    }
    Ok(Rows { width, values, changed: 0 })
}

fn own(value: ValueRef<'_>) -> rusqlite::Result<Value> {
    Ok(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Int(number),
        ValueRef::Text(_) => Value::Text(value.as_str()?.to_owned()),
        ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
        // Strict tables have no floats, and no statement computes one.
        ValueRef::Real(_) => return Err(rusqlite::Error::IntegralValueOutOfRange(0, 0)),
    })
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
            Self::Owner(owner) => ValueRef::Blob(owner.bytes()),
        }))
    }
}

/// Sorts SQLite's errors by what a caller can do about them.
pub(super) fn meaning(error: rusqlite::Error) -> Error {
    match error.sqlite_error_code() {
        Some(
            ErrorCode::DiskFull | ErrorCode::ReadOnly | ErrorCode::SystemIoFailure | ErrorCode::CannotOpen,
        ) => Error::Unwritable(error.to_string()),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Error::Damaged(error.to_string()),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Error::Busy,
        _ => Error::Backend(error),
    }
}
