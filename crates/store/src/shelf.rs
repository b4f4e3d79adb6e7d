//! Shelves: what lists sort and filter by, kept beside each listing, and how many listings there are of each kind. Every
//! write of a product or a listing ends with [`shelve`]; nobody else writes these columns and counters.

use std::ops::RangeInclusive;

use domain::id::{BrandId, CategoryId, ListingId, ProductId, StoreId};
use domain::money::Money;
use domain::time::Timestamp;

use crate::product::id_list;
use crate::sql::statements;
use crate::{Result, Row, Step, Store};

/// What the columns of listings should be.
macro_rules! fresh {
    ($which:expr) => {
        concat!(
            "(select priced.*, ",
            price_span!(),
            " as price_span
            from (select listing.id, listing.id = product.id as is_own,
                case when product.is_deleted or listing.status is null then null
                    when product.status < 2 or listing.status = 0 then 0
                    when product.status = 3 or listing.status = 2 then 2
                    when exists (select 1 from sku where sku.product_id = product.id
                        and (not sku.is_tracked or sku.may_oversell or sku.stock > 0)) then 1
                    when exists (select 1 from sku where sku.product_id = product.id) then 3 end as shelf,
                product.category_id, product.brand_id, product.is_recommended, product.is_distributed,
                exists (select 1 from sku where sku.product_id = product.id
                    and sku.is_tracked and sku.stock <= product.warning_level) as is_running_low,
                coalesce((select case when 0 < sku.sale_price and sku.sale_price < sku.price
                        then sku.sale_price else sku.price end
                    from sku where sku.product_id = product.id order by sku.position, sku.id limit 1), 0)
                    as price,
                product.title, product.real_sales + product.shown_sales as sales, product.views,
                product.updated_at, product.published_at
            from listing join product on product.id = listing.product_id ",
            $which,
            ") as priced) as fresh"
        )
    };
}
macro_rules! shelve {
    ($which:expr) => {
        concat!(
            "update listing set is_own = fresh.is_own, shelf = fresh.shelf, category_id = fresh.category_id,
                brand_id = fresh.brand_id, is_recommended = fresh.is_recommended, is_distributed = fresh.is_distributed,
                is_running_low = fresh.is_running_low, price = fresh.price, price_span = fresh.price_span, title = fresh.title,
                sales = fresh.sales, views = fresh.views, updated_at = fresh.updated_at,
                published_at = fresh.published_at
            from ",
            fresh!($which),
            " where listing.id = fresh.id and ",
            differs!()
        )
    };
}
macro_rules! differs {
    () => {
        "(listing.is_own, listing.shelf, listing.category_id, listing.brand_id, listing.is_recommended, listing.is_distributed,
            listing.is_running_low, listing.price, listing.price_span, listing.title, listing.sales, listing.views,
            listing.updated_at, listing.published_at)
        is distinct from (fresh.is_own, fresh.shelf, fresh.category_id, fresh.brand_id, fresh.is_recommended, fresh.is_distributed,
            fresh.is_running_low, fresh.price, fresh.price_span, fresh.title, fresh.sales, fresh.views, fresh.updated_at,
            fresh.published_at)"
    };
}
/// How many listings there are of each kind, and what their products sold: by store, category and brand, by none, each
/// two and all three of them.
macro_rules! counted {
    ($sign:literal, $which:expr) => {
        concat!(
            "select store_id * whole.column1 as store_id, coalesce(category_id, 0) * whole.column2 as category_id,
                coalesce(brand_id, 0) * whole.column3 as brand_id, is_own, shelf, is_recommended, is_distributed, is_running_low,
                cast(sum(", $sign, "listings) as bigint) as listings, cast(sum(", $sign, "sales) as bigint) as sales
            from (select store_id, category_id, brand_id, is_own, shelf, is_recommended, is_distributed, is_running_low, count(*) as listings,
                    sum(sales) as sales
                from listing where shelf is not null", $which, "
                group by store_id, category_id, brand_id, is_own, shelf, is_recommended, is_distributed, is_running_low) as kind
            cross join (values (0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (1, 0, 1), (0, 1, 1),
                (1, 1, 1)) as whole
            where (whole.column2 = 0 or category_id is not null)
                and (whole.column3 = 0 or brand_id is not null)
            group by 1, 2, 3, 4, 5, 6, 7, 8"
        )
    };
}
macro_rules! count {
    ($sign:literal, $which:expr) => {
        concat!(
            "insert into shelf_count (store_id, category_id, brand_id, is_own, shelf, is_recommended, is_distributed, is_running_low, listings,
                sales) ",
            counted!($sign, $which),
            " on conflict (store_id, category_id, brand_id, is_own, shelf, is_recommended, is_distributed, is_running_low)
            do update set listings = shelf_count.listings + excluded.listings,
                sales = shelf_count.sales + excluded.sales"
        )
    };
}
/// How many listings there are by price, of all, of a category, of a brand and of both; and by the day of publishing, of a
/// store and of its categories.
macro_rules! spans {
    ($sign:literal, $which:expr) => {
        concat!(
            "select cast(0 as bigint) as store_id, coalesce(category_id, 0) * whole.column1 as category_id,
                coalesce(brand_id, 0) * whole.column2 as brand_id, is_own, shelf, price_span as span, is_running_low, ",
            $sign, "count(*) as listings
            from listing cross join (values (0, 0), (1, 0), (0, 1), (1, 1)) as whole
            where shelf is not null and (whole.column1 = 0 or category_id is not null)
                and (whole.column2 = 0 or brand_id is not null)", $which, "
            group by 1, 2, 3, 4, 5, 6, 7
            union all
            select store_id, coalesce(category_id, 0) * whole.column1, cast(0 as bigint), is_own, shelf,
                published_at / 86400000000, is_running_low, ", $sign, "count(*)
            from listing cross join (values (0), (1)) as whole
            where shelf is not null and published_at is not null and (whole.column1 = 0 or category_id is not null)", $which, "
            group by 1, 2, 3, 4, 5, 6, 7"
        )
    };
}
/// Prices of two leading digits alike are a span.
macro_rules! price_span {
    () => {
        "case when price < 100 then price when price < 1000 then 90 + price / 10
                when price < 10000 then 180 + price / 100
                when price < 100000 then 270 + price / 1000
                when price < 1000000 then 360 + price / 10000
                when price < 10000000 then 450 + price / 100000
                when price < 100000000 then 540 + price / 1000000
                when price < 1000000000 then 630 + price / 10000000
                when price < 10000000000 then 720 + price / 100000000
                when price < 100000000000 then 810 + price / 1000000000
                when price < 1000000000000 then 900 + price / 10000000000
                when price < 10000000000000 then 990 + price / 100000000000 else 1090 end"
    };
}
macro_rules! span {
    ($sign:literal, $which:expr) => {
        concat!(
            "insert into shelf_span (store_id, category_id, brand_id, is_own, shelf, span, is_running_low, listings) ",
            spans!($sign, $which),
            " on conflict (store_id, category_id, brand_id, is_own, shelf, span, is_running_low)
            do update set listings = shelf_span.listings + excluded.listings"
        )
    };
}
macro_rules! listed {
    () => {
        "listing.product_id in (select value from json_each($1))"
    };
    (postgres) => {
        "listing.product_id = any(array(select cast(value as bigint)
            from json_array_elements_text(cast($1 as json))))"
    };
}

macro_rules! shelved {
    ($listed:expr) => {
        concat!(
            "select id, product_id, store_id, category_id, brand_id, is_own, shelf, is_recommended, is_distributed,
                is_running_low, price, sales, views, updated_at, published_at
            from listing where shelf is not null and ",
            $listed
        )
    };
}

statements! {
    /// What lists know of these products.
    SHELVED = shelved!(listed!()), postgres: shelved!(listed!(postgres));
    /// What tells whether a listing that is kept elsewhere has changed.
    STAMPS = "select id, product_id, shelf, updated_at from listing where id > $1 and shelf is not null
        order by id limit $2";
    /// Counts listings of these products no more.
    UNCOUNT = count!("-", concat!(" and ", listed!())), postgres: count!("-", concat!(" and ", listed!(postgres)));
    /// Takes them out of the spans.
    UNSPAN = span!("-", concat!(" and ", listed!())), postgres: span!("-", concat!(" and ", listed!(postgres)));
    /// Brings what lists sort and filter these products by up to date.
    SHELVE = shelve!(concat!("where ", listed!())), postgres: shelve!(concat!("where ", listed!(postgres)));
    /// Counts their listings.
    COUNT = count!("", concat!(" and ", listed!())), postgres: count!("", concat!(" and ", listed!(postgres)));
    /// Puts them into the spans.
    SPAN = span!("", concat!(" and ", listed!())), postgres: span!("", concat!(" and ", listed!(postgres)));
    /// Forgets all counts.
    UNCOUNT_ALL = "delete from shelf_count";
    /// Forgets all spans.
    UNSPAN_ALL = "delete from shelf_span";
    /// Brings all up to date.
    SHELVE_ALL = shelve!("");
    /// Counts all.
    COUNT_ALL = count!("", "");
    /// Counts all by span.
    SPAN_ALL = span!("", "");
    /// Listings that stand elsewhere than they should.
    MISPLACED = concat!("select listing.id from listing join ", fresh!(""),
        " on fresh.id = listing.id where (listing.shelf is not null or fresh.shelf is not null) and ", differs!(),
        " limit 20");
    /// Counts that are wrong.
    MISCOUNTED = concat!(
        "select count(*) from (select 1 from (", counted!("", ""),
            " union all select store_id, category_id, brand_id, is_own, shelf, is_recommended, is_distributed, is_running_low, -listings, -sales
                from shelf_count) as counted
            group by store_id, category_id, brand_id, is_own, shelf, is_recommended, is_distributed, is_running_low
            having sum(listings) <> 0 or sum(sales) <> 0
            union all select 1 from (", spans!("", ""),
                " union all select store_id, category_id, brand_id, is_own, shelf, span, is_running_low, -listings
                    from shelf_span) as counted
            group by store_id, category_id, brand_id, is_own, shelf, span, is_running_low having sum(listings) <> 0) as wrong
        having count(*) > 0");
}

/// The span of all prices that are too great for the others.
const LAST_SPAN: i64 = 1090;
/// A day, in microseconds.
pub(crate) const DAY: i64 = 86_400_000_000;

/// The spans of a range: the whole ones, and the prices on both sides of them.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Spans {
    /// All that have a part in it.
    pub(crate) touched: RangeInclusive<i64>,
    pub(crate) whole: RangeInclusive<i64>,
    pub(crate) rest: Vec<RangeInclusive<i64>>,
}

impl Spans {
    /// The days that these times (in microseconds, the second one not included) are, if they are whole days.
    pub(crate) fn of_days(from: Option<i64>, before: Option<i64>) -> Option<Self> {
        // Nothing was published before the clock began.
        let from = from.filter(|from| *from > 0);
        let is_whole = |time: Option<i64>| time.is_none_or(|time| time >= 0 && time % DAY == 0);
        let whole = from.map_or(0, |from| from / DAY)..=before.map_or(i64::MAX, |end| end / DAY - 1);
        (is_whole(from) && is_whole(before)).then(|| Self { touched: whole.clone(), whole, rest: Vec::new() })
    }

    /// What prices from one to another are made of.
    pub(crate) fn of_prices(least: i64, greatest: i64) -> Self {
        let (first, last) = (span_of(least), span_of(greatest));
        let start = first + i64::from(least > first_of(first));
        let end = last - i64::from(greatest < last_of(last));
        let (touched, whole) = (first..=last, start..=end);
        if start > end {
            return Self { touched, whole, rest: vec![least..=greatest] };
        }
        let mut rest = Vec::new();
        if least < first_of(start) {
            rest.push(least..=first_of(start) - 1);
        }
        if last_of(end) < greatest {
            rest.push(last_of(end) + 1..=greatest);
        }
        Self { touched, whole, rest }
    }
}

/// The span of a price, as the statements have it.
fn span_of(price: i64) -> i64 {
    let (mut leading, mut before) = (price.max(0), 0);
    while leading >= 100 && before < LAST_SPAN {
        leading /= 10;
        before += 90;
    }
    (before + leading).min(LAST_SPAN)
}

/// The least price of a span.
fn first_of(span: i64) -> i64 {
    let scale = u32::try_from((span - 10) / 90).unwrap_or(0);
    (span - i64::from(scale) * 90) * 10_i64.pow(scale)
}

/// The greatest price of a span; the last one has no end.
fn last_of(span: i64) -> i64 {
    if span >= LAST_SPAN { i64::MAX } else { first_of(span + 1) - 1 }
}

/// What lists know of a listing that stands on a shelf.
#[expect(clippy::struct_excessive_bools, reason = "lists filter by each of them")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shelved {
    /// The listing.
    pub id: ListingId,
    /// Its product.
    pub product: ProductId,
    /// The offering store.
    pub store: StoreId,
    /// The product's category.
    pub category: Option<CategoryId>,
    /// The product's brand.
    pub brand: Option<BrandId>,
    /// Whether the product is the store's own.
    pub is_own: bool,
    /// 0 is the warehouse, 1 on sale and in stock, 2 off sale, 3 on sale and sold out.
    pub shelf: i64,
    /// Whether the product is recommended.
    pub is_recommended: bool,
    /// Whether other stores may take the product up.
    pub is_distributed: bool,
    /// Whether a SKU is at or below the level at which its merchant wants to be warned.
    pub is_running_low: bool,
    /// The effective price of the first SKU.
    pub price: Money,
    /// Pieces sold, as shown.
    pub sales: i64,
    /// How often the product was looked at.
    pub views: i64,
    /// The product's last change.
    pub updated_at: Timestamp,
    /// When the product was first published.
    pub published_at: Option<Timestamp>,
}

/// What tells whether a listing has changed: its number, product, shelf and last change.
pub type Stamp = (ListingId, ProductId, i64, Timestamp);

/// Puts the listings of these products where they belong now; the last steps of every write of them.
pub fn shelve(products: &[ProductId]) -> [Step; 5] {
    let list = id_list(products.iter().map(|id| id.get()));
    [UNCOUNT, UNSPAN, SHELVE, COUNT, SPAN].map(|sql| Step::new(sql, vec![list.clone()]))
}

impl Store {
    /// What lists know of the listings of these products.
    pub async fn shelved(&self, products: &[ProductId]) -> Result<Vec<Shelved>> {
        let rows = self.read(SHELVED, vec![id_list(products.iter().map(|id| id.get()))]).await?;
        let shelved = |row: Row<'_>| {
            Ok(Shelved {
                id: ListingId::new(row.int(0)?),
                product: ProductId::new(row.int(1)?),
                store: StoreId::new(row.int(2)?),
                category: row.opt_int(3)?.map(CategoryId::new),
                brand: row.opt_int(4)?.map(BrandId::new),
                is_own: row.bool(5)?,
                shelf: row.int(6)?,
                is_recommended: row.bool(7)?,
                is_distributed: row.bool(8)?,
                is_running_low: row.bool(9)?,
                price: row.money(10)?,
                sales: row.int(11)?,
                views: row.int(12)?,
                updated_at: row.time(13)?,
                published_at: row.opt_int(14)?.map(Timestamp::from_micros),
            })
        };
        rows.iter().map(shelved).collect()
    }

    /// Up to `most` listings on shelves after `last`, in order.
    pub async fn listing_stamps(&self, last: ListingId, most: i64) -> Result<Vec<Stamp>> {
        let rows = self.read(STAMPS, vec![last.into(), most.into()]).await?;
        let stamp = |row: Row<'_>| {
            Ok((ListingId::new(row.int(0)?), ProductId::new(row.int(1)?), row.int(2)?, row.time(3)?))
        };
        rows.iter().map(stamp).collect()
    }

    /// Puts all listings where they belong and counts them anew, whatever had become of that.
    pub async fn shelve_all(&self) -> Result<()> {
        let steps =
            [UNCOUNT_ALL, UNSPAN_ALL, SHELVE_ALL, COUNT_ALL, SPAN_ALL].map(|sql| Step::new(sql, Vec::new()));
        self.apply(steps.into()).await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_and_what_is_beside_them_are_the_prices_and_nothing_twice() {
        let prices = [0, 1, 9, 99, 100, 101, 109, 110, 999, 1000, 1234, 10_000, 99_999, 100_000, i64::MAX];
        for least in prices {
            for greatest in prices.into_iter().filter(|greatest| *greatest >= least) {
                let Spans { touched, whole, rest } = Spans::of_prices(least, greatest);
                for price in prices {
                    assert!(touched.contains(&span_of(price)) || !(least..=greatest).contains(&price));
                    let times = usize::from(whole.contains(&span_of(price)))
                        + rest.iter().filter(|side| side.contains(&price)).count();
                    let is_wanted = (least..=greatest).contains(&price);
                    assert_eq!(times, usize::from(is_wanted), "{price} in {least}..={greatest}");
                }
            }
        }
        let spans: Vec<_> = (0..1091).map(|span| span_of(first_of(span))).collect();
        assert_eq!(spans, (0..1091).collect::<Vec<_>>());
    }
}
