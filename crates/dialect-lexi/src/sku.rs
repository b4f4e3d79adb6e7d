//! Handlers of `/products/skus` and `/products/many_skus`.

use app::product;
use axum::response::Response;
use web::Links;

use crate::auth::Visitor;
use crate::error::Error;
use crate::wire::envelope::found;
use crate::wire::sku::{Group, Groups, Wanted};

/// The SKUs of one product, or these SKUs. The document means the second, the apps the first.
pub(crate) async fn group(Visitor(ctx): Visitor, links: Links, wanted: Wanted) -> Result<Response, Error> {
    let store = wanted.store(&ctx).await?;
    let groups = product::group_or_skus(&ctx, &wanted.rids(), store).await?;
    Ok(found(Group::new(&groups, &links)))
}

/// The SKUs of products, each in a group of its own.
pub(crate) async fn groups(Visitor(ctx): Visitor, links: Links, wanted: Wanted) -> Result<Response, Error> {
    let store = wanted.store(&ctx).await?;
    let groups = product::groups(&ctx, &wanted.rids(), store).await?;
    Ok(found(Groups::new(&wanted.rids(), &groups, &links)))
}
