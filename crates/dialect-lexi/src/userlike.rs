//! Handlers of `/userlike`.

use app::userlike;
use axum::response::Response;

use crate::auth::Customer;
use crate::error::Error;
use crate::wire::envelope::{created, deleted};
use crate::wire::userlike::Liked;

/// Likes a product.
pub(crate) async fn add(Customer(ctx): Customer, liked: Liked) -> Result<Response, Error> {
    if userlike::add(&ctx, &liked.rid).await? { Ok(created()) } else { Err(Error::Repeated) }
}

/// Likes it no more.
pub(crate) async fn remove(Customer(ctx): Customer, liked: Liked) -> Result<Response, Error> {
    userlike::remove(&ctx, &liked.rid).await?;
    Ok(deleted())
}
