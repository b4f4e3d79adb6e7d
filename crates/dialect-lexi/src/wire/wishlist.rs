//! Wishlists on the wire: products in an older form than lists have.

use std::borrow::Cow;

use app::catalogue::Offered;
use app::wishlist::Wishlist;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::money::Money;
use domain::product::Sku;
use serde::Serialize;
use web::{Links, Shop};

use crate::error::Error;
use crate::wire::fields::{Fields, MOST_RIDS, comma_list};
use crate::wire::number::Number;
use crate::wire::product::code;

/// Products that a request names.
pub(crate) struct Rids(Vec<String>);

impl FromRequestParts<Shop> for Rids {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &Shop) -> Result<Self, Error> {
        Ok(Self(Fields::of(parts).await?.rids(["rid", "rids"])?))
    }
}

impl Rids {
    /// Those of a comma list in the path, where none is a path that leads nowhere.
    pub(crate) fn of_path(list: &str) -> Result<Self, Error> {
        match comma_list(list) {
            rids if rids.is_empty() => Err(Error::NotFound),
            rids if rids.len() > MOST_RIDS => Err(Error::Bad),
            rids => Ok(Self(rids)),
        }
    }

    pub(crate) fn all(&self) -> Vec<&str> {
        self.0.iter().map(String::as_str).collect()
    }
}

/// A page of a wishlist.
#[derive(Serialize)]
pub(crate) struct WishPage<'a> {
    count: i64,
    next: Option<String>,
    prev: Option<String>,
    products: Vec<Wish<'a>>,
}

#[derive(Serialize)]
struct Wish<'a> {
    cover: Cow<'a, str>,
    description: &'a str,
    id_code: Option<&'a str>,
    name: &'a str,
    price: Number,
    rid: &'a str,
    s_height: i64,
    s_length: i64,
    s_weight: Number,
    s_width: i64,
    sale_price: Number,
    sticked: bool,
}

impl<'a> WishPage<'a> {
    pub(crate) fn new(
        wishes: &'a Wishlist,
        (next, prev): (Option<String>, Option<String>),
        links: &Links,
    ) -> Self {
        let products = wishes.products.iter().map(|offered| Wish::new(offered, links)).collect();
        Self { count: wishes.total, next, prev, products }
    }
}

impl<'a> Wish<'a> {
    fn new(offered: &'a Offered, links: &Links) -> Self {
        let product = &*offered.product;
        let sku = product.first_sku();
        let amount = |of: fn(&Sku) -> Money| sku.map_or(Money::ZERO, of).into();
        Self {
            cover: links.absolute(product.cover().unwrap_or_default()),
            description: &product.summary,
            id_code: code(product.main_code()),
            name: &product.title,
            price: amount(|sku| sku.price),
            rid: &product.rid,
            s_height: 0,
            s_length: 0,
            s_weight: Number::kilograms(sku.map_or(0, |sku| sku.grams)),
            s_width: 0,
            sale_price: amount(|sku| sku.sale_price),
            sticked: product.is_recommended,
        }
    }
}
