//! Handlers of `/wishlist`.

use app::wishlist;
use axum::extract::OriginalUri;
use axum::response::Response;
use web::Links;

use crate::auth::Customer;
use crate::error::Error;
use crate::page::{Page, USUAL};
use crate::wire::envelope::{created, deleted, found};
use crate::wire::fields::Fields;
use crate::wire::wishlist::{Rids, WishPage};

/// A page of the wishlist, newest first.
pub(crate) async fn list(
    Customer(ctx): Customer,
    links: Links,
    OriginalUri(uri): OriginalUri,
    query: Fields,
) -> Result<Response, Error> {
    let page = Page::of(&query, USUAL);
    let wishes = wishlist::view(&ctx, page.size, page.offset()).await?;
    Ok(found(WishPage::new(&wishes, page.neighbours(wishes.total, &links, &uri), &links)))
}

/// Puts products aside.
pub(crate) async fn add(Customer(ctx): Customer, rids: Rids) -> Result<Response, Error> {
    wishlist::add(&ctx, &rids.all()).await?;
    Ok(created())
}

/// Puts products back.
pub(crate) async fn remove(Customer(ctx): Customer, rids: Rids) -> Result<Response, Error> {
    wishlist::remove(&ctx, &rids.all()).await?;
    Ok(deleted())
}
