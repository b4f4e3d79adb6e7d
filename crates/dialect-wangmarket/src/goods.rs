//! Handlers of `goods/`.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use web::{Json, Links, Shop};

use crate::error::Error;
use crate::wire::goods::{Detail, GoodsPage, Named, Wanted};

/// A page of a store's goods.
pub(crate) async fn list(State(shop): State<Shop>, links: Links, wanted: Wanted) -> Result<Response, Error> {
    let found = shop.app.catalogue().page(&wanted.query).await?;
    Ok(Json(GoodsPage::new(&found, wanted.paging, &links)).into_response())
}

/// One of them, with its pictures and its long text.
pub(crate) async fn detail(
    State(shop): State<Shop>,
    links: Links,
    Named(id): Named,
) -> Result<Response, Error> {
    let offer = shop.app.catalogue().on_sale(id).await?.offer(None)?;
    let content = shop.app.catalogue().content(offer.product().id).await?;
    Ok(Json(Detail::new(&offer, &content, &links)).into_response())
}
