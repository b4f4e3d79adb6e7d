//! Brands on the wire.

use std::borrow::Cow;

use app::brand::Edit;
use app::catalogue;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::Serialize;
use web::{Links, Shop};

use crate::error::Error;
use crate::wire::fields::Fields;

/// A page of brands.
#[derive(Serialize)]
pub(crate) struct BrandPage<'a> {
    brands: Vec<Brand<'a>>,
    count: usize,
    next: Option<String>,
    prev: Option<String>,
}

impl<'a> BrandPage<'a> {
    pub(crate) fn new(
        brands: &[&'a catalogue::Brand],
        count: usize,
        (next, prev): (Option<String>, Option<String>),
        links: &Links,
    ) -> Self {
        Self { brands: brands.iter().map(|brand| Brand::new(brand, links)).collect(), count, next, prev }
    }
}

/// What is said of a new brand.
pub(crate) struct Said(pub Edit);

impl FromRequestParts<Shop> for Said {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &Shop) -> Result<Self, Error> {
        let fields = Fields::of(parts).await?;
        Ok(Self(Edit {
            name: fields.named("name")?,
            features: fields.note("features")?,
            description: fields.note("description")?,
            logo: fields.note("logo")?,
            banner: fields.note("banner")?,
            is_recommended: fields.flag("is_recommended")?,
            sort_order: fields.sort_order()?,
            status: fields.flag("status")?.map(i64::from),
        }))
    }
}

/// A brand.
#[derive(Serialize)]
pub(crate) struct Brand<'a> {
    banner: Cow<'a, str>,
    description: &'a str,
    features: &'a str,
    is_recommended: bool,
    logo: Cow<'a, str>,
    name: &'a str,
    rid: &'a str,
    sort_order: i64,
    status: i64,
}

impl<'a> Brand<'a> {
    pub(crate) fn new(brand: &'a catalogue::Brand, links: &Links) -> Self {
        Self {
            banner: links.absolute(&brand.banner),
            description: &brand.description,
            features: &brand.features,
            is_recommended: brand.is_recommended,
            logo: links.absolute(&brand.logo),
            name: &brand.named.name,
            rid: &brand.named.rid,
            sort_order: brand.sort_order,
            status: brand.status,
        }
    }
}
