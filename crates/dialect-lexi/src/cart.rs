//! Handlers of `/cart`, which knows SKUs.

use app::cart::{self, WhenAbsent};
use axum::response::Response;
use domain::cart::Cart;
use web::{Links, with_etag};

use crate::auth::Shopper;
use crate::error::InCart;
use crate::wire::cart::{Added, Changed, Count, Item, NewItem, OldItems, ShownCart};
use crate::wire::envelope::{created_as, deleted_leaving, found};

/// The whole cart.
pub(crate) async fn list(Shopper(ctx): Shopper, links: Links) -> Result<Response, InCart> {
    let cart = cart::view(&ctx).await?;
    let user = ctx.session()?.account.as_deref();
    Ok(with_etag(cart.cart().version, found(ShownCart::new(&cart, user, &links))))
}

/// How many lines there are.
pub(crate) async fn count(Shopper(ctx): Shopper) -> Result<Response, InCart> {
    let cart = cart::stored(&ctx).await?;
    Ok(with_etag(cart.version, found(Count::of(&cart))))
}

/// Puts so many pieces of a SKU into the cart, whatever it held of it.
pub(crate) async fn put(Shopper(ctx): Shopper, links: Links, new: NewItem) -> Result<Response, InCart> {
    let (item, quantity) = (new.item(&ctx).await?, new.quantity);
    let written = cart::set(&ctx, item, quantity, new.extras, WhenAbsent::Insert).await?;
    let cart = cart::priced(&ctx, written).await?;
    let user = ctx.session()?.account.as_deref();
    let line = cart.lines().find(|line| (line.line.listing, Some(line.line.sku)) == (item.listing, item.sku));
    let added = Added::new(line.map(|line| Item::new(line, user, &links)), cart.cart());
    Ok(with_etag(cart.cart().version, created_as(added)))
}

/// Changes how many pieces of a SKU there are.
pub(crate) async fn edit(Shopper(ctx): Shopper, links: Links, new: Changed) -> Result<Response, InCart> {
    let (listing, sku) = new.listing(&ctx).await?;
    let (written, id) = cart::edit_sku(&ctx, listing, sku, new.quantity).await?;
    let cart = cart::priced(&ctx, written).await?;
    let user = ctx.session()?.account.as_deref();
    let line = cart.lines().find(|line| line.line.id == id);
    let line = line.map(|line| Item::new(line, user, &links));
    Ok(with_etag(cart.cart().version, found(line)))
}

/// Removes the lines of SKUs.
pub(crate) async fn remove(Shopper(ctx): Shopper, old: OldItems) -> Result<Response, InCart> {
    let (skus, store) = old.skus(&ctx).await?;
    let cart = cart::remove_skus(&ctx, &skus, store).await?;
    Ok(left(&cart))
}

/// Empties the cart.
pub(crate) async fn clear(Shopper(ctx): Shopper) -> Result<Response, InCart> {
    let cart = cart::clear(&ctx, None).await?;
    Ok(left(&cart))
}

fn left(cart: &Cart) -> Response {
    with_etag(cart.version, deleted_leaving(Count::of(cart)))
}
