-- The shop. Portable types; the SQLite backend narrows them and makes every table strict.
-- "clustered" marks tables kept in the order of their primary key.
-- Times are microseconds since the Unix epoch, money is minor units, booleans are true and false.

create table counter (
    name text not null primary key,
    next_value bigint not null
); -- clustered

-- What changed in catalogue and identity, for caches of other processes. Numbered by counter 'change'.
create table change_log (
    id bigint not null primary key,
    noun text not null,
    key text not null,
    created_at bigint not null
);

create table store (
    id bigint not null primary key,
    rid text not null unique,
    name text not null unique,
    created_at bigint not null
);

create table category (
    id bigint not null primary key,
    name text not null unique,
    created_at bigint not null
);

create table brand (
    id bigint not null primary key,
    rid text not null unique,
    name text not null unique,
    created_at bigint not null
);

create table product (
    id bigint not null primary key,
    rid text not null unique,
    store_id bigint not null references store (id),
    category_id bigint references category (id),
    brand_id bigint references brand (id),
    handle text not null,
    title text not null,
    summary text not null,
    content text not null,
    keywords text not null,
    search_text text not null,
    units text not null,
    status bigint not null,
    is_deleted boolean not null,
    is_recommended boolean not null,
    has_free_postage boolean not null,
    is_distributed boolean not null,
    purchase_limit bigint not null,
    real_sales bigint not null,
    shown_sales bigint not null,
    warning_level bigint not null,
    views bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    published_at bigint,
    constraint product_handle unique (store_id, handle)
);
create index product_slug on product (handle);

create table sku (
    id bigint not null primary key,
    rid text not null unique,
    product_id bigint not null references product (id),
    position bigint not null,
    id_code text not null,
    barcode text not null,
    color text not null,
    model text not null,
    grams bigint not null,
    price bigint not null check (price >= 0),
    sale_price bigint not null check (sale_price >= 0),
    commission_rate bigint not null,
    stock bigint not null check (stock >= 0),
    is_tracked boolean not null,
    may_oversell boolean not null
);
create index sku_product on sku (product_id, position, id);

create table picture (
    id bigint not null primary key,
    product_id bigint not null references product (id),
    position bigint not null,
    url text not null
);
create index picture_product on picture (product_id, position, id);

-- A store's offer of a product. Every product has an own listing with the product's own id.
create table listing (
    id bigint not null primary key,
    store_id bigint not null references store (id),
    product_id bigint not null references product (id),
    is_open boolean not null,
    created_at bigint not null,
    constraint listing_product unique (product_id, store_id)
);
create index listing_store on listing (store_id, id);

create table account (
    id bigint not null primary key,
    owner_id bytea not null unique,
    email text unique,
    username text unique,
    phone text unique,
    password_hash text,
    role text not null,
    store_id bigint references store (id),
    created_at bigint not null
);

-- A token that names or named a customer keeps its account.
create table token (
    hash bytea not null primary key,
    owner_id bytea not null,
    account_id bigint references account (id),
    expires_at bigint not null,
    created_at bigint not null
); -- clustered
create index token_expiry on token (expires_at);

create table one_time_code (
    session_hash bytea not null primary key,
    phone text not null,
    code_hash bytea not null,
    tries bigint not null,
    expires_at bigint not null
); -- clustered

create table cart (
    owner_id bytea not null primary key,
    version bigint not null,
    next_line_id bigint not null,
    address bigint,
    shipping_method bigint,
    payment_method bigint,
    created_at bigint not null,
    updated_at bigint not null
); -- clustered

create table cart_line (
    owner_id bytea not null references cart (owner_id),
    listing_id bigint not null references listing (id),
    sku_id bigint not null references sku (id),
    id bigint not null,
    quantity bigint not null check (quantity >= 0),
    is_selected boolean not null,
    notes text not null,
    order_extra text,
    price_when_added bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    primary key (owner_id, listing_id, sku_id)
); -- clustered

create table idempotency (
    owner_id bytea not null,
    key text not null,
    request_hash bytea not null,
    status bigint,
    content_type text,
    body bytea,
    created_at bigint not null,
    primary key (owner_id, key)
); -- clustered
create index idempotency_created on idempotency (created_at);

insert into counter (name, next_value) values ('change', 1), ('product', 1), ('sku', 1), ('picture', 1), ('account', 1), ('store', 1), ('category', 1), ('brand', 1);
