//! Handlers of `cart/`.

use std::sync::Arc;

use app::Ctx;
use app::cart::{self, Extras, Item, Selection};
use axum::response::Response;
use domain::cart::Cart;
use domain::id::StoreId;
use web::{Json, Links, refused, with_etag};

use crate::auth::Shopper;
use crate::error::{Error, against_changing};
use crate::wire::Outcome;
use crate::wire::cart::{
    Change, Emptied, GoodsInCart, GoodsSelected, OfGoods, OfStore, StoreCart, StoreSelected, WholeCart,
};
use crate::wire::store::Store;

/// Puts pieces of a product in or takes them away, and shows a store's cart whatever came of it.
pub(crate) async fn change(Shopper(ctx): Shopper, links: Links, change: Change) -> Result<Response, Error> {
    let item = Item { listing: change.listing, sku: None };
    let changed = match change.by {
        1.. => cart::add(&ctx, item, change.by, Extras::default()).await,
        ..1 => cart::take(&ctx, change.listing, change.by.saturating_neg()).await,
    };
    match changed {
        Ok(cart) => shown(&ctx, cart, change.store, &links).await,
        Err(error) => {
            let info = against_changing(error)?;
            let cart = cart::view(&ctx).await?;
            let held = cart.of_store(change.store);
            let reply = Json(StoreCart::refused(info, &held, &links));
            Ok(refused(with_etag(cart.cart().version, reply)))
        }
    }
}

/// The cart of one store.
pub(crate) async fn of_store(
    Shopper(ctx): Shopper,
    links: Links,
    OfStore(store): OfStore,
) -> Result<Response, Error> {
    shown(&ctx, cart::stored(&ctx).await?, store, &links).await
}

/// The carts of all stores.
pub(crate) async fn whole(Shopper(ctx): Shopper, links: Links) -> Result<Response, Error> {
    let cart = cart::view(&ctx).await?;
    let held = cart.folded();
    let mut stores: Vec<_> = held.iter().map(|line| line.listing().store).collect();
    stores.sort_unstable();
    stores.dedup();
    let names = ctx.app.catalogue().names().await?;
    let sales = ctx.app.catalogue().sales_of(&stores).await?;
    let stores =
        stores.iter().zip(sales).map(|(id, sales)| Store::new(*id, names.store(*id), sales)).collect();
    Ok(with_etag(cart.cart().version, Json(WholeCart::new(&held, stores, &links))))
}

/// One product of a store's cart.
pub(crate) async fn of_goods(Shopper(ctx): Shopper, wanted: OfGoods) -> Result<Response, Error> {
    let cart = cart::view(&ctx).await?;
    let line = cart.folded_line(wanted.listing).filter(|line| line.listing().store == wanted.store);
    Ok(with_etag(cart.cart().version, Json(GoodsInCart::of(line.as_ref()))))
}

/// Selects or unselects a product.
pub(crate) async fn select_goods(
    Shopper(ctx): Shopper,
    links: Links,
    wanted: GoodsSelected,
) -> Result<Response, Error> {
    let cart = cart::select(&ctx, Selection::Listing(wanted.listing), wanted.is_selected).await?;
    shown(&ctx, cart, wanted.store, &links).await
}

/// Selects or unselects all that is in a store's cart.
pub(crate) async fn select_store(
    Shopper(ctx): Shopper,
    links: Links,
    wanted: StoreSelected,
) -> Result<Response, Error> {
    let cart = cart::select(&ctx, Selection::Store(wanted.store), wanted.is_selected).await?;
    shown(&ctx, cart, wanted.store, &links).await
}

/// Empties the cart of one store, or of all.
pub(crate) async fn clear(Shopper(ctx): Shopper, Emptied(store): Emptied) -> Result<Response, Error> {
    let cart = cart::clear(&ctx, store).await?;
    Ok(with_etag(cart.version, Json(Outcome::SUCCESS)))
}

async fn shown(ctx: &Ctx, cart: Arc<Cart>, store: StoreId, links: &Links) -> Result<Response, Error> {
    let cart = cart::priced(ctx, cart).await?;
    let held = cart.of_store(store);
    Ok(with_etag(cart.cart().version, Json(StoreCart::of(&held, links))))
}
