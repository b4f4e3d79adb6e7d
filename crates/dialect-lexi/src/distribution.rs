//! Handlers of `/fx_distribute`: what all stores offer to each other.

use app::catalogue::Order;
use app::listing::take_up;
use axum::response::Response;
use domain::product::Standing;
use web::Links;

use crate::auth::{Keeper, Visitor};
use crate::error::Error;
use crate::product::page;
use crate::wire::distribution::KeptStore;
use crate::wire::envelope::created;
use crate::wire::fields::Fields;
use crate::wire::product::{Rid, Wanted};

/// What may be taken up, last changed first.
pub(crate) async fn index(Visitor(ctx): Visitor, links: Links, query: Fields) -> Result<Response, Error> {
    page(&ctx, Wanted::on_sale(&query).distributed(), Order::LastUpdated, &links).await
}

/// The same, most sold first.
pub(crate) async fn hot(Visitor(ctx): Visitor, links: Links, query: Fields) -> Result<Response, Error> {
    page(&ctx, Wanted::on_sale(&query).distributed(), Order::BestSold, &links).await
}

/// The recommended ones, newest first.
pub(crate) async fn sticked(Visitor(ctx): Visitor, links: Links, query: Fields) -> Result<Response, Error> {
    page(&ctx, Wanted::on_sale(&query).distributed().recommended(), Order::Newest, &links).await
}

/// The same as `index`, newest first.
pub(crate) async fn latest(Visitor(ctx): Visitor, links: Links, query: Fields) -> Result<Response, Error> {
    page(&ctx, Wanted::on_sale(&query).distributed(), Order::Newest, &links).await
}

/// Takes a product up into the store's warehouse.
pub(crate) async fn store(
    Keeper(ctx): Keeper,
    Rid(rid): Rid,
    KeptStore(store): KeptStore,
) -> Result<Response, Error> {
    take_up(&ctx, store, &rid, Standing::InWarehouse).await?;
    Ok(created())
}

/// Takes a product up and offers it at once.
pub(crate) async fn publish(
    Keeper(ctx): Keeper,
    Rid(rid): Rid,
    KeptStore(store): KeptStore,
) -> Result<Response, Error> {
    take_up(&ctx, store, &rid, Standing::OnSale).await?;
    Ok(created())
}
