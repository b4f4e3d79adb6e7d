//! Categories on the wire.

use app::catalogue::Named;
use domain::id::StoreId;
use serde::Serialize;

use crate::wire::Outcome;

/// The categories of a store.
#[derive(Serialize)]
pub(crate) struct List<'a> {
    #[serde(flatten)]
    outcome: Outcome<'static>,
    list: Vec<GoodsType<'a>>,
}

#[derive(Serialize)]
struct GoodsType<'a> {
    id: i64,
    title: &'a str,
    icon: &'static str,
    rank: usize,
    storeid: i64,
}

impl<'a> List<'a> {
    pub(crate) fn new(categories: &'a [Named], store: StoreId) -> Self {
        let goods_type = |(rank, category): (usize, &'a Named)| GoodsType {
            id: category.id,
            title: &category.name,
            icon: "",
            rank,
            storeid: store.get(),
        };
        Self { outcome: Outcome::SUCCESS, list: (1..).zip(categories).map(goods_type).collect() }
    }
}
