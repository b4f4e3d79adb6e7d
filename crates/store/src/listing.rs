//! Listings: the offers of stores, and the pages of them that the public sees.

use domain::id::{BrandId, CategoryId, ListingId, ProductId, StoreId};
use domain::money::Money;
use domain::product::Listing;
pub use domain::product::Standing;
use domain::time::Timestamp;

use crate::product::id_list;
use crate::sql::statements;
use crate::{Refusal, Result, Row, Sql, Step, Store, Value};

macro_rules! find {
    ($listed:literal) => {
        concat!("select id, store_id, product_id, status from listing where id", $listed)
    };
}
macro_rules! of_products {
    ($listed:literal) => {
        concat!(
            "select id, store_id, product_id, status from listing where store_id = $2 and product_id",
            $listed
        )
    };
}
/// What stands where the filter wants it; a product's price and stock are its first SKU's. Without a SKU a product
/// is begun only.
macro_rules! filtered {
    ($from:expr) => {
        concat!(
            "from ",
            $from,
            " join product on product.id = listing.product_id
            left join sku on sku.product_id = product.id and sku.position = 0
            where not product.is_deleted and cast($9 as bigint) = case
                    when listing.status is null then null
                    when product.status < 2 or listing.status = 0 then 0
                    when product.status = 3 or listing.status = 2 then 2
                    when sku.id is not null then 1 end
                and ($1 is null or listing.store_id = $1)
                and ($2 is null or product.category_id = $2)
                and ($3 is null or product.brand_id = $3)
                and coalesce(",
            effective_price!(),
            ", 0) between $4 and $5
                and ($6 is null or $6 = exists (select 1 from sku as any_sku
                    where any_sku.product_id = product.id
                        and (not any_sku.is_tracked or any_sku.may_oversell or any_sku.stock > 0)))
                and (not $7 or product.is_recommended)
                and (not $13 or product.is_distributed)
                and ($8 is null or $8 = (listing.id = product.id))
                and ($10 is null or product.published_at >= $10)
                and ($11 is null or product.published_at < $11)
                and (not $12 or exists (select 1 from sku as low
                    where low.product_id = product.id and low.is_tracked
                        and low.stock <= product.warning_level))"
        )
    };
}
macro_rules! effective_price {
    () => {
        "(case when 0 < sku.sale_price and sku.sale_price < sku.price then sku.sale_price else sku.price end)"
    };
}
macro_rules! by {
    (newest) => {
        "listing.id desc"
    };
    (oldest) => {
        "listing.id"
    };
    (best_sold) => {
        "product.real_sales + product.shown_sales desc, listing.id desc"
    };
    (last_updated) => {
        "product.updated_at desc, listing.id desc"
    };
    (most_viewed) => {
        "product.views desc, listing.id desc"
    };
    (title) => {
        "product.title, listing.id"
    };
    (title_down) => {
        "product.title desc, listing.id desc"
    };
    (cheapest) => {
        concat!(effective_price!(), ", listing.id")
    };
    (dearest) => {
        concat!(effective_price!(), " desc, listing.id desc")
    };
    (relevance) => {
        "hit.key, listing.id"
    };
}
/// Of all listings.
macro_rules! page {
    ($order:tt) => {
        concat!(
            "select listing.id ",
            filtered!("listing"),
            " order by ",
            by!($order),
            " limit $14 offset $15"
        )
    };
}
/// Of the listings of these products. The cross join tells SQLite to begin with them.
macro_rules! found {
    ($order:tt) => {
        concat!(
            "select listing.id ",
            filtered!("json_each($15) as hit cross join listing on listing.product_id = hit.value"),
            " order by ",
            by!($order),
            " limit $14"
        )
    };
    (postgres $order:tt) => {
        concat!(
            "select listing.id ",
            filtered!(
                "json_array_elements_text(cast($15 as json)) with ordinality as hit (value, key)
                join listing on listing.product_id = cast(hit.value as bigint)"
            ),
            " order by ",
            by!($order),
            " limit $14"
        )
    };
}
statements! {
    /// Listings by number.
    FIND = find!(" in (select value from json_each($1))"),
        postgres: find!(" in (select cast(value as bigint)
            from json_array_elements_text(cast($1 as json)))");
    /// A store's listing of a product.
    OF_PRODUCT = "select id, store_id, product_id, status from listing where product_id = $1 and store_id = $2";
    /// A store's listings of these products.
    OF_PRODUCTS = of_products!(" in (select value from json_each($1))"),
        postgres: of_products!(" in (select cast(value as bigint)
            from json_array_elements_text(cast($1 as json)))");
    /// One row when other stores may take the product up.
    IS_OFFERED = "select 1 from product where id = $1 and is_distributed and status = 2 and not is_deleted";
    /// How many there are.
    COUNT = concat!("select count(*) ", filtered!("listing"));
    /// Newest first.
    NEWEST = page!(newest);
    /// Oldest first.
    OLDEST = page!(oldest);
    /// Most sold first.
    BEST_SOLD = page!(best_sold);
    /// Last changed first.
    LAST_UPDATED = page!(last_updated);
    /// Most looked at first.
    MOST_VIEWED = page!(most_viewed);
    /// By title.
    TITLE = page!(title);
    /// By title, backwards.
    TITLE_DOWN = page!(title_down);
    /// Cheapest first.
    CHEAPEST = page!(cheapest);
    /// Dearest first.
    DEAREST = page!(dearest);
    /// Of these products, in the order given.
    FOUND = found!(relevance), postgres: found!(postgres relevance);
    /// Of these products, newest first.
    FOUND_NEWEST = found!(newest), postgres: found!(postgres newest);
    /// Of these products, oldest first.
    FOUND_OLDEST = found!(oldest), postgres: found!(postgres oldest);
    /// Of these products, most sold first.
    FOUND_BEST_SOLD = found!(best_sold), postgres: found!(postgres best_sold);
    /// Of these products, last changed first.
    FOUND_LAST_UPDATED = found!(last_updated), postgres: found!(postgres last_updated);
    /// Of these products, most looked at first.
    FOUND_MOST_VIEWED = found!(most_viewed), postgres: found!(postgres most_viewed);
    /// Of these products, by title.
    FOUND_TITLE = found!(title), postgres: found!(postgres title);
    /// Of these products, by title, backwards.
    FOUND_TITLE_DOWN = found!(title_down), postgres: found!(postgres title_down);
    /// Of these products, cheapest first.
    FOUND_CHEAPEST = found!(cheapest), postgres: found!(postgres cheapest);
    /// Of these products, dearest first.
    FOUND_DEAREST = found!(dearest), postgres: found!(postgres dearest);
    /// Moves a listing that stands where it was seen, or takes it back up after it was given back.
    MOVE = "update listing set status = $2 where id = $1 and coalesce(status, -1) = coalesce($3, -1)";
    /// Opens a listing of another store's product.
    ADD = "insert into listing (id, store_id, product_id, status, created_at) values ($1, $2, $3, $5, $4)
        on conflict do nothing returning id";
}

/// Which listings a page is about; absent means any. Whoever is not the store's own merchant sees what is on sale.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Filter {
    /// The offering store.
    pub store: Option<StoreId>,
    /// The product's category.
    pub category: Option<CategoryId>,
    /// The product's brand.
    pub brand: Option<BrandId>,
    /// The least effective price of the first SKU.
    pub price_min: Option<Money>,
    /// The greatest effective price of the first SKU.
    pub price_max: Option<Money>,
    /// Whether any SKU can be bought.
    pub is_in_stock: Option<bool>,
    /// Recommended products only.
    pub only_recommended: bool,
    /// Only what other stores may take up.
    pub only_distributed: bool,
    /// Own listings, which show a product once, however many stores distribute it; or distributed ones.
    pub is_own: Option<bool>,
    /// Where it stands.
    pub standing: Standing,
    /// First published at this time or later.
    pub published_from: Option<Timestamp>,
    /// First published before this time.
    pub published_before: Option<Timestamp>,
    /// Only what has a SKU at or below the level at which its merchant wants to be warned.
    pub only_running_low: bool,
}

/// The order of a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Order {
    /// Newest first.
    #[default]
    Newest,
    /// Oldest first.
    Oldest,
    /// Most sold first.
    BestSold,
    /// Last changed first.
    LastUpdated,
    /// Most looked at first.
    MostViewed,
    /// By title.
    Title,
    /// By title, backwards.
    TitleDown,
    /// Cheapest first.
    Cheapest,
    /// Dearest first.
    Dearest,
    /// What a search found best first; where nothing is searched for, the newest.
    Relevance,
}

impl Order {
    fn of_all(self) -> &'static Sql {
        match self {
            Self::Newest | Self::Relevance => NEWEST,
            Self::Oldest => OLDEST,
            Self::BestSold => BEST_SOLD,
            Self::LastUpdated => LAST_UPDATED,
            Self::MostViewed => MOST_VIEWED,
            Self::Title => TITLE,
            Self::TitleDown => TITLE_DOWN,
            Self::Cheapest => CHEAPEST,
            Self::Dearest => DEAREST,
        }
    }

    fn of_found(self) -> &'static Sql {
        match self {
            Self::Relevance => FOUND,
            Self::Newest => FOUND_NEWEST,
            Self::Oldest => FOUND_OLDEST,
            Self::BestSold => FOUND_BEST_SOLD,
            Self::LastUpdated => FOUND_LAST_UPDATED,
            Self::MostViewed => FOUND_MOST_VIEWED,
            Self::Title => FOUND_TITLE,
            Self::TitleDown => FOUND_TITLE_DOWN,
            Self::Cheapest => FOUND_CHEAPEST,
            Self::Dearest => FOUND_DEAREST,
        }
    }
}

impl Store {
    /// The listings of these numbers, in any order.
    pub async fn listings(&self, ids: &[ListingId]) -> Result<Vec<Listing>> {
        let rows = self.read(FIND, vec![id_list(ids.iter().map(|id| id.get()))]).await?;
        rows.iter().map(listing_from).collect()
    }

    /// The store's listing of a product, own or distributed.
    pub async fn listing_of(&self, store: StoreId, product: ProductId) -> Result<Option<Listing>> {
        let rows = self.read(OF_PRODUCT, vec![product.into(), store.into()]).await?;
        rows.first().map(listing_from).transpose()
    }

    /// A store's listings of these products, in any order.
    pub async fn listings_of(&self, store: StoreId, products: &[ProductId]) -> Result<Vec<Listing>> {
        let list = id_list(products.iter().map(|id| id.get()));
        let rows = self.read(OF_PRODUCTS, vec![list, store.into()]).await?;
        rows.iter().map(listing_from).collect()
    }

    /// Numbers of the listings that a filter wants.
    pub async fn listing_page(
        &self,
        filter: &Filter,
        order: Order,
        limit: i64,
        offset: i64,
    ) -> Result<Vec<ListingId>> {
        let mut params = filter_params(filter);
        params.extend([limit.into(), offset.into()]);
        let rows = self.read(order.of_all(), params).await?;
        rows.iter().map(|row| row.int(0).map(ListingId::new)).collect()
    }

    /// The same among the listings of these products, which are in the order of relevance; one statement for any number.
    pub async fn listing_page_of(
        &self,
        products: &[ProductId],
        filter: &Filter,
        order: Order,
        limit: i64,
    ) -> Result<Vec<ListingId>> {
        let mut params = filter_params(filter);
        params.extend([limit.into(), id_list(products.iter().map(|id| id.get()))]);
        let rows = self.read(order.of_found(), params).await?;
        rows.iter().map(|row| row.int(0).map(ListingId::new)).collect()
    }

    /// How many listings a filter wants.
    pub async fn listing_count(&self, filter: &Filter) -> Result<i64> {
        let rows = self.read(COUNT, filter_params(filter)).await?;
        rows.first().map_or(Ok(0), |row| row.int(0))
    }
}

/// Opens a store's listing of another store's product; refused as taken when there is one.
pub fn add(listing: &Listing, now: Timestamp) -> Vec<Step> {
    let params = vec![
        listing.id.into(),
        listing.store.into(),
        listing.product.into(),
        now.into(),
        code(listing.status),
    ];
    vec![Step::new(ADD, params).or_refuse(Refusal::Taken)]
}

/// Moves a listing from where it was seen; refused when it stands elsewhere by now.
pub fn shift(listing: &Listing, to: Option<Standing>) -> Vec<Step> {
    let params = vec![listing.id.into(), code(to), code(listing.status)];
    vec![Step::new(MOVE, params).or_refuse(Refusal::Version)]
}

/// Requires that other stores may take the product up.
pub fn offered(product: ProductId) -> Step {
    Step::new(IS_OFFERED, vec![product.into()]).or_refuse(Refusal::Gone)
}

fn listing_from(row: Row<'_>) -> Result<Listing> {
    Ok(Listing {
        id: ListingId::new(row.int(0)?),
        store: StoreId::new(row.int(1)?),
        product: ProductId::new(row.int(2)?),
        status: row.opt_int(3)?.and_then(Standing::from_code),
    })
}

fn code(status: Option<Standing>) -> Value {
    status.map(Standing::code).into()
}

fn filter_params(filter: &Filter) -> Vec<Value> {
    vec![
        filter.store.into(),
        filter.category.into(),
        filter.brand.into(),
        filter.price_min.map_or(0, Money::minor).into(),
        filter.price_max.map_or(i64::MAX, Money::minor).into(),
        filter.is_in_stock.into(),
        filter.only_recommended.into(),
        filter.is_own.into(),
        filter.standing.code().into(),
        filter.published_from.into(),
        filter.published_before.into(),
        filter.only_running_low.into(),
        filter.only_distributed.into(),
    ]
}
