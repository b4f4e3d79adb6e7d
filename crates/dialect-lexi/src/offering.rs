//! Handlers of what merchants do with complete products: on sale, off sale, deleted, distributed, counted.

use app::offering::{self, distribute, statistics};
use axum::response::Response;
use domain::offering::Move;

use crate::auth::Keeper;
use crate::error::Error;
use crate::wire::distribution::KeptStore;
use crate::wire::envelope::{done, found};
use crate::wire::offering::{Rates, Statistics};
use crate::wire::product::Rid;
use crate::wire::wishlist::Rids;

/// Puts products on sale.
pub(crate) async fn up(Keeper(ctx): Keeper, rids: Rids) -> Result<Response, Error> {
    offering::shift(&ctx, &rids.all(), Move::Up).await?;
    Ok(done())
}

/// Takes products off sale.
pub(crate) async fn down(Keeper(ctx): Keeper, rids: Rids) -> Result<Response, Error> {
    offering::shift(&ctx, &rids.all(), Move::Down).await?;
    Ok(done())
}

/// Deletes products, or gives them back to the stores whose they are.
pub(crate) async fn remove(Keeper(ctx): Keeper, Rid(rids): Rid) -> Result<Response, Error> {
    offering::shift(&ctx, &Rids::of_path(&rids)?.all(), Move::Remove).await?;
    Ok(done())
}

/// Offers a product to other stores.
pub(crate) async fn set_distribution(
    Keeper(ctx): Keeper,
    Rid(rid): Rid,
    Rates(rates): Rates,
) -> Result<Response, Error> {
    distribute(&ctx, &rid, &rates).await?;
    Ok(done())
}

/// How many products of a store stand where.
pub(crate) async fn count(Keeper(ctx): Keeper, KeptStore(store): KeptStore) -> Result<Response, Error> {
    Ok(found(Statistics::new(statistics(&ctx, store).await?)))
}
