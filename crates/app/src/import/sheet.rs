//! Reads a Shopify product CSV into plain values; never touches the store, and never stops at the first problem.
//!
//! What the file says nothing about is `None`: a field whose column is absent. A column that is there but empty
//! means the default.

mod draft;
mod problem;
mod records;
mod row;
mod value;

use std::collections::HashMap;
use std::io::Read;

use domain::money::{BasisPoints, Money};

pub use problem::Problem;
pub(super) use problem::Problems;

use draft::Draft;
use records::Records;
use row::{Column, Header, Row};

/// A product as the file has it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ProductRow {
    /// The line its first row begins on.
    pub(super) line: u64,
    /// What identifies it within its store.
    pub(super) handle: String,
    /// Title, never empty.
    pub(super) title: String,
    /// Long text, HTML as the file has it.
    pub(super) content: Option<String>,
    /// Short plain text: the SEO description, or else the beginning of the content.
    pub(super) summary: Option<String>,
    /// Name of its brand (vendor), or empty.
    pub(super) brand: Option<String>,
    /// Name of its category (type), or empty.
    pub(super) category: Option<String>,
    /// Comma-separated keywords (tags).
    pub(super) keywords: Option<String>,
    /// Unit of measure, such as 个, or empty.
    pub(super) units: Option<String>,
    /// Whether it goes on sale; else into the warehouse.
    pub(super) is_published: Option<bool>,
    /// Shown among the recommended products.
    pub(super) is_recommended: Option<bool>,
    /// Shipped without charge.
    pub(super) has_free_postage: Option<bool>,
    /// Offered to other stores for distribution.
    pub(super) is_distributed: Option<bool>,
    /// The most one customer may buy over all orders; 0 is no limit.
    pub(super) purchase_limit: Option<i64>,
    /// Pieces that the merchant adds to those really sold.
    pub(super) shown_sales: Option<i64>,
    /// The stock at which the merchant wants to be warned.
    pub(super) warning_level: Option<i64>,
    /// Addresses of its pictures by position, each once.
    pub(super) pictures: Option<Vec<String>>,
    /// The SKUs in the order of their rows; none when no row of it is a variant.
    pub(super) skus: Vec<SkuRow>,
}

/// One variant of a product as the file has it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct SkuRow {
    /// The line its row begins on.
    pub(super) line: u64,
    /// The merchant's own code for it, or empty.
    pub(super) id_code: Option<String>,
    /// EAN, UPC or the like, or empty.
    pub(super) barcode: Option<String>,
    /// Its option values; `None` when the file has no column for any.
    pub(super) options: Option<Options>,
    /// Weight in grams.
    pub(super) grams: Option<i64>,
    /// Its prices; `None` when the file has no column for them.
    pub(super) prices: Option<Prices>,
    /// Pieces in stock, never below zero.
    pub(super) stock: Option<i64>,
    /// Whether stock is counted at all.
    pub(super) is_tracked: Option<bool>,
    /// Whether it sells on when the stock is used up.
    pub(super) may_oversell: Option<bool>,
    /// What a distributing store earns; a row that leaves it empty has the first rate of its product.
    pub(super) commission_rate: Option<BasisPoints>,
}

/// What tells a SKU from the others of its product.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Options {
    /// Colour, or empty.
    pub(super) color: String,
    /// The other option values joined by blanks, or empty.
    pub(super) model: String,
}

/// A regular price with a promotion price.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Prices {
    /// Regular price.
    pub(super) price: Money,
    /// Promotion price; 0 means no promotion.
    pub(super) sale_price: Money,
}

/// Reads the whole file, or lists what is wrong with it by line. Products come in the order of their first rows.
pub(super) fn read(file_name: &str, input: impl Read) -> Result<Vec<ProductRow>, Vec<Problem>> {
    let mut problems = Problems::new(file_name);
    let products = read_products(input, &mut problems);
    problems.or(products)
}

fn read_products(input: impl Read, problems: &mut Problems) -> Vec<ProductRow> {
    let mut records = Records::new(input);
    let Some(header) = Header::read(records.next(), problems) else {
        return Vec::new();
    };
    let mut sheet = Sheet::default();
    for record in records {
        match record.and_then(|(line, fields)| header.row(line, fields)) {
            Ok(row) if row.is_blank() => {}
            Ok(row) => sheet.take(&row, problems),
            Err(fault) => {
                sheet.lacks_rows = true;
                problems.add(fault.line, fault.field.and_then(|at| header.name(at)), fault.message);
            }
        }
    }
    sheet.finish(&header, problems)
}

/// The products read so far.
#[derive(Default)]
struct Sheet {
    drafts: Vec<Draft>,
    by_handle: HashMap<String, usize>,
    /// Whether a row could not be read at all, so that what seems missing may have been in it.
    lacks_rows: bool,
}

impl Sheet {
    /// Rows of one product may stand apart.
    fn take(&mut self, row: &Row<'_>, problems: &mut Problems) {
        let handle = row.read(Column::Handle, problems, value::handle).unwrap_or_default();
        if handle.is_empty() {
            return;
        }
        let next = self.drafts.len();
        let at = *self.by_handle.entry(handle.clone()).or_insert(next);
        if at == next {
            self.drafts.push(Draft::new(row.line, handle));
        }
        self.drafts[at].take(row, problems);
    }

    fn finish(self, header: &Header, problems: &mut Problems) -> Vec<ProductRow> {
        let finish = |draft: Draft| draft.finish(header, self.lacks_rows, problems);
        self.drafts.into_iter().map(finish).collect()
    }
}

#[cfg(test)]
mod tests;
