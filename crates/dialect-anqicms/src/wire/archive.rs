//! Archives, as products are called here, on the wire.

use std::borrow::Cow;

use app::catalogue::{Filter, Offered, Order, PageQuery};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::asset::Preset;
use domain::cart::Offer;
use domain::id::{CategoryId, ListingId, SkuId};
use domain::product::{Listing, Product, Sku};
use domain::text::fold;
use serde::Serialize;
use web::{Links, Piece, Shop};

use crate::error::Error;
use crate::page::Window;
use crate::wire::fields::Fields;

/// The model of products, among the CMS's own.
const PRODUCTS: i64 = 2;

/// Which archives a list is to show.
pub(crate) struct Wanted {
    pub page: PageQuery,
    /// Whether the reply says how many there are.
    pub counts: bool,
}

/// Which archive is to be shown.
pub(crate) struct Named {
    pub id: ListingId,
}

impl FromRequestParts<Shop> for Wanted {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &Shop) -> Result<Self, Error> {
        let query = Fields::of_query(parts);
        let said = |name| query.all().get(name).and_then(|value| value.as_str()).unwrap_or_default();
        let category = if said("categoryId").is_empty() { None } else { query.integer("categoryId")? };
        let filter = Filter {
            // 0 is how themes ask for all categories.
            category: category.filter(|id| *id != 0).map(CategoryId::new),
            is_own: Some(true),
            ..Filter::default()
        };
        let text = Some(fold(said("q"))).filter(|text| !text.is_empty());
        let order = match order(said("order")) {
            None if text.is_some() => Order::Relevance,
            order => order.unwrap_or_default(),
        };
        let Window { offset, limit } = Window::of_archives(query.all());
        let page = PageQuery { text, filter, order, limit, offset };
        Ok(Self { page, counts: said("type") == "page" })
    }
}

/// Reads `field asc` or `field desc`; nothing where we cannot sort by it.
fn order(text: &str) -> Option<Order> {
    let text = text.to_ascii_lowercase();
    let mut words = text.split_ascii_whitespace();
    match (words.next(), words.next().unwrap_or("asc")) {
        (Some("id" | "created_time"), "asc") => Some(Order::Oldest),
        (Some("id" | "created_time"), "desc") => Some(Order::Newest),
        (Some("updated_time"), "desc") => Some(Order::LastUpdated),
        (Some("views"), "desc") => Some(Order::MostViewed),
        (Some("price"), "asc") => Some(Order::Cheapest),
        (Some("price"), "desc") => Some(Order::Dearest),
        (Some("title"), "asc") => Some(Order::Title),
        (Some("title"), "desc") => Some(Order::TitleDown),
        _ => None,
    }
}

impl FromRequestParts<Shop> for Named {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &Shop) -> Result<Self, Error> {
        Ok(Self { id: ListingId::new(Fields::of_query(parts).required_integer("id")?) })
    }
}

/// A product, as the CMS shows one of its documents.
#[derive(Serialize)]
pub(crate) struct Archive<'a> {
    id: i64,
    created_time: i64,
    updated_time: i64,
    title: &'a str,
    seo_title: &'static str,
    url_token: &'a str,
    keywords: &'a str,
    description: &'a str,
    module_id: i64,
    category_id: i64,
    views: i64,
    comment_count: i64,
    images: Option<Vec<Cow<'a, str>>>,
    template: &'static str,
    status: u8,
    canonical_url: &'static str,
    fixed_link: &'static str,
    flag: &'static str,
    user_id: i64,
    price: i64,
    stock: i64,
    has_pseudo: u8,
    keyword_id: i64,
    origin_url: &'static str,
    origin_title: &'static str,
    category: (),
    module_name: &'static str,
    data: Option<LongText<'a>>,
    logo: Cow<'a, str>,
    thumb: Cow<'a, str>,
    extra: Extra,
    link: String,
}

/// Fields that a shop adds to its documents; ours have none.
#[derive(Serialize)]
struct Extra {}

#[derive(Serialize)]
struct LongText<'a> {
    id: i64,
    content: &'a str,
}

/// An archive with what there is to choose from.
#[derive(Serialize)]
pub(crate) struct OnSale<'a> {
    #[serde(flatten)]
    archive: Archive<'a>,
    origin_price: i64,
    /// Ours: the SKUs, where there are several.
    skus: Vec<Choice<'a>>,
}

#[derive(Serialize)]
struct Choice<'a> {
    id: i64,
    title: Cow<'a, str>,
    price: i64,
    origin_price: i64,
    stock: i64,
}

impl<'a> Archive<'a> {
    /// As a line of a cart has it.
    pub(crate) fn in_cart(offer: &Offer, links: &Links) -> Piece {
        let (listing, product, sku) = (offer.listing(), offer.product(), offer.sku());
        links.piece("anqicms archive in a cart", (listing, product, sku.id), || {
            Archive::new(listing, product, Some(sku), offer.is_on_sale(), links)
        })
    }

    fn new(
        listing: &Listing,
        product: &'a Product,
        sku: Option<&Sku>,
        is_on_sale: bool,
        links: &Links,
    ) -> Self {
        let images: Vec<_> = product.pictures.iter().map(|picture| links.absolute(&picture.url)).collect();
        let logo = images.first().cloned().unwrap_or_default();
        let thumbnail =
            product.pictures.first().and_then(|picture| picture.asset.as_ref()?.thumbnail(Preset::Small));
        Self {
            id: listing.id.get(),
            created_time: product.created_at.seconds(),
            updated_time: product.updated_at.seconds(),
            title: &product.title,
            seo_title: "",
            url_token: &product.handle,
            keywords: &product.keywords,
            description: &product.summary,
            module_id: PRODUCTS,
            category_id: product.category.map_or(0, CategoryId::get),
            views: product.views,
            comment_count: 0,
            images: Some(images).filter(|images| !images.is_empty()),
            template: "",
            status: u8::from(is_on_sale),
            canonical_url: "",
            fixed_link: "",
            flag: if product.is_recommended { "c" } else { "" },
            user_id: 0,
            price: sku.map_or(0, |sku| sku.effective_price().minor()),
            stock: sku.map_or(0, Sku::shown_stock),
            has_pseudo: 0,
            keyword_id: 0,
            origin_url: "",
            origin_title: "",
            category: (),
            module_name: "",
            data: None,
            thumb: thumbnail.map_or_else(|| logo.clone(), |path| links.here(&[&path]).into()),
            logo,
            extra: Extra {},
            link: links.here(&["/", &product.handle]),
        }
    }
}

impl<'a> OnSale<'a> {
    /// As lists show it.
    pub(crate) fn in_list(offered: &Offered, links: &Links) -> Piece {
        let sku = offered.product.first_sku().map_or(SkuId::new(0), |sku| sku.id);
        links.piece("anqicms archive", (&offered.listing, &offered.product, sku), || {
            OnSale::new(offered, links)
        })
    }

    pub(crate) fn new(offered: &'a Offered, links: &Links) -> Self {
        let Offered { listing, product } = offered;
        let sku = product.first_sku();
        Self {
            archive: Archive::new(listing, product, sku, offered.is_on_sale(), links),
            origin_price: sku.map_or(0, |sku| sku.price.minor()),
            skus: if product.skus.len() > 1 {
                product.skus.iter().map(Choice::from).collect()
            } else {
                Vec::new()
            },
        }
    }

    /// The same with the long text.
    pub(crate) fn with_content(mut self, content: &'a str) -> Self {
        self.archive.data = Some(LongText { id: self.archive.id, content });
        self
    }
}

impl<'a> From<&'a Sku> for Choice<'a> {
    fn from(sku: &'a Sku) -> Self {
        Self {
            id: sku.id.get(),
            title: sku.mode(),
            price: sku.effective_price().minor(),
            origin_price: sku.price.minor(),
            stock: sku.shown_stock(),
        }
    }
}
