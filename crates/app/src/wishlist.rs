//! What customers do with their wishlists. Guests have none.

use domain::id::{OwnerId, ProductId};
use store::{Refusal, Step, wishlist as rows};

use crate::catalogue::Offered;
use crate::idempotency::{apply, is_done};
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
    if is_done(ctx).await? {
        return Ok(());
    }
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
    match apply(ctx, None, &[], change).await {
        Ok(_) => Ok(()),
        Err(store::Error::Refused(Refusal::Gone)) => Err(Error::NoSuchProduct),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use store::idempotency::Key;

    use super::*;
    use crate::testing::{NOW, product, shop};
    use crate::{Settings, userlike};

    #[tokio::test]
    async fn a_repeat_whose_first_reply_was_lost_is_no_error_when_the_product_went_off_sale() {
        let (app, _folder) = shop(Settings::default());
        app.add_stores().await;
        app.put_product(&product(1, 1, "Tea")).await;
        let token = app.customer("ann@shop.example").await;
        let session = app.sessions().by_token(&token, NOW).await.unwrap();
        let owner = session.as_ref().unwrap().owner;
        let under = |name: &str| {
            let key = Key { owner, key: name.to_owned(), request: [0; 32] };
            Ctx { key: Some(key), ..Ctx::new(&app, session.clone()) }
        };
        let tea = product(1, 1, "Tea").rid;
        for is_repeat in [false, true] {
            add(&under("wish"), &[&tea]).await.unwrap();
            assert!(userlike::add(&under("like"), &tea).await.unwrap(), "{is_repeat}");
            app.take_off_sale(1).await;
        }
        assert!(matches!(add(&under("another"), &[&tea]).await, Err(Error::NoSuchProduct)));
        assert!(matches!(userlike::add(&under("more"), &tea).await, Err(Error::NoSuchProduct)));
    }
}
