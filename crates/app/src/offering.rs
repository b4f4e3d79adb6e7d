//! What merchants do with what is complete: put it on sale, take it down, delete it, let other stores distribute it.

use domain::audit::{Changed, Field, changes};
use domain::id::{ProductId, SkuId, StoreId};
use domain::money::BasisPoints;
use domain::offering::{Move, Next, Refused};
use domain::product::{Listing, Product, Standing};
use store::audit::record as audit;
use store::change::Change;
use store::{Refusal, Step, listing as listings, product as products};

use crate::audit::deed;
use crate::catalogue::Filter;
use crate::idempotency::{apply, is_done};
use crate::product::own_store;
use crate::{Ctx, Error, Result};

/// How often a decision is made again when somebody else was faster; of all who try at once one gets through.
const TRIES: usize = 100;

/// A product and the listing under which the caller's store offers it.
struct Held {
    product: Product,
    listing: Listing,
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::IllegalStep => Self::IllegalStep,
            Refused::Distributed => Self::Distributed,
        }
    }
}

/// Moves products by their public ids: all of them, or none when one is unknown, another store's, or cannot. A product
/// that the caller's store distributes for another one moves under the caller's listing only.
pub async fn shift(ctx: &Ctx, rids: &[&str], to: Move) -> Result<()> {
    write(ctx, rids, |held| {
        let mut steps = Vec::new();
        for Held { product, listing } in held {
            let next = to.of(product, listing)?;
            steps.extend(moved(ctx, product, listing, next));
        }
        Ok(steps)
    })
    .await
}

/// Offers the caller's own product to other stores, which earn these percentages with its SKUs by their public ids. What
/// is distributed already is forbidden.
pub async fn distribute(ctx: &Ctx, rid: &str, rates: &[(String, BasisPoints)]) -> Result<()> {
    write(ctx, &[rid], |held| {
        let mut steps = Vec::new();
        for Held { product, listing } in held {
            if listing.is_distributed() || product.is_distributed {
                return Err(Error::Forbidden);
            }
            let rates = rated(product, rates)?;
            let mut after = product.clone();
            for sku in &mut after.skus {
                let rate = rates.iter().rev().find(|(id, _)| *id == sku.id);
                sku.commission_rate = rate.map_or(sku.commission_rate, |(_, rate)| *rate);
            }
            let now = ctx.now.after(product.updated_at);
            steps.push(products::untouched(product.id, product.updated_at));
            steps.extend(products::distribute(product.id, &rates, now));
            steps.extend(audit(deed(ctx, listing.store, listing.product), &changes(Some(product), &after)));
        }
        Ok(steps)
    })
    .await
}

/// How many offers of the store there are: in the warehouse, on sale, off sale, sold out. Each counts once.
pub async fn statistics(ctx: &Ctx, store: StoreId) -> Result<[i64; 4]> {
    let of = async |standing, is_in_stock| {
        let filter = Filter { store: Some(store), standing, is_in_stock, ..Filter::default() };
        ctx.app.catalogue().count(&filter).await
    };
    Ok([
        of(Standing::InWarehouse, None).await?,
        of(Standing::OnSale, Some(true)).await?,
        of(Standing::OffSale, None).await?,
        of(Standing::OnSale, Some(false)).await?,
    ])
}

/// The SKUs that are named, and their rates.
fn rated(product: &Product, rates: &[(String, BasisPoints)]) -> Result<Vec<(SkuId, BasisPoints)>> {
    let found = rates.iter().map(|(rid, rate)| {
        let sku = product.skus.iter().find(|sku| sku.rid == *rid)?;
        Some((sku.id, *rate))
    });
    found.collect::<Option<_>>().ok_or(Error::BadField("sku_rid"))
}

/// The steps that bring one product where it goes; none when it is there.
fn moved(ctx: &Ctx, product: &Product, listing: &Listing, next: Next) -> Vec<Step> {
    let now = ctx.now.after(product.updated_at);
    let mut after = product.clone();
    let mut steps = vec![products::untouched(product.id, product.updated_at)];
    match next {
        // The listing guards itself, and its product is another store's.
        Next::Listing(status) => return shelved(ctx, listing, status),
        Next::Product(status) if status == product.status => return steps,
        Next::Product(status) => {
            after.status = status;
            steps.extend(products::set_status(product.id, status, now));
        }
        Next::Deleted => {
            after.is_deleted = true;
            steps.extend(products::delete(product.id, now));
        }
    }
    steps.extend(audit(deed(ctx, listing.store, listing.product), &changes(Some(product), &after)));
    steps
}

/// The steps that move a listing from where it was seen, and tell of it.
pub(crate) fn shelved(ctx: &Ctx, listing: &Listing, to: Option<Standing>) -> Vec<Step> {
    let mut steps = listings::shift(listing, to);
    if listing.status != to {
        let (before, after) = (listing.status.map(Standing::code), to.map(Standing::code));
        let changed = Changed { sku: None, field: Field::Listing, before, after };
        steps.extend(audit(deed(ctx, listing.store, listing.product), &[changed]));
    }
    steps
}

/// Decides about what the caller's store holds, applies it in one transaction, and decides again when somebody else has
/// changed it meanwhile.
async fn write(ctx: &Ctx, rids: &[&str], decide: impl Fn(&[Held]) -> Result<Vec<Step>>) -> Result<()> {
    for _ in 0..TRIES {
        if is_done(ctx).await? {
            return Ok(());
        }
        let held = held(ctx, rids).await?;
        let changes: Vec<_> = held.iter().map(|held| Change::Product(held.product.id.get())).collect();
        match apply(ctx, None, &changes, decide(&held)?).await {
            Ok(_) => return Ok(()),
            Err(store::Error::Refused(Refusal::Version)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::Unavailable("the products are being changed by others".to_owned()))
}

/// What the caller's store offers of these products, each once, as the database has them now.
async fn held(ctx: &Ctx, rids: &[&str]) -> Result<Vec<Held>> {
    let found = ctx.app.catalogue().products_by_rid(rids).await?;
    let mut ids: Vec<ProductId> = Vec::with_capacity(found.len());
    for id in found {
        let id = id.ok_or(Error::NoSuchProduct)?;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    let memory = ctx.app.store();
    let mut listings = match own_store(ctx) {
        Some(store) => memory.listings_of(store, &ids).await?,
        // An operator keeps what each product's own store offers.
        None => memory.listings(&ids.iter().map(|id| id.own_listing()).collect::<Vec<_>>()).await?,
    };
    let mut products = memory.products(&ids).await?;
    let held = ids.iter().map(|id| {
        let product = products.swap_remove(products.iter().position(|product| product.id == *id)?);
        let listing = listings.swap_remove(listings.iter().position(|listing| listing.product == *id)?);
        listing.standing(&product).is_some().then_some(Held { product, listing })
    });
    held.collect::<Option<_>>().ok_or(Error::NoSuchProduct)
}

#[cfg(test)]
mod tests {
    use domain::account::Role;

    use super::*;
    use crate::idempotency::Key;
    use crate::listing::take_up;
    use crate::testing::shop;
    use crate::{App, Settings};

    async fn merchant(app: &App, store: i64, key: &str) -> Ctx {
        let token = app.account(&format!("{key}@example.com"), Role::Merchant(StoreId::new(store))).await;
        let session = app.sessions().by_token(&token, app.now()).await.unwrap().unwrap();
        let key = Key { owner: session.owner, key: key.to_owned(), request: [0; 32] };
        Ctx { key: Some(key), ..Ctx::new(app, Some(session)) }
    }

    #[tokio::test]
    async fn a_change_whose_reply_was_lost_is_not_in_its_own_way() {
        let (app, _folder) = shop(Settings::default());
        app.stock().await;
        let (owner, other) = (merchant(&app, 1, "owner").await, merchant(&app, 2, "other").await);
        let rates = [("20000000001".to_owned(), BasisPoints::new(500))];
        let key = |ctx: &Ctx, key: &str| {
            let key = Key { key: key.to_owned(), ..ctx.key.clone().unwrap() };
            Ctx { key: Some(key), ..ctx.clone() }
        };
        let (offer, take, give, delete) =
            (key(&owner, "offer"), key(&other, "take"), key(&other, "give"), key(&owner, "delete"));
        for _ in 0..2 {
            distribute(&offer, "10000000001", &rates).await.unwrap();
        }
        for _ in 0..2 {
            take_up(&take, StoreId::new(2), "10000000001", Standing::OnSale).await.unwrap();
        }
        for _ in 0..2 {
            shift(&give, &["10000000001"], Move::Remove).await.unwrap();
        }
        for _ in 0..2 {
            shift(&delete, &["10000000007"], Move::Remove).await.unwrap();
        }
        assert!(matches!(shift(&owner, &["10000000007"], Move::Remove).await, Err(Error::NoSuchProduct)));
    }
}
