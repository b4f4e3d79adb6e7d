//! Categories on the wire.

use std::borrow::Cow;

use app::catalogue::Category;
use serde::Serialize;
use web::Links;

use crate::page::Page;

/// A page of categories.
#[derive(Serialize)]
pub(crate) struct CategoryPage<'a> {
    categories: Vec<ShownCategory<'a>>,
    count: usize,
    next: bool,
    prev: bool,
}

#[derive(Serialize)]
struct ShownCategory<'a> {
    cover: Cow<'a, str>,
    description: &'a str,
    id: i64,
    name: &'a str,
    pid: i64,
    sort_order: i64,
    status: i64,
}

impl<'a> CategoryPage<'a> {
    pub(crate) fn new(all: &[&'a Category], page: Page, links: &Links) -> Self {
        let shown = |category: &'a Category| ShownCategory {
            cover: links.absolute(&category.cover),
            description: &category.description,
            id: category.named.id,
            name: &category.named.name,
            pid: category.parent,
            sort_order: category.sort_order,
            status: category.status,
        };
        let total = all.len() as i64;
        let categories = page.cut(all).into_iter().map(shown).collect();
        Self { categories, count: all.len(), next: page.has_next(total), prev: page.has_prev() }
    }
}
