//! Handlers of `/assets`: uploaded files.

use app::asset;
use axum::extract::OriginalUri;
use axum::response::Response;
use web::Links;

use crate::auth::Keeper;
use crate::error::Error;
use crate::page::{Page, USUAL};
use crate::wire::asset::{Asset, AssetPage, UpToken, Uploads};
use crate::wire::envelope::{created_as, found};
use crate::wire::fields::Fields;

/// Uploads files.
pub(crate) async fn add(Uploads { ctx, uploads }: Uploads, links: Links) -> Result<Response, Error> {
    let assets = asset::add(&ctx, uploads).await?;
    Ok(created_as(assets.iter().map(|asset| Asset::new(asset, &links)).collect::<Vec<_>>()))
}

/// A page of the caller's files.
pub(crate) async fn list(
    Keeper(ctx): Keeper,
    links: Links,
    OriginalUri(uri): OriginalUri,
    query: Fields,
) -> Result<Response, Error> {
    let page = Page::of(&query, USUAL);
    let shelf = asset::list(&ctx, page.size, page.offset()).await?;
    Ok(found(AssetPage::new(&shelf, page.neighbours(shelf.total, &links, &uri), &links)))
}

/// What to upload with, and where.
pub(crate) async fn up_token(Keeper(ctx): Keeper, links: Links) -> Result<Response, Error> {
    let up_token = asset::upload_token(&ctx).await?;
    Ok(found(UpToken { up_endpoint: links.here(&["/assets"]), up_token }))
}
