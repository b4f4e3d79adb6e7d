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
create index listing_day_updated on listing (store_id, is_own, shelf, (published_at / 86400000000), updated_at, id, published_at)
    where shelf is not null;
