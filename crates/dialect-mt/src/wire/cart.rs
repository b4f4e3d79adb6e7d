//! Cart items on the wire.

use std::borrow::Cow;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::cart::{Cart, FoldedLine};
use domain::id::ListingId;
use serde::Serialize;
use serde_json::{Map, Value};
use web::drf::{Integer, integer, type_name};
use web::{Links, Piece, Shop, fields};

use crate::error::{Error, Fields};

/// What a POST says.
pub(crate) struct NewItem {
    pub nums: i64,
    pub listing: ListingId,
}

/// What a PUT (`COMPLETE`) or a PATCH says; the path names the item.
pub(crate) struct Change<const COMPLETE: bool> {
    pub nums: Option<i64>,
}

impl FromRequestParts<Shop> for NewItem {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, shop: &Shop) -> Result<Self, Error> {
        let body = object(parts).await?;
        let mut errors = Fields::new();
        let nums = nums(&body, true, &mut errors);
        let id = id(&body, true, &mut errors);
        if let Some(id) = id
            && !shop.app.catalogue().knows(ListingId::new(id)).await?
        {
            errors.push(("distributor_product_id", format!("无效主键 “{id}” － 对象不存在。")));
        }
        match (nums, id) {
            (Some(nums), Some(id)) if errors.is_empty() => Ok(Self { nums, listing: ListingId::new(id) }),
            _ => Err(Error::Fields(errors)),
        }
    }
}

impl<const COMPLETE: bool> FromRequestParts<Shop> for Change<COMPLETE> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &Shop) -> Result<Self, Error> {
        let body = object(parts).await?;
        let mut errors = Fields::new();
        let nums = nums(&body, COMPLETE, &mut errors);
        id(&body, COMPLETE, &mut errors);
        if errors.is_empty() { Ok(Self { nums }) } else { Err(Error::Fields(errors)) }
    }
}

async fn object(parts: &Parts) -> Result<Map<String, Value>, Error> {
    match fields::body(parts).await.map_err(Error::Unreadable)? {
        Value::Object(fields) => Ok(fields),
        other => Err(Error::NotAnObject(type_name(&other))),
    }
}

fn nums(body: &Map<String, Value>, is_required: bool, errors: &mut Fields) -> Option<i64> {
    let nums = whole_number(body, "nums", is_required, errors)?;
    if nums < 1 {
        errors.push(("nums", "请填写正确的商品数量".to_owned()));
    }
    Some(nums)
}

fn id(body: &Map<String, Value>, is_required: bool, errors: &mut Fields) -> Option<i64> {
    whole_number(body, "distributor_product_id", is_required, errors)
}

fn whole_number(
    body: &Map<String, Value>,
    name: &'static str,
    is_required: bool,
    errors: &mut Fields,
) -> Option<i64> {
    let text = match integer(body.get(name)) {
        Integer::Is(number) => return Some(number),
        Integer::Missing if !is_required => return None,
        Integer::Missing => "该字段是必填项。",
        Integer::Null => "该字段不能为 null。",
        Integer::TooLong => "字符串值太长。",
        Integer::Invalid => "请填写合法的整数值。",
    };
    errors.push((name, text.to_owned()));
    None
}

/// An item's total.
#[derive(Serialize)]
pub(crate) struct Total {
    nums: i64,
    distributor_product_id: i64,
}

impl Total {
    pub(crate) fn of(cart: &Cart, listing: ListingId) -> Self {
        Self { nums: cart.quantity_of(listing), distributor_product_id: listing.get() }
    }
}

/// An item with its product.
#[derive(Serialize)]
pub(crate) struct Row {
    nums: i64,
    distributor_product_id: i64,
    product_detail: Piece,
}

#[derive(Serialize)]
struct Product<'a> {
    title: &'a str,
    /// Yuan.
    price: f64,
    id: i64,
    is_sell: u8,
    image: Cow<'a, str>,
    desc: &'a str,
}

impl Row {
    pub(crate) fn new(line: &FoldedLine<'_>, links: &Links) -> Self {
        let offer = (line.listing(), line.product(), line.first_sku().id);
        Self {
            nums: line.quantity(),
            distributor_product_id: line.listing().id.get(),
            product_detail: links.piece("mt product", offer, || Product::new(line, links)),
        }
    }
}

impl<'a> Product<'a> {
    fn new(line: &'a FoldedLine<'_>, links: &Links) -> Self {
        let product = line.product();
        #[expect(clippy::cast_precision_loss, reason = "prices have at most twelve digits")]
        let price = line.first_sku().effective_price().minor() as f64 / 100.0;
        Self {
            title: &product.title,
            price,
            id: product.id.get(),
            is_sell: u8::from(line.is_on_sale()),
            image: links.absolute(product.cover().unwrap_or_default()),
            desc: &product.summary,
        }
    }
}
