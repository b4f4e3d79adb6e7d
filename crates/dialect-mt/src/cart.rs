//! Handlers of `/rest_api/mt_shop_cart/`.

use std::sync::Arc;

use app::Ctx;
use app::cart::{self, Extras, Item, WhenAbsent};
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use domain::cart::Cart;
use domain::id::ListingId;
use web::{Json, Links, Shop, with_etag};

use crate::auth::Shopper;
use crate::error::Error;
use crate::page::page_of;
use crate::wire::cart::{Change, NewItem, Row, Total};

/// An item of the caller's cart; looked up before the body is.
pub(crate) struct Held {
    ctx: Ctx,
    listing: ListingId,
    /// The cart that it was found in: who shows it as found looks no second time.
    cart: Arc<Cart>,
}

impl FromRequestParts<Shop> for Held {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, shop: &Shop) -> Result<Self, Error> {
        let Shopper(ctx) = Shopper::from_request_parts(parts, shop).await?;
        let id = Path::<i64>::from_request_parts(parts, shop).await.map_err(|_| Error::NotFound)?;
        let listing = ListingId::new(id.0);
        let cart = cart::stored(&ctx).await?;
        if cart.quantity_of(listing) > 0 { Ok(Self { ctx, listing, cart }) } else { Err(Error::NotFound) }
    }
}

/// Adds to what is there.
pub(crate) async fn add(Shopper(ctx): Shopper, new: NewItem) -> Result<Response, Error> {
    let item = Item { listing: new.listing, sku: None };
    let cart = cart::add(&ctx, item, new.nums, Extras::default()).await.map_err(Error::of_adding)?;
    let total = Json(Total::of(&cart, new.listing));
    Ok(with_etag(cart.version, (StatusCode::CREATED, total)))
}

/// A page of the cart.
pub(crate) async fn list(Shopper(ctx): Shopper, links: Links, uri: Uri) -> Result<Response, Error> {
    let cart = cart::view(&ctx).await?;
    let lines = page_of(cart.folded(), &uri)?;
    let rows: Vec<_> = lines.iter().map(|line| Row::new(line, &links)).collect();
    Ok(with_etag(cart.cart().version, Json(rows)))
}

/// One item.
pub(crate) async fn show(Held { listing, cart, .. }: Held) -> Result<Response, Error> {
    Ok(with_etag(cart.version, Json(Total::of(&cart, listing))))
}

/// Sets the total.
pub(crate) async fn set(held: Held, new: Change<true>) -> Result<Response, Error> {
    reset(held, new.nums).await
}

/// Sets the total where the body names one.
pub(crate) async fn change(held: Held, new: Change<false>) -> Result<Response, Error> {
    reset(held, new.nums).await
}

async fn reset(Held { ctx, listing, cart }: Held, nums: Option<i64>) -> Result<Response, Error> {
    let cart = match nums {
        Some(nums) => {
            let item = Item { listing, sku: None };
            let set = cart::set(&ctx, item, nums, Extras::default(), WhenAbsent::Refuse).await;
            set.map_err(Error::of_setting)?
        }
        None => cart,
    };
    Ok(with_etag(cart.version, Json(Total::of(&cart, listing))))
}

/// Removes an item.
pub(crate) async fn remove(Held { ctx, listing, .. }: Held) -> Result<Response, Error> {
    let cart = cart::remove_listing(&ctx, listing).await?;
    Ok(with_etag(cart.version, StatusCode::NO_CONTENT.into_response()))
}
