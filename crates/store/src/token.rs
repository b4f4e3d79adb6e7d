//! Tokens: who a secret names; only its SHA-256 is ever stored.

use domain::account::Account;
use domain::id::{AccountId, OwnerId};
use domain::time::Timestamp;

use crate::account::account_from;
use crate::sql::statements;
use crate::{Refusal, Result, Step, Store};

/// SHA-256 of a secret.
pub type Hash = [u8; 32];

/// A token with the account it names.
macro_rules! token {
    ($whose:literal, $which:literal) => {
        concat!(
            "select ",
            $whose,
            "token.owner_id, token.expires_at,
                account.id, account.owner_id, account.email, account.username, account.phone, account.created_at,
                account.role, account.store_id
            from token left join account on account.id = token.account_id
            where token.hash = ",
            $which
        )
    };
}

statements! {
    /// A token.
    FIND = token!("", "$1"), together: token!("token.hash, ", "any(cast($1 as bytea[]))");

    /// Issues a token.
    ISSUE = "insert into token (hash, owner_id, account_id, expires_at, created_at)
        values ($1, $2, $3, $4, $5) on conflict (hash) do nothing returning hash";

    /// Makes a token name a customer from now on.
    MOVE = "update token set owner_id = $2, account_id = $3, expires_at = $4
        where hash = $1 and owner_id = $5 and expires_at > $6";

    /// One row when the token still names the owner. A login that moves it locks the guest's cart before it is done, so
    /// behind the lock of that cart it cannot move until the end of the transaction.
    GUARD = "select 1 from token where hash = $1 and owner_id = $2 and expires_at > $3",
        together: "select token.owner_id
            from unnest(cast($1 as bytea[]), cast($2 as bytea[]), cast($3 as bigint[])) as asked (hash, owner_id, now)
            join token on token.hash = asked.hash
            where token.owner_id = asked.owner_id and token.expires_at > asked.now";

    /// Ends a token, also for a clock that goes back; the row stays, so that it is never taken for a guest's own secret.
    REVOKE = "update token set expires_at = 0 where hash = $1";
}

/// Whom a token names.
#[derive(Clone, Debug, PartialEq)]
pub struct Token {
    /// Whose cart.
    pub owner: OwnerId,
    /// The customer, or `None` for a guest.
    pub account: Option<Account>,
    /// When it stops working.
    pub expires_at: Timestamp,
}

impl Store {
    /// Looks a token up, expired ones included.
    pub async fn token(&self, hash: &Hash) -> Result<Option<Token>> {
        let rows = self.read(FIND, vec![hash.into()]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let account = if row.opt_int(2)?.is_some() { Some(account_from(row, 2)?) } else { None };
        Ok(Some(Token { owner: OwnerId::new(row.bytes(0)?), account, expires_at: row.time(1)? }))
    }
}

/// Issues a token for a guest, or for a customer when an account is given.
pub fn issue(
    hash: &Hash,
    owner: OwnerId,
    account: Option<AccountId>,
    expires_at: Timestamp,
    now: Timestamp,
) -> Step {
    let params = vec![hash.into(), owner.into(), account.into(), expires_at.into(), now.into()];
    Step::new(ISSUE, params).or_refuse(Refusal::Taken)
}

/// Makes a token that names `seen` name the account instead.
pub fn move_to(hash: &Hash, seen: OwnerId, account: &Account, expires_at: Timestamp, now: Timestamp) -> Step {
    let params = vec![
        hash.into(),
        account.owner.into(),
        account.id.into(),
        expires_at.into(),
        seen.into(),
        now.into(),
    ];
    Step::new(MOVE, params).or_refuse(Refusal::TokenMoved)
}

/// Requires that the token still names the owner, whose cart is locked.
pub fn guard(hash: &Hash, owner: OwnerId, now: Timestamp) -> Step {
    Step::new(GUARD, vec![hash.into(), owner.into(), now.into()]).or_refuse(Refusal::TokenMoved)
}

/// Ends a token.
pub fn revoke(hash: &Hash) -> Step {
    Step::new(REVOKE, vec![hash.into()])
}
