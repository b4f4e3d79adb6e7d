//! Handlers of `/api/shop/cart` and its items; each answers the whole cart.

use std::sync::Arc;

use app::Ctx;
use app::cart::{self, Extras, Item};
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::response::Response;
use domain::id::LineId;
use web::{Json, Links, Shop, with_etag};

use crate::auth::Shopper;
use crate::error::Error;
use crate::wire::cart::{Cart, CartChange, ItemChange, NewItem};

/// The item that a path names, whether there is one or not.
pub(crate) struct ItemId(LineId);

impl FromRequestParts<Shop> for ItemId {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, shop: &Shop) -> Result<Self, Error> {
        let id = Path::<i64>::from_request_parts(parts, shop).await.map_err(|_| Error::NotFound)?;
        Ok(Self(LineId::new(id.0)))
    }
}

/// An item of the caller's cart; looked up before the body is.
pub(crate) struct Held {
    ctx: Ctx,
    item: LineId,
    /// The cart that it was found in: who shows it as found looks no second time.
    cart: Arc<domain::cart::Cart>,
}

impl FromRequestParts<Shop> for Held {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, shop: &Shop) -> Result<Self, Error> {
        let Shopper(ctx) = Shopper::from_request_parts(parts, shop).await?;
        let ItemId(item) = ItemId::from_request_parts(parts, shop).await?;
        let cart = cart::stored(&ctx).await?;
        if cart.line(item).is_some() { Ok(Self { ctx, item, cart }) } else { Err(Error::NotFound) }
    }
}

/// Adds to what is there.
pub(crate) async fn add(Shopper(ctx): Shopper, links: Links, new: NewItem) -> Result<Response, Error> {
    let item = Item { listing: new.listing, sku: None };
    let extras = Extras { notes: new.notes, ..Extras::default() };
    let added = cart::add(&ctx, item, new.quantity, extras).await;
    let cart = added.map_err(|error| Error::of_adding(error, new.listing))?;
    whole(&ctx, cart, &links).await
}

/// Sets the quantity or the notes of an item, as far as the body names them.
pub(crate) async fn change_item(
    Held { ctx, item, cart }: Held,
    links: Links,
    new: ItemChange,
) -> Result<Response, Error> {
    let cart = match new {
        ItemChange { quantity: None, notes: None } => cart,
        ItemChange { quantity, notes } => {
            cart::edit_line(&ctx, item, quantity, notes).await.map_err(Error::of_raising)?
        }
    };
    whole(&ctx, cart, &links).await
}

/// Removes an item.
pub(crate) async fn remove_item(
    Shopper(ctx): Shopper,
    links: Links,
    ItemId(item): ItemId,
) -> Result<Response, Error> {
    let cart = cart::remove_line(&ctx, item).await?;
    whole(&ctx, cart, &links).await
}

/// The cart.
pub(crate) async fn show(Shopper(ctx): Shopper, links: Links) -> Result<Response, Error> {
    let cart = cart::stored(&ctx).await?;
    whole(&ctx, cart, &links).await
}

/// Sets the references that the body names.
pub(crate) async fn change(
    Shopper(ctx): Shopper,
    links: Links,
    CartChange(references): CartChange,
) -> Result<Response, Error> {
    let cart = match references {
        None => cart::stored(&ctx).await?,
        Some(references) => cart::set_references(&ctx, references).await?,
    };
    whole(&ctx, cart, &links).await
}

/// Removes all items.
pub(crate) async fn clear(Shopper(ctx): Shopper, links: Links) -> Result<Response, Error> {
    let cart = cart::clear(&ctx, None).await?;
    whole(&ctx, cart, &links).await
}

async fn whole(ctx: &Ctx, cart: Arc<domain::cart::Cart>, links: &Links) -> Result<Response, Error> {
    let cart = cart::priced(ctx, cart).await?;
    let customer = ctx.session.as_ref().and_then(|session| session.account.as_deref());
    Ok(with_etag(cart.cart().version, Json(Cart::new(&cart, customer, ctx.now, links))))
}
