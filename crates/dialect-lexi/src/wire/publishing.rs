//! The two steps of publishing on the wire.

use std::borrow::Cow;

use app::publishing::Kept;
use axum::extract::FromRequestParts;
use axum::http::Method;
use axum::http::request::Parts;
use domain::id::{AssetId, CategoryId, LabelId, MaterialId};
use domain::limits::{
    MAX_CONTENT, MAX_KEYWORDS, MAX_LABELS, MAX_MADE_CYCLE, MAX_PICTURES, MAX_RETURN_POLICY, MAX_SHORT_TEXT,
    MAX_STOCK, MAX_TITLE,
};
use domain::money::{BasisPoints, Money};
use domain::product::{Sku, Status};
use domain::publishing::{Basics, SkuTerms, Terms, parse_kilograms};
use domain::time::Timestamp;
use serde::Serialize;
use serde_json::Value;
use web::{Links, Shop};

use crate::error::Error;
use crate::wire::asset::Asset;
use crate::wire::fields::{Fields, objects};
use crate::wire::number::Number;
use crate::wire::product::{code, status};
use crate::wire::values::{decimal, numbers, text, texts, truth, whole};

/// The longest name of a freight template, and the longest public id, in characters.
const MAX_NAME: usize = 100;
/// What stands for a picture that is no asset: sent back, it keeps the picture.
const NO_ASSET: i64 = 0;

/// What step one says, and of which product of which store.
pub(crate) struct StepOne {
    rid: Option<String>,
    pub store: Option<String>,
    pub basics: Basics,
}

/// What step two says, and of which product of which store.
pub(crate) struct StepTwo {
    pub rid: String,
    pub store: Option<String>,
    pub terms: Terms,
}

impl FromRequestParts<Shop> for StepOne {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &Shop) -> Result<Self, Error> {
        let said = Fields::of(parts).await?;
        let id = whole(1..=i64::MAX);
        let basics = Basics {
            category: CategoryId::new(said.required("category_id", &id)?),
            title: said.required("name", text(MAX_TITLE))?,
            features: said.required("features", text(MAX_SHORT_TEXT))?,
            content: said.required("content", text(MAX_CONTENT))?,
            assets: said.required("asset_ids", pictures)?,
            material: MaterialId::new(said.required("material_id", &id)?),
            labels: ids(said.required("labels", numbers(1, 0..=MAX_LABELS))?, LabelId::new),
            is_custom_made: said.required("is_custom_made", truth)?,
            id_code: said.optional("id_code", text(MAX_SHORT_TEXT))?,
            keywords: said.optional("keywords", texts(MAX_KEYWORDS, MAX_KEYWORDS))?,
            is_custom_service: said.optional("is_custom_service", truth)?,
            custom_details: said.optional("custom_details", text(MAX_SHORT_TEXT))?,
            made_cycle: said.optional("made_cycle", whole(0..=MAX_MADE_CYCLE))?,
            is_made_holiday: said.optional("is_made_holiday", truth)?,
        };
        Ok(Self { rid: said.text("rid")?, store: said.text("sid")?, basics })
    }
}

fn ids<T>(numbers: Vec<i64>, id: impl Fn(i64) -> T) -> Vec<T> {
    numbers.into_iter().map(id).collect()
}

/// Assets, or the number that is shown for a picture that is none.
fn pictures(value: &Value) -> Option<Vec<Option<AssetId>>> {
    let asset = |id: i64| (id != NO_ASSET).then(|| AssetId::new(id));
    Some(ids(numbers(NO_ASSET, 1..=MAX_PICTURES)(value)?, asset))
}

impl StepOne {
    /// Which product is meant.
    pub(crate) fn rid(&self) -> Result<&str, Error> {
        self.rid.as_deref().ok_or(app::Error::BadField("rid").into())
    }
}

impl FromRequestParts<Shop> for StepTwo {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &Shop) -> Result<Self, Error> {
        let said = Fields::of(parts).await?;
        let is_change = parts.method == Method::PUT;
        // The document's table has one name, its examples have the other.
        let names = ["freight_template_id", "fid"];
        let freight = names.into_iter().find(|name| said.says(name)).unwrap_or(names[0]);
        // Where the path decides, the status in the body is not looked at.
        let (skus, status) = if is_change {
            let status = said.optional("status", |value| status_of(value).map(Some))?;
            (said.optional("skus", objects)?.unwrap_or_default(), status.flatten())
        } else {
            (said.objects("skus")?, None)
        };
        let terms = Terms {
            freight_template: term(&said, freight, is_change, template)?,
            return_policy: term(&said, "product_return_policy", is_change, text(MAX_RETURN_POLICY))?,
            is_distributed: if is_change {
                said.kept("is_distributed", truth)?
            } else {
                Some(said.required("is_distributed", truth)?)
            },
            status,
            is_published_now: false,
            skus: skus.iter().map(sku).collect::<Result<_, _>>()?,
        };
        Ok(Self { rid: said.required("rid", text(MAX_NAME))?, store: said.text("sid")?, terms })
    }
}

/// A text that must be there, but where something is changed; imported products show none, and may send that back.
fn term(
    said: &Fields,
    name: &'static str,
    is_change: bool,
    read: impl Fn(&Value) -> Option<String>,
) -> Result<Option<String>, Error> {
    if is_change && !said.says(name) { Ok(None) } else { said.required(name, read).map(Some) }
}

/// A freight template: a whole number, or any text.
fn template(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => number.as_i64().map(|number| number.to_string()),
        _ => text(MAX_NAME)(value),
    }
}

/// Where a product is to go: into the warehouse, on sale, off sale. What is sold out is on sale.
fn status_of(value: &Value) -> Option<Status> {
    match whole(0..=3)(value)? {
        0 => Some(Status::Warehouse),
        2 => Some(Status::OffSale),
        _ => Some(Status::OnSale),
    }
}

/// What becomes of one SKU. Whether a new one has all that it needs is looked at where it is made.
fn sku(said: &Fields) -> Result<SkuTerms, Error> {
    let asset = |value: &Value| whole(1..=i64::MAX)(value).map(|id| Some(AssetId::new(id)));
    let price = |value: &Value| Money::parse_price(&decimal(value)?).ok();
    let percent = |value: &Value| BasisPoints::parse_percent(&decimal(value)?);
    let grams = |value: &Value| parse_kilograms(&decimal(value)?);
    Ok(SkuTerms {
        rid: said.optional("sku_rid", text(MAX_NAME))?.filter(|rid| !rid.is_empty()),
        cover: said.optional("cover_id", asset)?,
        color: said.optional("s_color", text(MAX_SHORT_TEXT))?,
        model: said.optional("s_model", text(MAX_SHORT_TEXT))?,
        grams: said.kept("s_weight", grams)?,
        stock: said.kept("stock_quantity", whole(0..=MAX_STOCK))?,
        price: said.kept("price", price)?,
        sale_price: said.optional("sale_price", price)?,
        commission_rate: said.optional("commission_rate", percent)?,
    })
}

/// A product after step one.
#[expect(clippy::struct_excessive_bools, reason = "the document has them")]
#[derive(Serialize)]
pub(crate) struct ShownBasics<'a> {
    asset_ids: Vec<Asset<'a>>,
    content: &'a str,
    cover: Cow<'a, str>,
    custom_details: &'a str,
    features: &'a str,
    id_code: Option<&'a str>,
    is_custom_made: bool,
    is_custom_service: bool,
    is_distributed: bool,
    is_free_postage: bool,
    is_made_holiday: bool,
    keywords: &'a str,
    labels: Vec<Label<'a>>,
    made_cycle: i64,
    name: &'a str,
    published_at: i64,
    rid: &'a str,
    status: u8,
    sticked: bool,
    stock_count: Option<i64>,
}

#[derive(Serialize)]
struct Label<'a> {
    id: i64,
    name: &'a str,
    sort_order: i64,
}

impl<'a> ShownBasics<'a> {
    pub(crate) fn new(kept: &'a Kept, links: &Links) -> Self {
        let Kept { product, desk, labels } = kept;
        let (making, made_at) = (&product.making, product.created_at.seconds());
        let image = |picture| Asset::picture(picture, NO_ASSET, made_at, links);
        let label = |label: &'a app::catalogue::Term| Label {
            id: label.id,
            name: &label.name,
            sort_order: label.sort_order,
        };
        Self {
            asset_ids: product.pictures.iter().map(image).collect(),
            content: &desk.content,
            cover: links.absolute(product.cover().unwrap_or_default()),
            custom_details: &making.custom_details,
            features: &product.features,
            id_code: code(product.main_code()),
            is_custom_made: making.is_custom_made,
            is_custom_service: making.is_custom_service,
            is_distributed: product.is_distributed,
            is_free_postage: product.has_free_postage,
            is_made_holiday: making.is_made_holiday,
            keywords: &product.keywords,
            labels: labels.iter().map(label).collect(),
            made_cycle: making.made_cycle,
            name: &product.title,
            published_at: product.published_at.map_or(0, Timestamp::seconds),
            rid: &product.rid,
            status: status(product.standing(), product),
            sticked: product.is_recommended,
            stock_count: Some(stock(product)).filter(|_| !product.skus.is_empty()),
        }
    }

    /// As it is shown on its own: pictures without their type.
    pub(crate) fn untyped(self) -> Self {
        Self { asset_ids: self.asset_ids.into_iter().map(Asset::untyped).collect(), ..self }
    }
}

fn stock(product: &domain::product::Product) -> i64 {
    product.skus.iter().map(Sku::shown_stock).sum()
}

/// A product after step two.
#[derive(Serialize)]
pub(crate) struct ShownTerms<'a> {
    freight_template_id: Value,
    product_return_policy: &'a str,
    skus: Vec<ShownSku<'a>>,
    stock_count: i64,
}

#[derive(Serialize)]
struct ShownSku<'a> {
    commission_price: Number,
    commission_rate: Number,
    cover: Cow<'a, str>,
    id_code: Option<&'a str>,
    mode: Cow<'a, str>,
    price: Number,
    product_name: &'a str,
    rid: &'a str,
    s_color: &'a str,
    s_model: &'a str,
    s_weight: Number,
    sale_price: Number,
    stock_count: i64,
}

impl<'a> ShownTerms<'a> {
    pub(crate) fn new(kept: &'a Kept, links: &Links) -> Self {
        let Kept { product, desk, .. } = kept;
        let sku = |sku: &'a Sku| ShownSku {
            commission_price: sku.commission().into(),
            commission_rate: sku.commission_rate.into(),
            cover: links.absolute(product.cover_of(sku)),
            id_code: code(&sku.id_code),
            mode: sku.mode(),
            price: sku.price.into(),
            product_name: &product.title,
            rid: &sku.rid,
            s_color: &sku.color,
            s_model: &sku.model,
            s_weight: Number::kilograms(sku.grams),
            sale_price: sku.sale_price.into(),
            stock_count: sku.shown_stock(),
        };
        Self {
            freight_template_id: freight(&desk.freight_template),
            product_return_policy: &desk.return_policy,
            skus: product.skus.iter().map(sku).collect(),
            stock_count: stock(product),
        }
    }
}

/// A number where it is one, else the text as it was sent; null before step two.
fn freight(template: &str) -> Value {
    match template.parse::<i64>() {
        Ok(number) if number.to_string() == template => number.into(),
        _ if template.is_empty() => Value::Null,
        _ => template.into(),
    }
}
