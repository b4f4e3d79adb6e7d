//! Pages by number, as clients ask for them and as replies describe them.

use serde::Serialize;

use crate::error::Error;
use crate::wire::params::Params;

/// Rows on a page where the client does not say, and at most.
const USUAL: i64 = 15;
const MOST: i64 = 100;

/// Which page a client wants.
#[derive(Clone, Copy)]
pub(crate) struct Paging {
    number: i64,
    rows: i64,
}

/// A page among the others.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Page {
    all_record_number: i64,
    current_page_number: i64,
    every_number: i64,
    last_page_number: i64,
    limit_start: i64,
    #[serde(rename = "haveNextPage")]
    has_next: bool,
    #[serde(rename = "haveUpPage")]
    has_previous: bool,
}

impl Paging {
    pub(crate) fn read(params: &Params) -> Result<Self, Error> {
        let rows = match params.number("everyNumber")? {
            ..1 => USUAL,
            rows => rows.min(MOST),
        };
        Ok(Self { number: params.number("currentPage")?.max(1), rows })
    }

    pub(crate) fn limit(self) -> i64 {
        self.rows
    }

    pub(crate) fn offset(self) -> i64 {
        (self.number - 1).saturating_mul(self.rows)
    }

    /// This page of so many rows in all. No rows make one page.
    pub(crate) fn page(self, total: i64) -> Page {
        let last = ((total + self.rows - 1) / self.rows).max(1);
        Page {
            all_record_number: total,
            current_page_number: self.number,
            every_number: self.rows,
            last_page_number: last,
            limit_start: self.offset(),
            has_next: self.number < last,
            has_previous: self.number > 1,
        }
    }
}
