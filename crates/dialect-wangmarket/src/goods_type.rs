//! Handlers of `goodsType/`.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use web::{Json, Shop};

use crate::error::Error;
use crate::wire::goods_type::List;
use crate::wire::store::Wanted;

/// The categories that a store has something of on sale.
pub(crate) async fn list(State(shop): State<Shop>, Wanted(store): Wanted) -> Result<Response, Error> {
    let categories = shop.app.catalogue().categories_on_sale(Some(store)).await?;
    Ok(Json(List::new(&categories, store)).into_response())
}
