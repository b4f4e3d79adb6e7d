//! Idempotency records: a key commits together with the change it stands for, and later with its reply.

use domain::id::OwnerId;
use domain::time::Timestamp;

use crate::sql::statements;
use crate::token::Hash;
use crate::{Refusal, Result, Step, Store};

/// Keeps a reply: the first one, where there is room for it.
macro_rules! keep {
    ($room:literal) => {
        concat!(
            "insert into idempotency
                (owner_id, key, request_hash, created_at, status, content_type, body)
            values ($1, $2, $3, $4, $5, $6, $7)
            on conflict (owner_id, key) do update set request_hash = excluded.request_hash,
                created_at = excluded.created_at, status = excluded.status,
                content_type = excluded.content_type, body = excluded.body
            where ",
            $room
        )
    };
}

statements! {
    /// What is known of a key.
    FIND = "select request_hash, status, content_type, body, made from idempotency
        where owner_id = $1 and key = $2 and created_at > $3";
    /// Claims a key for the change of this transaction; an outdated record gives way.
    CLAIM = "insert into idempotency (owner_id, key, request_hash, created_at, made)
        values ($1, $2, $3, $4, $6)
        on conflict (owner_id, key) do update set request_hash = excluded.request_hash,
            created_at = excluded.created_at, status = null, content_type = null, body = null,
            made = excluded.made
        where idempotency.created_at <= $5";
    /// Keeps the reply to a change that is in.
    COMPLETE = keep!("idempotency.status is null or idempotency.created_at <= $8");
    /// Keeps a refusal, unless the key was claimed meanwhile: then the change is in, whoever made it.
    REFUSE = keep!("idempotency.created_at <= $8");
    /// Gives the customer the newest keys of the guest they were; an outdated record gives way.
    CARRY = "insert into idempotency
            (owner_id, key, request_hash, status, content_type, body, created_at)
        select $2, key, request_hash, status, content_type, body, created_at from idempotency
        where owner_id = $1 and created_at > $3 order by created_at desc limit $4
        on conflict (owner_id, key) do update set request_hash = excluded.request_hash,
            created_at = excluded.created_at, status = excluded.status,
            content_type = excluded.content_type, body = excluded.body
        where idempotency.created_at <= $3";
}

/// How long a record is kept, in seconds.
pub const KEPT: i64 = 24 * 60 * 60;
/// Keys handed over at a login at most: their replies are copied while other writers wait.
const CARRIED: i64 = 100;

/// A key as one caller used it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The caller; two callers never meet under one key.
    pub owner: OwnerId,
    /// The header's text.
    pub key: String,
    /// SHA-256 over method, path, query and body.
    pub request: Hash,
}

/// What became of a key's first request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The first request's hash.
    pub request: Hash,
    /// Its reply; `None` when the change was committed and the reply never was.
    pub reply: Option<Reply>,
    /// The public id of what the change has made or changed, where it was noted.
    pub made: Option<String>,
}

/// A reply as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// `Content-Type`, when there was a body.
    pub content_type: Option<String>,
    /// The body.
    pub body: Vec<u8>,
}

impl Store {
    /// Looks a key up.
    pub async fn idempotency_record(&self, key: &Key, now: Timestamp) -> Result<Option<Record>> {
        let params = vec![key.owner.into(), key.key.as_str().into(), now.plus_seconds(-KEPT).into()];
        let rows = self.read(FIND, params).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let reply = match row.opt_int(1)? {
            None => None,
            Some(status) => Some(Reply {
                status: u16::try_from(status).unwrap_or(200),
                content_type: row.opt_text(2)?.map(ToOwned::to_owned),
                body: row.opt_bytes(3)?.unwrap_or_default().to_vec(),
            }),
        };
        let made = row.opt_text(4)?.map(ToOwned::to_owned);
        Ok(Some(Record { request: row.bytes(0)?, reply, made }))
    }
}

/// Claims the key for the change of this transaction.
pub fn claim(key: &Key, now: Timestamp) -> Step {
    claim_making(key, None, now)
}

/// The same, noting the public id of what is made or changed.
pub fn claim_making(key: &Key, made: Option<&str>, now: Timestamp) -> Step {
    let params = vec![
        key.owner.into(),
        key.key.as_str().into(),
        (&key.request).into(),
        now.into(),
        now.plus_seconds(-KEPT).into(),
        made.into(),
    ];
    Step::new(CLAIM, params).or_refuse(Refusal::AlreadyApplied)
}

/// Lets a guest's keys go on working once the guest's token names the customer.
pub fn carry(guest: OwnerId, customer: OwnerId, now: Timestamp) -> Step {
    let params = vec![guest.into(), customer.into(), now.plus_seconds(-KEPT).into(), CARRIED.into()];
    Step::new(CARRY, params)
}

/// Keeps the reply to a key's request, which meets no row where another one is kept. A refusal does not stand for a change
/// that somebody else made under the key.
pub fn complete(key: &Key, reply: &Reply, is_refusal: bool, now: Timestamp) -> Step {
    let params = vec![
        key.owner.into(),
        key.key.as_str().into(),
        (&key.request).into(),
        now.into(),
        i64::from(reply.status).into(),
        reply.content_type.clone().into(),
        reply.body.clone().into(),
        now.plus_seconds(-KEPT).into(),
    ];
    Step::new(if is_refusal { REFUSE } else { COMPLETE }, params)
}
