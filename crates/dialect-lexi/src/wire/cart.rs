//! The cart on the wire.

use std::borrow::Cow;

use app::cart::{Extras, Item as CartItem};
use app::{Ctx, product};
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use domain::account::Account;
use domain::cart::{Cart, PricedCart, PricedLine};
use domain::id::{AccountId, ListingId, SkuId, StoreId};
use domain::money::Money;
use serde::Serialize;
use serde_json::{Value, json};
use web::{Links, Shop};

use crate::error::{Error, InCart};
use crate::wire::fields::Fields;
use crate::wire::number::Number;
use crate::wire::product::code;

/// Where a line keeps the app's remark on it.
const OPTION: &str = "option";

/// A SKU that a request names, and the store whose offer is meant.
pub(crate) struct Named {
    rid: String,
    store: Option<String>,
}

/// What to put into the cart.
pub(crate) struct NewItem {
    named: Named,
    pub quantity: i64,
    pub extras: Extras,
}

/// What to change in it.
pub(crate) struct Changed {
    named: Named,
    pub quantity: i64,
}

/// What to remove from it.
pub(crate) struct OldItems {
    rids: Vec<String>,
    store: Option<String>,
}

impl FromRequestParts<Shop> for NewItem {
    type Rejection = InCart;

    async fn from_request_parts(parts: &mut Parts, _: &Shop) -> Result<Self, InCart> {
        let fields = Fields::of(parts).await?;
        let option = fields.text(OPTION)?.map(|option| json!({ OPTION: option }).to_string());
        let extras = Extras { order_extra: option, ..Extras::default() };
        Ok(Self { named: Named::of(&fields)?, quantity: quantity(&fields)?.unwrap_or(1), extras })
    }
}

impl FromRequestParts<Shop> for Changed {
    type Rejection = InCart;

    async fn from_request_parts(parts: &mut Parts, _: &Shop) -> Result<Self, InCart> {
        let fields = Fields::of(parts).await?;
        Ok(Self { named: Named::of(&fields)?, quantity: quantity(&fields)?.ok_or(Error::Bad)? })
    }
}

impl FromRequestParts<Shop> for OldItems {
    type Rejection = InCart;

    async fn from_request_parts(parts: &mut Parts, shop: &Shop) -> Result<Self, InCart> {
        let in_path = RawPathParams::from_request_parts(parts, shop).await.map_err(|_| Error::NotFound)?;
        let in_path = in_path.iter().find(|(name, _)| *name == "rid").map(|(_, rid)| rid.to_owned());
        let fields = Fields::of(parts).await?;
        let rids = match in_path {
            Some(rid) => vec![rid],
            None => fields.rids(["rids", "rid"])?,
        };
        Ok(Self { rids, store: fields.text("store_rid")? })
    }
}

/// Pieces, 1 or more.
fn quantity(fields: &Fields) -> Result<Option<i64>, Error> {
    match fields.integer("quantity")? {
        // Null is no number of pieces: it must not overwrite the line with one.
        None if fields.has("quantity") => Err(Error::Bad),
        Some(quantity) if quantity < 1 => Err(Error::Bad),
        quantity => Ok(quantity),
    }
}

impl Named {
    fn of(fields: &Fields) -> Result<Self, Error> {
        Ok(Self { rid: fields.required_text("rid")?, store: fields.text("store_rid")? })
    }

    async fn find(&self, ctx: &Ctx) -> app::Result<(ListingId, SkuId)> {
        product::listing_of_sku(ctx, &self.rid, store(ctx, self.store.as_deref()).await?).await
    }
}

/// The store that is named, if one is.
pub(crate) async fn store(ctx: &Ctx, rid: Option<&str>) -> app::Result<Option<StoreId>> {
    match rid {
        Some(rid) => product::store_by_rid(ctx, rid).await.map(Some),
        None => Ok(None),
    }
}

impl NewItem {
    /// The SKU as a cart knows it.
    pub(crate) async fn item(&self, ctx: &Ctx) -> app::Result<CartItem> {
        let (listing, sku) = self.named.find(ctx).await?;
        Ok(CartItem { listing, sku: Some(sku) })
    }
}

impl Changed {
    /// The SKU, and under which listing it is first looked for.
    pub(crate) async fn listing(&self, ctx: &Ctx) -> app::Result<(ListingId, SkuId)> {
        self.named.find(ctx).await
    }
}

impl OldItems {
    /// The SKUs, and the store whose offers alone are meant.
    pub(crate) async fn skus(&self, ctx: &Ctx) -> app::Result<(Vec<SkuId>, Option<StoreId>)> {
        let rids: Vec<_> = self.rids.iter().map(String::as_str).collect();
        let store = store(ctx, self.store.as_deref()).await?;
        let found = ctx.app.catalogue().skus_by_rid(&rids).await?;
        let skus: Option<Vec<_>> = found.into_iter().map(|found| Some(found?.1)).collect();
        Ok((skus.ok_or(app::Error::NoSuchProduct)?, store))
    }
}

/// The whole cart.
#[derive(Serialize)]
pub(crate) struct ShownCart<'a> {
    item_count: usize,
    items: Vec<Item<'a>>,
    total_quantity: i64,
}

/// A line.
#[derive(Serialize)]
pub(crate) struct Item<'a> {
    option: Option<String>,
    product: ShownSku<'a>,
    quantity: i64,
    rid: &'a str,
    user_id: i64,
}

/// The SKU of a line.
#[derive(Serialize)]
struct ShownSku<'a> {
    /// What the merchant paid is nobody's to know.
    cost_price: Number,
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

/// What was put in, and how many lines there are then.
#[derive(Serialize)]
pub(crate) struct Added<'a> {
    cart: Option<Item<'a>>,
    item_count: usize,
}

/// How many lines there are.
#[derive(Serialize)]
pub(crate) struct Count {
    item_count: usize,
}

impl<'a> ShownCart<'a> {
    pub(crate) fn new(cart: &'a PricedCart, user: Option<&Account>, links: &Links) -> Self {
        let items: Vec<_> = cart.lines().map(|line| Item::new(line, user, links)).collect();
        Self { item_count: items.len(), items, total_quantity: cart.quantity() }
    }
}

impl<'a> Item<'a> {
    /// Guests have no number.
    pub(crate) fn new(priced: PricedLine<'a>, user: Option<&Account>, links: &Links) -> Self {
        let PricedLine { line, offer } = priced;
        let (product, sku) = (offer.product(), offer.sku());
        Self {
            option: line.order_extra.as_deref().and_then(option),
            product: ShownSku {
                cost_price: Money::ZERO.into(),
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
            },
            quantity: line.quantity,
            rid: &sku.rid,
            user_id: user.map_or(0, |account| AccountId::get(account.id)),
        }
    }
}

/// The remark in what a line keeps for its client.
fn option(extra: &str) -> Option<String> {
    let extra: Value = serde_json::from_str(extra).ok()?;
    extra.get(OPTION)?.as_str().map(ToOwned::to_owned)
}

impl<'a> Added<'a> {
    pub(crate) fn new(item: Option<Item<'a>>, cart: &Cart) -> Self {
        Self { cart: item, item_count: cart.lines.len() }
    }
}

impl Count {
    pub(crate) fn of(cart: &Cart) -> Self {
        Self { item_count: cart.lines.len() }
    }
}
