//! Cells by the name of their column; knows which columns there are, never what a product is.

use csv::StringRecord;

use super::problem::{Problems, quoted};
use super::records::Fault;

/// A column that means something here; all others are ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Handle,
    Title,
    Body,
    Vendor,
    Type,
    Tags,
    Published,
    Option1Name,
    Option1Value,
    Option2Name,
    Option2Value,
    Option3Name,
    Option3Value,
    VariantSku,
    VariantGrams,
    VariantInventoryTracker,
    VariantInventoryQty,
    VariantInventoryPolicy,
    VariantPrice,
    VariantCompareAtPrice,
    VariantBarcode,
    ImageSrc,
    ImagePosition,
    SeoDescription,
    Recommended,
    FreePostage,
    PurchaseLimit,
    ShownSales,
    WarningLevel,
    Units,
    Distributed,
    CommissionRate,
}

/// The names of the columns, in the order of the enum.
const NAMES: [(Column, &str); 32] = [
    (Column::Handle, "Handle"),
    (Column::Title, "Title"),
    (Column::Body, "Body (HTML)"),
    (Column::Vendor, "Vendor"),
    (Column::Type, "Type"),
    (Column::Tags, "Tags"),
    (Column::Published, "Published"),
    (Column::Option1Name, "Option1 Name"),
    (Column::Option1Value, "Option1 Value"),
    (Column::Option2Name, "Option2 Name"),
    (Column::Option2Value, "Option2 Value"),
    (Column::Option3Name, "Option3 Name"),
    (Column::Option3Value, "Option3 Value"),
    (Column::VariantSku, "Variant SKU"),
    (Column::VariantGrams, "Variant Grams"),
    (Column::VariantInventoryTracker, "Variant Inventory Tracker"),
    (Column::VariantInventoryQty, "Variant Inventory Qty"),
    (Column::VariantInventoryPolicy, "Variant Inventory Policy"),
    (Column::VariantPrice, "Variant Price"),
    (Column::VariantCompareAtPrice, "Variant Compare At Price"),
    (Column::VariantBarcode, "Variant Barcode"),
    (Column::ImageSrc, "Image Src"),
    (Column::ImagePosition, "Image Position"),
    (Column::SeoDescription, "SEO Description"),
    (Column::Recommended, "Cartwright: Recommended"),
    (Column::FreePostage, "Cartwright: Free Postage"),
    (Column::PurchaseLimit, "Cartwright: Purchase Limit"),
    (Column::ShownSales, "Cartwright: Shown Sales"),
    (Column::WarningLevel, "Cartwright: Warning Level"),
    (Column::Units, "Cartwright: Units"),
    (Column::Distributed, "Cartwright: Distributed"),
    (Column::CommissionRate, "Cartwright: Commission Rate"),
];

impl Column {
    /// Those that speak of the product as a whole.
    pub(super) const OF_PRODUCTS: [Self; 14] = [
        Self::Title,
        Self::Body,
        Self::Vendor,
        Self::Type,
        Self::Tags,
        Self::Published,
        Self::SeoDescription,
        Self::Recommended,
        Self::FreePostage,
        Self::PurchaseLimit,
        Self::ShownSales,
        Self::WarningLevel,
        Self::Units,
        Self::Distributed,
    ];

    /// Its name in the header.
    pub(super) fn name(self) -> &'static str {
        NAMES[self as usize].1
    }
}

/// Where the columns stand in the file.
pub(super) struct Header {
    names: StringRecord,
    places: [Option<usize>; NAMES.len()],
}

impl Header {
    /// Finds the columns in the first record, in any order; `None` when it cannot serve as a header.
    pub(super) fn read(
        first: Option<Result<(u64, StringRecord), Fault>>,
        problems: &mut Problems,
    ) -> Option<Self> {
        let (line, names) = match first {
            Some(Ok(first)) => first,
            Some(Err(fault)) => {
                problems.add(fault.line, None, fault.message);
                return None;
            }
            None => {
                problems.add(
                    1,
                    None,
                    "expected a header with the names of the columns, found an empty file".to_owned(),
                );
                return None;
            }
        };
        let mut header = Self { names, places: [None; NAMES.len()] };
        let mut is_sound = true;
        for (column, name) in NAMES {
            let places: Vec<_> = header.places_of(name).collect();
            header.places[column as usize] = places.first().copied();
            let message = match places.len() {
                0 if matches!(column, Column::Handle | Column::Title) => {
                    format!("expected in the header, found only {}", header.listed())
                }
                0 | 1 => continue,
                often => format!("expected once in the header, found {often} times"),
            };
            problems.add(line, Some(name), message);
            is_sound = false;
        }
        is_sound.then_some(header)
    }

    fn places_of(&self, name: &str) -> impl Iterator<Item = usize> {
        let is_it =
            move |found: &str| found.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}') == name;
        self.names.iter().enumerate().filter(move |(_, found)| is_it(found)).map(|(at, _)| at)
    }

    fn listed(&self) -> String {
        let names: Vec<_> = self.names.iter().take(5).map(quoted).collect();
        let more = if self.names.len() > names.len() { ", …" } else { "" };
        names.join(", ") + more
    }

    /// Whether the file has the column.
    pub(super) fn has(&self, column: Column) -> bool {
        self.places[column as usize].is_some()
    }

    /// The name of the column at a position.
    pub(super) fn name(&self, at: usize) -> Option<&str> {
        self.names.get(at).map(str::trim)
    }

    /// A record as a row of this file. One that has fewer or more fields cannot be trusted at all, except a blank one.
    pub(super) fn row(&self, line: u64, fields: StringRecord) -> Result<Row<'_>, Fault> {
        let row = Row { header: self, line, fields };
        let (expected, found) = (self.names.len(), row.fields.len());
        if expected == found || row.is_blank() {
            return Ok(row);
        }
        let message = format!("expected {expected} fields as in the header, found {found}");
        Err(Fault { line, field: None, message })
    }
}

/// One record of the file.
pub(super) struct Row<'a> {
    header: &'a Header,
    /// The line it begins on.
    pub(super) line: u64,
    fields: StringRecord,
}

impl Row<'_> {
    /// Whether there is nothing in it, as in what spreadsheets leave below a table.
    pub(super) fn is_blank(&self) -> bool {
        self.fields.iter().all(|field| field.trim().is_empty())
    }

    /// A cell, filled or not; `None` when the file has no such column.
    pub(super) fn cell(&self, column: Column) -> Option<Cell<'_>> {
        let text = self.fields.get(self.header.places[column as usize]?)?.trim();
        Some(Cell { line: self.line, column, text })
    }

    /// A cell that has a text.
    pub(super) fn filled(&self, column: Column) -> Option<Cell<'_>> {
        self.cell(column).filter(|cell| !cell.text.is_empty())
    }

    /// The value of a cell; `None` when the file has no such column.
    pub(super) fn read<T: Default>(
        &self,
        column: Column,
        problems: &mut Problems,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        self.cell(column).map(|cell| cell.read(problems, parse))
    }
}

/// What one record has in one column, without blanks around it.
#[derive(Clone, Copy)]
pub(super) struct Cell<'a> {
    pub(super) line: u64,
    pub(super) column: Column,
    pub(super) text: &'a str,
}

impl Cell<'_> {
    /// The value, or its default with a problem added.
    pub(super) fn read<T: Default>(
        self,
        problems: &mut Problems,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> T {
        parse(self.text).unwrap_or_else(|expected| {
            self.refuse(problems, &expected);
            T::default()
        })
    }

    /// Adds a problem with the text.
    pub(super) fn refuse(self, problems: &mut Problems, expected: &str) {
        let message = format!("{expected}, found {}", quoted(self.text));
        problems.add(self.line, Some(self.column.name()), message);
    }
}

/// The names of all columns that are known.
#[cfg(test)]
pub(super) fn every_name() -> impl Iterator<Item = &'static str> {
    NAMES.into_iter().map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_in_the_order_of_the_columns() {
        for (at, (column, name)) in NAMES.into_iter().enumerate() {
            assert_eq!((column as usize, column.name()), (at, name));
        }
    }
}
