-- A narrow range of prices or days in another order is merged from its spans: each is in that order in an index.
alter table listing add column price_span bigint not null default 0;
update listing set price_span = case when price < 100 then price
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
    else 1090 end;
create index listing_span_newest on listing (is_own, shelf, price_span, id, price) where shelf is not null;
create index listing_span_updated on listing (is_own, shelf, price_span, updated_at, id, price) where shelf is not null;
create index listing_span_sales on listing (is_own, shelf, price_span, sales, id, price) where shelf is not null;
create index listing_span_title on listing (is_own, shelf, price_span, title, id, price) where shelf is not null;
drop index listing_store_published;
create index listing_store_days_1 on listing (store_id, is_own, shelf, (published_at / 86400000000), updated_at, id,
    published_at) where shelf is not null;
create index listing_store_days_8 on listing (store_id, is_own, shelf, (published_at / 691200000000), updated_at, id,
    published_at) where shelf is not null;
create index listing_store_days_64 on listing (store_id, is_own, shelf, (published_at / 5529600000000), updated_at, id,
    published_at) where shelf is not null;
create index listing_store_category_days_1 on listing (store_id, category_id, is_own, shelf, (published_at / 86400000000), updated_at, id,
    published_at) where shelf is not null;
create index listing_store_category_days_8 on listing (store_id, category_id, is_own, shelf, (published_at / 691200000000), updated_at, id,
    published_at) where shelf is not null;
create index listing_store_category_days_64 on listing (store_id, category_id, is_own, shelf, (published_at / 5529600000000), updated_at, id,
    published_at) where shelf is not null;
create index listing_low_days_1 on listing (store_id, is_own, shelf, (published_at / 86400000000), updated_at, id,
    published_at, category_id) where is_running_low and shelf is not null;
create index listing_low_days_8 on listing (store_id, is_own, shelf, (published_at / 691200000000), updated_at, id,
    published_at, category_id) where is_running_low and shelf is not null;
create index listing_low_days_64 on listing (store_id, is_own, shelf, (published_at / 5529600000000), updated_at, id,
    published_at, category_id) where is_running_low and shelf is not null;

-- Spans are counted in all that lists may be parts of: prices of all, of a category, of a brand and of both, and days of a
-- store and of its categories, with what runs low among them. 0 stands for any.
drop table shelf_span;
create table shelf_span (
    store_id bigint not null,
    category_id bigint not null,
    brand_id bigint not null,
    is_own boolean not null,
    shelf bigint not null,
    span bigint not null,
    is_running_low boolean not null,
    listings bigint not null,
    primary key (store_id, category_id, brand_id, is_own, shelf, span, is_running_low)
); -- clustered

insert into shelf_span (store_id, category_id, brand_id, is_own, shelf, span, is_running_low, listings)
select cast(0 as bigint), coalesce(category_id, 0) * whole.column1, coalesce(brand_id, 0) * whole.column2, is_own, shelf, price_span,
    is_running_low, count(*)
from listing cross join (values (0, 0), (1, 0), (0, 1), (1, 1)) as whole
where shelf is not null and (whole.column1 = 0 or category_id is not null) and (whole.column2 = 0 or brand_id is not null)
group by 1, 2, 3, 4, 5, 6, 7;
insert into shelf_span (store_id, category_id, brand_id, is_own, shelf, span, is_running_low, listings)
select store_id, coalesce(category_id, 0) * whole.column1, cast(0 as bigint), is_own, shelf, published_at / 86400000000,
    is_running_low, count(*)
from listing cross join (values (0), (1)) as whole
where shelf is not null and published_at is not null and (whole.column1 = 0 or category_id is not null)
group by 1, 2, 3, 4, 5, 6, 7;

-- And a wide one is walked without a look at each row, in whatever part.
drop index listing_updated;
drop index listing_sales;
drop index listing_title;
drop index listing_category_updated;
drop index listing_category_sales;
drop index listing_category_title;
drop index listing_brand_updated;
drop index listing_brand_sales;
drop index listing_brand_title;
drop index listing_low;
create index listing_updated on listing (is_own, shelf, updated_at, id, store_id, category_id, brand_id, price)
    where shelf is not null;
create index listing_sales on listing (is_own, shelf, sales, id, store_id, category_id, brand_id, price)
    where shelf is not null;
create index listing_title on listing (is_own, shelf, title, id, store_id, category_id, brand_id, price)
    where shelf is not null;
create index listing_category_updated on listing (category_id, is_own, shelf, updated_at, id, store_id, brand_id, price)
    where shelf is not null;
create index listing_category_sales on listing (category_id, is_own, shelf, sales, id, store_id, brand_id, price)
    where shelf is not null;
create index listing_category_title on listing (category_id, is_own, shelf, title, id, store_id, brand_id, price)
    where shelf is not null;
create index listing_brand_updated on listing (brand_id, is_own, shelf, updated_at, id, store_id, category_id, price)
    where shelf is not null;
create index listing_brand_sales on listing (brand_id, is_own, shelf, sales, id, store_id, category_id, price)
    where shelf is not null;
create index listing_brand_title on listing (brand_id, is_own, shelf, title, id, store_id, category_id, price)
    where shelf is not null;
create index listing_low on listing (is_own, shelf, store_id, updated_at, id, category_id, published_at)
    where is_running_low and shelf is not null;
