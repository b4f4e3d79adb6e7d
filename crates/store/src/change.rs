//! The change log: what other processes must forget; numbered by a counter row, so never out of order.

use domain::time::Timestamp;

use crate::sql::statements;
use crate::{Result, Rows, Step, Store};

statements! {
    /// Takes a block of numbers.
    ALLOCATE = "update counter set next_value = next_value + $2 where name = $1
        returning next_value - $2";
    /// Numbers the next entry; its row lock keeps entries in the order of their commits.
    NUMBER = "update counter set next_value = next_value + 1 where name = 'change'";
    /// Writes an entry.
    RECORD = "insert into change_log (id, noun, key, created_at)
        select next_value - 1, $1, $2, $3 from counter where name = 'change'";
    /// Entries after one that is known.
    SINCE = "select id, noun, key from change_log where id > $1 order by id limit $2";
    /// The newest entry's number.
    LATEST = "select coalesce(max(id), 0) from change_log";
}

/// What changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// One product, its SKUs, pictures or listings.
    Product(i64),
    /// The whole catalogue may have changed.
    Catalogue,
    /// What products are filed under: categories, brands, labels or materials; no product.
    Names,
    /// A token, by the hexadecimal digits of its hash.
    Token(String),
    /// Written by a newer version; everything may have changed.
    Unknown,
}

impl Store {
    /// Takes `count` numbers of a noun and returns the first.
    pub async fn allocate(&self, noun: &'static str, count: i64) -> Result<i64> {
        let rows = self.apply(vec![Step::new(ALLOCATE, vec![noun.into(), count.into()])]).await?;
        let row = rows.first().and_then(Rows::first);
        row.ok_or(crate::Error::Unreadable("an unknown counter"))?.int(0)
    }

    /// The number of the newest change.
    pub async fn latest_change(&self) -> Result<i64> {
        let rows = self.read(LATEST, Vec::new()).await?;
        rows.first().map_or(Ok(0), |row| row.int(0))
    }

    /// Up to `most` changes after `known`, with their numbers.
    pub async fn changes_since(&self, known: i64, most: i64) -> Result<Vec<(i64, Change)>> {
        let rows = self.read(SINCE, vec![known.into(), most.into()]).await?;
        rows.iter()
            .map(|row| {
                let key = row.text(2)?;
                let change = match row.text(1)? {
                    "product" => key.parse().map_or(Change::Unknown, Change::Product),
                    "catalogue" => Change::Catalogue,
                    "names" => Change::Names,
                    "token" => Change::Token(key.to_owned()),
                    _ => Change::Unknown,
                };
                Ok((row.int(0)?, change))
            })
            .collect()
    }
}

/// Tells other processes of a change.
pub fn record(change: &Change, now: Timestamp) -> [Step; 2] {
    let (noun, key) = match change {
        Change::Product(id) => ("product", id.to_string()),
        Change::Catalogue | Change::Unknown => ("catalogue", String::new()),
        Change::Names => ("names", String::new()),
        Change::Token(hash) => ("token", hash.clone()),
    };
    [Step::new(NUMBER, Vec::new()), Step::new(RECORD, vec![noun.into(), key.into(), now.into()])]
}
