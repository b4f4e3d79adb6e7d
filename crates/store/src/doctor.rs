//! Health of the database: does it answer, is it whole, does it agree with itself.

use domain::time::Timestamp;

use crate::shelf::{MISCOUNTED, MISPLACED};
use crate::sql::statements;
use crate::{Result, Store};

statements! {
    /// Answers.
    PING = "select 1";
    /// A consistent copy.
    BACKUP = "vacuum into $1", postgres: "select $1";
    /// Every page and index; PostgreSQL has `pg_amcheck` for that.
    INTEGRITY = "pragma integrity_check(20)", postgres: "select 'ok'";
    /// References that lead nowhere. PostgreSQL keeps no such question ready, so it asks one for each foreign key.
    REFERENCES = "select \"table\" from pragma_foreign_key_check limit 20",
        postgres: "select name from (
            select cast(cast(conrelid as regclass) as text) as name, query_to_xml(format(
                'select 1 from %s as a where %s and not exists (select 1 from %s as b where %s) limit 1',
                cast(conrelid as regclass),
                (select string_agg(format('a.%I is not null', attname), ' and ') from pg_attribute
                    where attrelid = conrelid and attnum = any (conkey)),
                cast(confrelid as regclass),
                (select string_agg(format('b.%I = a.%I', theirs.attname, ours.attname), ' and ')
                    from unnest(conkey, confkey) as pair (our, their)
                    join pg_attribute as ours on ours.attrelid = conrelid and ours.attnum = our
                    join pg_attribute as theirs on theirs.attrelid = confrelid and theirs.attnum = their)
            ), false, true, '') as found
            from pg_constraint join pg_namespace on pg_namespace.oid = connamespace
            where contype = 'f' and nspname = current_schema()
        ) as checked where cast(found as text) <> '' order by name limit 20";
    /// Products on sale that have no SKU.
    UNSELLABLE = "select product.id from product
        where status = 2 and not is_deleted and not exists (select 1 from sku where product_id = product.id)
        limit 20";
    /// Products without the listing of their own store.
    UNLISTED = "select product.id from product
        where not exists (select 1 from listing where listing.id = product.id) limit 20";
    /// Lines without a quantity.
    EMPTY_LINES = "select count(*) from cart_line where quantity < 1 having count(*) > 0";
    /// Wishes and likes of whoever has no account.
    STRAYS = "select count(*) from (select owner_id from wishlist union select owner_id from userlike) as owners
        where not exists (select 1 from account where account.owner_id = owners.owner_id) having count(*) > 0";
    /// Counters that would give a number twice.
    SLOW_COUNTERS = "select distinct counter.name from counter join (
            select 'change' as name, max(id) as newest from change_log
            union all select 'store', max(id) from store
            union all select 'category', max(id) from category
            union all select 'brand', max(id) from brand
            union all select 'label', max(id) from label
            union all select 'material', max(id) from material
            union all select 'product', max(id) from listing
            union all select 'sku', max(id) from sku
            union all select 'picture', max(id) from picture
            union all select 'asset', max(id) from asset
            union all select 'account', max(id) from account
            union all select 'audit', max(id) from audit
        ) as numbered on numbered.name = counter.name and counter.next_value <= numbered.newest
        order by counter.name";
    /// The time of the newest row.
    NEWEST = "select max(newest) from (
            select max(created_at) as newest from change_log
            union all select max(created_at) from audit
            union all select max(created_at) from token
            union all select max(created_at) from idempotency
            union all select max(updated_at) from cart
            union all select max(updated_at) from product
        ) as times";
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
    /// What is wrong with the database and how to mend it, in sentences; empty when nothing is.
    pub async fn ailments(&self) -> Result<Vec<String>> {
        const RESTORE: &str = "put the last backup in its place with `cartwright restore`";
        let mut ailments = Vec::new();
        for row in self.read(INTEGRITY, Vec::new()).await?.iter() {
            if row.text(0)? != "ok" {
                ailments.push(format!("damaged: {}: {RESTORE}", row.text(0)?));
            }
        }
        if self.is_half_copied().await? {
            ailments.push("a copy into it is not finished: run `cartwright copy` again".to_owned());
        }
        for row in self.read(REFERENCES, Vec::new()).await?.iter() {
            ailments.push(format!("a row of {} refers to one that is gone: {RESTORE}", row.text(0)?));
        }
        for row in self.read(UNSELLABLE, Vec::new()).await?.iter() {
            let id = row.int(0)?;
            ailments.push(format!(
                "product {id} is on sale without a SKU: its merchant gives it one, or takes it down"
            ));
        }
        for row in self.read(UNLISTED, Vec::new()).await?.iter() {
            ailments.push(format!("product {} has no listing of its own: {RESTORE}", row.int(0)?));
        }
        for row in self.read(MISPLACED, Vec::new()).await?.iter() {
            ailments
                .push(format!("listing {} stands in the wrong lists: run `cartwright reindex`", row.int(0)?));
        }
        for row in self.read(MISCOUNTED, Vec::new()).await?.iter() {
            ailments.push(format!("{} counts of listings are wrong: run `cartwright reindex`", row.int(0)?));
        }
        for row in self.read(EMPTY_LINES, Vec::new()).await?.iter() {
            ailments.push(format!("{} cart lines hold nothing: their shoppers remove them", row.int(0)?));
        }
        for row in self.read(STRAYS, Vec::new()).await?.iter() {
            ailments
                .push(format!("{} shoppers with wishes or likes have no account: {RESTORE}", row.int(0)?));
        }
        Ok(ailments)
    }

    /// The counters that would give a number twice.
    pub async fn slow_counters(&self) -> Result<Vec<String>> {
        let rows = self.read(SLOW_COUNTERS, Vec::new()).await?;
        rows.iter().map(|row| row.text(0).map(ToOwned::to_owned)).collect()
    }

    /// When the newest row was written; `None` where there is none.
    pub async fn newest(&self) -> Result<Option<Timestamp>> {
        let rows = self.read(NEWEST, Vec::new()).await?;
        let newest = rows.first().map_or(Ok(None), |row| row.opt_int(0))?;
        Ok(newest.map(Timestamp::from_micros))
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
