//! Products on the wire, and the queries that choose among them.

use app::catalogue::{Filter, Offered, Order, PageQuery};
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use domain::id::{BrandId, CategoryId};
use domain::money::Money;
use domain::text::fold;
use serde::Serialize;
use serde_json::{Map, Value};
use web::{Links, Piece, Shop, fields, rfc3339};

use crate::error::{Error, Fields};
use crate::page::Window;
use crate::wire::image::Image;

/// A number that no category or brand has.
const NO_ID: i64 = 0;

/// Which page of the products a query wants.
pub(crate) struct Wanted(pub PageQuery);

impl FromRequestParts<Shop> for Wanted {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &Shop) -> Result<Self, Error> {
        let mut query = Query {
            fields: fields::form(parts.uri.query().unwrap_or_default().as_bytes()),
            wrong: Fields::new(),
        };
        let Window { limit, offset } = Window::of(&parts.uri);
        let filter = Filter {
            category: query.id("category_id").map(CategoryId::new),
            brand: query.id("brand_id").map(BrandId::new),
            price_min: query.number("price_min").map(|price| minor(price.ceil())),
            price_max: query.number("price_max").map(|price| minor(price.floor())),
            is_in_stock: is_true(query.text("in_stock")),
            is_own: Some(true),
            ..Filter::default()
        };
        let text = Some(fold(query.text("search"))).filter(|text| !text.is_empty());
        let unordered = if text.is_some() { Order::Relevance } else { Order::Newest };
        let order = order(query.text("ordering")).unwrap_or(unordered);
        if query.wrong.is_empty() {
            Ok(Self(PageQuery { text, filter, order, limit, offset }))
        } else {
            Err(Error::Fields(query.wrong))
        }
    }
}

/// The parameters of a list, and what is wrong with those read so far.
struct Query {
    fields: Map<String, Value>,
    wrong: Fields,
}

impl Query {
    fn text(&self, name: &str) -> &str {
        self.fields.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// A finite number; none where the parameter is empty.
    fn number(&mut self, name: &'static str) -> Option<f64> {
        let text = self.text(name).trim();
        if text.is_empty() {
            return None;
        }
        let number = text.parse().ok().filter(|number: &f64| number.is_finite());
        if number.is_none() {
            self.wrong.push((name, "Enter a number.".to_owned()));
        }
        number
    }

    fn id(&mut self, name: &'static str) -> Option<i64> {
        let number = self.number(name)?;
        Some(if number.fract() == 0.0 { nearest(number) } else { NO_ID })
    }
}

fn minor(price: f64) -> Money {
    Money::from_minor(nearest(price))
}

#[expect(clippy::cast_possible_truncation, reason = "beyond 64 bits the nearest number will do")]
fn nearest(number: f64) -> i64 {
    number as i64
}

fn is_true(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

/// The first order of the list that is known.
fn order(text: &str) -> Option<Order> {
    let known = |name: &str| match name.trim() {
        "price" => Some(Order::Cheapest),
        "-price" => Some(Order::Dearest),
        "title" => Some(Order::Title),
        "-title" => Some(Order::TitleDown),
        "id" | "created_at" => Some(Order::Oldest),
        "-id" | "-created_at" => Some(Order::Newest),
        // Nobody looks for what sells worst: both ways round the best sold come first.
        "sales" | "-sales" => Some(Order::BestSold),
        "-updated_at" => Some(Order::LastUpdated),
        _ => None,
    };
    text.split(',').find_map(known)
}

/// The place of a product in URLs.
pub(crate) struct Slug(pub String);

impl FromRequestParts<Shop> for Slug {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, shop: &Shop) -> Result<Self, Error> {
        match Path::<String>::from_request_parts(parts, shop).await {
            Ok(Path(slug)) if !slug.contains('\0') => Ok(Self(slug)),
            _ => Err(Error::NotFound),
        }
    }
}

/// A product in a list; price, stock and code are its first SKU's.
#[derive(Serialize)]
struct Product<'a> {
    id: i64,
    image: Option<Image<'a>>,
    code: &'a str,
    title: &'a str,
    slug: &'a str,
    in_stock: bool,
    stock: i64,
    regular_price: i64,
    sale_price: Option<i64>,
    discount: i64,
    discount_percent: i64,
    price: i64,
    excerpt: &'a str,
    category_id: Option<i64>,
    brand_id: Option<i64>,
    created_at: String,
}

/// A product on its own page.
#[derive(Serialize)]
pub(crate) struct Detail<'a> {
    #[serde(flatten)]
    product: Product<'a>,
    description: &'a str,
    keywords: &'a str,
    images: Vec<Image<'a>>,
}

/// A product as lists show it; `None` for a draft, which has no SKU.
pub(crate) fn product(offered: &Offered, links: &Links) -> Option<Piece> {
    let offer = (&offered.listing, &offered.product, offered.product.first_sku()?.id);
    Some(links.piece("hamgam product", offer, || Product::new(offered, links)))
}

impl<'a> Product<'a> {
    fn new(offered: &'a Offered, links: &Links) -> Option<Self> {
        let product = &offered.product;
        let sku = product.first_sku()?;
        let (regular, price) = (sku.price.minor(), sku.effective_price().minor());
        let discount = regular - price;
        Some(Self {
            id: offered.listing.id.get(),
            image: Image::cover(product, links),
            code: &sku.id_code,
            title: &product.title,
            slug: &product.handle,
            in_stock: product.is_in_stock(),
            stock: sku.shown_stock(),
            regular_price: regular,
            sale_price: (discount > 0).then_some(price),
            discount,
            discount_percent: percent(discount, regular),
            price,
            excerpt: &product.summary,
            category_id: product.category.map(CategoryId::get),
            brand_id: product.brand.map(BrandId::get),
            created_at: rfc3339(product.created_at),
        })
    }
}

/// A part in whole percents, rounded to the nearest.
fn percent(part: i64, whole: i64) -> i64 {
    if whole > 0 { (part * 100 + whole / 2) / whole } else { 0 }
}

impl<'a> Detail<'a> {
    /// `None` for a draft.
    pub(crate) fn new(offered: &'a Offered, content: &'a str, links: &Links) -> Option<Self> {
        Some(Self {
            product: Product::new(offered, links)?,
            description: content,
            keywords: &offered.product.keywords,
            images: Image::all(&offered.product, links).collect(),
        })
    }
}
