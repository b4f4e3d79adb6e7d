//! A connection: how it is opened and opened again, how statements run on it together, how values cross the wire, and
//! what PostgreSQL's errors mean.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::error::Error as StdError;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::{BufMut, BytesMut};
use futures_util::future::join_all;
use tokio::task::AbortHandle;
use tokio::time::timeout;
use tokio_postgres::config::SslMode;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{Client, Config, Statement};

use super::tls::Tls;
use crate::{Error, Refusal, Result, Rows, Value};

/// How long a write or a question may wait for a database that is failing over, all tries together, and how long it may take
/// to open a connection.
pub(super) const DEADLINE: Duration = Duration::from_secs(15);
/// How long the first pause between two tries is at most, in milliseconds; each further one may be twice as long.
const PAUSE: u64 = 20;
/// How long any pause is at most, in milliseconds.
const LONGEST_PAUSE: u64 = 500;

/// After so long without a sign of life a connection is broken: the machine behind it is gone.
const SILENCE: Duration = Duration::from_secs(10);

/// Every statement sees what was committed before it, whatever the database is set to: what is read behind a cart's lock
/// must not be older than the lock. And nobody waits for ever for rows that another transaction holds: one whose commit
/// waits for an absent standby, or one of a machine that is gone, which the server ends.
const SESSION: &str = "set default_transaction_isolation = 'read committed'; set lock_timeout = '5s';
    set idle_in_transaction_session_timeout = '20s'";

/// Where the database is, and how it is reached.
#[derive(Clone)]
pub(crate) struct Place {
    config: Config,
    tls: Tls,
    /// How long a statement may take; without it, as long as it needs.
    deadline: Option<Duration>,
    /// How often the primary turned out to be another one.
    moves: Arc<AtomicU64>,
}

impl Place {
    /// Reads `postgres://user:password@host1,host2/name?target_session_attrs=read-write`, and the file of the authorities
    /// that certificates must be of: who has one wants TLS, unless the address says that there is none.
    pub(crate) fn parse(address: &str, authorities: Option<&Path>) -> Result<Self> {
        let config = address.parse::<Config>();
        let mut config =
            config.map_err(|error| Error::Unusable(format!("not a database address: {error}")))?;
        config.connect_timeout(Duration::from_secs(3)).application_name("cartwright");
        config.tcp_user_timeout(SILENCE).keepalives_idle(SILENCE / 2).keepalives_interval(SILENCE / 5);
        if authorities.is_some() && config.get_ssl_mode() == SslMode::Prefer {
            config.ssl_mode(SslMode::Require);
        }
        let tls = Tls::new(config.get_ssl_mode(), authorities)?;
        Ok(Self { config, tls, deadline: None, moves: Arc::default() })
    }

    /// The same with a limit to how long a statement may take.
    pub(super) fn answering_within(self, deadline: Option<Duration>) -> Self {
        Self { deadline, ..self }
    }
}

/// A connection that is opened when it is needed, and again after it broke.
pub(crate) struct Connection {
    place: Place,
    open: Option<Open>,
}

struct Open {
    client: Client,
    /// What reads and writes the socket.
    task: AbortHandle,
    /// The place's moves when it was opened.
    moves: u64,
    /// By the place of their text in memory: looking a long text up costs more than that.
    prepared: HashMap<(usize, usize), Statement>,
}

/// A statement and its parameters.
pub(super) type Asked<'a> = (&'static str, &'a [Value]);

/// What came of something that may be tried again.
pub(crate) type Attempt<T> = std::result::Result<T, tokio_postgres::Error>;

impl Connection {
    pub(crate) fn new(place: Place) -> Self {
        Self { place, open: None }
    }

    /// Whether nothing is known to be wrong with it.
    pub(super) fn is_open(&self) -> bool {
        let moves = self.place.moves.load(Ordering::Relaxed);
        self.open.as_ref().is_some_and(|open| !open.client.is_closed() && open.moves == moves)
    }

    /// Opens it unless it is open.
    pub(crate) async fn open(&mut self) -> Attempt<()> {
        if !self.is_open() {
            let moves = self.place.moves.load(Ordering::Relaxed);
            let connect = async {
                let (client, connection) = self.place.config.connect(self.place.tls.clone()).await?;
                let task = tokio::spawn(async move {
                    if let Err(error) = connection.await {
                        tracing::warn!(error = said(&error), "a connection to the database broke");
                    }
                });
                client.batch_execute(SESSION).await?;
                Ok(Open { client, task: task.abort_handle(), moves, prepared: HashMap::new() })
            };
            // A server that hangs takes connections and says nothing.
            let open = timeout(DEADLINE, connect).await.unwrap_or_else(|_| Err(silent()))?;
            self.open = Some(open);
        }
        Ok(())
    }

    /// Closes it after an error. A server that is no primary any more may go on answering questions with what was true
    /// before, so the others leave it, too.
    pub(super) fn leave(&mut self, error: &tokio_postgres::Error) {
        if error.code() == Some(&SqlState::READ_ONLY_SQL_TRANSACTION) {
            self.place.moves.fetch_add(1, Ordering::Relaxed);
        }
        self.close();
    }

    /// Closes it, with whatever transaction runs on it.
    pub(super) fn close(&mut self) {
        self.open = None;
    }

    /// Runs statements one behind the other without waiting between them: an outcome for each, or an error for all. A
    /// connection that broke stays broken, since a transaction must not go on with another one.
    pub(super) async fn run(&mut self, asked: &[Asked<'_>]) -> Attempt<Vec<Attempt<Rows>>> {
        let Some(deadline) = self.place.deadline else { return self.run_on(asked).await };
        let Ok(outcomes) = timeout(deadline, self.run_on(asked)).await else {
            self.hang_up();
            return Err(silent());
        };
        outcomes
    }

    async fn run_on(&mut self, asked: &[Asked<'_>]) -> Attempt<Vec<Attempt<Rows>>> {
        for (sql, _) in asked {
            self.prepare(sql).await?;
        }
        let Open { client, prepared, .. } =
            self.open.as_ref().expect("whoever runs statements has opened it");
        let runs = asked.iter().map(|(sql, params)| run(client, &prepared[&key(sql)], params));
        Ok(join_all(runs).await)
    }

    /// Closes it without waiting for what is under way, and without a request to cancel that.
    fn hang_up(&mut self) {
        if let Some(open) = self.open.take() {
            open.task.abort();
        }
    }

    /// Prepares a statement unless it is prepared.
    pub(crate) async fn prepare(&mut self, sql: &'static str) -> Attempt<()> {
        let Open { client, prepared, .. } =
            self.open.as_mut().expect("whoever prepares statements has opened it");
        if let Entry::Vacant(place) = prepared.entry(key(sql)) {
            place.insert(client.prepare(sql).await?);
        }
        Ok(())
    }

    /// Answers questions, which are asked again when the connection broke.
    pub(super) async fn ask(&mut self, asked: &[Asked<'_>]) -> Vec<Result<Rows>> {
        let mut patience = Patience::new();
        loop {
            let attempt = match self.open().await {
                Ok(()) => self.run(asked).await,
                Err(error) => Err(error),
            };
            let outcomes = match attempt {
                Ok(outcomes) => outcomes,
                Err(error) if patience.lasts(&error).await => continue,
                Err(error) => {
                    let error = meaning(error);
                    return asked.iter().map(|_| Err(again(&error))).collect();
                }
            };
            let passing = outcomes.iter().filter_map(|outcome| outcome.as_ref().err());
            match passing.into_iter().find(|error| is_passing(error)) {
                Some(error) if patience.lasts(error).await => {}
                _ => return outcomes.into_iter().map(|outcome| outcome.map_err(meaning)).collect(),
            }
        }
    }

    /// Runs a text of several statements.
    pub(crate) async fn batch(&mut self, text: &str) -> Result<()> {
        self.open().await.map_err(meaning)?;
        let Some(Open { client, .. }) = &self.open else { return Err(Error::Closed) };
        client.batch_execute(text).await.map_err(meaning)
    }

    /// Runs one statement.
    pub(crate) async fn one(&mut self, sql: &'static str, params: &[Value]) -> Result<Rows> {
        self.open().await.map_err(meaning)?;
        let mut outcomes = self.run(&[(sql, params)]).await.map_err(meaning)?;
        outcomes.pop().ok_or(Error::Closed)?.map_err(meaning)
    }
}

/// The error of a server that says nothing. The library has no other way to make one.
fn silent() -> tokio_postgres::Error {
    tokio_postgres::Error::__private_api_timeout()
}

fn key(sql: &'static str) -> (usize, usize) {
    (sql.as_ptr().addr(), sql.len())
}

async fn run(client: &Client, statement: &Statement, params: &[Value]) -> Attempt<Rows> {
    let params: Vec<&(dyn ToSql + Sync)> = params.iter().map(|value| value as _).collect();
    let width = statement.columns().len();
    if width == 0 {
        let changed = client.execute(statement, &params).await?;
        return Ok(Rows { width, values: Vec::new(), changed });
    }
    let rows = client.query(statement, &params).await?;
    let mut values = Vec::with_capacity(rows.len() * width);
    for row in &rows {
        for column in 0..width {
            values.push(row.try_get(column)?);
        }
    }
    Ok(Rows { width, values, changed: 0 })
}

/// Whether it may go better the next time: the database is not there, or had one of two give way to the other.
pub(super) fn is_passing(error: &tokio_postgres::Error) -> bool {
    match error.code().map(SqlState::code) {
        // Serialization failure, deadlock, a standby in place of the primary, a transaction that was idle for too long,
        // too many connections, shutdown, lost connection.
        Some(code) => {
            matches!(code, "40001" | "40P01" | "25006" | "25P03" | "53300")
                || code.starts_with("57P0")
                || code.starts_with("08")
        }
        // Without a code it is the connection; but a value that does not fit never will.
        None => error.is_closed() || error.source().is_none_or(<dyn StdError>::is::<std::io::Error>),
    }
}

/// Sorts PostgreSQL's errors by what a caller can do about them.
#[expect(clippy::needless_pass_by_value, reason = "it is handed to `map_err`")]
pub(super) fn meaning(error: tokio_postgres::Error) -> Error {
    let error = &error;
    match error.code().map(SqlState::code) {
        _ if is_passing(error) => Error::Unwritable(said(error)),
        // Somebody holds a row for too long: whoever needs it is put off, and nobody else.
        Some("55P03") => Error::Busy,
        // No space, no memory, too many connections; a disk that fails.
        Some(code) if code.starts_with("53") || code == "58030" => Error::Unwritable(said(error)),
        // What a row refers to was deleted meanwhile.
        Some("23503") => Error::Refused(Refusal::Gone),
        Some("XX001" | "XX002") => Error::Damaged(said(error)),
        _ => Error::Server(said(error)),
    }
}

/// The same error for another caller.
pub(super) fn again(error: &Error) -> Error {
    match error {
        Error::Damaged(text) => Error::Damaged(text.clone()),
        Error::Server(text) => Error::Server(text.clone()),
        other => Error::Unwritable(other.to_string()),
    }
}

/// The error with its cause, which alone says what happened.
fn said(error: &tokio_postgres::Error) -> String {
    error.source().map_or_else(|| error.to_string(), |source| format!("{error}: {source}"))
}

/// Pauses between tries: random, ever longer, up to a deadline.
pub(super) struct Patience {
    end: Instant,
    pause: u64,
}

impl Patience {
    pub(super) fn new() -> Self {
        Self { end: Instant::now() + DEADLINE, pause: PAUSE }
    }

    /// Waits a while; `false` at once when it cannot help or lasted too long already.
    pub(super) async fn lasts(&mut self, error: &tokio_postgres::Error) -> bool {
        if !is_passing(error) || Instant::now() > self.end {
            return false;
        }
        tracing::warn!(error = said(error), "the database is tried again");
        let mut random = [0; 8];
        // Without randomness the pause is the longest.
        let random = getrandom::fill(&mut random).map_or(u64::MAX, |()| u64::from_le_bytes(random));
        tokio::time::sleep(Duration::from_millis(random % self.pause + 1)).await;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        true
    }
}

impl ToSql for Value {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> std::result::Result<IsNull, Box<dyn StdError + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(number) if *kind == Type::BOOL => (*number != 0).to_sql(kind, out),
            Self::Int(number) if *kind == Type::INT4 => i32::try_from(*number)?.to_sql(kind, out),
            Self::Int(number) if *kind == Type::INT8 => number.to_sql(kind, out),
            Self::Int(tid) if *kind == Type::TID => {
                out.put_slice(&tid.to_be_bytes()[2..]);
                Ok(IsNull::No)
            }
            Self::Text(text) if matches!(*kind, Type::TEXT | Type::JSON) => text.to_sql(&Type::TEXT, out),
            Self::Bytes(bytes) if *kind == Type::BYTEA => bytes.to_sql(kind, out),
            Self::Owner(owner) if *kind == Type::BYTEA => owner.bytes().as_slice().to_sql(kind, out),
            Self::List(values) => values.to_sql(kind, out),
            other => Err(format!("{other:?} for a parameter of type {kind}").into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Value {
    fn from_sql(kind: &Type, raw: &'a [u8]) -> std::result::Result<Self, Box<dyn StdError + Sync + Send>> {
        Ok(match *kind {
            Type::BOOL => Self::Int(i64::from(bool::from_sql(kind, raw)?)),
            Type::INT4 => Self::Int(i32::from_sql(kind, raw)?.into()),
            Type::INT8 => Self::Int(i64::from_sql(kind, raw)?),
            Type::TID => Self::Int(raw.iter().fold(0, |tid, byte| tid << 8 | i64::from(*byte))),
            Type::BYTEA => Self::Bytes(raw.to_vec()),
            _ => Self::Text(String::from_sql(kind, raw)?),
        })
    }

    fn from_sql_null(_: &Type) -> std::result::Result<Self, Box<dyn StdError + Sync + Send>> {
        Ok(Self::Null)
    }

    fn accepts(kind: &Type) -> bool {
        matches!(*kind, Type::BOOL | Type::INT4 | Type::INT8 | Type::TID | Type::BYTEA)
            || <String as FromSql>::accepts(kind)
    }
}
