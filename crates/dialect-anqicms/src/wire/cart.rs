//! Cart rows on the wire.

use std::borrow::Cow;

use app::cart::{Extras, Item};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::cart::PricedLine;
use domain::id::{LineId, ListingId, SkuId};
use domain::limits::MAX_EXTRA;
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use web::{Content, Joined, Links, Shop, fields};

use crate::error::{Error, Flaw};
use crate::wire::archive::Archive;
use crate::wire::fields::Fields;

const EXTRA: &str = "order_extra";

/// What to add or to set.
pub(crate) struct NewItem {
    pub item: Item,
    pub quantity: i64,
    pub extras: Extras,
}

/// Which row to remove.
pub(crate) struct OldRow {
    pub id: LineId,
}

impl FromRequestParts<Shop> for NewItem {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &Shop) -> Result<Self, Error> {
        let fields = Fields::of_body(parts).await?;
        let listing = ListingId::new(fields.required_integer("archive_id")?);
        let sku = fields.integer("sku_id")?.map(SkuId::new);
        let quantity = fields.required_integer("quantity")?;
        if quantity < 1 {
            return Err(Error::Field("quantity", Flaw::BelowOne));
        }
        let extras = Extras { order_extra: order_extra(&fields, parts)?, ..Extras::default() };
        Ok(Self { item: Item { listing, sku }, quantity, extras })
    }
}

impl FromRequestParts<Shop> for OldRow {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &Shop) -> Result<Self, Error> {
        let fields = Fields::of_body(parts).await?;
        Ok(Self { id: LineId::new(fields.required_integer("id")?) })
    }
}

/// A JSON object, or the text of one, as it was sent; null and an empty form field keep what is there.
fn order_extra(fields: &Fields, parts: &Parts) -> Result<Option<String>, Error> {
    let text = match fields.all().get(EXTRA) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) if text.trim().is_empty() => return Ok(None),
        Some(Value::String(text)) => Some(text.trim().to_owned()),
        Some(_) => fields::as_sent(Content::of(parts), EXTRA),
    };
    let is_object = |text: &String| serde_json::from_str::<Map<String, Value>>(text).is_ok();
    match text.filter(is_object) {
        None => Err(Error::Field(EXTRA, Flaw::NotAnObject)),
        Some(text) if text.len() > MAX_EXTRA => Err(Error::Field(EXTRA, Flaw::TooLong(MAX_EXTRA))),
        text => Ok(text),
    }
}

/// How an archive stands in the cart.
#[derive(Serialize)]
struct Row<'a> {
    cart_id: i64,
    /// Ours: which of the archive's SKUs it is.
    sku_id: i64,
    sku_title: Cow<'a, str>,
    quantity: i64,
    /// What the row costs, and what it would without promotions.
    amount: i64,
    origin_amount: i64,
    order_extra: Option<&'a RawValue>,
    is_wholesale: bool,
}

/// A row: an archive, and how it stands in the cart.
pub(crate) fn row(priced: PricedLine<'_>, links: &Links) -> Joined {
    let PricedLine { line, offer } = priced;
    Archive::in_cart(offer, links).with(&Row {
        cart_id: line.id.get(),
        sku_id: line.sku.get(),
        sku_title: offer.sku().mode(),
        quantity: line.quantity,
        amount: priced.total().minor(),
        origin_amount: priced.subtotal().minor(),
        order_extra: serde_json::from_str(line.order_extra.as_deref().unwrap_or("{}")).ok(),
        is_wholesale: false,
    })
}
