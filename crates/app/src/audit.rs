//! The audit log: who is told what of it. It is written by the deeds that change something, in their transaction.

use domain::id::{ProductId, StoreId};
use store::audit::Deed;

pub use store::audit::Entry;

use crate::{Ctx, Error, Result};

/// A stretch of the audit log.
#[derive(Clone, Debug)]
pub struct Page {
    /// The entries, newest first.
    pub entries: Vec<Entry>,
    /// Where the entries after these begin; `None` when there are no more.
    pub next: Option<i64>,
}

/// Up to `most` entries of a store, older than the entry `before`; of one product that it offers or has offered, when a
/// public id is given.
pub async fn page(
    ctx: &Ctx,
    store: StoreId,
    rid: Option<&str>,
    before: Option<i64>,
    most: i64,
) -> Result<Page> {
    let memory = ctx.app.store();
    let product = match rid {
        None => None,
        Some(rid) => {
            let found = ctx.app.catalogue().products_by_rid(&[rid]).await?.pop().flatten();
            let product = found.ok_or(Error::NoSuchProduct)?;
            memory.listing_of(store, product).await?.ok_or(Error::NoSuchProduct)?;
            Some(product)
        }
    };
    let mut entries = memory.audit(store, product, before.unwrap_or(i64::MAX), most + 1).await?;
    let is_all = entries.len() as i64 <= most;
    entries.truncate(usize::try_from(most).unwrap_or(0));
    let next = entries.last().filter(|_| !is_all).map(|last| last.id);
    Ok(Page { entries, next })
}

/// Who does something to what a store offers of a product, as the log keeps it.
pub(crate) fn deed(ctx: &Ctx, store: StoreId, product: ProductId) -> Deed {
    let account = ctx.session.as_ref().and_then(|session| session.account.as_ref());
    Deed { store, product, account: account.map(|account| account.id), at: ctx.now }
}
