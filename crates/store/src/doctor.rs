//! Health of the database: does it answer, is it whole, does it agree with itself.

use crate::shelf::{MISCOUNTED, MISPLACED};
use crate::sql::statements;
use crate::{Result, Store};

statements! {
    /// Answers.
    PING = "select 1";
    /// A consistent copy.
    BACKUP = "vacuum into $1", postgres: "select $1";
    /// Every page and index.
    INTEGRITY = "pragma integrity_check(20)", postgres: "select 'ok'";
    /// References that lead nowhere.
    REFERENCES = "select \"table\" from pragma_foreign_key_check limit 20", postgres: "select '' limit 0";
    /// Products on sale that have no SKU.
    UNSELLABLE = "select product.id from product
        where status = 2 and not is_deleted and not exists (select 1 from sku where product_id = product.id)
        limit 20";
    /// Products without the listing of their own store.
    UNLISTED = "select product.id from product
        where not exists (select 1 from listing where listing.id = product.id) limit 20";
    /// Lines without a quantity.
    EMPTY_LINES = "select count(*) from cart_line where quantity < 1 having count(*) > 0";
    /// What brought the tables up to date.
    MIGRATIONS = "select name from migration where number > 0 order by number";
    /// How much there is.
    SIZES = "select (select count(*) from product), (select count(*) from sku), (select count(*) from account),
        (select count(*) from cart), (select count(*) from cart_line)";
}

/// How much there is of each noun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Products, deleted ones included.
    pub products: i64,
    /// SKUs.
    pub skus: i64,
    /// Accounts.
    pub accounts: i64,
    /// Carts.
    pub carts: i64,
    /// Cart lines.
    pub lines: i64,
}

impl Store {
    /// What is wrong with the database, in sentences; empty when nothing is.
    pub async fn ailments(&self) -> Result<Vec<String>> {
        let mut ailments = Vec::new();
        for row in self.read(INTEGRITY, Vec::new()).await?.iter() {
            if row.text(0)? != "ok" {
                ailments.push(format!("damaged: {}", row.text(0)?));
            }
        }
        for row in self.read(REFERENCES, Vec::new()).await?.iter() {
            ailments.push(format!("a row of {} refers to one that is gone", row.text(0)?));
        }
        for row in self.read(UNSELLABLE, Vec::new()).await?.iter() {
            ailments.push(format!("product {} is on sale without a SKU", row.int(0)?));
        }
        for row in self.read(UNLISTED, Vec::new()).await?.iter() {
            ailments.push(format!("product {} has no listing of its own", row.int(0)?));
        }
        for row in self.read(MISPLACED, Vec::new()).await?.iter() {
            ailments
                .push(format!("listing {} stands in the wrong lists: run `cartwright reindex`", row.int(0)?));
        }
        for row in self.read(MISCOUNTED, Vec::new()).await?.iter() {
            ailments.push(format!("{} counts of listings are wrong: run `cartwright reindex`", row.int(0)?));
        }
        for row in self.read(EMPTY_LINES, Vec::new()).await?.iter() {
            ailments.push(format!("{} cart lines hold nothing", row.int(0)?));
        }
        Ok(ailments)
    }

    /// The migrations that the tables have seen, in order.
    pub async fn migrations(&self) -> Result<Vec<String>> {
        let rows = self.read(MIGRATIONS, Vec::new()).await?;
        rows.iter().map(|row| row.text(0).map(ToOwned::to_owned)).collect()
    }

    /// How much there is.
    pub async fn sizes(&self) -> Result<Sizes> {
        let rows = self.read(SIZES, Vec::new()).await?;
        let row = rows.first().ok_or(crate::Error::Unreadable("no sizes"))?;
        Ok(Sizes {
            products: row.int(0)?,
            skus: row.int(1)?,
            accounts: row.int(2)?,
            carts: row.int(3)?,
            lines: row.int(4)?,
        })
    }
}
