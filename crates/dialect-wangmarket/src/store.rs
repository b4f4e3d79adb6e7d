//! Handlers of `store/`.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use web::{Json, Shop};

use crate::error::Error;
use crate::wire::store::{Shown, Store, Wanted};

/// One store.
pub(crate) async fn show(State(shop): State<Shop>, Wanted(id): Wanted) -> Result<Response, Error> {
    let catalogue = shop.app.catalogue();
    let names = catalogue.names().await?;
    let store = names.store(id).ok_or(app::Error::NoSuchStore)?;
    let sales = catalogue.sales_of(&[id]).await?;
    Ok(Json(Shown::new(Store::new(id, Some(store), sales.iter().sum()))).into_response())
}
