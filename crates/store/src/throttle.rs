//! Throttles: when somebody's attempts are all earned back, the same for all servers of a shop.

use domain::throttle::Limit;
use domain::time::Timestamp;

use crate::sql::statements;
use crate::token::Hash;
use crate::{Refusal, Result, Step, Store};

statements! {
    /// When all attempts under a key are earned back.
    FULL_AT = "select full_at from throttle where key = $1";
    /// Counts an attempt, if one is left.
    COUNT = "insert into throttle (key, full_at) values ($1, $2)
        on conflict (key) do update set full_at =
            case when throttle.full_at > $3 then throttle.full_at + $4 else excluded.full_at end
        where throttle.full_at <= $5";
    /// Forgets a few that say nothing any more. An attempt makes two rows at most, so the table does not grow.
    SWEEP = "delete from throttle where key in
        (select key from throttle where full_at <= $1 order by full_at limit 4)";
}

impl Store {
    /// When all attempts under a key are earned back; `None` when they are.
    pub async fn throttle(&self, key: &Hash) -> Result<Option<Timestamp>> {
        let rows = self.read(FULL_AT, vec![key.into()]).await?;
        rows.first().map(|row| row.time(0)).transpose()
    }
}

/// Counts an attempt under a key; refused as used up when none is left.
pub fn count(key: &Hash, limit: Limit, now: Timestamp) -> Step {
    let full_at = Timestamp::from_micros(now.micros().saturating_add(limit.every));
    let params = vec![key.into(), full_at.into(), now.into(), limit.every.into(), limit.latest(now).into()];
    Step::new(COUNT, params).or_refuse(Refusal::Gone)
}

/// Forgets some keys whose attempts are all earned back.
pub fn sweep(now: Timestamp) -> Step {
    Step::new(SWEEP, vec![now.into()])
}
