//! Pictures on the wire. The shop knows their addresses only: what else an image has is guessed from the
//! address, or zero.

use std::borrow::Cow;

use domain::product::Product;
use serde::Serialize;
use web::Links;

/// Room for the pictures of one product in the numbers of images.
const PER_PRODUCT: i64 = 1000;

/// Kinds of pictures by the end of their names.
const KINDS: [(&str, &str); 7] = [
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("png", "image/png"),
    ("webp", "image/webp"),
    ("gif", "image/gif"),
    ("svg", "image/svg+xml"),
    ("avif", "image/avif"),
];

/// A picture of a product.
#[derive(Serialize)]
pub(crate) struct Image<'a> {
    id: i64,
    r#type: &'static str,
    name: &'a str,
    size: i64,
    human_readable_size: &'static str,
    f: Cow<'a, str>,
    width: i64,
    height: i64,
    mode: &'static str,
}

impl<'a> Image<'a> {
    /// The picture that stands for a product.
    pub(crate) fn cover(product: &'a Product, links: &Links) -> Option<Self> {
        Self::all(product, links).next()
    }

    /// The pictures of a product by position.
    pub(crate) fn all(product: &'a Product, links: &Links) -> impl Iterator<Item = Self> {
        let first = product.id.get() * PER_PRODUCT + 1;
        product.pictures.iter().zip(first..).map(|(picture, id)| Self::new(id, &picture.url, links))
    }

    fn new(id: i64, address: &'a str, links: &Links) -> Self {
        let path = address.split(['?', '#']).next().unwrap_or_default();
        let name = path.rsplit('/').next().unwrap_or_default();
        let end = name.rsplit_once('.').map_or("", |(_, end)| end);
        let kind = KINDS.iter().find(|(known, _)| end.eq_ignore_ascii_case(known));
        Self {
            id,
            r#type: kind.map_or("application/octet-stream", |(_, kind)| kind),
            name,
            size: 0,
            human_readable_size: "0 bytes",
            f: links.absolute(address),
            width: 0,
            height: 0,
            mode: "",
        }
    }
}
