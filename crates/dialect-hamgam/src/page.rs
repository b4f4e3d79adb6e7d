//! Pages by limit and offset, with links to their neighbours, as DRF's `LimitOffsetPagination` cuts them.

use axum::extract::{FromRequestParts, OriginalUri};
use axum::http::Uri;
use axum::http::request::Parts;
use form_urlencoded::Serializer;
use serde::Serialize;
use web::drf::integer_text;
use web::{Links, Shop, fields};

use crate::error::Error;

/// Items on a page where the query does not say.
const LIMIT: i64 = 10;
/// The most items on a page.
const MOST: i64 = 100;

/// Which part of a list the query wants; what it says wrongly counts as not said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    pub limit: i64,
    pub offset: i64,
}

impl Window {
    pub(crate) fn of(uri: &Uri) -> Self {
        let query = fields::form(uri.query().unwrap_or_default().as_bytes());
        let number = |name| query.get(name).and_then(|value| whole_number(value.as_str()?));
        let limit = number("limit").filter(|limit| *limit > 0).unwrap_or(LIMIT);
        let offset = number("offset").filter(|offset| *offset >= 0).unwrap_or(0);
        Self { limit: limit.min(MOST), offset }
    }
}

/// Python's `int`, which reads no decimal point.
fn whole_number(text: &str) -> Option<i64> {
    if text.contains('.') { None } else { integer_text(text) }
}

/// A page on the wire.
#[derive(Serialize)]
pub(crate) struct Page<T> {
    count: i64,
    next: Option<String>,
    previous: Option<String>,
    results: Vec<T>,
}

/// Makes pages of the list that a request is about.
pub(crate) struct Pages {
    window: Window,
    uri: Uri,
    links: Links,
}

impl FromRequestParts<Shop> for Pages {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, shop: &Shop) -> Result<Self, Error> {
        let uri = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |original| &original.0).clone();
        Ok(Self { window: Window::of(&uri), links: Links::new(shop, parts), uri })
    }
}

impl Pages {
    /// The page of these results, out of a list of so many.
    pub(crate) fn page<T>(&self, results: Vec<T>, count: i64) -> Page<T> {
        let Window { limit, offset } = self.window;
        let next = offset.checked_add(limit).filter(|next| *next < count);
        // The first page has no offset in its address.
        let previous = (offset > 0).then(|| Some(offset - limit).filter(|offset| *offset > 0));
        Page {
            count,
            next: next.map(|next| self.link(Some(next))),
            previous: previous.map(|previous| self.link(previous)),
            results,
        }
    }

    /// This request's address with another offset; parameters in alphabetical order, as DRF writes them.
    fn link(&self, offset: Option<i64>) -> String {
        let query = self.uri.query().unwrap_or_default();
        let mut query: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes())
            .filter(|(name, _)| name != "limit" && name != "offset")
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        query.push(("limit".to_owned(), self.window.limit.to_string()));
        query.extend(offset.map(|offset| ("offset".to_owned(), offset.to_string())));
        query.sort_by(|(one, _), (other, _)| one.cmp(other));
        let query = Serializer::new(String::new()).extend_pairs(query).finish();
        self.links.here(&[self.uri.path(), "?", &query])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(query: &str) -> (i64, i64) {
        let uri = format!("/api/shop/products?{query}").parse().unwrap();
        let Window { limit, offset } = Window::of(&uri);
        (limit, offset)
    }

    #[test]
    fn what_is_no_window_falls_back() {
        for (query, expected) in [
            ("", (10, 0)),
            ("limit=3&offset=4", (3, 4)),
            ("limit=+3+&offset=%2B4", (3, 4)),
            ("limit=0&offset=-1", (10, 0)),
            ("limit=-5&offset=x", (10, 0)),
            ("limit=1000", (100, 0)),
            ("limit=3.0&offset=4.0", (10, 0)),
            ("limit=&offset=", (10, 0)),
            ("limit=1&limit=2", (2, 0)),
            ("limit=1000000000000000000000000000000&offset=1000000000000000000000000000000", (100, i64::MAX)),
        ] {
            assert_eq!(window(query), expected, "{query}");
        }
    }
}
