//! Listings: the offers of stores, and what may be asked of a list of them.

use domain::id::{BrandId, CategoryId, ListingId, ProductId, StoreId};
use domain::money::Money;
use domain::product::Listing;
pub use domain::product::Standing;
use domain::time::Timestamp;

use crate::product::id_list;
use crate::shelf::shelve;
use crate::sql::statements;
use crate::{Refusal, Result, Row, Step, Store, Value};

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
statements! {
    /// Listings by number.
    FIND = find!(" in (select value from json_each($1))"),
        postgres: find!(" = any(array(select cast(value as bigint)
            from json_array_elements_text(cast($1 as json))))");
    /// A store's listing of a product.
    OF_PRODUCT = "select id, store_id, product_id, status from listing where product_id = $1 and store_id = $2";
    /// A store's listings of these products.
    OF_PRODUCTS = of_products!(" in (select value from json_each($1))"),
        postgres: of_products!(" = any(array(select cast(value as bigint)
            from json_array_elements_text(cast($1 as json))))");
    /// One row when other stores may take the product up.
    IS_OFFERED = "select 1 from product where id = $1 and is_distributed and status = 2 and not is_deleted";
    /// One row when no other store has the product.
    IS_NOT_TAKEN_UP = "select 1 where not exists
        (select 1 from listing where product_id = $1 and id <> $1 and status is not null)";
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
    /// Of what is on sale: whether any SKU can be bought.
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
}

/// Opens a store's listing of another store's product; refused as taken when there is one.
pub fn add(listing: &Listing, now: Timestamp) -> Vec<Step> {
    let mut steps = vec![add_unshelved(listing, now)];
    steps.extend(shelve(&[listing.product]));
    steps
}

/// The same for one of many, all of which are to be shelved together.
pub fn add_unshelved(listing: &Listing, now: Timestamp) -> Step {
    let params = vec![
        listing.id.into(),
        listing.store.into(),
        listing.product.into(),
        now.into(),
        code(listing.status),
    ];
    Step::new(ADD, params).or_refuse(Refusal::Taken)
}

/// Moves a listing from where it was seen; refused when it stands elsewhere by now.
pub fn shift(listing: &Listing, to: Option<Standing>) -> Vec<Step> {
    let params = vec![listing.id.into(), code(to), code(listing.status)];
    let mut steps = vec![Step::new(MOVE, params).or_refuse(Refusal::Version)];
    steps.extend(shelve(&[listing.product]));
    steps
}

/// Requires that other stores may take the product up.
pub fn offered(product: ProductId) -> Step {
    Step::new(IS_OFFERED, vec![product.into()]).or_refuse(Refusal::Gone)
}

/// Requires that no other store has taken the product up.
pub fn not_taken_up(product: ProductId) -> Step {
    Step::new(IS_NOT_TAKEN_UP, vec![product.into()]).or_refuse(Refusal::Taken)
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
