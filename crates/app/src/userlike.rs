//! Customers like products, and think better of it. Guests do not.

use domain::id::ProductId;
use store::{Refusal, Step, userlike as rows};

use crate::idempotency::{apply, is_done};
use crate::{Ctx, Error, Result, product};

/// Likes a product; `false` when the caller does already.
pub async fn add(ctx: &Ctx, rid: &str) -> Result<bool> {
    let owner = ctx.session()?.customer()?.owner;
    if is_done(ctx).await? {
        return Ok(true);
    }
    let liked = product::by_rid(ctx, rid).await?.product.id;
    write(ctx, liked, rows::add(owner, liked, ctx.now)).await
}

/// Likes a product no more, whatever became of it; `false` when the caller did not, and may know of the product.
pub async fn remove(ctx: &Ctx, rid: &str) -> Result<bool> {
    let owner = ctx.session()?.customer()?.owner;
    let found = ctx.app.catalogue().products_by_rid(&[rid]).await?.pop().flatten();
    let liked = found.ok_or(Error::NoSuchProduct)?;
    let is_visible = product::many_by_rid(ctx, &[rid], None).await?.pop().flatten().is_some();
    let was_liked = write(ctx, liked, rows::remove(owner, liked)).await?;
    if was_liked || is_visible { Ok(was_liked) } else { Err(Error::NoSuchProduct) }
}

/// Whether anything was to do.
async fn write(ctx: &Ctx, product: ProductId, like: [Step; 2]) -> Result<bool> {
    let is_new = match apply(ctx, None, &[], like).await {
        Ok(_) => true,
        Err(store::Error::Refused(Refusal::Taken | Refusal::Gone)) => false,
        Err(error) => return Err(error.into()),
    };
    ctx.app.catalogue().forget_likes(product);
    Ok(is_new)
}
