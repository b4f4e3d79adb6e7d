//! A product in the making: gathers its rows one by one; knows what they mean, never how they were written.

use std::collections::{HashMap, HashSet};

use domain::limits::{MAX_LINE_QUANTITY, MAX_STOCK};
use domain::money::{BasisPoints, Money};

use super::problem::Problems;
use super::row::{Cell, Column, Header, Row};
use super::{Options, Prices, ProductRow, SkuRow, value};
use crate::plain;

/// The most characters that a summary takes from the content.
const SUMMARY_LENGTH: usize = 200;
/// The columns with the names and the values of the options.
const OPTIONS: [(Column, Column); 3] = [
    (Column::Option1Name, Column::Option1Value),
    (Column::Option2Name, Column::Option2Value),
    (Column::Option3Name, Column::Option3Value),
];
/// Columns that only a variant fills.
const OF_VARIANTS: [Column; 6] = [
    Column::Option1Value,
    Column::Option2Value,
    Column::Option3Value,
    Column::VariantSku,
    Column::VariantPrice,
    Column::VariantBarcode,
];
/// Columns that some programs fill on rows that only add a picture, too.
const OF_VARIANTS_MOSTLY: [Column; 5] = [
    Column::VariantGrams,
    Column::VariantInventoryTracker,
    Column::VariantInventoryQty,
    Column::VariantInventoryPolicy,
    Column::VariantCompareAtPrice,
];

/// The first filled cell of each column of [`Column::OF_PRODUCTS`], with its line.
type FirstFilled = [Option<(u64, String)>; Column::OF_PRODUCTS.len()];

/// A product whose rows are still being gathered.
pub(super) struct Draft {
    line: u64,
    handle: String,
    texts: FirstFilled,
    option_names: [String; OPTIONS.len()],
    commission_rate: Option<BasisPoints>,
    /// Addresses with their positions.
    pictures: Vec<(i64, String)>,
    skus: Vec<SkuRow>,
}

impl Draft {
    /// A product without rows yet.
    pub(super) fn new(line: u64, handle: String) -> Self {
        Self {
            line,
            handle,
            texts: Default::default(),
            option_names: Default::default(),
            commission_rate: None,
            pictures: Vec::new(),
            skus: Vec::new(),
        }
    }

    /// Adds what a row says about the product: texts, a picture, a variant, or any of them.
    pub(super) fn take(&mut self, row: &Row<'_>, problems: &mut Problems) {
        self.take_texts(row, problems);
        self.take_picture(row, problems);
        if self.is_variant(row) {
            let sku = self.sku(row, problems);
            self.skus.push(sku);
        }
    }

    fn take_texts(&mut self, row: &Row<'_>, problems: &mut Problems) {
        for (text, column) in self.texts.iter_mut().zip(Column::OF_PRODUCTS) {
            let Some(cell) = row.filled(column) else { continue };
            match text {
                None => *text = Some((cell.line, cell.text.to_owned())),
                Some((line, title)) if column == Column::Title && title != cell.text => {
                    let expected =
                        format!("expected the title that the product has on line {line}, or nothing");
                    cell.refuse(problems, &expected);
                }
                Some(_) => {}
            }
        }
        for (name, (column, _)) in self.option_names.iter_mut().zip(OPTIONS) {
            if let Some(cell) = row.filled(column) {
                cell.text.clone_into(name);
            }
        }
    }

    fn take_picture(&mut self, row: &Row<'_>, problems: &mut Problems) {
        let Some(cell) = row.filled(Column::ImageSrc) else { return };
        let address = cell.read(problems, value::address);
        let position = row.filled(Column::ImagePosition).map(|cell| cell.read(problems, value::position));
        let last = i64::try_from(self.pictures.len()).unwrap_or(i64::MAX).saturating_add(1);
        self.pictures.push((position.unwrap_or(last), address));
    }

    fn is_variant(&self, row: &Row<'_>) -> bool {
        let is_filled = |column: &Column| row.filled(*column).is_some();
        let only_adds_a_picture = row.line != self.line && is_filled(&Column::ImageSrc);
        OF_VARIANTS.iter().any(is_filled)
            || (!only_adds_a_picture && OF_VARIANTS_MOSTLY.iter().any(is_filled))
    }

    fn sku(&mut self, row: &Row<'_>, problems: &mut Problems) -> SkuRow {
        SkuRow {
            line: row.line,
            id_code: row.read(Column::VariantSku, problems, value::code),
            barcode: row.read(Column::VariantBarcode, problems, value::code),
            options: self.options(row, problems),
            grams: row.read(Column::VariantGrams, problems, value::grams),
            prices: prices(row, problems),
            stock: row.read(Column::VariantInventoryQty, problems, value::stock),
            is_tracked: row.cell(Column::VariantInventoryTracker).map(|cell| !cell.text.is_empty()),
            may_oversell: row.read(Column::VariantInventoryPolicy, problems, value::may_oversell),
            commission_rate: self.commission_rate(row, problems),
        }
    }

    /// The option called a colour is the colour; the others make up the model.
    fn options(&self, row: &Row<'_>, problems: &mut Problems) -> Option<Options> {
        if !OPTIONS.iter().any(|(_, column)| row.cell(*column).is_some()) {
            return None;
        }
        let mut color = String::new();
        let mut others = Vec::new();
        for (name, (_, column)) in self.option_names.iter().zip(OPTIONS) {
            let Some(cell) = row.filled(column).filter(|cell| !is_placeholder(name, cell.text)) else {
                continue;
            };
            let option = cell.read(problems, value::short_text);
            if is_color(name) && color.is_empty() {
                color = option;
            } else {
                others.push(option);
            }
        }
        Some(Options { color, model: others.join(" ") })
    }

    fn commission_rate(&mut self, row: &Row<'_>, problems: &mut Problems) -> Option<BasisPoints> {
        let cell = row.cell(Column::CommissionRate)?;
        if cell.text.is_empty() {
            return Some(self.commission_rate.unwrap_or_default());
        }
        let rate = cell.read(problems, value::percent);
        self.commission_rate.get_or_insert(rate);
        Some(rate)
    }

    /// The product as its rows tell it; `lacks_rows` when the file has rows that could not be read.
    pub(super) fn finish(self, header: &Header, lacks_rows: bool, problems: &mut Problems) -> ProductRow {
        refuse_repeated(&self.skus, problems);
        let texts = Texts { header, line: self.line, filled: &self.texts };
        ProductRow {
            line: self.line,
            handle: self.handle,
            title: texts.title(lacks_rows, problems),
            content: texts.cell(Column::Body).map(|cell| cell.text.to_owned()),
            summary: texts.summary(),
            brand: texts.read(Column::Vendor, problems, value::short_text),
            category: texts.read(Column::Type, problems, value::short_text),
            keywords: texts.cell(Column::Tags).map(|cell| value::keywords(cell.text)),
            units: texts.read(Column::Units, problems, value::short_text),
            is_published: texts.read(Column::Published, problems, value::flag_or(true)),
            is_recommended: texts.read(Column::Recommended, problems, value::flag_or(false)),
            has_free_postage: texts.read(Column::FreePostage, problems, value::flag_or(false)),
            is_distributed: texts.read(Column::Distributed, problems, value::flag_or(false)),
            purchase_limit: texts.read(Column::PurchaseLimit, problems, value::up_to(MAX_LINE_QUANTITY)),
            shown_sales: texts.read(Column::ShownSales, problems, value::up_to(MAX_STOCK)),
            warning_level: texts.read(Column::WarningLevel, problems, value::up_to(MAX_STOCK)),
            pictures: header.has(Column::ImageSrc).then(|| in_order(self.pictures)),
            skus: self.skus,
        }
    }
}

/// What the rows of one product say about the product itself.
struct Texts<'a> {
    header: &'a Header,
    line: u64,
    filled: &'a FirstFilled,
}

impl Texts<'_> {
    /// `None` when the file has no such column; empty when no row fills it.
    fn cell(&self, column: Column) -> Option<Cell<'_>> {
        let at = Column::OF_PRODUCTS.iter().position(|known| *known == column)?;
        let (line, text) =
            self.filled[at].as_ref().map_or((self.line, ""), |(line, text)| (*line, text.as_str()));
        self.header.has(column).then_some(Cell { line, column, text })
    }

    fn read<T: Default>(
        &self,
        column: Column,
        problems: &mut Problems,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        self.cell(column).map(|cell| cell.read(problems, parse))
    }

    fn title(&self, lacks_rows: bool, problems: &mut Problems) -> String {
        let is_missing = self.cell(Column::Title).is_none_or(|cell| cell.text.is_empty());
        if is_missing && lacks_rows {
            return String::new();
        }
        self.read(Column::Title, problems, value::title).unwrap_or_default()
    }

    fn summary(&self) -> Option<String> {
        let description = self.cell(Column::SeoDescription);
        let content = self.cell(Column::Body).map(|cell| plain::excerpt(cell.text, SUMMARY_LENGTH));
        match description {
            Some(cell) if !cell.text.is_empty() => Some(cell.text.to_owned()),
            Some(_) => Some(content.unwrap_or_default()),
            None => content,
        }
    }
}

/// What a buyer pays is the variant's price; a greater one to compare with makes it a promotion.
fn prices(row: &Row<'_>, problems: &mut Problems) -> Option<Prices> {
    let asked = row.read(Column::VariantPrice, problems, value::price)?;
    let compared = row.filled(Column::VariantCompareAtPrice).map(|cell| cell.read(problems, value::price));
    Some(match compared {
        Some(compared) if Money::ZERO < asked && asked < compared => {
            Prices { price: compared, sale_price: asked }
        }
        _ => Prices { price: asked, sale_price: Money::ZERO },
    })
}

fn is_color(option_name: &str) -> bool {
    ["color", "colour", "颜色"].contains(&option_name.to_lowercase().as_str())
}

/// Shopify gives a product without options one called `Title`, whose only value is `Default Title`.
fn is_placeholder(option_name: &str, value: &str) -> bool {
    value.eq_ignore_ascii_case("Default Title")
        && (option_name.is_empty() || option_name.eq_ignore_ascii_case("Title"))
}

fn in_order(mut pictures: Vec<(i64, String)>) -> Vec<String> {
    pictures.sort_by_key(|(position, _)| *position);
    let mut known = HashSet::new();
    pictures.retain(|(_, address)| known.insert(address.clone()));
    pictures.into_iter().map(|(_, address)| address).collect()
}

/// A SKU is told by its code; without one by its options, which no other SKU of the product may share then.
fn refuse_repeated(skus: &[SkuRow], problems: &mut Problems) {
    let mut by_code = HashMap::new();
    let mut by_options = HashMap::new();
    for sku in skus {
        let code = sku.id_code.as_deref().filter(|code| !code.is_empty());
        if let Some(code) = code
            && let Some(earlier) = by_code.insert(code, sku.line)
        {
            let message =
                format!("expected a code that no other variant has, found {code:?} of line {earlier} again");
            problems.add(sku.line, Some(Column::VariantSku.name()), message);
        }
        let (earlier, has_code) = *by_options.entry(&sku.options).or_insert((sku.line, code.is_some()));
        if earlier != sku.line && !(has_code && code.is_some()) {
            let message = format!(
                "expected option values that no other variant has, or a \"{}\" on both, found those of line {earlier} again",
                Column::VariantSku.name()
            );
            problems.add(sku.line, Some(Column::Option1Value.name()), message);
        }
    }
}
