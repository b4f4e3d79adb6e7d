//! Labels and materials on the wire.

use app::catalogue::Term;
use app::official::Edit;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::Serialize;
use web::Shop;

use crate::error::Error;
use crate::wire::fields::Fields;

/// All labels.
#[derive(Serialize)]
pub(crate) struct Labels<'a> {
    labels: Vec<Shown<'a>>,
}

/// All materials.
#[derive(Serialize)]
pub(crate) struct Materials<'a> {
    materials: Vec<Shown<'a>>,
}

/// A label or a material.
#[derive(Serialize)]
pub(crate) struct Shown<'a> {
    id: i64,
    name: &'a str,
    sort_order: i64,
}

/// What is said of one.
pub(crate) struct Said(pub Edit);

impl FromRequestParts<Shop> for Said {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &Shop) -> Result<Self, Error> {
        let fields = Fields::of(parts).await?;
        Ok(Self(Edit { name: fields.named("name")?, sort_order: fields.sort_order()? }))
    }
}

impl<'a> Labels<'a> {
    pub(crate) fn new(terms: &'a [Term]) -> Self {
        Self { labels: terms.iter().map(Shown::from).collect() }
    }
}

impl<'a> Materials<'a> {
    pub(crate) fn new(terms: &'a [Term]) -> Self {
        Self { materials: terms.iter().map(Shown::from).collect() }
    }
}

impl<'a> From<&'a Term> for Shown<'a> {
    fn from(term: &'a Term) -> Self {
        Self { id: term.id, name: &term.name, sort_order: term.sort_order }
    }
}
