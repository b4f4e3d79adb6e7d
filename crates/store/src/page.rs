//! Pages of listings: which ones a filter wants, in an order, and how many there are. The text of a statement depends on
//! what the filter says, so that an index answers it; it never depends on what a client sent.

#[cfg(test)]
mod tests;

use std::fmt::Write as _;
use std::ops::RangeInclusive;

use domain::id::{BrandId, CategoryId, ListingId, StoreId};
use domain::money::Money;
use domain::time::Timestamp;

use crate::listing::{Filter, Order, Standing};
use crate::shelf::{DAY, Spans};
use crate::sql::statements;
use crate::{Result, Sql, Store, Value};

/// What it costs to pass over an entry that is not wanted, to gather and sort one with a look at its row, to take one from
/// many ranges, and to open a range: in tenths of a microsecond.
const PASSED: i64 = 2;
const GATHERED: i64 = 15;
const MERGED: i64 = 4;
const OPENED: i64 = 70;
/// Ranges merged in one statement at most.
const MOST_RANGES: usize = 240;
/// Ranges of an index are filled up to a multiple of this, so that there are few statements.
const AT_ONCE: usize = 8;
/// Each width of spans of days is so many times the one before.
const TIMES: i64 = 8;
/// So many days are a span of an index of days.
const WIDTHS: [i64; 3] = [1, TIMES, TIMES * TIMES];

statements! {
    /// How many listings stand on these shelves, of any and of the given store, category and brand.
    COUNTS = "select store_id, category_id, brand_id, cast(sum(listings) as bigint) from shelf_count
        where store_id in (0, $1) and category_id in (0, $2) and brand_id in (0, $3)
            and (cast($4 as boolean) is null or is_own = $4) and (shelf = $5 or shelf = $6) and (not $7 or is_recommended)
            and (not $8 or is_distributed)
            and (not $9 or is_running_low)
        group by store_id, category_id, brand_id";
}

/// A page of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listed {
    /// Numbers of listings, in order.
    pub ids: Vec<ListingId>,
    /// How many there are over all pages.
    pub total: i64,
}

/// A way to read a page: what it reads is merged.
struct Way {
    reads: Vec<Read>,
    /// In tenths of a microsecond, roughly.
    cost: i64,
}

/// What is read of an index.
struct Read {
    index: String,
    /// What its spans are of, and which of them; none for all it has.
    spans: Option<(String, Vec<i64>)>,
}

/// How many listings a filter wants, the spans of its prices or days that hold any, and the smallest part they are all in, with
/// its size.
struct Extent {
    total: i64,
    touched: Option<RangeInclusive<i64>>,
    part: Part,
    size: i64,
}

/// What a list may be a part of, by the name that its indexes begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    All,
    Store,
    Category,
    Brand,
    Recommended,
    Low,
    Distributed,
}

impl Part {
    /// The index that has it in this order; of what is few there is one, whose entries are sorted.
    fn index(self, order: Order) -> String {
        let part = match self {
            Self::All => "",
            Self::Store => "store_",
            Self::Category => "category_",
            Self::Brand => "brand_",
            Self::Recommended => return "listing_recommended".to_owned(),
            Self::Low => return "listing_low".to_owned(),
            Self::Distributed => return "listing_distributed".to_owned(),
        };
        format!("listing_{part}{}", by(order).name)
    }

    /// The index of what a filter wants by price or by day, if it does; its entries are sorted for another order.
    fn range(self, filter: &Filter) -> Option<String> {
        match self {
            Self::Recommended | Self::Distributed => None,
            _ if filter.has_days() => filter.days().map(|days| format!("{days}_{}", WIDTHS[0])),
            Self::Low => None,
            _ => filter.prices().map(|_| self.index(Order::Cheapest)),
        }
    }
}

impl Store {
    /// A page of the listings that a filter wants: two statements at most, up to three more where it names prices or days.
    pub async fn listing_page(
        &self,
        filter: &Filter,
        order: Order,
        limit: i64,
        offset: i64,
    ) -> Result<Listed> {
        let extent = self.extent(filter).await?;
        let total = extent.total;
        if total <= offset {
            return Ok(Listed { ids: Vec::new(), total });
        }
        let ways = ways(filter, order, &extent, offset.saturating_add(limit)).into_iter();
        let way = ways.min_by_key(|way| way.cost).expect("an index of its order");
        let (sql, params) = page(filter, order, &way, limit, offset);
        Ok(Listed { ids: self.ids(sql, params).await?, total })
    }

    /// How many listings a filter wants: a statement, up to three more where it names prices or days.
    pub async fn listing_count(&self, filter: &Filter) -> Result<i64> {
        Ok(self.extent(filter).await?.total)
    }

    async fn extent(&self, filter: &Filter) -> Result<Extent> {
        let wanted = [
            filter.store.map(StoreId::get),
            filter.category.map(CategoryId::get),
            filter.brand.map(BrandId::get),
        ];
        // 0 stands for any where listings are counted.
        if wanted.iter().flatten().any(|id| *id < 1) {
            return Ok(Extent { total: 0, touched: None, part: Part::All, size: 0 });
        }
        let key = wanted.map(|id| id.unwrap_or(0));
        let shelves = filter.shelves();
        let mut params: Vec<Value> = key.iter().map(|id| (*id).into()).collect();
        params.extend([filter.is_own.into(), shelves[0].into(), shelves[shelves.len() - 1].into()]);
        params.extend(
            [filter.only_recommended, filter.only_distributed, filter.only_running_low].map(Value::from),
        );
        let rows = self.read(COUNTS, params).await?;
        let mut counts = Vec::new();
        for row in rows.iter() {
            counts.push(([row.int(0)?, row.int(1)?, row.int(2)?], row.int(3)?));
        }
        let count =
            |key: [i64; 3]| counts.iter().find(|(known, _)| *known == key).map_or(0, |(_, count)| *count);
        let size = |part| match part {
            Part::Store => count([key[0], 0, 0]),
            Part::Category => count([0, key[1], 0]),
            Part::Brand => count([0, 0, key[2]]),
            Part::All | Part::Recommended | Part::Low | Part::Distributed => count([0, 0, 0]),
        };
        let parts = parts(filter).into_iter().map(|part| (part, size(part)));
        let (part, size) = parts.min_by_key(|(_, size)| *size).unwrap_or((Part::All, size(Part::All)));
        let (mut total, mut touched) = (count(key), None);
        if total > 0 && !filter.is_counted() {
            (total, touched) = self.counted(filter, part).await?;
        }
        Ok(Extent { total, touched, part, size })
    }

    /// How many a filter with prices or days wants, most by span, the rest from an index; and the spans that hold any.
    async fn counted(&self, filter: &Filter, part: Part) -> Result<(i64, Option<RangeInclusive<i64>>)> {
        let (mut total, mut held) = (0, None);
        let mut rest = vec![filter.clone()];
        if let Some(Spans { touched, whole, rest: prices }) = filter.spans() {
            let (count, [least, greatest]) = self.spanned(filter, &whole).await?;
            // What is beside the whole spans is not looked for.
            let first = if touched.start() < whole.start() { Some(*touched.start()) } else { least };
            let last = if whole.end() < touched.end() { Some(*touched.end()) } else { greatest };
            held = first.or(last).zip(last.or(first)).map(|(first, last)| first..=last);
            total = count;
            let of = |prices: RangeInclusive<i64>| Filter {
                price_min: Some(Money::from_minor(*prices.start())),
                price_max: Some(Money::from_minor(*prices.end())),
                ..filter.clone()
            };
            rest = prices.into_iter().map(of).collect();
        }
        for filter in rest {
            let index = part.range(&filter).unwrap_or_else(|| part.index(Order::Newest));
            let (sql, params) = counting(&filter, &index);
            total += self.read(sql, params).await?.first().map_or(Ok(0), |row| row.int(0))?;
        }
        Ok((total, held))
    }

    /// How many a filter wants of whole spans, and the first and the last of them that has any.
    async fn spanned(&self, filter: &Filter, whole: &RangeInclusive<i64>) -> Result<(i64, [Option<i64>; 2])> {
        let (sql, params) = spanned(filter, whole);
        let rows = self.read(sql, params).await?;
        let Some(row) = rows.first() else { return Ok((0, [None; 2])) };
        Ok((row.opt_int(0)?.unwrap_or(0), [row.opt_int(1)?, row.opt_int(2)?]))
    }

    async fn ids(&self, sql: &'static Sql, params: Vec<Value>) -> Result<Vec<ListingId>> {
        let rows = self.read(sql, params).await?;
        rows.iter().map(|row| row.int(0).map(ListingId::new)).collect()
    }
}

impl Filter {
    /// The shelves it looks on; one or two.
    pub fn shelves(&self) -> &'static [i64] {
        match (self.standing, self.is_in_stock) {
            (Standing::InWarehouse, _) => &[0],
            (Standing::OnSale, Some(true)) => &[1],
            (Standing::OffSale, _) => &[2],
            (Standing::OnSale, Some(false)) => &[3],
            (Standing::OnSale, None) => &[1, 3],
        }
    }

    fn kinds(&self) -> &'static [bool] {
        match self.is_own {
            Some(true) => &[true],
            Some(false) => &[false],
            None => &[true, false],
        }
    }

    /// Each kind on each shelf.
    fn stands(&self) -> impl Iterator<Item = (bool, i64)> {
        self.kinds().iter().flat_map(|is_own| self.shelves().iter().map(|shelf| (*is_own, *shelf)))
    }

    fn prices(&self) -> Option<(Money, Money)> {
        let all = (Money::ZERO, Money::from_minor(i64::MAX));
        let wanted = (self.price_min.unwrap_or(all.0), self.price_max.unwrap_or(all.1));
        (wanted != all).then_some(wanted)
    }

    fn has_days(&self) -> bool {
        self.published_from.or(self.published_before).is_some()
    }

    /// What the indexes of the days of a store that it asks for are called.
    fn days(&self) -> Option<&'static str> {
        self.store.filter(|_| self.has_days())?;
        Some(match self.category {
            _ if self.only_running_low => "listing_low_days",
            None => "listing_store_days",
            Some(_) => "listing_store_category_days",
        })
    }

    /// The spans that are counted: of prices, unless of a store; or of a store's days.
    fn spans(&self) -> Option<Spans> {
        if self.only_recommended || self.only_distributed {
            return None;
        }
        match (self.store, self.prices()) {
            (None, Some((least, greatest))) if !self.has_days() && !self.only_running_low => {
                Some(Spans::of_prices(least.minor(), greatest.minor()))
            }
            (Some(_), None) if self.has_days() && self.brand.is_none() => self.whole_days(),
            _ => None,
        }
    }

    /// The days that it asks for, if they are whole.
    fn whole_days(&self) -> Option<Spans> {
        let micros = |time: Option<Timestamp>| time.map(Timestamp::micros);
        Spans::of_days(micros(self.published_from), micros(self.published_before))
    }

    /// Whether it asks for nothing but what is counted.
    fn is_counted(&self) -> bool {
        self.prices().is_none() && !self.has_days()
    }
}

/// What a list is a part of. What runs low or is recommended is few, and no other index knows it.
fn parts(filter: &Filter) -> Vec<Part> {
    if filter.only_running_low {
        return vec![Part::Low];
    }
    if filter.only_recommended {
        return vec![Part::Recommended];
    }
    let parts = [
        (Part::Store, filter.store.is_some()),
        (Part::Category, filter.category.is_some()),
        (Part::Brand, filter.brand.is_some()),
        (Part::Distributed, filter.only_distributed),
        (Part::All, true),
    ];
    parts.into_iter().filter(|(_, is_of)| *is_of).map(|(part, _)| part).collect()
}

/// How an order sorts.
struct By {
    column: &'static str,
    down: &'static str,
    /// What its indexes are called.
    name: &'static str,
}

fn by(order: Order) -> By {
    let (column, down, name) = match order {
        Order::Newest | Order::Relevance => ("id", " desc", "newest"),
        Order::Oldest => ("id", "", "newest"),
        Order::BestSold => ("sales", " desc", "sales"),
        Order::LastUpdated => ("updated_at", " desc", "updated"),
        Order::MostViewed => ("views", " desc", "views"),
        Order::Title => ("title", "", "title"),
        Order::TitleDown => ("title", " desc", "title"),
        Order::Cheapest => ("price", "", "price"),
        Order::Dearest => ("price", " desc", "price"),
    };
    By { column, down, name }
}

/// What the filter says besides shelf and kind, and the parameters for it.
fn conditions(filter: &Filter) -> (String, Vec<Value>) {
    let (mut text, mut params) = (String::new(), Vec::<Value>::new());
    let day = |micros: i64| Value::from(micros.div_euclid(DAY));
    let [from, before] = match filter.whole_days() {
        Some(_) => [None, None],
        None => [filter.published_from, filter.published_before],
    };
    let mut say = |condition: &str, value: Value| {
        params.push(value);
        // Writing to a text cannot fail.
        let _ = write!(text, " and listing.{condition} ${}", params.len());
    };
    for (column, id) in [
        ("store_id =", filter.store.map(Value::from)),
        ("category_id =", filter.category.map(Value::from)),
        ("brand_id =", filter.brand.map(Value::from)),
        ("published_at / 86400000000 >=", filter.published_from.map(|from| day(from.micros()))),
        ("published_at / 86400000000 <=", filter.published_before.map(|end| day(end.micros() - 1))),
        ("published_at >=", from.map(Value::from)),
        ("published_at <", before.map(Value::from)),
        ("price >=", filter.prices().map(|(least, _)| least.into())),
        ("price <=", filter.prices().map(|(_, greatest)| greatest.into())),
    ] {
        if let Some(value) = id {
            say(column, value);
        }
    }
    if filter.only_recommended {
        text.push_str(" and listing.is_recommended");
    }
    if filter.only_distributed {
        text.push_str(" and listing.is_distributed");
    }
    if filter.only_running_low {
        text.push_str(" and listing.is_running_low");
    }
    (text, params)
}

/// The ways to the first `rank` entries of a list that is not empty: a walk along its order passes over what is not wanted,
/// what a range has may be gathered and sorted, and its spans merged.
fn ways(filter: &Filter, order: Order, extent: &Extent, rank: i64) -> Vec<Way> {
    let Extent { total, part, size, .. } = *extent;
    // A product that is published is changed: what was published up to some day may all stand at the end.
    let may_be_last = filter.published_before.is_some();
    let walked = if may_be_last { size } else { rank.saturating_mul(size.max(total)) / total };
    let way = |index, cost| Way { reads: vec![Read { index, spans: None }], cost };
    let mut ways = vec![way(part.index(order), walked.saturating_mul(PASSED))];
    ways.extend(part.range(filter).map(|index| way(index, total.saturating_mul(GATHERED))));
    ways.extend(merged(filter, order, extent, rank));
    ways
}

/// The way along indexes that have each span of the filter's prices or days in this order.
fn merged(filter: &Filter, order: Order, extent: &Extent, rank: i64) -> Option<Way> {
    let touched = extent.touched.clone()?;
    let is_of_all = (filter.store, filter.category, filter.brand) == (None, None, None);
    let mut spans: Vec<(String, String, Vec<i64>)> = match (filter.days(), by(order).name) {
        (None, name @ ("newest" | "updated" | "sales" | "title")) if is_of_all => {
            vec![(
                format!("listing_span_{name}"),
                "price_span".to_owned(),
                touched.take(MOST_RANGES + 1).collect(),
            )]
        }
        (Some(index), "updated") => blocks(touched)
            .into_iter()
            .map(|(width, blocks)| {
                (format!("{index}_{width}"), format!("published_at / {}", width * DAY), blocks)
            })
            .collect(),
        _ => return None,
    };
    let narrow = spans.iter().rev().skip(1);
    let most = narrow.map(|(.., numbers)| numbers.len()).max();
    let widest = spans.len() - 1;
    for (at, (.., numbers)) in spans.iter_mut().enumerate() {
        // Narrow ones are filled up alike, with a span that nothing is in.
        let len = most.filter(|_| at < widest).unwrap_or(numbers.len());
        numbers.resize(len.next_multiple_of(AT_ONCE), i64::MIN);
    }
    let ranges = spans.iter().map(|(.., numbers)| numbers.len()).sum::<usize>() * filter.stands().count();
    let read = |(index, span, numbers)| Read { index, spans: Some((span, numbers)) };
    let reads = spans.into_iter().map(read).collect();
    let cost = rank.saturating_mul(MERGED).saturating_add(ranges as i64 * OPENED);
    (ranges <= MOST_RANGES).then_some(Way { reads, cost })
}

/// Days as few spans, with the width of each: narrow ones on both sides, wide ones between them.
fn blocks(days: RangeInclusive<i64>) -> Vec<(i64, Vec<i64>)> {
    let (mut first, mut end) = (*days.start(), days.end() + 1);
    let mut blocks = Vec::new();
    for width in WIDTHS {
        if end - first < 2 * TIMES || width == WIDTHS[WIDTHS.len() - 1] {
            blocks.push((width, (first..end).take(MOST_RANGES + 1).collect()));
            break;
        }
        let (wider, wider_end) = ((first + TIMES - 1) / TIMES, end / TIMES);
        blocks.push((width, (first..wider * TIMES).chain(wider_end * TIMES..end).collect()));
        (first, end) = (wider, wider_end);
    }
    blocks
}

/// A page from indexes. Each shelf, and each span, is read in order and they are merged, so no more is read than is shown and
/// left out.
fn page(filter: &Filter, order: Order, way: &Way, limit: i64, offset: i64) -> (&'static Sql, Vec<Value>) {
    let By { column, down, .. } = by(order);
    let (conditions, mut params) = conditions(filter);
    let mut ranges = Vec::new();
    for Read { index, spans } in &way.reads {
        let Some((span, numbers)) = spans else {
            ranges.push((index, String::new()));
            continue;
        };
        for number in numbers {
            params.push((*number).into());
            ranges.push((index, format!(" and listing.{span} = ${}", params.len())));
        }
    }
    params.extend([limit.into(), offset.into()]);
    let (limit, offset) = (params.len() - 1, params.len());
    let text = |hints: bool| {
        let mut parts = Vec::new();
        for (is_own, shelf) in filter.stands() {
            parts.extend(ranges.iter().map(|(index, range)| {
                let hint = if hints { format!(" indexed by {index}") } else { String::new() };
                format!(
                    "select listing.id, listing.{column} from listing{hint}
                    where listing.is_own = {is_own} and listing.shelf = {shelf}{range}{conditions}"
                )
            }));
        }
        format!("{} order by 2{down}, 1{down} limit ${limit} offset ${offset}", parts.join(" union all "))
    };
    // PostgreSQL has statistics and chooses for itself.
    (Sql::composed(&text(true), text(false)), params)
}

/// Counts whole spans.
fn spanned(filter: &Filter, whole: &RangeInclusive<i64>) -> (&'static Sql, Vec<Value>) {
    let text = format!(
        "select cast(sum(listings) as bigint), min(span), max(span) from shelf_span
        where store_id = $1 and category_id = $2 and brand_id = $3 and {}{} and span between $4 and $5 and listings > 0",
        shelves(filter),
        if filter.only_running_low { " and is_running_low" } else { "" }
    );
    let (category, brand) = (filter.category.map(CategoryId::get), filter.brand.map(BrandId::get));
    let of = [filter.store.map(StoreId::get), category, brand].map(|id| id.unwrap_or(0));
    let params = of.into_iter().chain([*whole.start(), *whole.end()]).map(Value::from);
    (Sql::composed(&text, text.clone()), params.collect())
}

/// Counts listings by an index.
fn counting(filter: &Filter, index: &str) -> (&'static Sql, Vec<Value>) {
    let (conditions, params) = conditions(filter);
    let text = |hint| format!("select count(*) from listing{hint} where {}{conditions}", shelves(filter));
    (Sql::composed(&text(format!(" indexed by {index}")), text(String::new())), params)
}

/// The condition on shelf and kind.
fn shelves(filter: &Filter) -> String {
    let list = |values: Vec<String>| values.join(", ");
    format!(
        "is_own in ({}) and shelf in ({})",
        list(filter.kinds().iter().map(bool::to_string).collect()),
        list(filter.shelves().iter().map(i64::to_string).collect())
    )
}
