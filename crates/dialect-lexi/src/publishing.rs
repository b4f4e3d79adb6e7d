//! Handlers of the two steps of publishing.

use app::publishing;
use axum::response::Response;
use domain::product::Status;
use web::Links;

use crate::auth::Keeper;
use crate::error::Error;
use crate::wire::cart::store;
use crate::wire::envelope::{created_as, found};
use crate::wire::product::Rid;
use crate::wire::publishing::{ShownBasics, ShownTerms, StepOne, StepTwo};

/// What step one has said. The apps expect a code of making from all of step one.
pub(crate) async fn show_basics(Keeper(ctx): Keeper, links: Links, Rid(rid): Rid) -> Result<Response, Error> {
    let kept = publishing::view(&ctx, &rid).await?;
    Ok(created_as(ShownBasics::new(&kept, &links).untyped()))
}

/// Begins a draft.
pub(crate) async fn begin(Keeper(ctx): Keeper, links: Links, said: StepOne) -> Result<Response, Error> {
    let store = store(&ctx, said.store.as_deref()).await?;
    let kept = publishing::begin(&ctx, store, &said.basics).await?;
    Ok(created_as(ShownBasics::new(&kept, &links)))
}

/// Changes what a product is.
pub(crate) async fn rewrite(Keeper(ctx): Keeper, links: Links, said: StepOne) -> Result<Response, Error> {
    let store = store(&ctx, said.store.as_deref()).await?;
    let kept = publishing::rewrite(&ctx, said.rid()?, store, &said.basics).await?;
    Ok(created_as(ShownBasics::new(&kept, &links)))
}

/// What step two has said.
pub(crate) async fn show_terms(Keeper(ctx): Keeper, links: Links, Rid(rid): Rid) -> Result<Response, Error> {
    let kept = publishing::view(&ctx, &rid).await?;
    Ok(found(ShownTerms::new(&kept, &links)))
}

/// Completes a product, and puts it into the warehouse.
pub(crate) async fn store_away(
    Keeper(ctx): Keeper,
    links: Links,
    mut said: StepTwo,
) -> Result<Response, Error> {
    said.terms.status = Some(Status::Warehouse);
    complete(&ctx, &links, said).await
}

/// Completes a product, and puts it on sale.
pub(crate) async fn publish(Keeper(ctx): Keeper, links: Links, mut said: StepTwo) -> Result<Response, Error> {
    said.terms.status = Some(Status::OnSale);
    said.terms.is_published_now = true;
    complete(&ctx, &links, said).await
}

/// Changes how a product is sold.
pub(crate) async fn change(Keeper(ctx): Keeper, links: Links, said: StepTwo) -> Result<Response, Error> {
    complete(&ctx, &links, said).await
}

async fn complete(ctx: &app::Ctx, links: &Links, said: StepTwo) -> Result<Response, Error> {
    let store = store(ctx, said.store.as_deref()).await?;
    let kept = publishing::complete(ctx, &said.rid, store, &said.terms).await?;
    Ok(found(ShownTerms::new(&kept, links)))
}
