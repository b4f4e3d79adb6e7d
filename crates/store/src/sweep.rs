//! Sweeping: rows that nobody needs any more, removed a batch at a time. Each removal looks again whether the row is still
//! what was listed, so it never meets what somebody came back for.

use domain::id::OwnerId;
use domain::time::Timestamp;
use futures_util::future::join_all;

use crate::cart::{Touched, drop_cart, lock};
use crate::sql::statements;
use crate::{Error, Result, Row, Rows, Sql, Step, Store};

statements! {
    /// Guests' tokens that have ended. One that names or named a customer stays: it must never name a guest.
    ENDED_TOKENS = "select hash from token where account_id is null and expires_at <= $1
        order by expires_at limit $2";
    /// Removes one.
    DROP_TOKEN = "delete from token where hash = $1 and account_id is null and expires_at <= $2";
    /// Codes that have expired.
    EXPIRED_CODES = "select session_hash from one_time_code where expires_at <= $1 limit $2";
    /// Removes one.
    DROP_CODE = "delete from one_time_code where session_hash = $1 and expires_at <= $2";
    /// Keys that are no longer answered for.
    OUTDATED_KEYS = "select owner_id, key from idempotency where created_at <= $1 order by created_at limit $2";
    /// Removes one.
    DROP_KEY = "delete from idempotency where owner_id = $1 and key = $2 and created_at <= $3";
    /// Carts in the order of their owners, and whether each is abandoned: a guest's, long not written.
    CARTS = "select owner_id, version, updated_at <= $2
            and not exists (select 1 from account where account.owner_id = cart.owner_id)
        from cart where owner_id > $1 order by owner_id limit $3";
    /// The oldest change on record, and the oldest that is to stay: the newest always does.
    CHANGES = "select coalesce(min(id), 0),
            coalesce((select min(id) from change_log where created_at > $1), max(id), 0)
        from change_log";
    /// Removes the changes before one.
    DROP_CHANGES = "delete from change_log where id < $1";
}

/// Rows in one transaction, or looked at in one reading.
const BATCH: i64 = 500;

/// What becomes useless by its age alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Old {
    /// Tokens of guests that have ended.
    GuestTokens,
    /// One-time codes that have expired.
    Codes,
    /// Idempotency keys.
    Keys,
    /// Entries of the change log.
    Changes,
}

/// What came of one batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Swept {
    /// Rows removed.
    pub removed: u64,
    /// Whether there was no more to look at.
    pub is_last: bool,
}

impl Store {
    /// Removes a batch of what was over at this time.
    pub async fn sweep(&self, old: Old, before: Timestamp) -> Result<Swept> {
        let (list, remove): (&'static Sql, &'static Sql) = match old {
            Old::GuestTokens => (ENDED_TOKENS, DROP_TOKEN),
            Old::Codes => (EXPIRED_CODES, DROP_CODE),
            Old::Keys => (OUTDATED_KEYS, DROP_KEY),
            Old::Changes => return self.sweep_changes(before).await,
        };
        let listed = self.read(list, vec![before.into(), BATCH.into()]).await?;
        let is_last = listed.count() < BATCH.unsigned_abs();
        let removal = |key: Row<'_>| {
            let key = key.values().iter().cloned();
            Step::new(remove, key.chain([before.into()]).collect())
        };
        let removed = self.apply(listed.iter().map(removal).collect()).await?;
        Ok(Swept { removed: removed.iter().map(Rows::count).sum(), is_last })
    }

    /// Looks at a batch of carts behind this owner's, and removes those of guests that nobody has written since `before`;
    /// tells the last owner, or `None` where there are no more.
    pub async fn sweep_carts(&self, behind: OwnerId, before: Timestamp) -> Result<(u64, Option<OwnerId>)> {
        let carts = self.read(CARTS, vec![behind.into(), before.into(), BATCH.into()]).await?;
        let (mut last, mut removals) = (None, Vec::new());
        for cart in carts.iter() {
            let owner = OwnerId::new(cart.bytes(0)?);
            last = Some(owner);
            if cart.bool(2)? {
                removals.push(self.remove_cart(owner, cart.int(1)?, before));
            }
        }
        let mut removed = 0;
        for removal in join_all(removals).await {
            removed += u64::from(removal?);
        }
        Ok((removed, last))
    }

    /// Removes a cart that is still at this version; false where somebody has come back to it.
    async fn remove_cart(&self, owner: OwnerId, seen: i64, now: Timestamp) -> Result<bool> {
        let mut steps = vec![lock(owner, now, Some(seen))];
        steps.extend(drop_cart(owner, seen + 1));
        let touched = Touched { gone: Some(owner), ..Touched::default() };
        match self.db.write(steps, touched).await {
            Ok(_) => Ok(true),
            Err(Error::Refused(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Removes a batch of the oldest changes from before this time. No gap arises but at the beginning, where whoever has
    /// fallen behind further notices it.
    async fn sweep_changes(&self, before: Timestamp) -> Result<Swept> {
        let span = self.read(CHANGES, vec![before.into()]).await?;
        let span = span.first().ok_or(Error::Unreadable("no changes and no zero"))?;
        let (oldest, kept) = (span.int(0)?, span.int(1)?);
        if oldest >= kept {
            return Ok(Swept { removed: 0, is_last: true });
        }
        let end = kept.min(oldest + BATCH);
        let removed = self.apply(vec![Step::new(DROP_CHANGES, vec![end.into()])]).await?;
        Ok(Swept { removed: removed.iter().map(Rows::count).sum(), is_last: end == kept })
    }
}
