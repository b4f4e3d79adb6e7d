//! Pages of listings: which ones a filter wants, in an order, and how many there are. The text of a statement depends on
//! what the filter says, so that an index answers it; it never depends on what a client sent.

#[cfg(test)]
mod tests;

use std::fmt::Write as _;

use domain::id::{BrandId, CategoryId, ListingId, ProductId, StoreId};
use domain::money::Money;

use crate::listing::{Filter, Order, Standing};
use crate::product::id_list;
use crate::sql::statements;
use crate::{Result, Sql, Store, Value};

/// What it costs to sort an entry of a part, and to pass one over that is not wanted: without a look at its row, and with.
const SORTED: i64 = 15;
const PASSED_IN_INDEX: i64 = 1;
const PASSED: i64 = 10;

/// Indexes of what a list may be a part of.
const PART_STORE: &str = "listing_part_store";
const PART_CATEGORY: &str = "listing_part_category";
const PART_BRAND: &str = "listing_part_brand";
const PART_RECOMMENDED: &str = "listing_part_recommended";
const PART_LOW: &str = "listing_part_low";
const PART_DISTRIBUTED: &str = "listing_part_distributed";

statements! {
    /// How many listings stand on these shelves, of any and of the given store, category and brand.
    COUNTS = "select store_id, category_id, brand_id, cast(sum(listings) as bigint) from shelf_count
        where store_id in (0, $1) and category_id in (0, $2) and brand_id in (0, $3)
            and (cast($4 as boolean) is null or is_own = $4) and (shelf = $5 or shelf = $6) and (not $7 or is_recommended)
            and (not $8 or is_distributed)
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

/// An index of the part that a list is of, and how many entries of it are looked at.
type Part = (&'static str, i64);

impl Store {
    /// A page of the listings that a filter wants: two statements at most, three where it names prices, days or stock.
    pub async fn listing_page(
        &self,
        filter: &Filter,
        order: Order,
        limit: i64,
        offset: i64,
    ) -> Result<Listed> {
        let (total, whole, part) = self.extent(filter).await?;
        if total <= offset {
            return Ok(Listed { ids: Vec::new(), total });
        }
        let is_in_index = filter.is_counted() && !filter.only_distributed;
        let passed = if is_in_index { PASSED_IN_INDEX } else { PASSED };
        let shown = offset.saturating_add(limit);
        let walking = (shown.saturating_mul(whole.max(total)) / total).saturating_mul(passed);
        // What is recommended or runs low is few, and no other index knows it.
        let is_few = filter.only_recommended || filter.only_running_low;
        let is_walk = |index| order == Order::LastUpdated && index != by(Order::Cheapest).index;
        let index = match part {
            Some((index, size)) if is_few || is_walk(index) || size.saturating_mul(SORTED) < walking => index,
            _ => by(order).index,
        };
        let (sql, params) = page(filter, order, index, limit, offset);
        Ok(Listed { ids: self.ids(sql, params).await?, total })
    }

    /// The same among the listings of these products, which are in the order of relevance; one statement for any number.
    pub async fn listing_page_of(
        &self,
        products: &[ProductId],
        filter: &Filter,
        order: Order,
        limit: i64,
    ) -> Result<Vec<ListingId>> {
        let (sql, params) = found(products, filter, order, limit);
        self.ids(sql, params).await
    }

    /// How many listings a filter wants: a statement, or two where it names prices, days or stock.
    pub async fn listing_count(&self, filter: &Filter) -> Result<i64> {
        Ok(self.extent(filter).await?.0)
    }

    /// How many listings a filter wants, how many stand on its shelves in all, and its smallest part.
    async fn extent(&self, filter: &Filter) -> Result<(i64, i64, Option<Part>)> {
        let wanted = [
            filter.store.map(StoreId::get),
            filter.category.map(CategoryId::get),
            filter.brand.map(BrandId::get),
        ];
        // 0 stands for any where listings are counted.
        if wanted.iter().flatten().any(|id| *id < 1) {
            return Ok((0, 0, None));
        }
        let key = wanted.map(|id| id.unwrap_or(0));
        let shelves = filter.shelves();
        let mut params: Vec<Value> = key.iter().map(|id| (*id).into()).collect();
        params.extend([filter.is_own.into(), shelves[0].into(), shelves[shelves.len() - 1].into()]);
        params.extend([filter.only_recommended.into(), filter.only_distributed.into()]);
        let rows = self.read(COUNTS, params).await?;
        let mut counts = Vec::new();
        for row in rows.iter() {
            counts.push(([row.int(0)?, row.int(1)?, row.int(2)?], row.int(3)?));
        }
        let count =
            |key: [i64; 3]| counts.iter().find(|(known, _)| *known == key).map_or(0, |(_, count)| *count);
        let mut total = count(key);
        let size = |index| match index {
            PART_STORE => count([key[0], 0, 0]),
            PART_CATEGORY => count([0, key[1], 0]),
            PART_BRAND => count([0, 0, key[2]]),
            _ => total,
        };
        let mut part =
            parts(filter).into_iter().map(|index| (index, size(index))).min_by_key(|(_, size)| *size);
        if total > 0 && !filter.is_counted() {
            let index = part.map_or(by(Order::Newest).index, |(index, _)| index);
            let (sql, params) = counting(filter, index);
            total = self.read(sql, params).await?.first().map_or(Ok(0), |row| row.int(0))?;
            part = part.map(|(index, size)| match index {
                PART_STORE | PART_CATEGORY | PART_BRAND => (index, size),
                // These indexes know what the counts do not.
                _ => (index, total),
            });
        }
        Ok((total, count([0, 0, 0]), part))
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

    fn prices(&self) -> Option<(Money, Money)> {
        let all = (Money::ZERO, Money::from_minor(i64::MAX));
        let wanted = (self.price_min.unwrap_or(all.0), self.price_max.unwrap_or(all.1));
        (wanted != all).then_some(wanted)
    }

    /// Whether it asks for nothing but shelves, kinds and parts.
    pub fn is_counted(&self) -> bool {
        self.prices().is_none()
            && self.published_from.is_none()
            && self.published_before.is_none()
            && !self.only_running_low
    }
}

/// The indexes that a list may be gathered from.
fn parts(filter: &Filter) -> Vec<&'static str> {
    if filter.only_running_low {
        return vec![PART_LOW];
    }
    if filter.only_recommended {
        return vec![PART_RECOMMENDED];
    }
    let parts = [
        (PART_STORE, filter.store.is_some()),
        (PART_CATEGORY, filter.category.is_some()),
        (PART_BRAND, filter.brand.is_some()),
    ];
    let mut parts: Vec<_> = parts.into_iter().filter(|(_, is_of)| *is_of).map(|(index, _)| index).collect();
    if filter.only_distributed {
        parts.push(PART_DISTRIBUTED);
    }
    if parts.is_empty() && filter.prices().is_some() {
        parts.push(by(Order::Cheapest).index);
    }
    parts
}

/// How an order sorts.
struct By {
    column: &'static str,
    down: &'static str,
    index: &'static str,
}

fn by(order: Order) -> By {
    let (column, down, index) = match order {
        Order::Newest | Order::Relevance => ("id", " desc", "listing_newest"),
        Order::Oldest => ("id", "", "listing_newest"),
        Order::BestSold => ("sales", " desc", "listing_sales"),
        Order::LastUpdated => ("updated_at", " desc", "listing_updated"),
        Order::MostViewed => ("views", " desc", "listing_views"),
        Order::Title => ("title", "", "listing_title"),
        Order::TitleDown => ("title", " desc", "listing_title"),
        Order::Cheapest => ("price", "", "listing_price"),
        Order::Dearest => ("price", " desc", "listing_price"),
    };
    By { column, down, index }
}

/// What the filter says besides shelf and kind, and the parameters for it.
fn conditions(filter: &Filter) -> (String, Vec<Value>) {
    let (mut text, mut params) = (String::new(), Vec::<Value>::new());
    let mut say = |condition: &str, value: Value| {
        params.push(value);
        // Writing to a text cannot fail.
        let _ = write!(text, " and listing.{condition} ${}", params.len());
    };
    for (column, id) in [
        ("store_id =", filter.store.map(Value::from)),
        ("category_id =", filter.category.map(Value::from)),
        ("brand_id =", filter.brand.map(Value::from)),
        ("published_at >=", filter.published_from.map(Value::from)),
        ("published_at <", filter.published_before.map(Value::from)),
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

/// A page from an index. Each shelf is read in order and the shelves are merged, so no more is read than is shown and left
/// out.
fn page(filter: &Filter, order: Order, index: &str, limit: i64, offset: i64) -> (&'static Sql, Vec<Value>) {
    let By { column, down, .. } = by(order);
    let (conditions, mut params) = conditions(filter);
    let shelf = |(is_own, shelf)| {
        format!(
            "select listing.id, listing.{column} from listing indexed by {index}
            where listing.is_own = {is_own} and listing.shelf = {shelf}{conditions}"
        )
    };
    let kinds = filter.kinds().iter();
    let shelves: Vec<_> = kinds
        .flat_map(|is_own| filter.shelves().iter().map(move |number| (is_own, number)))
        .map(shelf)
        .collect();
    let at = params.len();
    let text = format!(
        "{} order by 2{down}, 1{down} limit ${} offset ${}",
        shelves.join(" union all "),
        at + 1,
        at + 2
    );
    params.extend([limit.into(), offset.into()]);
    (hinted(&text, index), params)
}

fn counting(filter: &Filter, index: &str) -> (&'static Sql, Vec<Value>) {
    let (conditions, params) = conditions(filter);
    let shelves = shelves(filter);
    let text = format!("select count(*) from listing indexed by {index} where {shelves}{conditions}");
    (hinted(&text, index), params)
}

/// Among the listings of these products. The cross join tells SQLite to begin with them.
fn found(products: &[ProductId], filter: &Filter, order: Order, limit: i64) -> (&'static Sql, Vec<Value>) {
    let (conditions, mut params) = conditions(filter);
    let By { column, down, .. } = by(order);
    let sorted = match order {
        Order::Relevance => "hit.key, listing.id".to_owned(),
        _ => format!("listing.{column}{down}, listing.id{down}"),
    };
    let shelves = shelves(filter);
    let at = params.len();
    let text = |hits: &str, product: &str| {
        format!(
            "select listing.id from {hits} join listing on listing.product_id = {product}
            where {shelves}{conditions} order by {sorted} limit ${}",
            at + 2
        )
    };
    let list = at + 1;
    let sqlite = text(&format!("json_each(${list}) as hit cross"), "hit.value");
    let hits = format!("json_array_elements_text(cast(${list} as json)) with ordinality as hit (value, key)");
    let postgres = text(&hits, "cast(hit.value as bigint)");
    params.extend([id_list(products.iter().map(|id| id.get())), limit.into()]);
    (Sql::composed(&sqlite, postgres), params)
}

/// The condition on shelf and kind.
fn shelves(filter: &Filter) -> String {
    let list = |values: Vec<String>| values.join(", ");
    format!(
        "listing.is_own in ({}) and listing.shelf in ({})",
        list(filter.kinds().iter().map(bool::to_string).collect()),
        list(filter.shelves().iter().map(i64::to_string).collect())
    )
}

/// PostgreSQL has statistics and chooses for itself.
fn hinted(text: &str, index: &str) -> &'static Sql {
    Sql::composed(text, text.replace(&format!(" indexed by {index}"), ""))
}
