-- What lists sort and filter by, beside each listing, so that an index answers them; and how many listings there are.

-- Shelf 0 is the warehouse, 1 on sale and in stock, 2 off sale, 3 on sale and sold out; what stands on none is in no list.
alter table listing add column is_own boolean not null default false;
alter table listing add column shelf bigint;
alter table listing add column category_id bigint;
alter table listing add column brand_id bigint;
alter table listing add column is_recommended boolean not null default false;
alter table listing add column is_distributed boolean not null default false;
alter table listing add column is_running_low boolean not null default false;
alter table listing add column price bigint not null default 0;
alter table listing add column title text not null default '';
alter table listing add column sales bigint not null default 0;
alter table listing add column views bigint not null default 0;
alter table listing add column updated_at bigint not null default 0;
alter table listing add column published_at bigint;

-- How many listings a shelf holds, of each store, category and brand, and of each two and all three of them;
-- 0 is any. Sales are those of their products.
create table shelf_count (
    store_id bigint not null,
    category_id bigint not null,
    brand_id bigint not null,
    is_own boolean not null,
    shelf bigint not null,
    is_recommended boolean not null,
    is_distributed boolean not null,
    is_running_low boolean not null,
    listings bigint not null,
    sales bigint not null,
    primary key (store_id, category_id, brand_id, is_own, shelf, is_recommended, is_distributed, is_running_low)
); -- clustered

update listing set
    is_own = listing.id = product.id,
    shelf = case
        when product.is_deleted or listing.status is null then null
        when product.status < 2 or listing.status = 0 then 0
        when product.status = 3 or listing.status = 2 then 2
        when exists (select 1 from sku where sku.product_id = product.id
            and (not sku.is_tracked or sku.may_oversell or sku.stock > 0)) then 1
        when exists (select 1 from sku where sku.product_id = product.id) then 3 end,
    category_id = product.category_id,
    brand_id = product.brand_id,
    is_recommended = product.is_recommended,
    is_distributed = product.is_distributed,
    is_running_low = exists (select 1 from sku where sku.product_id = product.id
        and sku.is_tracked and sku.stock <= product.warning_level),
    price = coalesce((select case when 0 < sku.sale_price and sku.sale_price < sku.price
            then sku.sale_price else sku.price end
        from sku where sku.product_id = product.id order by sku.position, sku.id limit 1), 0),
    title = product.title,
    sales = product.real_sales + product.shown_sales,
    views = product.views,
    updated_at = product.updated_at,
    published_at = product.published_at
from product where product.id = listing.product_id;

insert into shelf_count (store_id, category_id, brand_id, is_own, shelf, is_recommended, is_distributed, is_running_low,
    listings, sales)
select store_id * whole.column1, coalesce(category_id, 0) * whole.column2, coalesce(brand_id, 0) * whole.column3,
    is_own, shelf, is_recommended, is_distributed, is_running_low, count(*), cast(sum(sales) as bigint)
from listing cross join (values (0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (1, 0, 1), (0, 1, 1), (1, 1, 1))
    as whole
where shelf is not null and (whole.column2 = 0 or category_id is not null)
    and (whole.column3 = 0 or brand_id is not null)
group by 1, 2, 3, 4, 5, 6, 7, 8;

-- How many listings a shelf holds by price (of store 0, which is all: prices of two leading digits alike are a span) and
-- by the day of publishing (of each store: days since 1970).
create table shelf_span (
    store_id bigint not null,
    is_own boolean not null,
    shelf bigint not null,
    span bigint not null,
    listings bigint not null,
    primary key (store_id, is_own, shelf, span)
); -- clustered

insert into shelf_span (store_id, is_own, shelf, span, listings)
select cast(0 as bigint), is_own, shelf,
    case when price < 100 then price
        when price < 1000 then 90 + price / 10
        when price < 10000 then 180 + price / 100
        when price < 100000 then 270 + price / 1000
        when price < 1000000 then 360 + price / 10000
        when price < 10000000 then 450 + price / 100000
        when price < 100000000 then 540 + price / 1000000
        when price < 1000000000 then 630 + price / 10000000
        when price < 10000000000 then 720 + price / 100000000
        when price < 100000000000 then 810 + price / 1000000000
        when price < 1000000000000 then 900 + price / 10000000000
        when price < 10000000000000 then 990 + price / 100000000000
        else 1090 end,
    count(*)
from listing where shelf is not null group by 1, 2, 3, 4
union all
select store_id, is_own, shelf, published_at / 86400000000, count(*)
from listing where shelf is not null and published_at is not null group by 1, 2, 3, 4;

-- One for each order of all, of a store, of a category and of a brand. The columns at the end are there so that an entry
-- which the filter does not want is passed over without a look at its row.
create index listing_newest on listing (is_own, shelf, id, store_id, category_id, brand_id)
    where shelf is not null;
create index listing_updated on listing (is_own, shelf, updated_at, id, store_id, category_id, brand_id)
    where shelf is not null;
create index listing_sales on listing (is_own, shelf, sales, id, store_id, category_id, brand_id)
    where shelf is not null;
create index listing_views on listing (is_own, shelf, views, id, store_id, category_id, brand_id)
    where shelf is not null;
create index listing_price on listing (is_own, shelf, price, id, store_id, category_id, brand_id)
    where shelf is not null;
create index listing_title on listing (is_own, shelf, title, id, store_id, category_id, brand_id)
    where shelf is not null;
create index listing_store_newest on listing (store_id, is_own, shelf, id, category_id, brand_id)
    where shelf is not null;
create index listing_store_updated on listing (store_id, is_own, shelf, updated_at, id, category_id, brand_id, published_at)
    where shelf is not null;
create index listing_store_sales on listing (store_id, is_own, shelf, sales, id, category_id, brand_id)
    where shelf is not null;
create index listing_store_views on listing (store_id, is_own, shelf, views, id, category_id, brand_id)
    where shelf is not null;
create index listing_store_price on listing (store_id, is_own, shelf, price, id, category_id, brand_id)
    where shelf is not null;
create index listing_store_title on listing (store_id, is_own, shelf, title, id, category_id, brand_id)
    where shelf is not null;
create index listing_category_newest on listing (category_id, is_own, shelf, id, store_id, brand_id)
    where shelf is not null;
create index listing_category_updated on listing (category_id, is_own, shelf, updated_at, id, store_id, brand_id)
    where shelf is not null;
create index listing_category_sales on listing (category_id, is_own, shelf, sales, id, store_id, brand_id)
    where shelf is not null;
create index listing_category_views on listing (category_id, is_own, shelf, views, id, store_id, brand_id)
    where shelf is not null;
create index listing_category_price on listing (category_id, is_own, shelf, price, id, store_id, brand_id)
    where shelf is not null;
create index listing_category_title on listing (category_id, is_own, shelf, title, id, store_id, brand_id)
    where shelf is not null;
create index listing_brand_newest on listing (brand_id, is_own, shelf, id, store_id, category_id)
    where shelf is not null;
create index listing_brand_updated on listing (brand_id, is_own, shelf, updated_at, id, store_id, category_id)
    where shelf is not null;
create index listing_brand_sales on listing (brand_id, is_own, shelf, sales, id, store_id, category_id)
    where shelf is not null;
create index listing_brand_views on listing (brand_id, is_own, shelf, views, id, store_id, category_id)
    where shelf is not null;
create index listing_brand_price on listing (brand_id, is_own, shelf, price, id, store_id, category_id)
    where shelf is not null;
create index listing_brand_title on listing (brand_id, is_own, shelf, title, id, store_id, category_id)
    where shelf is not null;
create index listing_store_published on listing (store_id, is_own, shelf, published_at, id) where shelf is not null;
-- What is few, in the order that is asked for; and what other stores may take up.
create index listing_recommended on listing (is_own, shelf, id) where is_recommended and shelf is not null;
create index listing_low on listing (is_own, shelf, store_id, updated_at) where is_running_low and shelf is not null;
create index listing_distributed on listing (is_own, shelf, updated_at, id) where is_distributed and shelf is not null;
