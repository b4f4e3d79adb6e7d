//! What the index found, best first.

use std::cmp::Reverse;
use std::sync::Arc;

use domain::id::ProductId;
use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::ColumnValues;
use tantivy::{DocId, Score, SegmentOrdinal, SegmentReader};

use super::index::{BRAND, CATEGORY, ID, LENGTH, SHELF, STORE};

/// Which of the products that a text finds are wanted; absent means any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// On these shelves.
    pub(crate) shelves: Option<&'static [i64]>,
    /// Of this store's own.
    pub(crate) store: Option<i64>,
    pub(crate) category: Option<i64>,
    pub(crate) brand: Option<i64>,
}

/// Products that a text finds.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The best of those that are wanted; what is on sale comes first.
    pub(crate) products: Vec<ProductId>,
    /// How many are wanted.
    pub(crate) total: i64,
    /// How many there are, wanted or not.
    pub(super) all: usize,
}

/// On sale first, then by grade, then the shorter title, then the newer product: a number for the first three, the lesser
/// the better.
type Rank = (u64, Reverse<u64>);

/// Collects so many at most.
pub(super) struct Best<'a>(pub(super) &'a Wanted, pub(super) usize);

impl Collector for Best<'_> {
    type Fruit = Found;
    type Child = Hits;

    fn for_segment(&self, _: SegmentOrdinal, segment: &SegmentReader) -> tantivy::Result<Hits> {
        let column = |name| segment.fast_fields().column_first_or_default::<u64>(name);
        let Wanted { shelves, store, category, brand } = self.0;
        let mut exact = Vec::new();
        for (name, wanted) in [(STORE, store), (CATEGORY, category), (BRAND, brand)] {
            if let Some(wanted) = wanted {
                exact.push((column(name)?, wanted.cast_unsigned()));
            }
        }
        Ok(Hits {
            id: column(ID)?,
            shelf: column(SHELF)?,
            length: column(LENGTH)?,
            shelves: *shelves,
            exact,
            most: self.1,
            ranks: Vec::new(),
            total: 0,
            all: 0,
        })
    }

    fn requires_scoring(&self) -> bool {
        true
    }

    fn merge_fruits(&self, segments: Vec<(Vec<Rank>, i64, usize)>) -> tantivy::Result<Found> {
        let mut found = Found::default();
        let mut ranks = Vec::new();
        for (best, total, all) in segments {
            ranks.extend(best);
            found.total += total;
            found.all += all;
        }
        ranks.sort_unstable();
        ranks.truncate(self.1);
        found.products = ranks.into_iter().map(|(_, Reverse(id))| ProductId::new(id.cast_signed())).collect();
        Ok(found)
    }
}

/// The hits in one part of the index.
pub(super) struct Hits {
    id: Arc<dyn ColumnValues<u64>>,
    shelf: Arc<dyn ColumnValues<u64>>,
    length: Arc<dyn ColumnValues<u64>>,
    shelves: Option<&'static [i64]>,
    exact: Vec<(Arc<dyn ColumnValues<u64>>, u64)>,
    most: usize,
    /// The best so far and no more than as many again that may not be.
    ranks: Vec<Rank>,
    total: i64,
    all: usize,
}

impl SegmentCollector for Hits {
    type Fruit = (Vec<Rank>, i64, usize);

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a grade is a small whole number"
    )]
    fn collect(&mut self, doc: DocId, score: Score) {
        self.all += 1;
        let shelf = self.shelf.get_val(doc);
        let is_wanted = self.shelves.is_none_or(|shelves| shelves.contains(&shelf.cast_signed()))
            && self.exact.iter().all(|(column, wanted)| column.get_val(doc) == *wanted);
        if !is_wanted {
            return;
        }
        self.total += 1;
        let is_behind = !matches!(shelf, 1 | 3);
        let grade = u64::from(u8::MAX - score as u8);
        let rank = u64::from(is_behind) << 40 | grade << 32 | self.length.get_val(doc).min(u32::MAX.into());
        self.ranks.push((rank, Reverse(self.id.get_val(doc))));
        if self.ranks.len() >= self.most.saturating_mul(2).max(1000) {
            self.keep_the_best();
        }
    }

    fn harvest(mut self) -> Self::Fruit {
        self.keep_the_best();
        (self.ranks, self.total, self.all)
    }
}

impl Hits {
    fn keep_the_best(&mut self) {
        if self.ranks.len() > self.most {
            self.ranks.select_nth_unstable(self.most);
            self.ranks.truncate(self.most);
        }
    }
}
