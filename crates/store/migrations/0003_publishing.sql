-- What merchants publish with: uploaded files, labels and materials of products, and who changed what.

-- A file that was uploaded. Files are named after their content, so several rows may name one file.
-- Kind 1 is a picture, 2 a film, 3 a text, 4 a sound, 5 anything else. Without a store it is an operator's.
create table asset (
    id bigint not null primary key,
    store_id bigint references store (id),
    file text not null,
    filename text not null,
    kind bigint not null,
    bytes bigint not null,
    width bigint not null,
    height bigint not null,
    created_at bigint not null
);
create index asset_store on asset (store_id, id);
create index asset_file on asset (file);

alter table picture add column asset_id bigint references asset (id);
alter table sku add column cover text not null default '';
alter table product add column id_code text not null default '';
alter table product add column material_id bigint references material (id);
create table product_label (
    product_id bigint not null references product (id),
    label_id bigint not null references label (id),
    primary key (product_id, label_id)
); -- clustered

-- The public id of the product that a key has made or changed: a repeat whose first reply was lost is answered with it.
alter table idempotency add column made text;

-- Each change of a price, a stock, a status or a commission. Numbered by counter 'audit'. Without an account it was the
-- command line. What was not there before or is not there afterwards is null.
create table audit (
    id bigint not null primary key,
    store_id bigint not null references store (id),
    product_id bigint not null references product (id),
    sku_id bigint references sku (id),
    account_id bigint references account (id),
    field text not null,
    old_value bigint,
    new_value bigint,
    created_at bigint not null
);
create index audit_store on audit (store_id, id);
create index audit_product on audit (product_id, id);

insert into counter (name, next_value) values ('asset', 1), ('audit', 1);

-- Where a distributed listing stands: 0 in the warehouse, 1 on sale, 2 off sale; null once the store has given it back. An
-- own listing is always on sale, and its product says where it stands.
alter table listing add column status bigint default 1;
update listing set status = case when is_open then 1 else 2 end;
alter table listing drop column is_open;
