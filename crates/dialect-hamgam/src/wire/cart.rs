//! The cart on the wire.

use app::cart::NewReferences;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::account::Account;
use domain::cart::{PricedCart, PricedLine};
use domain::id::{ListingId, SkuId};
use domain::limits::MAX_NOTES;
use domain::time::Timestamp;
use serde::Serialize;
use serde_json::Value;
use web::drf::{Integer, integer, type_name};
use web::{Links, Piece, Shop, rfc3339};

use crate::error::{Error, unknown_pk};
use crate::wire::fields::{Body, NULL, REQUIRED};
use crate::wire::image::Image;

/// The greatest number that every JSON reader keeps exact.
const MAX_REFERENCE: i64 = 9_007_199_254_740_991;

/// What a POST of an item says.
pub(crate) struct NewItem {
    pub listing: ListingId,
    pub quantity: i64,
    pub notes: Option<String>,
}

impl FromRequestParts<Shop> for NewItem {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, shop: &Shop) -> Result<Self, Error> {
        let mut body = Body::of(parts).await?;
        let listing = listing(&mut body, shop).await?;
        let quantity = body.positive("quantity").unwrap_or(1);
        let notes = body.short_text("notes", MAX_NOTES);
        body.finish(listing.map(|listing| Self { listing, quantity, notes }))
    }
}

/// The listing that `product` names, as DRF reads a primary key.
async fn listing(body: &mut Body, shop: &Shop) -> Result<Option<ListingId>, Error> {
    let text = match body.get("product") {
        None => REQUIRED.to_owned(),
        Some(Value::Null) => NULL.to_owned(),
        Some(Value::String(text)) if text.is_empty() => NULL.to_owned(),
        Some(value) => match primary_key(value) {
            None => format!("Incorrect type. Expected pk value, received {}.", type_name(value)),
            Some(id) if shop.app.catalogue().knows(id).await? => return Ok(Some(id)),
            Some(_) => unknown_pk(&value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)),
        },
    };
    body.refuse("product", text);
    Ok(None)
}

fn primary_key(value: &Value) -> Option<ListingId> {
    // Python reads no decimal point in a text.
    let has_point = value.as_str().is_some_and(|text| text.contains('.'));
    match integer(Some(value)) {
        Integer::Is(id) if !has_point => Some(ListingId::new(id)),
        _ => None,
    }
}

/// What a PATCH of an item says.
pub(crate) struct ItemChange {
    pub quantity: Option<i64>,
    pub notes: Option<String>,
}

impl FromRequestParts<Shop> for ItemChange {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &Shop) -> Result<Self, Error> {
        let mut body = Body::of(parts).await?;
        let quantity = body.positive("quantity");
        let notes = body.short_text("notes", MAX_NOTES);
        body.finish(Some(Self { quantity, notes }))
    }
}

/// What a PATCH of the cart says; `None` when it names nothing to change.
pub(crate) struct CartChange(pub Option<NewReferences>);

impl FromRequestParts<Shop> for CartChange {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &Shop) -> Result<Self, Error> {
        let mut body = Body::of(parts).await?;
        let references = NewReferences {
            address: reference(&mut body, "address"),
            shipping_method: reference(&mut body, "shipping_method"),
            payment_method: reference(&mut body, "payment_method"),
        };
        let is_named = references != NewReferences::default();
        body.finish(Some(Self(is_named.then_some(references))))
    }
}

/// A record of the client's own; null or, as forms write it, an empty text clears it.
#[expect(clippy::option_option, reason = "the deed tells not named, cleared and set apart in this way")]
fn reference(body: &mut Body, name: &'static str) -> Option<Option<i64>> {
    match body.get(name)? {
        Value::Null => return Some(None),
        Value::String(text) if text.is_empty() => return Some(None),
        _ => {}
    }
    let number = body.positive(name)?;
    if number > MAX_REFERENCE {
        body.refuse(name, format!("Ensure this value is less than or equal to {MAX_REFERENCE}."));
    }
    Some(Some(number))
}

/// The whole cart, in the document's order.
#[derive(Serialize)]
pub(crate) struct Cart<'a> {
    id: i64,
    address: Option<i64>,
    shipping_method: Option<i64>,
    payment_method: Option<i64>,
    created_at: String,
    updated_at: String,
    count: usize,
    quantity: i64,
    is_empty: bool,
    items_subtotal: i64,
    items_discount: i64,
    subtotal: i64,
    discount: i64,
    shipping_cost: i64,
    total: i64,
    items: Vec<Line<'a>>,
}

/// An item of the cart: one of its lines.
#[derive(Serialize)]
struct Line<'a> {
    id: i64,
    r#ref: String,
    product: Piece,
    quantity: i64,
    notes: &'a str,
    created_at: String,
    updated_at: String,
    unit_price: i64,
    unit_discount: i64,
    subtotal: i64,
    discount: i64,
    total: i64,
}

#[derive(Serialize)]
struct Product<'a> {
    id: i64,
    title: &'a str,
    image: Option<Image<'a>>,
}

impl<'a> Cart<'a> {
    /// A cart that was never written to is as old as its customer; a guest's begins now.
    pub(crate) fn new(
        priced: &'a PricedCart,
        customer: Option<&Account>,
        now: Timestamp,
        links: &Links,
    ) -> Self {
        let cart = priced.cart();
        let begun = customer.map_or(now, |customer| customer.created_at);
        let (subtotal, discount) = (priced.subtotal(), priced.discount());
        Self {
            id: customer.map_or(0, |customer| customer.id.get()),
            address: cart.references.address,
            shipping_method: cart.references.shipping_method,
            payment_method: cart.references.payment_method,
            created_at: rfc3339(cart.created_at.unwrap_or(begun)),
            updated_at: rfc3339(cart.updated_at.unwrap_or(begun)),
            count: cart.lines.len(),
            quantity: priced.quantity(),
            is_empty: cart.lines.is_empty(),
            items_subtotal: subtotal.minor(),
            items_discount: discount.minor(),
            subtotal: subtotal.minor(),
            discount: discount.minor(),
            shipping_cost: 0,
            total: (subtotal - discount).minor(),
            items: priced.lines().map(|line| Line::new(line, links)).collect(),
        }
    }
}

impl<'a> Line<'a> {
    fn new(priced: PricedLine<'a>, links: &Links) -> Self {
        let PricedLine { line, offer } = priced;
        let (id, product) = (line.listing.get(), offer.product());
        Self {
            id: line.id.get(),
            r#ref: id.to_string(),
            product: links.piece(
                "hamgam product in a cart",
                (offer.listing(), product, SkuId::new(0)),
                || Product { id, title: &product.title, image: Image::cover(product, links) },
            ),
            quantity: line.quantity,
            notes: &line.notes,
            created_at: rfc3339(line.created_at),
            updated_at: rfc3339(line.updated_at),
            unit_price: offer.sku().price.minor(),
            unit_discount: priced.unit_discount().minor(),
            subtotal: priced.subtotal().minor(),
            discount: priced.discount().minor(),
            total: priced.total().minor(),
        }
    }
}
