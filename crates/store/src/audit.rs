//! The audit log: who changed a price, a stock, a status or a commission, and when; never edited.

use domain::audit::{Changed, Field};
use domain::id::{AccountId, ProductId, StoreId};
use domain::time::Timestamp;

use crate::sql::statements;
use crate::{Error, Result, Row, Step, Store};

statements! {
    /// Takes numbers for the entries that follow; its row lock keeps entries in the order of their commits.
    NUMBER = "update counter set next_value = next_value + $1 where name = 'audit'";
    /// Writes an entry, so many before the next number.
    RECORD = "insert into audit (id, store_id, product_id, sku_id, account_id, field, old_value, new_value,
            created_at)
        select next_value - $1, $2, $3, $4, $5, $6, $7, $8, $9 from counter where name = 'audit'";
    /// A store's entries before one of them, newest first.
    OF_STORE = "select audit.id, product.rid, product.title, sku.rid, account.email, account.username,
            account.phone, audit.field, audit.old_value, audit.new_value, audit.created_at
        from audit join product on product.id = audit.product_id
            left join sku on sku.id = audit.sku_id left join account on account.id = audit.account_id
        where audit.store_id = $1 and audit.id < $2 order by audit.id desc limit $3";
    /// A store's entries of one product before one of them, newest first.
    OF_PRODUCT = "select audit.id, product.rid, product.title, sku.rid, account.email, account.username,
            account.phone, audit.field, audit.old_value, audit.new_value, audit.created_at
        from audit join product on product.id = audit.product_id
            left join sku on sku.id = audit.sku_id left join account on account.id = audit.account_id
        where audit.product_id = $4 and audit.store_id = $1 and audit.id < $2 order by audit.id desc limit $3";
}

/// Who changed what of which product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Counts up in the order of commits.
    pub id: i64,
    /// The product's public id.
    pub product: String,
    /// Its title now.
    pub title: String,
    /// The SKU's public id, where it is a SKU's value.
    pub sku: Option<String>,
    /// The e-mail address, the name or the phone number of who did it; `None` is the command line.
    pub account: Option<String>,
    /// What changed.
    pub field: Field,
    /// What it was.
    pub before: Option<i64>,
    /// What it is.
    pub after: Option<i64>,
    /// When.
    pub at: Timestamp,
}

/// Whose catalogue changed, and who did it.
#[derive(Clone, Copy, Debug)]
pub struct Deed {
    /// The store that may read the entry.
    pub store: StoreId,
    /// The product.
    pub product: ProductId,
    /// Who did it; `None` is the command line.
    pub account: Option<AccountId>,
    /// When.
    pub at: Timestamp,
}

/// Writes what changed, in the transaction that changes it.
pub fn record(deed: Deed, changes: &[Changed]) -> Vec<Step> {
    if changes.is_empty() {
        return Vec::new();
    }
    let count = i64::try_from(changes.len()).unwrap_or(i64::MAX);
    let mut steps = vec![Step::new(NUMBER, vec![count.into()])];
    steps.extend(changes.iter().zip(0i64..).map(|(changed, at)| {
        let params = vec![
            (count - at).into(),
            deed.store.into(),
            deed.product.into(),
            changed.sku.into(),
            deed.account.into(),
            changed.field.name().into(),
            changed.before.into(),
            changed.after.into(),
            deed.at.into(),
        ];
        Step::new(RECORD, params)
    }));
    steps
}

impl Store {
    /// Up to `most` entries of a store, or of one of the products that it offers, before the entry `before`, newest
    /// first.
    pub async fn audit(
        &self,
        store: StoreId,
        product: Option<ProductId>,
        before: i64,
        most: i64,
    ) -> Result<Vec<Entry>> {
        let mut params = vec![store.into(), before.into(), most.into()];
        params.extend(product.map(Into::into));
        let sql = if product.is_some() { OF_PRODUCT } else { OF_STORE };
        self.read(sql, params).await?.iter().map(entry_from).collect()
    }
}

fn entry_from(row: Row<'_>) -> Result<Entry> {
    let optional = |column| row.opt_text(column).map(|text| text.map(ToOwned::to_owned));
    Ok(Entry {
        id: row.int(0)?,
        product: row.text(1)?.to_owned(),
        title: row.text(2)?.to_owned(),
        sku: optional(3)?,
        account: optional(4)?.or(optional(5)?).or(optional(6)?),
        field: Field::from_name(row.text(7)?)
            .ok_or(Error::Unreadable("an unknown field of the audit log"))?,
        before: row.opt_int(8)?,
        after: row.opt_int(9)?,
        at: row.time(10)?,
    })
}
