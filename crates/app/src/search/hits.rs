//! What the index found, in the order that is asked for.

use std::ops::RangeInclusive;
use std::sync::Arc;

use domain::id::{BrandId, CategoryId, ListingId, StoreId};
use domain::money::Money;
use domain::time::Timestamp;
use store::listing::{Filter, Order};
use tantivy::columnar::ColumnValues;
use tantivy::query::{EnableScoring, Query};
use tantivy::{DocId, Result, Searcher, SegmentReader};

use super::index::{
    BRAND, CATEGORY, ID, LENGTH, PRICE, PUBLISHED_AT, SALES, STORE, Shelving, TITLE, TRAITS, UPDATED_AT,
    VIEWS,
};

/// Listings that a text finds.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Those that are wanted, in order, up to the end that was asked for.
    pub(crate) listings: Vec<ListingId>,
    /// How many are wanted.
    pub(crate) total: i64,
}

/// The hits of several ways of matching; each listing keeps the grade of the first that found it.
pub(super) struct Hits<'a> {
    searcher: &'a Searcher,
    segments: Vec<Graded>,
}

/// The hits in one part of the index.
struct Graded {
    /// By document; 0 is no hit.
    grades: Vec<u8>,
    docs: Vec<DocId>,
}

impl<'a> Hits<'a> {
    pub(super) fn of(searcher: &'a Searcher) -> Self {
        let graded = |segment: &SegmentReader| Graded {
            grades: vec![0; segment.max_doc() as usize],
            docs: Vec::new(),
        };
        Self { searcher, segments: searcher.segment_readers().iter().map(graded).collect() }
    }

    /// Adds what a query finds and no better one has found.
    pub(super) fn add(&mut self, query: &dyn Query, grade: u8) -> Result<()> {
        let weight = query.weight(EnableScoring::disabled_from_searcher(self.searcher))?;
        for (segment, Graded { grades, docs }) in
            self.searcher.segment_readers().iter().zip(&mut self.segments)
        {
            let alive = segment.alive_bitset();
            weight.for_each_no_score(segment, &mut |found| {
                for doc in found {
                    let known = &mut grades[*doc as usize];
                    if *known == 0 && alive.is_none_or(|alive| alive.is_alive(*doc)) {
                        *known = grade;
                        docs.push(*doc);
                    }
                }
            })?;
        }
        Ok(())
    }

    /// How many there are, wanted or not.
    pub(super) fn count(&self) -> usize {
        self.segments.iter().map(|segment| segment.docs.len()).sum()
    }

    /// The first `most` of those that the filter wants.
    pub(super) fn first(&self, filter: &Filter, order: Order, most: usize) -> Result<Found> {
        let mut total = 0;
        let mut first = Vec::new();
        for (segment, graded) in self.searcher.segment_readers().iter().zip(&self.segments) {
            let wanted = Wanted::of(filter, segment)?;
            let keys = Keys::of(order, segment)?;
            let mut ranks = Vec::new();
            // Whatever sorts behind this is not among the first any more.
            let mut bar = u64::MAX;
            for doc in graded.docs.iter().filter(|doc| wanted.has(**doc)) {
                total += 1;
                let grade = graded.grades[*doc as usize];
                if keys.least(grade) > bar {
                    continue;
                }
                ranks.push(keys.rank(*doc, grade));
                if ranks.len() >= most.saturating_mul(2).max(1000) {
                    keep_first(&mut ranks, most);
                    bar = ranks.iter().map(|(key, _)| *key).max().unwrap_or(bar);
                }
            }
            keep_first(&mut ranks, most);
            for (key, id) in ranks {
                first.push((keys.place(key)?, id));
            }
        }
        first.sort_unstable_by(|(a, one): &(Place, u64), (b, other)| {
            // Numbers are turned already.
            let by_place = if order == Order::TitleDown { b.cmp(a) } else { a.cmp(b) };
            by_place.then(one.cmp(other))
        });
        first.truncate(most);
        let listing = |id: u64| ListingId::new(if is_down(order) { !id } else { id }.cast_signed());
        Ok(Found { listings: first.into_iter().map(|(_, id)| listing(id)).collect(), total })
    }
}

fn keep_first(ranks: &mut Vec<Rank>, most: usize) {
    if ranks.len() > most {
        ranks.select_nth_unstable(most);
        ranks.truncate(most);
    }
}

type Column = Arc<dyn ColumnValues<u64>>;

fn column(segment: &SegmentReader, name: &str) -> Result<Column> {
    segment.fast_fields().column_first_or_default::<u64>(name)
}

/// Which hits a filter wants in one part of the index.
struct Wanted {
    traits: Column,
    /// A bit for each combination of traits that is wanted.
    kinds: u64,
    ranges: Vec<(Column, RangeInclusive<u64>)>,
}

impl Wanted {
    fn of(filter: &Filter, segment: &SegmentReader) -> Result<Self> {
        let exactly = |id: i64| id.cast_unsigned()..=id.cast_unsigned();
        let money = |bound: Option<Money>, open: u64| {
            bound.map_or(open, |bound| u64::try_from(bound.minor()).unwrap_or(0))
        };
        let time = |time: Timestamp| u64::try_from(time.micros()).unwrap_or(0);
        let prices = (filter.price_min.is_some() || filter.price_max.is_some())
            .then(|| money(filter.price_min, 0)..=money(filter.price_max, u64::MAX));
        // What was never published has the time 0.
        let days = (filter.published_from.is_some() || filter.published_before.is_some()).then(|| {
            filter.published_from.map_or(1, time).max(1)
                ..=filter.published_before.map_or(u64::MAX, |end| time(end).saturating_sub(1))
        });
        let mut ranges = Vec::new();
        for (name, range) in [
            (STORE, filter.store.map(StoreId::get).map(exactly)),
            (CATEGORY, filter.category.map(CategoryId::get).map(exactly)),
            (BRAND, filter.brand.map(BrandId::get).map(exactly)),
            (PRICE, prices),
            (PUBLISHED_AT, days),
        ] {
            if let Some(range) = range {
                ranges.push((column(segment, name)?, range));
            }
        }
        let wants = |shelving: &Shelving| {
            filter.shelves().contains(&shelving.shelf)
                && filter.is_own.is_none_or(|is_own| is_own == shelving.is_own)
                && (!filter.only_recommended || shelving.is_recommended)
                && (!filter.only_distributed || shelving.is_distributed)
                && (!filter.only_running_low || shelving.is_running_low)
        };
        let kinds = Shelving::all().filter(wants).fold(0, |kinds, shelving| kinds | 1 << shelving.traits());
        Ok(Self { traits: column(segment, TRAITS)?, kinds, ranges })
    }

    fn has(&self, doc: DocId) -> bool {
        self.kinds >> self.traits.get_val(doc) & 1 == 1
            && self.ranges.iter().all(|(column, range)| range.contains(&column.get_val(doc)))
    }
}

/// What a hit is sorted by, and its listing; the lesser the earlier.
type Rank = (u64, u64);

/// What hits are sorted by in all parts of the index.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Number(u64),
    Title(String),
}

/// How hits are sorted in one part of the index.
struct Keys {
    id: Column,
    key: Key,
    is_down: bool,
}

enum Key {
    /// By grade, then the shorter title first.
    Grade(Column),
    Number(Column),
    /// By the number of the title in this part.
    Title(tantivy::columnar::StrColumn),
    Id,
}

/// Whether the greatest comes first, and of equals the newest.
fn is_down(order: Order) -> bool {
    !matches!(order, Order::Oldest | Order::Title | Order::Cheapest)
}

impl Keys {
    fn of(order: Order, segment: &SegmentReader) -> Result<Self> {
        let key = match order {
            Order::Relevance => Key::Grade(column(segment, LENGTH)?),
            Order::Newest | Order::Oldest => Key::Id,
            Order::BestSold => Key::Number(column(segment, SALES)?),
            Order::LastUpdated => Key::Number(column(segment, UPDATED_AT)?),
            Order::MostViewed => Key::Number(column(segment, VIEWS)?),
            Order::Cheapest | Order::Dearest => Key::Number(column(segment, PRICE)?),
            Order::Title | Order::TitleDown => segment.fast_fields().str(TITLE)?.map_or(Key::Id, Key::Title),
        };
        Ok(Self { id: column(segment, ID)?, key, is_down: is_down(order) })
    }

    /// No hit of this grade comes before this.
    fn least(&self, grade: u8) -> u64 {
        match self.key {
            Key::Grade(_) => u64::from(u8::MAX - grade) << 32,
            _ => 0,
        }
    }

    fn rank(&self, doc: DocId, grade: u8) -> Rank {
        let turned = |number: u64| if self.is_down { !number } else { number };
        let id = turned(self.id.get_val(doc));
        let key = match &self.key {
            Key::Grade(length) => self.least(grade) | length.get_val(doc).min(u32::MAX.into()),
            Key::Number(column) => turned(column.get_val(doc)),
            Key::Title(titles) => turned(titles.term_ords(doc).next().unwrap_or(0)),
            Key::Id => 0,
        };
        (key, id)
    }

    fn place(&self, key: u64) -> Result<Place> {
        let Key::Title(titles) = &self.key else { return Ok(Place::Number(key)) };
        let mut title = String::new();
        titles.ord_to_str(if self.is_down { !key } else { key }, &mut title)?;
        Ok(Place::Title(title))
    }
}
