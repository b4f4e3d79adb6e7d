-- Lists that are filtered by price are walked, and days of publishing are gathered, without a look at each row.
drop index listing_newest;
drop index listing_category_newest;
drop index listing_brand_newest;
drop index listing_store_published;
create index listing_newest on listing (is_own, shelf, id, store_id, category_id, brand_id, price)
    where shelf is not null;
create index listing_category_newest on listing (category_id, is_own, shelf, id, store_id, brand_id, price)
    where shelf is not null;
create index listing_brand_newest on listing (brand_id, is_own, shelf, id, store_id, category_id, price)
    where shelf is not null;
create index listing_store_published on listing (store_id, is_own, shelf, published_at, id, updated_at)
    where shelf is not null;
