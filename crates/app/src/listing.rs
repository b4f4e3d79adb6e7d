//! Listings: what stores offer of other stores' products.

use domain::audit::{Changed, Field};
use domain::id::{ListingId, StoreId};
use domain::product::{Listing, Product, Standing};
use store::change::Change;
use store::{Refusal, audit, listing as rows};

use crate::audit::deed;
use crate::idempotency::{apply, is_done};
use crate::offering::shelved;
use crate::{Ctx, Error, Result};

/// How often it is tried again when somebody else was faster; of all who try at once one gets through.
const TRIES: usize = 100;

/// Takes a product up that another store offers for distribution: it becomes the store's own listing, in the warehouse or
/// on sale. A listing that is there already, given back or not, is brought there.
pub async fn take_up(ctx: &Ctx, store: StoreId, rid: &str, to: Standing) -> Result<Listing> {
    let memory = ctx.app.store();
    let product = ctx.app.catalogue().products_by_rid(&[rid]).await?.pop().flatten();
    let product = product.ok_or(Error::NoSuchProduct)?;
    for _ in 0..TRIES {
        if is_done(ctx).await? {
            return memory.listing_of(store, product).await?.ok_or(Error::NoSuchProduct);
        }
        let found = memory.products(&[product]).await?.pop();
        let found = found.filter(Product::is_on_sale).ok_or(Error::NoSuchProduct)?;
        if found.store == store || !found.is_distributed {
            return Err(Error::Forbidden);
        }
        let known = memory.listing_of(store, product).await?;
        let id = match &known {
            Some(listing) => listing.id,
            None => ListingId::new(memory.allocate("product", 1).await?),
        };
        let listing = Listing { id, store, product, status: Some(to) };
        let mut steps = vec![rows::offered(product)];
        if let Some(known) = &known {
            steps.extend(shelved(ctx, known, listing.status));
        } else {
            let changed = Changed { sku: None, field: Field::Listing, before: None, after: Some(to.code()) };
            steps.extend(rows::add(&listing, ctx.now));
            steps.extend(audit::record(deed(ctx, store, product), &[changed]));
        }
        match apply(ctx, None, &[Change::Product(product.get())], steps).await {
            Ok(Some(_)) => return Ok(listing),
            Ok(None) => return memory.listing_of(store, product).await?.ok_or(Error::NoSuchProduct),
            // Another request of the same store was faster, or the owner has taken the offer back meanwhile.
            Err(store::Error::Refused(Refusal::Taken | Refusal::Version | Refusal::Gone)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::Unavailable("the listing is being changed by others".to_owned()))
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
        let offered = Product { is_distributed: true, ..product(1, 1, "Tea") };
        app.put_product(&offered).await;
        app.put_product(&product(2, 1, "Pot")).await;
        app.put_product(&Product { is_distributed: true, ..product(3, 1, "Cup") }).await;
        app.delete_product(3).await;

        let ctx = Ctx::new(&app, None);
        let taken = async |store, product: i64, to| {
            take_up(&ctx, StoreId::new(store), &format!("1{product:010}"), to).await
        };
        let known = app.store().latest_change().await.unwrap();
        let listing = taken(2, 1, Standing::InWarehouse).await.unwrap();
        assert_eq!((listing.store.get(), listing.product.get()), (2, 1));
        assert!(listing.id.get() > 1000);
        assert!(!app.catalogue().offered(listing.id).await.unwrap().unwrap().is_on_sale());
        let offered = taken(2, 1, Standing::OnSale).await.unwrap();
        assert_eq!(offered, Listing { status: Some(Standing::OnSale), ..listing });
        assert!(app.catalogue().offered(listing.id).await.unwrap().unwrap().is_on_sale());
        let changes = app.store().changes_since(known, 10).await.unwrap();
        assert_eq!(changes, [(known + 1, Change::Product(1)), (known + 2, Change::Product(1))]);

        assert!(matches!(taken(1, 1, Standing::OnSale).await, Err(Error::Forbidden)));
        assert!(matches!(taken(2, 2, Standing::OnSale).await, Err(Error::Forbidden)));
        assert!(matches!(taken(2, 3, Standing::OnSale).await, Err(Error::NoSuchProduct)));
        assert!(matches!(taken(2, 999, Standing::OnSale).await, Err(Error::NoSuchProduct)));
    }
}
