//! Handlers of `/api/cart/`.

use app::cart::{self, WhenAbsent};
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use web::{Json, Links, with_etag};

use crate::auth::{Shopper, Visitor};
use crate::error::Error;
use crate::page::Window;
use crate::wire::cart::{NewItem, OldRow, row};
use crate::wire::envelope::{Found, Outcome};

/// A page of the cart, newest row first.
pub(crate) async fn list(Visitor(ctx): Visitor, links: Links, uri: Uri) -> Result<Response, Error> {
    let Some(ctx) = ctx else { return Ok(Json(Found::page([(); 0], 0)).into_response()) };
    let cart = cart::view(&ctx).await?;
    let shown = Window::of_cart(&uri).cut(cart.lines().rev());
    let rows: Vec<_> = shown.map(|line| row(line, &links)).collect();
    Ok(with_etag(cart.cart().version, Json(Found::page(rows, cart.lines().len()))))
}

/// Adds to what is there.
pub(crate) async fn add(shopper: Shopper, new: NewItem) -> Result<Response, Error> {
    let cart = cart::add(&shopper.ctx, new.item, new.quantity, new.extras).await?;
    Ok(shopper.reply(&cart, Outcome::SAVED))
}

/// Sets how many there are.
pub(crate) async fn update(shopper: Shopper, new: NewItem) -> Result<Response, Error> {
    let cart = cart::set(&shopper.ctx, new.item, new.quantity, new.extras, WhenAbsent::Insert).await?;
    Ok(shopper.reply(&cart, Outcome::SAVED))
}

/// Removes a row.
pub(crate) async fn remove(shopper: Shopper, row: OldRow) -> Result<Response, Error> {
    let cart = cart::remove_line(&shopper.ctx, row.id).await?;
    Ok(shopper.reply(&cart, Outcome::REMOVED))
}
