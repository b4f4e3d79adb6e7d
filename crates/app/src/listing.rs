//! Listings: what stores offer of other stores' products.

use domain::id::{ListingId, ProductId, StoreId};
use domain::product::Listing;
use store::change::{Change, record};
use store::{Refusal, idempotency, listing as rows};

use crate::{Ctx, Error, Result};

/// Opens a store's own listing of a product that another store offers for distribution; the one that is there already
/// stays as it is.
pub async fn take_up(ctx: &Ctx, store: StoreId, product: ProductId) -> Result<Listing> {
    let memory = ctx.app.store();
    let found = memory.products(&[product]).await?.pop();
    let found = found.filter(|found| !found.is_deleted).ok_or(Error::NoSuchProduct)?;
    if found.store == store || !found.is_distributed {
        return Err(Error::Forbidden);
    }
    if let Some(listing) = memory.listing_of(store, product).await? {
        return Ok(listing);
    }
    let id = ListingId::new(memory.allocate("product", 1).await?);
    let listing = Listing { id, store, product, is_open: true };
    let change = Change::Product(product.get());
    let mut steps: Vec<_> = ctx.key.iter().map(|key| idempotency::claim(key, ctx.now)).collect();
    steps.push(rows::offered(product));
    steps.extend(rows::add(&listing, ctx.now));
    steps.extend(record(&change, ctx.now));
    match memory.apply(steps).await {
        Ok(_) => {}
        // The owner has taken its offer back meanwhile.
        Err(store::Error::Refused(Refusal::Gone)) => return Err(Error::Forbidden),
        // The same request was faster.
        Err(store::Error::Refused(Refusal::Taken | Refusal::AlreadyApplied)) => {
            return memory.listing_of(store, product).await?.ok_or(Error::NoSuchProduct);
        }
        Err(error) => return Err(error.into()),
    }
    ctx.app.forget(&change);
    Ok(listing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Settings;
    use crate::testing::{product, shop};

    #[tokio::test]
    async fn only_what_is_offered_is_taken_up_and_only_once() {
        let (app, _folder) = shop(Settings::default());
        app.add_stores().await;
        let offered = domain::product::Product { is_distributed: true, ..product(1, 1, "Tea") };
        app.put_product(&offered).await;
        app.put_product(&product(2, 1, "Pot")).await;
        app.put_product(&domain::product::Product { is_distributed: true, ..product(3, 1, "Cup") }).await;
        app.delete_product(3).await;

        let ctx = Ctx::new(&app, None);
        let taken = async |store, product| take_up(&ctx, StoreId::new(store), ProductId::new(product)).await;
        let known = app.store().latest_change().await.unwrap();
        let listing = taken(2, 1).await.unwrap();
        assert_eq!((listing.store.get(), listing.product.get(), listing.is_open), (2, 1, true));
        assert!(listing.id.get() > 1000);
        assert_eq!(taken(2, 1).await.unwrap(), listing);
        let changes = app.store().changes_since(known, 10).await.unwrap();
        assert_eq!(changes, [(known + 1, Change::Product(1))]);
        assert!(app.catalogue().offered(listing.id).await.unwrap().unwrap().is_on_sale());

        assert!(matches!(taken(1, 1).await, Err(Error::Forbidden)));
        assert!(matches!(taken(2, 2).await, Err(Error::Forbidden)));
        assert!(matches!(taken(2, 3).await, Err(Error::NoSuchProduct)));
        assert!(matches!(taken(2, 999).await, Err(Error::NoSuchProduct)));
    }
}
