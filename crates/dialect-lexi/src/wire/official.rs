//! Labels and materials on the wire.

use app::catalogue::Term;
use serde::Serialize;

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

#[derive(Serialize)]
struct Shown<'a> {
    id: i64,
    name: &'a str,
    sort_order: i64,
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
