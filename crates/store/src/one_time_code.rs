//! One-time codes: what was sent to a phone, hashed, for few tries and a short time.

use domain::time::Timestamp;

use crate::sql::statements;
use crate::token::Hash;
use crate::{Refusal, Result, Rows, Step, Store};

statements! {
    /// Keeps a code, in place of the session's earlier one.
    KEEP = "insert into one_time_code (session_hash, phone, code_hash, tries, expires_at)
        values ($1, $2, $3, 0, $4)
        on conflict (session_hash) do update set phone = excluded.phone, code_hash = excluded.code_hash,
            tries = 0, expires_at = excluded.expires_at";
    /// Uses up a try and tells what the session waits for.
    TRY = "update one_time_code set tries = tries + 1
        where session_hash = $1 and tries < $2 and expires_at > $3 returning phone, code_hash";
    /// Ends a code; it works once.
    USE = "delete from one_time_code where session_hash = $1 and code_hash = $2 returning phone";
}

impl Store {
    /// Uses up one of `tries`; the phone number and the code's hash, or `None` when there is nothing to try.
    pub async fn try_code(
        &self,
        session: &Hash,
        tries: i64,
        now: Timestamp,
    ) -> Result<Option<(String, Hash)>> {
        let step = Step::new(TRY, vec![session.into(), tries.into(), now.into()]);
        let rows = self.apply(vec![step]).await?;
        let Some(row) = rows.first().and_then(Rows::first) else { return Ok(None) };
        Ok(Some((row.text(0)?.to_owned(), row.bytes(1)?)))
    }
}

/// Keeps a code.
pub fn keep(session: &Hash, phone: &str, code: &Hash, expires_at: Timestamp) -> Step {
    Step::new(KEEP, vec![session.into(), phone.into(), code.into(), expires_at.into()])
}

/// Ends a code; refused when somebody else was faster.
pub fn redeem(session: &Hash, code: &Hash) -> Step {
    Step::new(USE, vec![session.into(), code.into()]).or_refuse(Refusal::Gone)
}
