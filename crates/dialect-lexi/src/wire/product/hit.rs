//! What is searched for, and the products found as search shows them: shorter than lists do.

use std::borrow::Cow;

use app::catalogue::{Filter, Order, PageQuery};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::text;
use serde::Serialize;
use web::Shop;

use super::Product;
use crate::error::Error;
use crate::page::{Page, USUAL};
use crate::wire::fields::{Fields, bad};
use crate::wire::number::Number;

/// What is searched for.
pub(crate) struct Sought {
    /// As the client wrote it, without blanks around it.
    pub text: String,
    pub page: Page,
}

impl FromRequestParts<Shop> for Sought {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &Shop) -> Result<Self, Error> {
        let fields = Fields::of(parts).await?;
        let text = fields.note("qk")?.ok_or(bad("qk"))?;
        if text.is_empty() {
            return Err(Error::NotFound);
        }
        Ok(Self { text, page: Page::of(&fields, USUAL) })
    }
}

impl Sought {
    /// Among what stores offer of their own, best first.
    pub(crate) fn query(&self) -> PageQuery {
        PageQuery {
            text: Some(text::fold(&self.text)),
            filter: Filter { is_own: Some(true), ..Filter::default() },
            order: Order::Relevance,
            limit: self.page.size,
            offset: self.page.offset(),
        }
    }
}

/// A page of what was found.
#[derive(Serialize)]
pub(crate) struct HitPage<'a> {
    next: bool,
    paginated_products: Vec<Hit<'a>>,
    prev: bool,
    qk: &'a str,
    total_count: i64,
}

impl<'a> HitPage<'a> {
    pub(crate) fn new(products: Vec<Product<'a>>, sought: &'a Sought, total_count: i64) -> Self {
        Self {
            next: sought.page.has_next(total_count),
            paginated_products: products.into_iter().map(Hit::from).collect(),
            prev: sought.page.has_prev(),
            qk: &sought.text,
            total_count,
        }
    }
}

#[expect(clippy::struct_excessive_bools, reason = "the document has them")]
#[derive(Serialize)]
struct Hit<'a> {
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
    like_count: i64,
    made_cycle: i64,
    max_price: Number,
    max_sale_price: Number,
    min_price: Number,
    min_sale_price: Number,
    name: &'a str,
    published_at: i64,
    rid: &'a str,
    status: u8,
    sticked: bool,
    stock_count: i64,
}

impl<'a> From<Product<'a>> for Hit<'a> {
    fn from(product: Product<'a>) -> Self {
        Self {
            commission_price: product.commission_price,
            commission_rate: product.commission_rate,
            cover: product.cover,
            custom_details: product.custom_details,
            features: product.features,
            id_code: product.id_code,
            is_custom_made: product.is_custom_made,
            is_custom_service: product.is_custom_service,
            is_distributed: product.is_distributed,
            is_free_postage: product.is_free_postage,
            is_made_holiday: product.is_made_holiday,
            like_count: product.like_count,
            made_cycle: product.made_cycle,
            max_price: product.max_price,
            max_sale_price: product.max_sale_price,
            min_price: product.min_price,
            min_sale_price: product.min_sale_price,
            name: product.name,
            published_at: product.published_at,
            rid: product.rid,
            status: product.status,
            sticked: product.sticked,
            stock_count: product.total_stock,
        }
    }
}
