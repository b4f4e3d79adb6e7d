//! Handlers of `/api/archive/`: the products on sale.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use web::{Json, Links, Shop};

use crate::error::Error;
use crate::wire::archive::{Named, OnSale, Wanted};
use crate::wire::envelope::Found;

/// A page of archives.
pub(crate) async fn list(State(shop): State<Shop>, wanted: Wanted, links: Links) -> Result<Response, Error> {
    let page = shop.app.catalogue().page(&wanted.page).await?;
    let archives: Vec<_> = page.offers.iter().map(|offered| OnSale::in_list(offered, &links)).collect();
    let found = if wanted.counts { Found::page(archives, page.total) } else { Found::of(archives) };
    Ok(Json(found).into_response())
}

/// One archive with its long text.
pub(crate) async fn detail(State(shop): State<Shop>, named: Named, links: Links) -> Result<Response, Error> {
    let catalogue = shop.app.catalogue();
    let offered = catalogue.on_sale(named.id).await?;
    let content = catalogue.content(offered.product.id).await?;
    Ok(Json(Found::of(OnSale::new(&offered, &links).with_content(&content))).into_response())
}
