-- What catalogue clients show of products, categories and brands; wishlists and likes.

alter table product add column features text not null default '';
alter table product add column custom_details text not null default '';
alter table product add column is_custom_made boolean not null default false;
alter table product add column is_custom_service boolean not null default false;
alter table product add column is_proprietary boolean not null default false;
alter table product add column is_made_holiday boolean not null default false;
alter table product add column made_cycle bigint not null default 0;
alter table product add column return_policy text not null default '';
alter table product add column freight_template text not null default '';

-- Parent 0 is none; status 1 is shown.
alter table category add column parent_id bigint not null default 0;
alter table category add column cover text not null default '';
alter table category add column description text not null default '';
alter table category add column sort_order bigint not null default 0;
alter table category add column status bigint not null default 1;

alter table brand add column features text not null default '';
alter table brand add column description text not null default '';
alter table brand add column logo text not null default '';
alter table brand add column banner text not null default '';
alter table brand add column is_recommended boolean not null default false;
alter table brand add column sort_order bigint not null default 0;
alter table brand add column status bigint not null default 1;

-- What the operator says that products may be called, and be made of.
create table label (
    id bigint not null primary key,
    name text not null unique,
    sort_order bigint not null,
    created_at bigint not null
);
create table material (
    id bigint not null primary key,
    name text not null unique,
    sort_order bigint not null,
    created_at bigint not null
);
insert into counter (name, next_value) values ('label', 1), ('material', 1);

create table wishlist (
    owner_id bytea not null,
    product_id bigint not null references product (id),
    created_at bigint not null,
    primary key (owner_id, product_id)
); -- clustered
create index wishlist_newest on wishlist (owner_id, created_at, product_id);

create table userlike (
    owner_id bytea not null,
    product_id bigint not null references product (id),
    created_at bigint not null,
    primary key (owner_id, product_id)
); -- clustered

-- How many like a product, over a few rows of which each shopper counts in one: shoppers who like the same product
-- at the same time seldom wait for each other, and the sum is a handful of rows.
create table like_count (
    product_id bigint not null references product (id),
    slot bigint not null,
    likes bigint not null check (likes >= 0),
    primary key (product_id, slot)
); -- clustered
