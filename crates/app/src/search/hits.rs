//! What the index found, best first.

use std::cmp::Reverse;
use std::sync::Arc;

use domain::id::ProductId;
use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::ColumnValues;
use tantivy::{DocId, Score, SegmentOrdinal, SegmentReader};

use super::index::{ID, IS_ON_SALE, LENGTH};

/// Products that a text finds, best first.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// All of them; those on sale come first.
    pub(crate) products: Vec<ProductId>,
    /// How many are on sale.
    pub(crate) on_sale: usize,
}

impl Found {
    /// Those that the public sees.
    pub(crate) fn on_sale(&self) -> &[ProductId] {
        &self.products[..self.on_sale]
    }
}

/// Ranks: on sale first, then by grade, then the shorter title, then the newer product.
type Rank = (Reverse<u64>, Reverse<u8>, u64, Reverse<u64>);

/// Collects so many at most.
pub(super) struct Best(pub(super) usize);

impl Collector for Best {
    type Fruit = Found;
    type Child = Hits;

    fn for_segment(&self, _: SegmentOrdinal, segment: &SegmentReader) -> tantivy::Result<Hits> {
        let column = |name| segment.fast_fields().column_first_or_default::<u64>(name);
        Ok(Hits {
            id: column(ID)?,
            is_on_sale: column(IS_ON_SALE)?,
            length: column(LENGTH)?,
            ranks: Vec::new(),
        })
    }

    fn requires_scoring(&self) -> bool {
        true
    }

    fn merge_fruits(&self, segments: Vec<Vec<Rank>>) -> tantivy::Result<Found> {
        let mut ranks = segments.concat();
        ranks.sort_unstable();
        ranks.truncate(self.0);
        let on_sale = ranks.partition_point(|(Reverse(is_on_sale), ..)| *is_on_sale == 1);
        let id = |(_, _, _, Reverse(id)): Rank| ProductId::new(id.cast_signed());
        Ok(Found { products: ranks.into_iter().map(id).collect(), on_sale })
    }
}

/// The hits in one part of the index.
pub(super) struct Hits {
    id: Arc<dyn ColumnValues<u64>>,
    is_on_sale: Arc<dyn ColumnValues<u64>>,
    length: Arc<dyn ColumnValues<u64>>,
    ranks: Vec<Rank>,
}

impl SegmentCollector for Hits {
    type Fruit = Vec<Rank>;

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a grade is a small whole number"
    )]
    fn collect(&mut self, doc: DocId, score: Score) {
        let id = Reverse(self.id.get_val(doc));
        let is_on_sale = Reverse(self.is_on_sale.get_val(doc));
        self.ranks.push((is_on_sale, Reverse(score as u8), self.length.get_val(doc), id));
    }

    fn harvest(self) -> Vec<Rank> {
        self.ranks
    }
}
