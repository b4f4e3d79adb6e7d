//! Handlers of `/brands`.

use app::brand;
use axum::extract::OriginalUri;
use axum::response::Response;
use web::Links;

use crate::auth::{Keeper, Visitor};
use crate::error::Error;
use crate::page::{Page, USUAL};
use crate::wire::brand::{Brand, BrandPage, Said};
use crate::wire::envelope::{created_as, found};
use crate::wire::fields::Fields;
use crate::wire::product::Rid;

/// A page of brands.
pub(crate) async fn list(
    Visitor(ctx): Visitor,
    links: Links,
    OriginalUri(uri): OriginalUri,
    query: Fields,
) -> Result<Response, Error> {
    let names = ctx.app.catalogue().names().await?;
    let brands = brand::seen(&ctx, &names);
    let page = Page::of(&query, USUAL);
    let neighbours = page.neighbours(brands.len() as i64, &links, &uri);
    Ok(found(BrandPage::new(&page.cut(&brands), brands.len(), neighbours, &links)))
}

/// One brand.
pub(crate) async fn show(Visitor(ctx): Visitor, links: Links, Rid(rid): Rid) -> Result<Response, Error> {
    let names = ctx.app.catalogue().names().await?;
    let brands = brand::seen(&ctx, &names);
    let brand = brands.into_iter().find(|brand| brand.named.rid == rid).ok_or(Error::NotFound)?;
    Ok(found(Brand::new(brand, &links)))
}

/// Adds a brand.
pub(crate) async fn add(Keeper(ctx): Keeper, links: Links, Said(edit): Said) -> Result<Response, Error> {
    let brand = brand::add(&ctx, edit).await?;
    Ok(created_as(Brand::new(&brand, &links)))
}
