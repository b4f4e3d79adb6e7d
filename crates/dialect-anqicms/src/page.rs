//! Which stretch of a list a query asks for; what is no usable number counts as absent.

use std::num::IntErrorKind;

use axum::http::Uri;
use serde_json::{Map, Value};
use web::fields;

/// The largest page.
const LARGEST: i64 = 100;

/// A stretch of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    pub offset: i64,
    pub limit: i64,
}

impl Window {
    /// Page `current` of `pageSize` rows.
    pub(crate) fn of_cart(uri: &Uri) -> Self {
        let query = fields::form(uri.query().unwrap_or_default().as_bytes());
        Self::of_page(number(text(&query, "current")), size(text(&query, "pageSize"), 20))
    }

    /// Page `page` of `limit` archives; or with `limit=a,b` so many as `b` says, after the first `a`.
    pub(crate) fn of_archives(query: &Map<String, Value>) -> Self {
        let limit = text(query, "limit");
        match limit.split_once(',') {
            Some((offset, count)) => {
                Self { offset: number(offset).unwrap_or(0).max(0), limit: size(count, 10) }
            }
            None => Self::of_page(number(text(query, "page")), size(limit, 10)),
        }
    }

    fn of_page(page: Option<i64>, limit: i64) -> Self {
        let before = page.unwrap_or(1).max(1) - 1;
        Self { offset: before.saturating_mul(limit), limit }
    }

    /// The part of a list that lies in the window.
    pub(crate) fn cut<I: Iterator>(self, items: I) -> impl Iterator<Item = I::Item> {
        let count = |number: i64| usize::try_from(number).unwrap_or(usize::MAX);
        items.skip(count(self.offset)).take(count(self.limit))
    }
}

/// Items on a page.
fn size(text: &str, usual: i64) -> i64 {
    number(text).filter(|size| *size >= 1).unwrap_or(usual).min(LARGEST)
}

fn text<'a>(query: &'a Map<String, Value>, name: &str) -> &'a str {
    query.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// A whole number; one beyond 64 bits is the nearest that fits.
fn number(text: &str) -> Option<i64> {
    match text.trim().parse() {
        Ok(number) => Some(number),
        Err(error) if *error.kind() == IntErrorKind::PosOverflow => Some(i64::MAX),
        Err(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cart(query: &str) -> (i64, i64) {
        let window = Window::of_cart(&format!("/?{query}").parse().unwrap());
        (window.offset, window.limit)
    }

    fn archives(query: &str) -> (i64, i64) {
        let window = Window::of_archives(&fields::form(query.as_bytes()));
        (window.offset, window.limit)
    }

    #[test]
    fn pages_of_the_cart() {
        for (query, window) in [
            ("", (0, 20)),
            ("current=3&pageSize=5", (10, 5)),
            ("current=0&pageSize=0", (0, 20)),
            ("current=-2&pageSize=-1", (0, 20)),
            ("current=x&pageSize=1.5", (0, 20)),
            ("current=2&pageSize=101", (100, 100)),
            ("current=1000000000000000000000000000000", (i64::MAX, 20)),
            ("pageSize=1000000000000000000000000000000", (0, 100)),
        ] {
            assert_eq!(cart(query), window, "{query}");
        }
    }

    #[test]
    fn pages_of_archives() {
        for (query, window) in [
            ("", (0, 10)),
            ("page=2", (10, 10)),
            ("page=2&limit=3", (3, 3)),
            ("page=-1&limit=0", (0, 10)),
            ("limit=200", (0, 100)),
            ("limit=2,10", (2, 10)),
            ("limit=2,10&page=7", (2, 10)),
            ("limit=-2,x", (0, 10)),
            ("limit=5,", (5, 10)),
        ] {
            assert_eq!(archives(query), window, "{query}");
        }
    }
}
