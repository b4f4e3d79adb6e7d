//! Shelves: what lists sort and filter by, kept beside each listing, and how many listings there are of each kind. Every
//! write of a product or a listing ends with [`shelve`]; nobody else writes these columns and counters.

use domain::id::ProductId;
use domain::product::{Product, Status};

use crate::product::id_list;
use crate::sql::statements;
use crate::{Result, Step, Store};

/// What the columns of listings should be.
macro_rules! fresh {
    ($which:expr) => {
        concat!(
            "(select listing.id, listing.id = product.id as is_own,
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
            ") as fresh"
        )
    };
}
macro_rules! shelve {
    ($which:expr) => {
        concat!(
            "update listing set is_own = fresh.is_own, shelf = fresh.shelf, category_id = fresh.category_id,
                brand_id = fresh.brand_id, is_recommended = fresh.is_recommended, is_distributed = fresh.is_distributed,
                is_running_low = fresh.is_running_low, price = fresh.price, title = fresh.title,
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
            listing.is_running_low, listing.price, listing.title, listing.sales, listing.views,
            listing.updated_at, listing.published_at)
        is distinct from (fresh.is_own, fresh.shelf, fresh.category_id, fresh.brand_id, fresh.is_recommended, fresh.is_distributed,
            fresh.is_running_low, fresh.price, fresh.title, fresh.sales, fresh.views, fresh.updated_at,
            fresh.published_at)"
    };
}
/// How many listings there are of each kind, and what their products sold: by store, category and brand, by none, each
/// two and all three of them.
macro_rules! counted {
    ($sign:literal, $which:expr) => {
        concat!(
            "select store_id * whole.column1 as store_id, coalesce(category_id, 0) * whole.column2 as category_id,
                coalesce(brand_id, 0) * whole.column3 as brand_id, is_own, shelf, is_recommended, is_distributed,
                cast(sum(", $sign, "listings) as bigint) as listings, cast(sum(", $sign, "sales) as bigint) as sales
            from (select store_id, category_id, brand_id, is_own, shelf, is_recommended, is_distributed, count(*) as listings,
                    sum(sales) as sales
                from listing where shelf is not null", $which, "
                group by store_id, category_id, brand_id, is_own, shelf, is_recommended, is_distributed) as kind
            cross join (values (0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (1, 0, 1), (0, 1, 1),
                (1, 1, 1)) as whole
            where (whole.column2 = 0 or category_id is not null)
                and (whole.column3 = 0 or brand_id is not null)
            group by 1, 2, 3, 4, 5, 6, 7"
        )
    };
}
macro_rules! count {
    ($sign:literal, $which:expr) => {
        concat!(
            "insert into shelf_count (store_id, category_id, brand_id, is_own, shelf, is_recommended, is_distributed, listings,
                sales) ",
            counted!($sign, $which),
            " on conflict (store_id, category_id, brand_id, is_own, shelf, is_recommended, is_distributed)
            do update set listings = shelf_count.listings + excluded.listings,
                sales = shelf_count.sales + excluded.sales"
        )
    };
}
macro_rules! listed {
    () => {
        "listing.product_id in (select value from json_each($1))"
    };
    (postgres) => {
        "listing.product_id in (select cast(value as bigint) from json_array_elements_text(cast($1 as json)))"
    };
}

statements! {
    /// Counts listings of these products no more.
    UNCOUNT = count!("-", concat!(" and ", listed!())), postgres: count!("-", concat!(" and ", listed!(postgres)));
    /// Brings what lists sort and filter these products by up to date.
    SHELVE = shelve!(concat!("where ", listed!())), postgres: shelve!(concat!("where ", listed!(postgres)));
    /// Counts their listings.
    COUNT = count!("", concat!(" and ", listed!())), postgres: count!("", concat!(" and ", listed!(postgres)));
    /// Forgets all counts.
    UNCOUNT_ALL = "delete from shelf_count";
    /// Brings all up to date.
    SHELVE_ALL = shelve!("");
    /// Counts all.
    COUNT_ALL = count!("", "");
    /// Listings that stand elsewhere than they should.
    MISPLACED = concat!("select listing.id from listing join ", fresh!(""),
        " on fresh.id = listing.id where (listing.shelf is not null or fresh.shelf is not null) and ", differs!(),
        " limit 20");
    /// Counts that are wrong.
    MISCOUNTED = concat!(
        "select count(*) from (select 1 from (", counted!("", ""),
            " union all select store_id, category_id, brand_id, is_own, shelf, is_recommended, is_distributed, -listings, -sales
                from shelf_count) as counted
            group by store_id, category_id, brand_id, is_own, shelf, is_recommended, is_distributed
            having sum(listings) <> 0 or sum(sales) <> 0) as wrong
        having count(*) > 0");
}

/// The shelf of a product's own listing, as the statements number them, for what is kept outside of the database. Of a
/// product that is not deleted; what is on sale without a SKU counts as sold out.
pub fn of_own(product: &Product) -> i64 {
    match product.status {
        Status::Draft | Status::Warehouse => 0,
        Status::OnSale if product.is_in_stock() => 1,
        Status::OffSale => 2,
        Status::OnSale => 3,
    }
}

/// Puts the listings of these products where they belong now; the last steps of every write of them.
pub fn shelve(products: &[ProductId]) -> [Step; 3] {
    let list = id_list(products.iter().map(|id| id.get()));
    [UNCOUNT, SHELVE, COUNT].map(|sql| Step::new(sql, vec![list.clone()]))
}

impl Store {
    /// Puts all listings where they belong and counts them anew, whatever had become of that.
    pub async fn shelve_all(&self) -> Result<()> {
        let steps = [UNCOUNT_ALL, SHELVE_ALL, COUNT_ALL].map(|sql| Step::new(sql, Vec::new()));
        self.apply(steps.into()).await.map(drop)
    }
}
