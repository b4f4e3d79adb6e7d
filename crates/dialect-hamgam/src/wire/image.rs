//! Pictures on the wire. Of uploaded ones the shop knows everything but the colour mode; of others the address only, and
//! what else an image has is guessed from it, or zero.

use std::borrow::Cow;

use domain::product::{Picture, Product};
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
    human_readable_size: String,
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
        product.pictures.iter().zip(first..).map(|(picture, id)| Self::new(id, picture, links))
    }

    /// A picture of which only the address is known has this number.
    fn new(id: i64, picture: &'a Picture, links: &Links) -> Self {
        let (address, asset) = (&picture.url, picture.asset.as_ref());
        let path = address.split(['?', '#']).next().unwrap_or_default();
        let name = path.rsplit('/').next().unwrap_or_default();
        let end = name.rsplit_once('.').map_or("", |(_, end)| end);
        let kind = KINDS.iter().find(|(known, _)| end.eq_ignore_ascii_case(known));
        let size = asset.map_or(0, |asset| asset.bytes);
        Self {
            id: asset.map_or(id, |asset| asset.id.get()),
            r#type: kind.map_or("application/octet-stream", |(_, kind)| kind),
            name: asset.map_or(name, |asset| &asset.filename),
            size,
            human_readable_size: readable(size),
            f: links.absolute(address),
            width: asset.map_or(0, |asset| asset.width),
            height: asset.map_or(0, |asset| asset.height),
            mode: "",
        }
    }
}

/// A number of bytes for people: `312 bytes`, `2.5 MB`.
fn readable(bytes: i64) -> String {
    let tenths = |unit: i64| {
        let tenths = (bytes * 10 + unit / 2) / unit;
        format!("{}.{}", tenths / 10, tenths % 10)
    };
    match bytes {
        ..1024 => format!("{bytes} bytes"),
        1024..1_048_576 => format!("{} KB", tenths(1024)),
        _ => format!("{} MB", tenths(1_048_576)),
    }
}

#[cfg(test)]
mod tests {
    use super::readable;

    #[test]
    fn sizes_are_told_in_the_largest_unit_that_fits() {
        for (bytes, text) in [
            (0, "0 bytes"),
            (1023, "1023 bytes"),
            (1024, "1.0 KB"),
            (1536, "1.5 KB"),
            (2_621_440, "2.5 MB"),
            (20_971_520, "20.0 MB"),
        ] {
            assert_eq!(readable(bytes), text);
        }
    }
}
