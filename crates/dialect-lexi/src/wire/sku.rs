//! SKUs on the wire: groups with what there is to choose from.

use std::borrow::Cow;

use app::{Ctx, product};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::id::StoreId;
use domain::product::Sku;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use web::{Links, Shop};

use crate::error::Error;
use crate::wire::fields::{Fields, comma_list};
use crate::wire::number::{Number, Text};

/// Whose SKUs, and of which store's offers.
pub(crate) struct Wanted {
    rids: Vec<String>,
    store: Option<String>,
}

impl FromRequestParts<Shop> for Wanted {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, shop: &Shop) -> Result<Self, Error> {
        let query = Fields::from_request_parts(parts, shop).await?;
        let store = Some(query.plain("store_rid").to_owned()).filter(|rid| !rid.is_empty());
        let rids = comma_list(query.plain("rid"));
        if rids.is_empty() { Err(Error::NotFound) } else { Ok(Self { rids, store }) }
    }
}

impl Wanted {
    pub(crate) fn rids(&self) -> Vec<&str> {
        self.rids.iter().map(String::as_str).collect()
    }

    /// The store that is named, if one is.
    pub(crate) async fn store(&self, ctx: &Ctx) -> app::Result<Option<StoreId>> {
        match &self.store {
            Some(rid) => product::store_by_rid(ctx, rid).await.map(Some),
            None => Ok(None),
        }
    }
}

/// SKUs, with their colours and models.
#[derive(Serialize)]
pub(crate) struct Group<'a> {
    colors: Vec<Choice<'a>>,
    items: Vec<Item<'a>>,
    modes: Vec<Choice<'a>>,
}

/// A colour or a model.
#[derive(Serialize)]
struct Choice<'a> {
    name: &'a str,
    /// Whether a SKU that has it can be bought.
    valid: bool,
}

#[derive(Serialize)]
struct Item<'a> {
    commission_price: Number,
    commission_rate: Number,
    cover: Cow<'a, str>,
    mode: Cow<'a, str>,
    price: Text,
    product_name: &'a str,
    rid: &'a str,
    s_color: &'a str,
    s_model: &'a str,
    s_weight: Text,
    sale_price: Text,
    stock_count: i64,
}

impl<'a> Group<'a> {
    pub(crate) fn new(groups: &'a [product::Group], links: &Links) -> Self {
        let skus = || groups.iter().flat_map(product::Group::skus);
        let item = |group: &'a product::Group, sku: &'a Sku| Item {
            commission_price: sku.commission().into(),
            commission_rate: sku.commission_rate.into(),
            cover: links.absolute(group.offered.product.cover_of(sku)),
            mode: sku.mode(),
            price: sku.price.into(),
            product_name: &group.offered.product.title,
            rid: &sku.rid,
            s_color: &sku.color,
            s_model: &sku.model,
            s_weight: Text::kilograms(sku.grams),
            sale_price: sku.sale_price.into(),
            stock_count: sku.shown_stock(),
        };
        Self {
            colors: choices(skus(), |sku| &sku.color),
            items: groups
                .iter()
                .flat_map(|group| group.skus().map(move |sku| (group, sku)))
                .map(|(group, sku)| item(group, sku))
                .collect(),
            modes: choices(skus(), |sku| &sku.model),
        }
    }
}

/// The distinct ones that are not blank, in order.
fn choices<'a>(skus: impl Iterator<Item = &'a Sku>, of: fn(&Sku) -> &String) -> Vec<Choice<'a>> {
    let mut choices: Vec<Choice<'a>> = Vec::new();
    for sku in skus {
        let (name, valid) = (of(sku).trim(), sku.most_in_a_line() > 0);
        match choices.iter_mut().find(|choice| choice.name == name) {
            Some(choice) => choice.valid |= valid,
            None if name.is_empty() => {}
            None => choices.push(Choice { name, valid }),
        }
    }
    choices
}

/// One product's group as it is, or several by the product's public id.
pub(crate) enum Groups<'a> {
    One(Group<'a>),
    Many(Vec<(&'a str, Group<'a>)>),
}

impl<'a> Groups<'a> {
    pub(crate) fn new(rids: &[&'a str], groups: &'a [product::Group], links: &Links) -> Self {
        let group = |group: &'a product::Group| Group::new(std::slice::from_ref(group), links);
        if let ([_], [only]) = (rids, groups) {
            return Self::One(group(only));
        }
        Self::Many(groups.iter().map(|known| (known.offered.product.rid.as_str(), group(known))).collect())
    }
}

impl Serialize for Groups<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::One(group) => group.serialize(serializer),
            Self::Many(groups) => {
                let mut map = serializer.serialize_map(Some(groups.len()))?;
                for (rid, group) in groups {
                    map.serialize_entry(rid, group)?;
                }
                map.end()
            }
        }
    }
}
