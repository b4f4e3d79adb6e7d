//! Which page of a list a query asks for; what is no usable number counts as absent.

use axum::http::Uri;
use web::Links;

use crate::wire::fields::Fields;

/// The largest page.
const LARGEST: i64 = 500;
/// How many rows lists have where nobody says.
pub(crate) const USUAL: i64 = 10;

/// A page of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    number: i64,
    pub size: i64,
}

impl Page {
    /// Page `page` of `per_page` rows.
    pub(crate) fn of(query: &Fields, usual: i64) -> Self {
        let number = |name| query.lenient_integer(name);
        Self {
            number: number("page").filter(|page| *page >= 1).unwrap_or(1),
            size: number("per_page").filter(|size| (1..=LARGEST).contains(size)).unwrap_or(usual),
        }
    }

    /// Rows before this page.
    pub(crate) fn offset(self) -> i64 {
        (self.number - 1).saturating_mul(self.size)
    }

    /// Whether there is more behind it.
    pub(crate) fn has_next(self, total: i64) -> bool {
        self.offset().saturating_add(self.size) < total
    }

    /// Whether there is something before it.
    pub(crate) fn has_prev(self) -> bool {
        self.number > 1
    }

    /// This page of all rows.
    pub(crate) fn cut<'a, T>(self, rows: &[&'a T]) -> Vec<&'a T> {
        let (start, size) = (usize::try_from(self.offset()), usize::try_from(self.size));
        rows.iter().skip(start.unwrap_or(usize::MAX)).take(size.unwrap_or(0)).copied().collect()
    }

    /// Absolute addresses of the page behind and of the one before, where there are such.
    pub(crate) fn neighbours(self, total: i64, links: &Links, uri: &Uri) -> (Option<String>, Option<String>) {
        let address = |number: i64| {
            let (number, size) = (number.to_string(), self.size.to_string());
            links.here(&[uri.path(), "?page=", &number, "&per_page=", &size])
        };
        (
            self.has_next(total).then(|| address(self.number + 1)),
            self.has_prev().then(|| address(self.number - 1)),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_makes_no_sense_is_the_first_page_of_ten() {
        for (query, offset, size) in [
            ("", 0, 10),
            ("page=3&per_page=5", 10, 5),
            ("page=0&per_page=0", 0, 10),
            ("page=-2&per_page=-1", 0, 10),
            ("page=x&per_page=1.5", 0, 10),
            ("page=2&per_page=501", 10, 10),
            ("page=1&per_page=500", 0, 500),
            ("page=9223372036854775807", i64::MAX, 10),
            ("page=10000000000000000000000", 0, 10),
        ] {
            let page = Page::of(&Fields::of_query(query), USUAL);
            assert_eq!((page.offset(), page.size), (offset, size), "{query}");
        }
    }
}
