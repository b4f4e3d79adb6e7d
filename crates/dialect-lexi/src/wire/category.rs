//! Categories on the wire.

use std::borrow::Cow;

use app::catalogue::Category;
use app::category::Edit;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::Serialize;
use web::{Links, Shop};

use crate::error::Error;
use crate::page::Page;
use crate::wire::fields::Fields;

/// A page of categories.
#[derive(Serialize)]
pub(crate) struct CategoryPage<'a> {
    categories: Vec<ShownCategory<'a>>,
    count: usize,
    next: bool,
    prev: bool,
}

/// A category.
#[derive(Serialize)]
pub(crate) struct ShownCategory<'a> {
    cover: Cow<'a, str>,
    description: &'a str,
    id: i64,
    name: &'a str,
    pid: i64,
    sort_order: i64,
    status: i64,
}

/// What is said of a category.
pub(crate) struct Said(pub Edit);

impl FromRequestParts<Shop> for Said {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &Shop) -> Result<Self, Error> {
        let fields = Fields::of(parts).await?;
        Ok(Self(Edit {
            name: fields.named("name")?,
            parent: fields.integer("pid")?,
            cover: fields.note("cover")?,
            description: fields.note("description")?,
            sort_order: fields.sort_order()?,
            status: fields.flag("status")?.map(i64::from),
        }))
    }
}

impl<'a> ShownCategory<'a> {
    pub(crate) fn new(category: &'a Category, links: &Links) -> Self {
        Self {
            cover: links.absolute(&category.cover),
            description: &category.description,
            id: category.named.id,
            name: &category.named.name,
            pid: category.parent,
            sort_order: category.sort_order,
            status: category.status,
        }
    }
}

impl<'a> CategoryPage<'a> {
    pub(crate) fn new(all: &[&'a Category], page: Page, links: &Links) -> Self {
        let total = all.len() as i64;
        let categories =
            page.cut(all).into_iter().map(|category| ShownCategory::new(category, links)).collect();
        Self { categories, count: all.len(), next: page.has_next(total), prev: page.has_prev() }
    }
}
