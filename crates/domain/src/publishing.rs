//! Publishing in steps: what a step makes of a product. Never who may take it, nor whether what it names is there.

use std::collections::HashSet;

use crate::asset::Asset;
use crate::id::{AssetId, CategoryId, LabelId, MaterialId, ProductId, SkuId, StoreId};
use crate::limits::{MAX_GRAMS, MAX_SKUS};
use crate::money::{BasisPoints, Money};
use crate::product::{Making, Picture, Product, Sku, Status};
use crate::time::Timestamp;

/// A product that nothing is known of but its names.
pub fn draft(id: ProductId, store: StoreId, rid: String, handle: String, now: Timestamp) -> Product {
    Product {
        id,
        rid,
        store,
        category: None,
        brand: None,
        handle,
        title: String::new(),
        summary: String::new(),
        features: String::new(),
        making: Making::default(),
        keywords: String::new(),
        id_code: String::new(),
        units: String::new(),
        status: Status::Draft,
        is_deleted: false,
        is_recommended: false,
        has_free_postage: false,
        is_distributed: false,
        purchase_limit: 0,
        sales: 0,
        views: 0,
        created_at: now,
        updated_at: now,
        published_at: None,
        skus: Vec::new(),
        pictures: Vec::new(),
    }
}

/// A SKU that nothing is known of but its names; its stock is counted.
pub fn new_sku(id: SkuId, rid: String) -> Sku {
    Sku {
        id,
        rid,
        id_code: String::new(),
        barcode: String::new(),
        cover: String::new(),
        color: String::new(),
        model: String::new(),
        grams: 0,
        price: Money::ZERO,
        sale_price: Money::ZERO,
        commission_rate: BasisPoints::default(),
        stock: 0,
        is_tracked: true,
        may_oversell: false,
    }
}

/// Step one: what a product is. `None` leaves what is there.
#[derive(Clone, Debug)]
pub struct Basics {
    /// Its category.
    pub category: CategoryId,
    /// Title.
    pub title: String,
    /// What speaks for it, in a few words.
    pub features: String,
    /// Long text, HTML.
    pub content: String,
    /// Its pictures, the cover first; each `None` is the next of those that it has and that are no assets.
    pub assets: Vec<Option<AssetId>>,
    /// What it is made of.
    pub material: MaterialId,
    /// What it may be called.
    pub labels: Vec<LabelId>,
    /// Made to order.
    pub is_custom_made: bool,
    /// The merchant's own code for it.
    pub id_code: Option<String>,
    /// Comma-separated keywords.
    pub keywords: Option<String>,
    /// Customised on request.
    pub is_custom_service: Option<bool>,
    /// What can be customised, in words.
    pub custom_details: Option<String>,
    /// Days of making.
    pub made_cycle: Option<i64>,
    /// Whether the days of making count holidays.
    pub is_made_holiday: Option<bool>,
}

impl Basics {
    /// The product as step one wants it, with its assets in order; `None` where it keeps more pictures than there are.
    /// The short text, which other clients show, follows the features unless it says something else.
    pub fn of(&self, before: &Product, assets: Vec<Asset>) -> Option<Product> {
        let (before, making) = (before.clone(), before.making.clone());
        let follows = before.summary == before.features;
        let mut assets = assets.into_iter().map(Picture::from);
        let mut others = before.pictures.into_iter().filter(|picture| picture.asset.is_none());
        let picture = |asset: &Option<AssetId>| if asset.is_some() { assets.next() } else { others.next() };
        let pictures = self.assets.iter().map(picture).collect::<Option<_>>()?;
        Some(Product {
            category: Some(self.category),
            title: self.title.clone(),
            summary: if follows { self.features.clone() } else { before.summary },
            features: self.features.clone(),
            making: Making {
                is_custom_made: self.is_custom_made,
                is_custom_service: self.is_custom_service.unwrap_or(making.is_custom_service),
                custom_details: self.custom_details.clone().unwrap_or(making.custom_details),
                made_cycle: self.made_cycle.unwrap_or(making.made_cycle),
                is_made_holiday: self.is_made_holiday.unwrap_or(making.is_made_holiday),
                is_proprietary: making.is_proprietary,
            },
            keywords: self.keywords.clone().unwrap_or(before.keywords),
            id_code: self.id_code.clone().unwrap_or(before.id_code),
            pictures,
            ..before
        })
    }
}

/// Step two: how a product is sold. `None` leaves what is there.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// Which of the merchant's freight templates applies: a number or a text of the client's own.
    pub freight_template: Option<String>,
    /// When and how it may be sent back.
    pub return_policy: Option<String>,
    /// Offered to other stores for distribution.
    pub is_distributed: Option<bool>,
    /// Where it goes; without a word a draft goes into the warehouse, and everything else stays.
    pub status: Option<Status>,
    /// Whether going on sale counts as its publication, also when it was on sale before.
    pub is_published_now: bool,
    /// What becomes of its SKUs; one that is not named stays.
    pub skus: Vec<SkuTerms>,
}

/// What step two says of one SKU. `None` leaves what is there.
#[derive(Clone, Debug, Default)]
pub struct SkuTerms {
    /// The public id of the SKU that is meant; without one it is new.
    pub rid: Option<String>,
    /// Its own picture; `Some(None)` is none.
    pub cover: Option<Option<AssetId>>,
    /// Colour.
    pub color: Option<String>,
    /// The other options.
    pub model: Option<String>,
    /// Weight in grams.
    pub grams: Option<i64>,
    /// Pieces in stock.
    pub stock: Option<i64>,
    /// Regular price.
    pub price: Option<Money>,
    /// Promotion price.
    pub sale_price: Option<Money>,
    /// What a distributing store earns.
    pub commission_rate: Option<BasisPoints>,
}

/// What is wrong with step two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Mistake {
    /// The product has no such SKU, or it is named twice.
    #[error("no such SKU, or twice")]
    WhichSku,
    /// A product has 1 to [`MAX_SKUS`] SKUs.
    #[error("expected 1 to {MAX_SKUS} SKUs")]
    HowMany,
    /// A new SKU has the colour and the model of another one.
    #[error("a SKU with this colour and model is there")]
    Alike,
    /// A new SKU has no weight.
    #[error("expected a weight")]
    NoWeight,
    /// A new SKU has no stock.
    #[error("expected a stock")]
    NoStock,
    /// A new SKU has no price.
    #[error("expected a price")]
    NoPrice,
    /// The product cannot go there from where it stands.
    #[error("not a step that the product can take")]
    Step,
}

impl Terms {
    /// The product as step two wants it, new SKUs without a public id. `url` tells where an asset is.
    pub fn of(&self, before: &Product, url: impl Fn(AssetId) -> String) -> Result<Product, Mistake> {
        let usual = if before.status == Status::Draft { Status::Warehouse } else { before.status };
        let status = self.status.unwrap_or(usual);
        // A product with SKUs is no draft.
        if status == Status::Draft || !before.status.may_become(status) {
            return Err(Mistake::Step);
        }
        let mut product = Product {
            status,
            is_distributed: self.is_distributed.unwrap_or(before.is_distributed),
            ..before.clone()
        };
        for (at, terms) in self.skus.iter().enumerate() {
            if let Some(rid) = &terms.rid {
                let is_repeated = self.skus[..at].iter().any(|other| other.rid.as_ref() == Some(rid));
                let known = product.skus.iter_mut().find(|sku| sku.rid == *rid && !is_repeated);
                let known = known.ok_or(Mistake::WhichSku)?;
                *known = terms.on(known, &url);
            } else {
                terms.suffices()?;
                product.skus.push(terms.on(&new_sku(SkuId::new(0), String::new()), &url));
            }
        }
        // An import may have brought more.
        if product.skus.is_empty() || product.skus.len() > MAX_SKUS.max(before.skus.len()) {
            return Err(Mistake::HowMany);
        }
        // New SKUs come last. One that is there already was sent twice.
        let mut known = HashSet::new();
        for sku in &product.skus {
            if !known.insert((sku.color.trim(), sku.model.trim())) && sku.rid.is_empty() {
                return Err(Mistake::Alike);
            }
        }
        Ok(product)
    }
}

impl SkuTerms {
    /// Whether they say all that a new SKU needs.
    fn suffices(&self) -> Result<(), Mistake> {
        self.grams.ok_or(Mistake::NoWeight)?;
        self.stock.ok_or(Mistake::NoStock)?;
        self.price.ok_or(Mistake::NoPrice)?;
        Ok(())
    }

    fn on(&self, before: &Sku, url: impl Fn(AssetId) -> String) -> Sku {
        // A client that sends back what it was shown does not begin to count.
        let stock = self.stock.filter(|stock| *stock != before.shown_stock());
        let before = before.clone();
        Sku {
            cover: self.cover.map_or(before.cover, |cover| cover.map(url).unwrap_or_default()),
            color: self.color.clone().unwrap_or(before.color),
            model: self.model.clone().unwrap_or(before.model),
            grams: self.grams.unwrap_or(before.grams),
            stock: stock.unwrap_or(before.stock),
            is_tracked: before.is_tracked || stock.is_some(),
            price: self.price.unwrap_or(before.price),
            sale_price: self.sale_price.unwrap_or(before.sale_price),
            commission_rate: self.commission_rate.unwrap_or(before.commission_rate),
            ..before
        }
    }
}

/// Reads a weight in kilograms with up to three decimals, as grams.
pub fn parse_kilograms(text: &str) -> Option<i64> {
    let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_digits(whole) || !is_digits(fraction) {
        return None;
    }
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > 3 {
        return None;
    }
    let rest: i64 = format!("{fraction:0<3}").parse().ok()?;
    let grams = whole.parse::<i64>().ok()?.checked_mul(1000)?.checked_add(rest)?;
    (0..=MAX_GRAMS).contains(&grams).then_some(grams)
}

#[cfg(test)]
mod tests;
