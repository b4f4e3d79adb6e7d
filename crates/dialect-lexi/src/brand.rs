//! Handlers of `/brands`.

use app::brand;
use axum::extract::{OriginalUri, State};
use axum::response::Response;
use web::{Links, Shop};

use crate::auth::Keeper;
use crate::error::Error;
use crate::page::{Page, USUAL};
use crate::wire::brand::{Brand, BrandPage, Said};
use crate::wire::envelope::{created_as, found};
use crate::wire::fields::Fields;
use crate::wire::product::Rid;

/// A page of brands.
pub(crate) async fn list(
    State(shop): State<Shop>,
    links: Links,
    OriginalUri(uri): OriginalUri,
    query: Fields,
) -> Result<Response, Error> {
    let names = shop.app.catalogue().names().await?;
    let brands = names.brands_shown();
    let page = Page::of(&query, USUAL);
    let neighbours = page.neighbours(brands.len() as i64, &links, &uri);
    Ok(found(BrandPage::new(&page.cut(&brands), brands.len(), neighbours, &links)))
}

/// One brand.
pub(crate) async fn show(State(shop): State<Shop>, links: Links, Rid(rid): Rid) -> Result<Response, Error> {
    let names = shop.app.catalogue().names().await?;
    let brands = names.brands_shown();
    let brand = brands.iter().find(|brand| brand.named.rid == rid).ok_or(Error::NotFound)?;
    Ok(found(Brand::new(brand, &links)))
}

/// Adds a brand.
pub(crate) async fn add(Keeper(ctx): Keeper, links: Links, Said(edit): Said) -> Result<Response, Error> {
    let brand = brand::add(&ctx, edit).await?;
    Ok(created_as(Brand::new(&brand, &links)))
}
