//! Handlers of `/official/`: what the operator names for all stores.

use axum::extract::State;
use axum::response::Response;
use web::Shop;

use crate::error::Error;
use crate::wire::envelope::found;
use crate::wire::official::{Labels, Materials};

/// All labels.
pub(crate) async fn labels(State(shop): State<Shop>) -> Result<Response, Error> {
    Ok(found(Labels::new(&shop.app.catalogue().labels().await?)))
}

/// All materials.
pub(crate) async fn materials(State(shop): State<Shop>) -> Result<Response, Error> {
    Ok(found(Materials::new(&shop.app.catalogue().materials().await?)))
}
