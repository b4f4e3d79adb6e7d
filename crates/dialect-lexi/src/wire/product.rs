//! Products on the wire, and what lists of them are asked for.

mod hit;

use std::borrow::Cow;

use app::catalogue::{Brand, Desk, Filter, Names, Offered, Standing};
use app::product;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use domain::id::{BrandId, CategoryId};
use domain::money::{BasisPoints, Money};
use domain::product::{Picture, Sku};
use domain::text;
use domain::time::Timestamp;
use serde::Serialize;
use web::{Links, Shop, day};

pub(crate) use hit::{HitPage, Sought};

use crate::auth::Visitor;
use crate::error::Error;
use crate::page::{Page, USUAL};
use crate::wire::asset::Asset;
use crate::wire::brand;
use crate::wire::fields::{Fields, bad};
use crate::wire::number::Number;

/// Seconds of a day.
const DAY: i64 = 24 * 60 * 60;

/// A public id in the path.
pub(crate) struct Rid(pub String);

/// Which products a list is to show; no filter lets nothing through.
pub(crate) struct Wanted {
    /// What is searched for.
    pub text: Option<String>,
    pub filter: Option<Filter>,
    pub page: Page,
}

/// The same of one store.
pub(crate) struct WantedOfStore(pub Wanted);

impl FromRequestParts<Shop> for Rid {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, shop: &Shop) -> Result<Self, Error> {
        match Path::from_request_parts(parts, shop).await {
            Ok(Path(rid)) => Ok(Self(rid)),
            // What is no UTF-8 names nothing.
            Err(_) => Err(Error::NotFound),
        }
    }
}

impl FromRequestParts<Shop> for Fields {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &Shop) -> Result<Self, Error> {
        Ok(Self::of_query(parts.uri.query().unwrap_or_default()))
    }
}

impl FromRequestParts<Shop> for Wanted {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, shop: &Shop) -> Result<Self, Error> {
        let query = Fields::from_request_parts(parts, shop).await?;
        let category = category(&query, shop).await?;
        let filter = filter(&query).map(|filter| Filter { category, is_own: Some(true), ..filter });
        Ok(Self { text: None, filter, page: Page::of(&query, USUAL) })
    }
}

impl FromRequestParts<Shop> for WantedOfStore {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, shop: &Shop) -> Result<Self, Error> {
        let query = Fields::from_request_parts(parts, shop).await?;
        let Visitor(ctx) = Visitor::from_request_parts(parts, shop).await?;
        let named = ["sid", "store_rid", "rid"].into_iter().map(|name| query.plain(name));
        let store = match named.into_iter().find(|rid| !rid.is_empty()) {
            Some(rid) => product::store_by_rid(&ctx, rid).await?,
            None => product::usual_store(&ctx).await?,
        };
        let category = category(&query, shop).await?;
        let (start, end) = (date(&query, "start_date")?, date(&query, "end_date")?);
        let filter = filter(&query).map(|filter| Filter {
            store: Some(store),
            category,
            is_own: match query.lenient_integer("is_distributed") {
                Some(1) => Some(true),
                Some(2) => Some(false),
                _ => None,
            },
            published_from: start,
            published_before: end.map(|day| day.plus_seconds(DAY)),
            only_running_low: query.lenient_integer("out_of_stock") == Some(1),
            ..filter
        });
        let text = Some(text::fold(query.plain("qk"))).filter(|text| !text.is_empty());
        Ok(Self(Wanted { text, filter, page: Page::of(&query, USUAL) }))
    }
}

impl Wanted {
    /// What is on sale, sold out or not.
    pub(crate) fn on_sale(query: &Fields) -> Self {
        let filter = Filter { is_own: Some(true), ..Filter::default() };
        Self { text: None, filter: Some(filter), page: Page::of(query, USUAL) }
    }

    /// The recommended ones of them.
    pub(crate) fn recommended(self) -> Self {
        Self { filter: self.filter.map(|filter| Filter { only_recommended: true, ..filter }), ..self }
    }

    /// Those that other stores may take up.
    pub(crate) fn distributed(self) -> Self {
        Self { filter: self.filter.map(|filter| Filter { only_distributed: true, ..filter }), ..self }
    }

    /// Those of a brand.
    pub(crate) fn of_brand(self, brand: &Brand) -> Self {
        let brand = Some(BrandId::new(brand.named.id));
        Self { filter: self.filter.map(|filter| Filter { brand, ..filter }), ..self }
    }
}

/// Each product counts under one status.
fn filter(query: &Fields) -> Option<Filter> {
    let (standing, is_in_stock) = match query.lenient_integer("status").unwrap_or(1) {
        0 => (Standing::InWarehouse, None),
        1 => (Standing::OnSale, Some(true)),
        2 => (Standing::OffSale, None),
        3 => (Standing::OnSale, Some(false)),
        _ => return None,
    };
    Some(Filter { standing, is_in_stock, ..Filter::default() })
}

async fn category(query: &Fields, shop: &Shop) -> Result<Option<CategoryId>, Error> {
    if query.plain("cid").is_empty() {
        return Ok(None);
    }
    let id = query.lenient_integer("cid").ok_or(Error::NotFound)?;
    let names = shop.app.catalogue().names().await?;
    let is_known = names.categories.iter().any(|category| category.named.id == id);
    if is_known { Ok(Some(CategoryId::new(id))) } else { Err(Error::NotFound) }
}

fn date(query: &Fields, name: &'static str) -> Result<Option<Timestamp>, Error> {
    match query.plain(name) {
        "" => Ok(None),
        text => day(text).map(Some).ok_or(bad(name)),
    }
}

/// A page of products.
#[derive(Serialize)]
pub(crate) struct ProductPage<'a> {
    count: i64,
    next: bool,
    prev: bool,
    products: Vec<Product<'a>>,
}

impl<'a> ProductPage<'a> {
    pub(crate) fn new(products: Vec<Product<'a>>, page: Page, count: i64) -> Self {
        Self { count, next: page.has_next(count), prev: page.has_prev(), products }
    }
}

/// A product, as lists show it.
#[expect(clippy::struct_excessive_bools, reason = "the document has them")]
#[derive(Serialize)]
pub(crate) struct Product<'a> {
    commission_price: Number,
    commission_rate: Number,
    cover: Cow<'a, str>,
    custom_details: &'a str,
    features: &'a str,
    id_code: Option<&'a str>,
    is_custom_made: bool,
    is_custom_service: bool,
    is_distributed: bool,
    is_free_postage: bool,
    is_made_holiday: bool,
    is_proprietary: bool,
    is_sold_out: bool,
    like_count: i64,
    made_cycle: i64,
    max_price: Number,
    max_sale_price: Number,
    min_price: Number,
    min_sale_price: Number,
    modes: Vec<Cow<'a, str>>,
    name: &'a str,
    published_at: i64,
    real_price: Number,
    real_sale_price: Number,
    rid: &'a str,
    status: u8,
    sticked: bool,
    total_stock: i64,
}

impl<'a> Product<'a> {
    pub(crate) fn new(offered: &'a Offered, like_count: i64, links: &Links) -> Self {
        let product = &*offered.product;
        let skus = &product.skus;
        let making = &product.making;
        let real = product.best_earning_sku();
        let most = |price: fn(&Sku) -> Money| skus.iter().map(price).max().unwrap_or_default().into();
        let least = |price: fn(&Sku) -> Money| skus.iter().map(price).min().unwrap_or_default().into();
        Self {
            commission_price: real.map_or(Money::ZERO, Sku::commission).into(),
            commission_rate: real.map_or(BasisPoints::default(), |sku| sku.commission_rate).into(),
            cover: links.absolute(product.cover().unwrap_or_default()),
            custom_details: &making.custom_details,
            features: &product.features,
            id_code: code(product.main_code()),
            is_custom_made: making.is_custom_made,
            is_custom_service: making.is_custom_service,
            is_distributed: product.is_distributed,
            is_free_postage: product.has_free_postage,
            is_made_holiday: making.is_made_holiday,
            is_proprietary: making.is_proprietary,
            is_sold_out: !product.is_in_stock(),
            like_count,
            made_cycle: making.made_cycle,
            max_price: most(|sku| sku.price),
            max_sale_price: most(|sku| sku.sale_price),
            min_price: least(|sku| sku.price),
            min_sale_price: least(|sku| sku.sale_price),
            modes: modes(skus),
            name: &product.title,
            published_at: product.published_at.map_or(0, Timestamp::seconds),
            real_price: real.map_or(Money::ZERO, |sku| sku.price).into(),
            real_sale_price: real.map_or(Money::ZERO, |sku| sku.sale_price).into(),
            rid: &product.rid,
            status: status(offered.standing(), product),
            sticked: product.is_recommended,
            total_stock: skus.iter().map(Sku::shown_stock).sum(),
        }
    }
}

/// A code, which is null where there is none.
pub(crate) fn code(code: &str) -> Option<&str> {
    Some(code).filter(|code| !code.is_empty())
}

/// The distinct modes of the SKUs, in order.
fn modes(skus: &[Sku]) -> Vec<Cow<'_, str>> {
    let mut modes: Vec<Cow<'_, str>> = Vec::new();
    for mode in skus.iter().map(Sku::mode).filter(|mode| !mode.is_empty()) {
        if !modes.contains(&mode) {
            modes.push(mode);
        }
    }
    modes
}

/// In the warehouse, on sale, taken off, sold out.
pub(crate) fn status(standing: Option<Standing>, product: &domain::product::Product) -> u8 {
    match standing {
        Some(Standing::InWarehouse) => 0,
        Some(Standing::OnSale) if product.is_in_stock() => 1,
        Some(Standing::OnSale) => 3,
        Some(Standing::OffSale) | None => 2,
    }
}

/// A product on its own.
#[derive(Serialize)]
pub(crate) struct Single<'a> {
    brand: Option<brand::Brand<'a>>,
    #[serde(flatten)]
    product: Product<'a>,
}

impl<'a> Single<'a> {
    pub(crate) fn new(product: Product<'a>, offered: &Offered, names: &'a Names, links: &Links) -> Self {
        let is_its = |brand: &&Brand| Some(BrandId::new(brand.named.id)) == offered.product.brand;
        let brand = names.brands.iter().find(is_its).map(|brand| brand::Brand::new(brand, links));
        Self { brand, product }
    }
}

/// Texts and pictures of a product.
#[derive(Serialize)]
pub(crate) struct Detail<'a> {
    content: &'a str,
    images: Vec<Asset<'a>>,
    keywords: &'a str,
    product_return_policy: &'a str,
}

impl<'a> Detail<'a> {
    pub(crate) fn new(offered: &'a Offered, desk: &'a Desk, links: &Links) -> Self {
        let product = &*offered.product;
        let made_at = product.created_at.seconds();
        let image = |(picture, id): (&'a Picture, i64)| Asset::picture(picture, id, made_at, links);
        Self {
            content: &desk.content,
            images: product.pictures.iter().zip(1..).map(image).collect(),
            keywords: &product.keywords,
            product_return_policy: &desk.return_policy,
        }
    }
}
