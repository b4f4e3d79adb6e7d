//! Secrets that all servers of a shop share; never what belongs to a shopper.

use crate::sql::statements;
use crate::{Error, Result, Rows, Step, Store};

statements! {
    /// A secret.
    FIND = "select value from secret where name = $1";
    /// Keeps a secret, unless another server was faster.
    KEEP = "insert into secret (name, value) values ($1, $2) on conflict (name) do nothing";
}

impl Store {
    /// The secret of this name; `drawn` from now on, where there is none.
    pub async fn secret(&self, name: &'static str, drawn: impl FnOnce() -> [u8; 32]) -> Result<[u8; 32]> {
        if let Some(row) = self.read(FIND, vec![name.into()]).await?.first() {
            return row.bytes(0);
        }
        let (keep, find) = (vec![name.into(), (&drawn()).into()], vec![name.into()]);
        let kept = self.apply(vec![Step::new(KEEP, keep), Step::new(FIND, find)]).await?;
        let row = kept.last().and_then(Rows::first);
        row.ok_or(Error::Unreadable("a secret is missing"))?.bytes(0)
    }
}
