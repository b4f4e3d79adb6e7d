//! Handlers of `/api/shop/products`.

use axum::response::{IntoResponse, Response};
use web::{Json, Links};

use crate::auth::Anyone;
use crate::error::Error;
use crate::page::Pages;
use crate::wire::product::{Detail, Slug, Wanted, product};

/// A page of what is on sale.
pub(crate) async fn list(
    Anyone(ctx): Anyone,
    links: Links,
    pages: Pages,
    Wanted(query): Wanted,
) -> Result<Response, Error> {
    let page = ctx.app.catalogue().page(&query).await?;
    let products: Vec<_> = page.offers.iter().filter_map(|offered| product(offered, &links)).collect();
    Ok(Json(pages.page(products, page.total)).into_response())
}

/// One product with its texts and pictures.
pub(crate) async fn show(Anyone(ctx): Anyone, links: Links, Slug(slug): Slug) -> Result<Response, Error> {
    let offered = ctx.app.catalogue().on_sale_by_handle(&slug).await?;
    let content = ctx.app.catalogue().content(offered.product.id).await?;
    let detail = Detail::new(&offered, &content, &links).ok_or(Error::NotFound)?;
    Ok(Json(detail).into_response())
}
