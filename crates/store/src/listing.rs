//! Listings: the offers of stores, and the pages of them that the public sees.

use domain::id::{BrandId, CategoryId, ListingId, ProductId, StoreId};
use domain::money::Money;
use domain::product::Listing;
use domain::time::Timestamp;

use crate::product::id_list;
use crate::sql::statements;
use crate::{Refusal, Result, Row, Sql, Step, Store, Value};

macro_rules! find {
    ($listed:literal) => {
        concat!("select id, store_id, product_id, is_open from listing where id", $listed)
    };
}
macro_rules! of_products {
    ($listed:literal) => {
        concat!(
            "select id, store_id, product_id, is_open from listing where store_id = $2 and product_id",
            $listed
        )
    };
}
/// What stands where the filter wants it; a product's price and stock are its first SKU's. Without a SKU a product
/// is begun only.
macro_rules! filtered {
    () => {
        "from listing
        join product on product.id = listing.product_id
        left join sku on sku.product_id = product.id and sku.position = 0
        where not product.is_deleted and cast($10 as bigint) = case
                when product.status < 2 then 0
                when product.status = 3 or not listing.is_open then 2
                when sku.id is not null then 1 end
            and ($1 is null or listing.store_id = $1)
            and ($2 is null or product.category_id = $2)
            and ($3 is null or product.brand_id = $3)
            and ($4 is null or product.search_text like $4 escape '!')
            and coalesce(case when 0 < sku.sale_price and sku.sale_price < sku.price then sku.sale_price
                else sku.price end, 0) between $5 and $6
            and ($7 is null or $7 = exists (select 1 from sku as any_sku
                where any_sku.product_id = product.id
                    and (not any_sku.is_tracked or any_sku.may_oversell or any_sku.stock > 0)))
            and (not $8 or product.is_recommended)
            and ($9 is null or $9 = (listing.id = product.id))
            and ($11 is null or product.published_at >= $11)
            and ($12 is null or product.published_at < $12)
            and (not $13 or exists (select 1 from sku as low
                where low.product_id = product.id and low.is_tracked and low.stock <= product.warning_level))"
    };
}
macro_rules! page {
    ($order:literal) => {
        concat!("select listing.id ", filtered!(), " order by ", $order, " limit $14 offset $15")
    };
}
statements! {
    /// Listings by number.
    FIND = find!(" in (select value from json_each($1))"),
        postgres: find!(" in (select cast(value as bigint)
            from json_array_elements_text(cast($1 as json)))");
    /// A store's listing of a product.
    OF_PRODUCT = "select id, store_id, product_id, is_open from listing where product_id = $1 and store_id = $2";
    /// A store's listings of these products.
    OF_PRODUCTS = of_products!(" in (select value from json_each($1))"),
        postgres: of_products!(" in (select cast(value as bigint)
            from json_array_elements_text(cast($1 as json)))");
    /// One row when other stores may take the product up.
    IS_OFFERED = "select 1 from product where id = $1 and is_distributed and not is_deleted";
    /// How many there are.
    COUNT = concat!("select count(*) ", filtered!());
    /// Newest first.
    NEWEST = page!("listing.id desc");
    /// Oldest first.
    OLDEST = page!("listing.id");
    /// Most sold first.
    BEST_SOLD = page!("product.real_sales + product.shown_sales desc, listing.id desc");
    /// Last changed first.
    LAST_UPDATED = page!("product.updated_at desc, listing.id desc");
    /// Most looked at first.
    MOST_VIEWED = page!("product.views desc, listing.id desc");
    /// By title.
    TITLE = page!("product.title, listing.id");
    /// By title, backwards.
    TITLE_DOWN = page!("product.title desc, listing.id desc");
    /// Cheapest first.
    CHEAPEST = page!("case when 0 < sku.sale_price and sku.sale_price < sku.price then sku.sale_price
        else sku.price end, listing.id");
    /// Dearest first.
    DEAREST = page!("case when 0 < sku.sale_price and sku.sale_price < sku.price then sku.sale_price
        else sku.price end desc, listing.id desc");
    /// Opens a listing of another store's product.
    ADD = "insert into listing (id, store_id, product_id, is_open, created_at) values ($1, $2, $3, true, $4)
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
    /// A folded text within title, keywords, short text or codes.
    pub text: Option<String>,
    /// The least effective price of the first SKU.
    pub price_min: Option<Money>,
    /// The greatest effective price of the first SKU.
    pub price_max: Option<Money>,
    /// Whether any SKU can be bought.
    pub is_in_stock: Option<bool>,
    /// Recommended products only.
    pub only_recommended: bool,
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

/// Where a listing stands; only what is on sale is for the public.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Standing {
    /// Begun, or complete and not offered yet.
    InWarehouse,
    /// Offered, sold out or not.
    #[default]
    OnSale,
    /// Taken down: the product, or this store's offer of it.
    OffSale,
}

impl Standing {
    fn code(self) -> i64 {
        match self {
            Self::InWarehouse => 0,
            Self::OnSale => 1,
            Self::OffSale => 2,
        }
    }
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
}

impl Order {
    fn statement(self) -> &'static Sql {
        match self {
            Self::Newest => NEWEST,
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
        let rows = self.read(order.statement(), params).await?;
        rows.iter().map(|row| row.int(0).map(ListingId::new)).collect()
    }

    /// How many listings a filter wants.
    pub async fn listing_count(&self, filter: &Filter) -> Result<i64> {
        let rows = self.read(COUNT, filter_params(filter)).await?;
        rows.first().map_or(Ok(0), |row| row.int(0))
    }
}

/// Opens a store's listing of another store's product; refused as taken when there is one.
pub fn add(listing: &Listing, now: Timestamp) -> Step {
    let params = vec![listing.id.into(), listing.store.into(), listing.product.into(), now.into()];
    Step::new(ADD, params).or_refuse(Refusal::Taken)
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
        is_open: row.bool(3)?,
    })
}

fn filter_params(filter: &Filter) -> Vec<Value> {
    vec![
        filter.store.into(),
        filter.category.into(),
        filter.brand.into(),
        filter.text.as_deref().map(within).into(),
        filter.price_min.map_or(0, Money::minor).into(),
        filter.price_max.map_or(i64::MAX, Money::minor).into(),
        filter.is_in_stock.into(),
        filter.only_recommended.into(),
        filter.is_own.into(),
        filter.standing.code().into(),
        filter.published_from.into(),
        filter.published_before.into(),
        filter.only_running_low.into(),
    ]
}

/// The `like` pattern that finds a text anywhere.
fn within(text: &str) -> String {
    let escaped = text.replace('!', "!!").replace('%', "!%").replace('_', "!_");
    format!("%{escaped}%")
}
