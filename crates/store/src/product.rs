//! Products with their SKUs and pictures.

use std::collections::{HashMap, HashSet};

use domain::id::{BrandId, CategoryId, MaterialId, ProductId, SkuId, StoreId};
use domain::money::BasisPoints;
use domain::product::{Making, Picture, Product, Sku, Status};
use domain::time::Timestamp;

use crate::asset::asset_from;
use crate::shelf::shelve;
use crate::sql::statements;
use crate::{Error, Refusal, Result, Row, Step, Store, Value};

/// The numbers (or the texts) of a JSON list, as each database unpacks it.
macro_rules! listed {
    () => {
        " in (select value from json_each($1))"
    };
    (postgres) => {
        " = any(array(select cast(value as bigint)
            from json_array_elements_text(cast($1 as json))))"
    };
    (postgres texts) => {
        " = any(array(select value
            from json_array_elements_text(cast($1 as json))))"
    };
}
macro_rules! find {
    ($($listed:tt)*) => {
        concat!(
            "select id, rid, store_id, category_id, brand_id, handle, title, summary, keywords, units, status,
                is_deleted, is_recommended, has_free_postage, is_distributed, purchase_limit,
                real_sales + shown_sales, views, created_at, updated_at, published_at, features,
                custom_details, is_custom_made, is_custom_service, is_proprietary, is_made_holiday, made_cycle,
                id_code
            from product where id", listed!($($listed)*)
        )
    };
}
macro_rules! skus {
    ($($listed:tt)*) => {
        concat!(
            "select product_id, id, rid, id_code, barcode, color, model, grams, price, sale_price,
                commission_rate, stock, is_tracked, may_oversell, cover
            from sku where product_id", listed!($($listed)*), " order by product_id, position, id"
        )
    };
}
macro_rules! pictures {
    ($($listed:tt)*) => {
        concat!(
            "select picture.product_id, picture.url, asset.id, asset.store_id, asset.file, asset.filename,
                asset.kind, asset.bytes, asset.width, asset.height, asset.created_at
            from picture left join asset on asset.id = picture.asset_id where picture.product_id",
            listed!($($listed)*), " order by picture.product_id, picture.position, picture.id"
        )
    };
}
macro_rules! desks {
    ($($listed:tt)*) => {
        concat!(
            "select id, content, shown_sales, warning_level, return_policy, freight_template, material_id
            from product where id", listed!($($listed)*)
        )
    };
}
macro_rules! by_rids {
    ($($listed:tt)*) => {
        concat!("select rid, id from product where rid", listed!($($listed)*))
    };
}
macro_rules! skus_by_rids {
    ($($listed:tt)*) => {
        concat!("select rid, product_id, id from sku where rid", listed!($($listed)*))
    };
}
macro_rules! taken_rids {
    ($($listed:tt)*) => {
        concat!(
            "select rid from product where rid", listed!($($listed)*),
            " union all select rid from sku where rid", listed!($($listed)*)
        )
    };
}

statements! {
    /// Products by number.
    FIND = find!(), postgres: find!(postgres);
    /// Their SKUs, in order.
    SKUS = skus!(), postgres: skus!(postgres);
    /// Their pictures, in order.
    PICTURES = pictures!(), postgres: pictures!(postgres);
    /// The long text of a product.
    CONTENT = "select content from product where id = $1";
    /// Numbers of the products with these public ids.
    BY_RIDS = by_rids!(), postgres: by_rids!(postgres texts);
    /// Numbers of the SKUs with these public ids, and of their products.
    SKUS_BY_RIDS = skus_by_rids!(), postgres: skus_by_rids!(postgres texts);
    /// A store's product numbers by handle.
    HANDLES = "select handle, id from product where store_id = $1";
    /// The number of the product of a handle: one on sale where there is one, then the oldest.
    BY_HANDLE = "select id from product where handle = $1
        order by is_deleted, case when status = 2 then 0 else 1 end, id limit 1";
    /// The fields of products that only a merchant's desk needs.
    DESKS = desks!(), postgres: desks!(postgres);
    /// Which of these public ids a product or a SKU has.
    TAKEN_RIDS = taken_rids!(), postgres: taken_rids!(postgres texts);
    /// One row when nobody has changed the product since.
    UNTOUCHED = "select 1 from product where id = $1 and updated_at = $2";
    /// Adds a product, unless its handle or its public id is taken.
    ADD = "insert into product (id, rid, store_id, category_id, brand_id, handle, title, summary, content,
            keywords, search_text, units, status, is_deleted, is_recommended, has_free_postage,
            is_distributed, purchase_limit, real_sales, shown_sales, warning_level, views, created_at,
            updated_at, published_at, features, custom_details, is_custom_made, is_custom_service,
            is_proprietary, is_made_holiday, made_cycle, return_policy, freight_template, id_code, material_id)
        values ($1, $2, $3, $7, $8, $4, $9, $10, $11, $12, '', $13, $14, false, $15, $16, $17, $18, 0, $19,
            $20, 0, $5, $5, $6, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31)
        on conflict do nothing";
    /// Opens a product's own listing.
    ADD_LISTING = "insert into listing (id, store_id, product_id, status, created_at)
        values ($1, $2, $3, 1, $4) on conflict do nothing";
    /// Changes a product. While another store has taken it up, it stays distributed.
    UPDATE = "update product set category_id = $4, brand_id = $5, title = $6, summary = $7, content = $8,
            keywords = $9, search_text = '', units = $10, status = $11, is_deleted = false,
            is_recommended = $12, has_free_postage = $13, is_distributed = $14 or exists (select 1 from listing
                where product_id = $1 and id <> $1 and status is not null), purchase_limit = $15,
            shown_sales = $16, warning_level = $17, updated_at = $2,
            published_at = coalesce($3, published_at), features = $18, custom_details = $19,
            is_custom_made = $20, is_custom_service = $21, is_proprietary = $22, is_made_holiday = $23,
            made_cycle = $24, return_policy = $25, freight_template = $26, id_code = $27, material_id = $28
        where id = $1";
    /// Adds a SKU, or changes it when it is there.
    PUT_SKU = "insert into sku (id, rid, product_id, position, id_code, barcode, color, model, grams, price,
            sale_price, commission_rate, stock, is_tracked, may_oversell, cover)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
        on conflict (id) do update set position = excluded.position, id_code = excluded.id_code,
            barcode = excluded.barcode, color = excluded.color, model = excluded.model,
            grams = excluded.grams, price = excluded.price, sale_price = excluded.sale_price,
            commission_rate = excluded.commission_rate, stock = excluded.stock,
            is_tracked = excluded.is_tracked, may_oversell = excluded.may_oversell,
            cover = excluded.cover";
    /// Forgets a product's pictures.
    DROP_PICTURES = "delete from picture where product_id = $1";
    /// Adds a picture.
    ADD_PICTURE = "insert into picture (id, product_id, position, url, asset_id)
        values ($1, $2, $3, $4, $5)";
    /// Moves a product through its life.
    SET_STATUS = "update product set status = $2, updated_at = $3,
            published_at = case when cast($2 as bigint) = 2 then coalesce(published_at, $3) else published_at end
        where id = $1 and not is_deleted";
    /// Offers a product to other stores.
    DISTRIBUTE = "update product set is_distributed = true, updated_at = $2 where id = $1 and not is_deleted";
    /// Sets what a distributing store earns with a SKU.
    SET_COMMISSION = "update sku set commission_rate = $2 where id = $1";
    /// Deletes a product softly.
    DELETE = "update product set is_deleted = true, updated_at = $2 where id = $1";
}

/// The list of numbers that `FIND` and its sisters take.
pub(crate) fn id_list(ids: impl Iterator<Item = i64>) -> Value {
    let ids: Vec<_> = ids.map(|id| id.to_string()).collect();
    Value::Text(format!("[{}]", ids.join(",")))
}

/// A JSON list of public ids or names of files, which need no escape.
pub(crate) fn text_list(texts: &[impl AsRef<str>]) -> Value {
    let texts: Vec<_> = texts.iter().map(AsRef::as_ref).collect();
    Value::Text(format!("[\"{}\"]", texts.join("\",\"")))
}

/// What a product has beyond what carts and lists need.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Desk {
    /// Long text, HTML.
    pub content: String,
    /// Pieces the merchant adds to the sales for show.
    pub shown_sales: i64,
    /// Stock at or below which the merchant is warned.
    pub warning_level: i64,
    /// When and how it may be sent back.
    pub return_policy: String,
    /// Which of the merchant's freight templates applies: a number or a text of the client's own.
    pub freight_template: String,
    /// What it is made of, when that was said.
    pub material: Option<MaterialId>,
}

impl Store {
    /// The products of these numbers, in any order, deleted ones included; three statements for any number.
    pub async fn products(&self, ids: &[ProductId]) -> Result<Vec<Product>> {
        let list = id_list(ids.iter().map(|id| id.get()));
        let rows = self.read(FIND, vec![list.clone()]).await?;
        let skus = self.read(SKUS, vec![list.clone()]).await?;
        let pictures = self.read(PICTURES, vec![list]).await?;
        let mut skus = grouped(skus.iter(), sku_from)?;
        let mut pictures = grouped(pictures.iter(), picture_from)?;
        rows.iter()
            .map(|row| {
                let id = row.int(0)?;
                product_from(
                    row,
                    skus.remove(&id).unwrap_or_default(),
                    pictures.remove(&id).unwrap_or_default(),
                )
            })
            .collect()
    }

    /// The long text of a product, HTML.
    pub async fn product_content(&self, id: ProductId) -> Result<Option<String>> {
        let rows = self.read(CONTENT, vec![id.into()]).await?;
        rows.first().map(|row| row.text(0).map(ToOwned::to_owned)).transpose()
    }

    /// What a merchant's desk needs of a product.
    pub async fn product_desk(&self, id: ProductId) -> Result<Option<Desk>> {
        Ok(self.product_desks(&[id]).await?.remove(&id))
    }

    /// The same for many products, in one statement.
    pub async fn product_desks(&self, ids: &[ProductId]) -> Result<HashMap<ProductId, Desk>> {
        let rows = self.read(DESKS, vec![id_list(ids.iter().map(|id| id.get()))]).await?;
        let desk = |row: Row<'_>| {
            let content = row.text(1)?.to_owned();
            let desk = Desk {
                content,
                shown_sales: row.int(2)?,
                warning_level: row.int(3)?,
                return_policy: row.text(4)?.to_owned(),
                freight_template: row.text(5)?.to_owned(),
                material: row.opt_int(6)?.map(MaterialId::new),
            };
            Ok((ProductId::new(row.int(0)?), desk))
        };
        rows.iter().map(desk).collect()
    }

    /// Which of these public ids (digits only) are taken by products or SKUs.
    pub async fn taken_rids(&self, rids: &[String]) -> Result<HashSet<String>> {
        let rows = self.read(TAKEN_RIDS, vec![text_list(rids)]).await?;
        rows.iter().map(|row| row.text(0).map(ToOwned::to_owned)).collect()
    }

    /// The numbers of the products with these public ids (digits only).
    pub async fn products_by_rid(&self, rids: &[String]) -> Result<Vec<(String, ProductId)>> {
        let rows = self.read(BY_RIDS, vec![text_list(rids)]).await?;
        rows.iter().map(|row| Ok((row.text(0)?.to_owned(), ProductId::new(row.int(1)?)))).collect()
    }

    /// The products and numbers of the SKUs with these public ids (digits only).
    pub async fn skus_by_rid(&self, rids: &[String]) -> Result<Vec<(String, (ProductId, SkuId))>> {
        let rows = self.read(SKUS_BY_RIDS, vec![text_list(rids)]).await?;
        let sku = |row: Row<'_>| {
            Ok((row.text(0)?.to_owned(), (ProductId::new(row.int(1)?), SkuId::new(row.int(2)?))))
        };
        rows.iter().map(sku).collect()
    }

    /// A store's product numbers by handle.
    pub async fn product_handles(&self, store: StoreId) -> Result<HashMap<String, ProductId>> {
        let rows = self.read(HANDLES, vec![store.into()]).await?;
        rows.iter().map(|row| Ok((row.text(0)?.to_owned(), ProductId::new(row.int(1)?)))).collect()
    }

    /// The product with a handle, over all stores: one on sale where there is one, then the oldest.
    pub async fn product_by_handle(&self, handle: &str) -> Result<Option<ProductId>> {
        let rows = self.read(BY_HANDLE, vec![handle.into()]).await?;
        rows.first().map(|row| row.int(0).map(ProductId::new)).transpose()
    }
}

/// Adds a product, its SKUs, its pictures (numbered from `picture`) and its own listing; refused as taken
/// when its handle or public id is.
pub fn add(product: &Product, desk: &Desk, picture: i64) -> Vec<Step> {
    let mut steps = add_unshelved(product, desk, picture);
    steps.extend(shelve(&[product.id]));
    steps
}

/// The same for one of many, all of which are to be shelved together.
pub fn add_unshelved(product: &Product, desk: &Desk, picture: i64) -> Vec<Step> {
    let mut params = vec![
        product.id.into(),
        product.rid.as_str().into(),
        product.store.into(),
        product.handle.as_str().into(),
        product.created_at.into(),
        published_at(product, product.created_at).into(),
    ];
    params.extend(shown(product, desk));
    let listing = vec![
        product.id.own_listing().into(),
        product.store.into(),
        product.id.into(),
        product.created_at.into(),
    ];
    let mut steps = vec![Step::new(ADD, params).or_refuse(Refusal::Taken), Step::new(ADD_LISTING, listing)];
    steps.extend(parts(product, picture));
    steps
}

/// Requires that nobody has changed the product since it was last seen changed.
pub fn untouched(id: ProductId, seen: Timestamp) -> Step {
    Step::new(UNTOUCHED, vec![id.into(), seen.into()]).or_refuse(Refusal::Version)
}

/// Changes a product and its SKUs, and replaces its pictures (numbered from `picture`).
pub fn update(product: &Product, desk: &Desk, picture: i64) -> Vec<Step> {
    let mut steps = update_unshelved(product, desk, picture);
    steps.extend(shelve(&[product.id]));
    steps
}

/// The same for one of many, all of which are to be shelved together.
pub fn update_unshelved(product: &Product, desk: &Desk, picture: i64) -> Vec<Step> {
    let mut params =
        vec![product.id.into(), product.updated_at.into(), published_at(product, product.updated_at).into()];
    params.extend(shown(product, desk));
    let mut steps = vec![Step::new(UPDATE, params), Step::new(DROP_PICTURES, vec![product.id.into()])];
    steps.extend(parts(product, picture));
    steps
}

/// When it was published; what goes on sale for the first time is published now.
fn published_at(product: &Product, now: Timestamp) -> Option<Timestamp> {
    product.published_at.or((product.status == Status::OnSale).then_some(now))
}

/// What its merchant says of it, in the order of the columns.
fn shown(product: &Product, desk: &Desk) -> [Value; 25] {
    let making = &product.making;
    [
        product.category.into(),
        product.brand.into(),
        product.title.as_str().into(),
        product.summary.as_str().into(),
        desk.content.as_str().into(),
        product.keywords.as_str().into(),
        product.units.as_str().into(),
        product.status.code().into(),
        product.is_recommended.into(),
        product.has_free_postage.into(),
        product.is_distributed.into(),
        product.purchase_limit.into(),
        desk.shown_sales.into(),
        desk.warning_level.into(),
        product.features.as_str().into(),
        making.custom_details.as_str().into(),
        making.is_custom_made.into(),
        making.is_custom_service.into(),
        making.is_proprietary.into(),
        making.is_made_holiday.into(),
        making.made_cycle.into(),
        desk.return_policy.as_str().into(),
        desk.freight_template.as_str().into(),
        product.id_code.as_str().into(),
        desk.material.into(),
    ]
}

fn parts(product: &Product, picture: i64) -> impl Iterator<Item = Step> {
    let skus = product.skus.iter().zip(0i64..).map(|(sku, position)| {
        let params = vec![
            sku.id.into(),
            sku.rid.as_str().into(),
            product.id.into(),
            position.into(),
            sku.id_code.as_str().into(),
            sku.barcode.as_str().into(),
            sku.color.as_str().into(),
            sku.model.as_str().into(),
            sku.grams.into(),
            sku.price.into(),
            sku.sale_price.into(),
            sku.commission_rate.into(),
            sku.stock.into(),
            sku.is_tracked.into(),
            sku.may_oversell.into(),
            sku.cover.as_str().into(),
        ];
        Step::new(PUT_SKU, params)
    });
    let pictures = product.pictures.iter().zip(0i64..).map(move |(shown, position)| {
        let params = vec![
            (picture + position).into(),
            product.id.into(),
            position.into(),
            shown.url.as_str().into(),
            shown.asset.as_ref().map(|asset| asset.id).into(),
        ];
        Step::new(ADD_PICTURE, params)
    });
    skus.chain(pictures)
}

/// Moves a product through its life.
pub fn set_status(id: ProductId, status: Status, now: Timestamp) -> Vec<Step> {
    let mut steps = vec![Step::new(SET_STATUS, vec![id.into(), status.code().into(), now.into()])];
    steps.extend(shelve(&[id]));
    steps
}

/// Offers a product to other stores, which earn these rates with its SKUs.
pub fn distribute(id: ProductId, rates: &[(SkuId, BasisPoints)], now: Timestamp) -> Vec<Step> {
    let mut steps = vec![Step::new(DISTRIBUTE, vec![id.into(), now.into()])];
    steps.extend(
        rates.iter().map(|(sku, rate)| Step::new(SET_COMMISSION, vec![(*sku).into(), (*rate).into()])),
    );
    steps.extend(shelve(&[id]));
    steps
}

/// Deletes a product softly: carts that hold it still show it.
pub fn delete(id: ProductId, now: Timestamp) -> Vec<Step> {
    let mut steps = vec![Step::new(DELETE, vec![id.into(), now.into()])];
    steps.extend(shelve(&[id]));
    steps
}

fn grouped<'a, T>(
    rows: impl Iterator<Item = Row<'a>>,
    read: impl Fn(Row<'a>) -> Result<T>,
) -> Result<HashMap<i64, Vec<T>>> {
    let mut groups: HashMap<i64, Vec<T>> = HashMap::new();
    for row in rows {
        groups.entry(row.int(0)?).or_default().push(read(row)?);
    }
    Ok(groups)
}

fn product_from(row: Row<'_>, skus: Vec<Sku>, pictures: Vec<Picture>) -> Result<Product> {
    let text = |column: usize| row.text(column).map(ToOwned::to_owned);
    Ok(Product {
        id: ProductId::new(row.int(0)?),
        rid: text(1)?,
        store: StoreId::new(row.int(2)?),
        category: row.opt_int(3)?.map(CategoryId::new),
        brand: row.opt_int(4)?.map(BrandId::new),
        handle: text(5)?,
        title: text(6)?,
        summary: text(7)?,
        keywords: text(8)?,
        units: text(9)?,
        status: Status::from_code(row.int(10)?).ok_or(Error::Unreadable("an unknown status"))?,
        is_deleted: row.bool(11)?,
        is_recommended: row.bool(12)?,
        has_free_postage: row.bool(13)?,
        is_distributed: row.bool(14)?,
        purchase_limit: row.int(15)?,
        sales: row.int(16)?,
        views: row.int(17)?,
        created_at: row.time(18)?,
        updated_at: row.time(19)?,
        published_at: row.opt_int(20)?.map(Timestamp::from_micros),
        features: text(21)?,
        making: Making {
            custom_details: text(22)?,
            is_custom_made: row.bool(23)?,
            is_custom_service: row.bool(24)?,
            is_proprietary: row.bool(25)?,
            is_made_holiday: row.bool(26)?,
            made_cycle: row.int(27)?,
        },
        id_code: text(28)?,
        skus,
        pictures,
    })
}

fn picture_from(row: Row<'_>) -> Result<Picture> {
    let asset = if row.opt_int(2)?.is_some() { Some(asset_from(row, 2)?) } else { None };
    Ok(Picture { url: row.text(1)?.to_owned(), asset })
}

fn sku_from(row: Row<'_>) -> Result<Sku> {
    let text = |column: usize| row.text(column).map(ToOwned::to_owned);
    Ok(Sku {
        id: SkuId::new(row.int(1)?),
        rid: text(2)?,
        id_code: text(3)?,
        barcode: text(4)?,
        color: text(5)?,
        model: text(6)?,
        grams: row.int(7)?,
        price: row.money(8)?,
        sale_price: row.money(9)?,
        commission_rate: BasisPoints::new(row.int(10)?),
        stock: row.int(11)?,
        is_tracked: row.bool(12)?,
        may_oversell: row.bool(13)?,
        cover: text(14)?,
    })
}
