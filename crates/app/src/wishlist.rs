//! What customers do with their wishlists. Guests have none.

use domain::id::{OwnerId, ProductId};
use store::{Refusal, Step, idempotency, wishlist as rows};

use crate::catalogue::Offered;
use crate::{Ctx, Error, Result, product};

/// A stretch of a wishlist.
#[derive(Clone, Debug)]
pub struct Wishlist {
    /// Products, the one put aside last first.
    pub products: Vec<Offered>,
    /// How many there are in all.
    pub total: i64,
}

/// So many products of the caller's wishlist, after the first `offset`; what is no longer on sale is left out.
pub async fn view(ctx: &Ctx, limit: i64, offset: i64) -> Result<Wishlist> {
    let owner = customer(ctx)?;
    let memory = ctx.app.store();
    let products = memory.wishlist(owner, limit, offset).await?;
    let total = memory.wishlist_count(owner).await?;
    let listings: Vec<_> = products.into_iter().map(ProductId::own_listing).collect();
    let offered = ctx.app.catalogue().offered_many(&listings).await?;
    let products = offered.into_iter().flatten().filter(Offered::is_on_sale).collect();
    Ok(Wishlist { products, total })
}

/// Puts products aside; one that is there already stays where it is. All of them, or none when one is unknown.
pub async fn add(ctx: &Ctx, rids: &[&str]) -> Result<()> {
    let owner = customer(ctx)?;
    let found = product::many_by_rid(ctx, rids, None).await?;
    let found: Option<Vec<_>> = found.into_iter().map(|offered| Some(offered?.product.id)).collect();
    write(ctx, [rows::add(owner, &found.ok_or(Error::NoSuchProduct)?, ctx.now)]).await
}

/// Puts products back, whatever became of them; one that is not there is no error, unless the caller may not know of it.
pub async fn remove(ctx: &Ctx, rids: &[&str]) -> Result<()> {
    let owner = customer(ctx)?;
    let found = ctx.app.catalogue().products_by_rid(rids).await?;
    let found: Option<Vec<_>> = found.into_iter().collect();
    let found = found.ok_or(Error::NoSuchProduct)?;
    let visible = product::many_by_rid(ctx, rids, None).await?;
    let secret = found.iter().zip(visible).filter(|(_, visible)| visible.is_none());
    let secret: Vec<_> = secret.map(|(product, _)| *product).collect();
    write(ctx, rows::remove(owner, &found, &secret)).await
}

fn customer(ctx: &Ctx) -> Result<OwnerId> {
    ctx.session()?.customer().map(|account| account.owner)
}

async fn write(ctx: &Ctx, change: impl IntoIterator<Item = Step>) -> Result<()> {
    let mut steps: Vec<_> = ctx.key.iter().map(|key| idempotency::claim(key, ctx.now)).collect();
    steps.extend(change);
    match ctx.app.store().apply(steps).await {
        // The change is in already, under this very key; only its reply was lost.
        Ok(_) | Err(store::Error::Refused(Refusal::AlreadyApplied)) => Ok(()),
        Err(store::Error::Refused(Refusal::Gone)) => Err(Error::NoSuchProduct),
        Err(error) => Err(error.into()),
    }
}
