//! Handlers of `/official/`: what the operator names for all stores.

use app::catalogue::Kind;
use app::{Ctx, official};
use axum::extract::State;
use axum::response::Response;
use web::Shop;

use crate::auth::Operator;
use crate::error::Error;
use crate::wire::envelope::{created_as, deleted, found};
use crate::wire::fields::Id;
use crate::wire::official::{Labels, Materials, Said, Shown};

/// All labels.
pub(crate) async fn labels(State(shop): State<Shop>) -> Result<Response, Error> {
    Ok(found(Labels::new(&shop.app.catalogue().terms(Kind::Label).await?)))
}

/// All materials.
pub(crate) async fn materials(State(shop): State<Shop>) -> Result<Response, Error> {
    Ok(found(Materials::new(&shop.app.catalogue().terms(Kind::Material).await?)))
}

/// Adds a label.
pub(crate) async fn add_label(Operator(ctx): Operator, said: Said) -> Result<Response, Error> {
    add(&ctx, Kind::Label, said).await
}

/// Adds a material.
pub(crate) async fn add_material(Operator(ctx): Operator, said: Said) -> Result<Response, Error> {
    add(&ctx, Kind::Material, said).await
}

/// Changes what is said of a label.
pub(crate) async fn update_label(Operator(ctx): Operator, id: Id, said: Said) -> Result<Response, Error> {
    update(&ctx, Kind::Label, id, said).await
}

/// Changes what is said of a material.
pub(crate) async fn update_material(Operator(ctx): Operator, id: Id, said: Said) -> Result<Response, Error> {
    update(&ctx, Kind::Material, id, said).await
}

/// Deletes a label that no product has.
pub(crate) async fn remove_label(Operator(ctx): Operator, Id(id): Id) -> Result<Response, Error> {
    official::delete(&ctx, Kind::Label, id).await?;
    Ok(deleted())
}

/// Deletes a material that no product has.
pub(crate) async fn remove_material(Operator(ctx): Operator, Id(id): Id) -> Result<Response, Error> {
    official::delete(&ctx, Kind::Material, id).await?;
    Ok(deleted())
}

async fn add(ctx: &Ctx, kind: Kind, Said(edit): Said) -> Result<Response, Error> {
    let term = official::add(ctx, kind, edit).await?;
    Ok(created_as(Shown::from(&term)))
}

async fn update(ctx: &Ctx, kind: Kind, Id(id): Id, Said(edit): Said) -> Result<Response, Error> {
    let term = official::update(ctx, kind, id, edit).await?;
    Ok(found(Shown::from(&term)))
}
