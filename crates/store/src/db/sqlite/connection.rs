//! Connections: how they are opened, how a statement runs on one, and what SQLite's errors mean.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::ffi::SQLITE_CONSTRAINT_FOREIGNKEY;
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, PrepFlags, Statement};

use crate::{Error, Options, Refusal, Result, Rows, Value, doctor, migration};

/// How long a write waits for another process, such as an import beside the server.
const BUSY: Duration = Duration::from_secs(30);
/// How much of the start may go into looking for damage.
const LOOK: Duration = Duration::from_millis(200);
/// Bytes of a page of a new file. Writes to random carts log whole pages, so small ones are cheaper.
const PAGE: i64 = 2048;
/// What the writer keeps of the file in memory, in KiB as SQLite wants it: negative.
const WRITER_CACHE: i64 = -128 * 1024;

/// Opens the file for writing, made when missing; refuses a damaged one, and brings the tables up to date or refuses older
/// ones.
pub(super) fn open_writer(path: &Path, options: &Options) -> Result<Connection> {
    let mut connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
    connection.pragma_update(None, "page_size", PAGE)?;
    connection.pragma_update(None, "journal_mode", "wal").map_err(meaning)?;
    connection.pragma_update(None, "synchronous", if options.is_durable { "full" } else { "off" })?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "cache_size", WRITER_CACHE)?;
    look_for_damage(open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?)?;
    if options.migrates {
        migration::run(&mut connection)?;
    } else {
        migration::check_newest(&connection)?;
    }
    Ok(connection)
}

/// Opens the file for questions.
pub(super) fn open_reader(path: &Path) -> Result<Connection> {
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

/// Writes a copy of the database as it is at this moment to a new file, which appears when it is whole.
pub(super) fn copy(path: &Path, file: &Path) -> Result<()> {
    if file.exists() {
        return Err(Error::Unusable(format!("{} exists already: name a new file", file.display())));
    }
    let partial = file.with_added_extension("partial");
    let unwritable = |error: std::io::Error| {
        Error::Unusable(format!(
            "cannot write {}: {error}; is the folder there and writable?",
            file.display()
        ))
    };
    // Left by a copy that did not come to its end.
    match fs::remove_file(&partial) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(unwritable(error)),
        _ => {}
    }
    File::create_new(&partial).map_err(unwritable)?;
    let name = partial.to_str().ok_or_else(|| Error::Unusable("the file's name is not UTF-8".to_owned()))?;
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let copied = Session::new(&connection).run(doctor::BACKUP.sqlite, &[name.into()]).and_then(|_| {
        let synced = File::open(&partial).and_then(|copy| copy.sync_all());
        synced.and_then(|()| fs::rename(&partial, file)).map_err(unwritable)
    });
    if copied.is_err() {
        // Half a copy is of no use; the error that is reported came before.
        let _ = fs::remove_file(&partial);
    }
    copied
}

/// Looks a copy over, and changes nothing.
pub(crate) fn check_backup(file: &Path) -> Result<()> {
    let mut log = file.as_os_str().to_owned();
    log.push("-wal");
    if fs::metadata(&log).is_ok_and(|log| log.len() > 0) {
        return Err(Error::Unusable(
            "it is a database in use, part of which is in its log: name a file that `cartwright backup` has written"
                .to_owned(),
        ));
    }
    let connection = open(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let verdict = connection.query_row("pragma integrity_check(1)", [], |row| row.get::<_, String>(0));
    let verdict = verdict.map_err(|error| Error::Damaged(error.to_string()))?;
    if verdict != "ok" {
        return Err(Error::Damaged(verdict));
    }
    migration::check(&connection).map(drop)
}

/// A connection for reading or writing as the flags say, with the settings that all have.
pub(super) fn open(path: &Path, flags: OpenFlags) -> Result<Connection> {
    let connection =
        Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(|error| {
            let path = path.display();
            Error::Unusable(format!(
                "cannot open the database {path}: {error}; is the folder there and writable?"
            ))
        })?;
    connection.busy_timeout(BUSY)?;
    // Without this, statistics make SQLite plan a statement anew whenever a parameter is bound.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // What a savepoint would undo stays in small pieces of memory.
    connection.pragma_update(None, "temp_store", "memory")?;
    Ok(connection)
}

/// Checks as much of the file as the time allows; `doctor` checks it all. The connection is one of its own,
/// so that what it read does not stay in memory.
fn look_for_damage(mut connection: Connection) -> Result<()> {
    let start = Instant::now();
    connection.progress_handler(10_000, Some(move || start.elapsed() > LOOK))?;
    let verdict = connection.query_row("pragma quick_check(1)", [], |row| row.get::<_, String>(0));
    match verdict {
        Ok(verdict) if verdict == "ok" => Ok(()),
        Ok(verdict) => Err(Error::Damaged(verdict)),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => Ok(()),
        Err(error) => Err(meaning(error)),
    }
}

/// A connection with its statements, each prepared when it is first run. They are found by the place of their
/// text in memory: looking a long text up costs as much as running it.
pub(super) struct Session<'c> {
    pub(super) connection: &'c Connection,
    prepared: HashMap<*const str, Statement<'c>>,
}

impl<'c> Session<'c> {
    pub(super) fn new(connection: &'c Connection) -> Self {
        Self { connection, prepared: HashMap::new() }
    }

    /// Runs one statement to its end.
    pub(super) fn run(&mut self, sql: &'static str, params: &[Value]) -> Result<Rows> {
        let statement = match self.prepared.entry(sql) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                let prepared = self.connection.prepare_with_flags(sql, PrepFlags::SQLITE_PREPARE_PERSISTENT);
                place.insert(prepared.map_err(meaning)?)
            }
        };
        execute(statement, params).map_err(meaning)
    }
}

fn execute(statement: &mut Statement<'_>, params: &[Value]) -> rusqlite::Result<Rows> {
    // A parameter left out would have the value of the run before.
    debug_assert_eq!(params.len(), statement.parameter_count());
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
            Self::List(_) => {
                return Err(rusqlite::Error::ToSqlConversionFailure("a list is no value".into()));
            }
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
        // What a row refers to was deleted since the decision to write it.
        _ if error.sqlite_extended_error_code() == Some(SQLITE_CONSTRAINT_FOREIGNKEY) => {
            Error::Refused(Refusal::Gone)
        }
        _ => Error::Backend(error),
    }
}
