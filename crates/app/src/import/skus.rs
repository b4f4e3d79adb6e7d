//! Finds the SKUs of a product that the rows of a file mean: by their code, else by their option values.

use std::collections::{HashMap, HashSet};

use domain::id::SkuId;
use domain::product::Sku;
use domain::publishing::new_sku;

use super::names::Provisional;
use super::sheet::{Options, Prices, Problems, SkuRow};

/// The SKUs after the import: those of the file in its order, then the ones that it does not name. New ones have a
/// provisional number and no public id.
pub(super) fn merged(
    rows: &[SkuRow],
    stored: &[Sku],
    numbers: &mut Provisional,
    problems: &mut Problems,
) -> Vec<Sku> {
    let mut found = by_code(rows, stored);
    by_options(rows, stored, &mut found, problems);
    let mut skus: Vec<_> = rows
        .iter()
        .zip(&found)
        .map(|(row, found)| match found {
            Some(at) => updated(&stored[*at], row),
            None => new(row, numbers, problems),
        })
        .collect();
    let named: HashSet<usize> = found.into_iter().flatten().collect();
    skus.extend(stored.iter().enumerate().filter(|(at, _)| !named.contains(at)).map(|(_, sku)| sku.clone()));
    skus
}

/// For each row the place of the stored SKU with its code.
fn by_code(rows: &[SkuRow], stored: &[Sku]) -> Vec<Option<usize>> {
    let mut places: HashMap<&str, usize> = HashMap::new();
    for (at, sku) in stored.iter().enumerate().filter(|(_, sku)| !sku.id_code.is_empty()) {
        places.entry(&sku.id_code).or_insert(at);
    }
    rows.iter().map(|row| places.get(code(row)?).copied()).collect()
}

/// The same by option values, for rows and SKUs that are not found yet.
fn by_options(rows: &[SkuRow], stored: &[Sku], found: &mut [Option<usize>], problems: &mut Problems) {
    let taken: HashSet<usize> = found.iter().flatten().copied().collect();
    let mut places: HashMap<Options, Vec<usize>> = HashMap::new();
    let mut all = Vec::new();
    for (at, sku) in stored.iter().enumerate().filter(|(at, _)| !taken.contains(at)) {
        let options = Options { color: sku.color.clone(), model: sku.model.clone() };
        places.entry(options).or_default().push(at);
        all.push(at);
    }
    let mut claims: HashMap<Options, usize> = HashMap::new();
    for (row, _) in rows.iter().zip(&*found).filter(|(_, found)| found.is_none()) {
        *claims.entry(row.options.clone().unwrap_or_default()).or_default() += 1;
    }
    for (row, found) in rows.iter().zip(found).filter(|(_, found)| found.is_none()) {
        let options = row.options.clone().unwrap_or_default();
        let places = match (&row.options, code(row)) {
            // The file tells its one variant by nothing: it is the one that the product has.
            (None, None) => &all,
            _ => places.get(&options).map_or(&[][..], Vec::as_slice),
        };
        *found = match (code(row), places) {
            (Some(_), [only]) => (claims[&options] == 1).then_some(*only),
            // Its code tells it from all others, so it is one more.
            (_, []) | (Some(_), _) => None,
            (None, [only]) => Some(*only),
            (None, several) => match several.iter().find(|at| stored[**at].id_code.is_empty()) {
                Some(without_code) if row.options.is_some() => Some(*without_code),
                _ => {
                    let message = format!(
                        "expected a code that tells which of {} variants of the product it is, found none",
                        several.len()
                    );
                    problems.add(row.line, Some("Variant SKU"), message);
                    None
                }
            },
        };
    }
}

fn code(row: &SkuRow) -> Option<&str> {
    row.id_code.as_deref().filter(|code| !code.is_empty())
}

fn new(row: &SkuRow, numbers: &mut Provisional, problems: &mut Problems) -> Sku {
    if row.prices.is_none() {
        let message = "expected a price, for the variant is new; found no such column".to_owned();
        problems.add(row.line, Some("Variant Price"), message);
    }
    let blank = Sku {
        // Who gives a stock and has no column for the tracker means it to be counted.
        is_tracked: row.stock.is_some(),
        ..new_sku(SkuId::new(numbers.next()), String::new())
    };
    updated(&blank, row)
}

fn updated(sku: &Sku, row: &SkuRow) -> Sku {
    let options = row.options.as_ref();
    let Prices { price, sale_price } =
        row.prices.unwrap_or(Prices { price: sku.price, sale_price: sku.sale_price });
    Sku {
        id: sku.id,
        rid: sku.rid.clone(),
        id_code: row.id_code.as_ref().unwrap_or(&sku.id_code).clone(),
        barcode: row.barcode.as_ref().unwrap_or(&sku.barcode).clone(),
        cover: sku.cover.clone(),
        color: options.map_or(&sku.color, |options| &options.color).clone(),
        model: options.map_or(&sku.model, |options| &options.model).clone(),
        grams: row.grams.unwrap_or(sku.grams),
        price,
        sale_price,
        commission_rate: row.commission_rate.unwrap_or(sku.commission_rate),
        stock: row.stock.unwrap_or(sku.stock),
        is_tracked: row.is_tracked.unwrap_or(sku.is_tracked),
        may_oversell: row.may_oversell.unwrap_or(sku.may_oversell),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A row with a code and a colour; `None` for a column that the file lacks.
    fn row(code: Option<&str>, color: Option<&str>) -> SkuRow {
        SkuRow {
            line: 2,
            id_code: code.map(str::to_owned),
            barcode: None,
            options: color.map(|color| Options { color: color.to_owned(), model: String::new() }),
            grams: None,
            prices: Some(Prices::default()),
            stock: None,
            is_tracked: None,
            may_oversell: None,
            commission_rate: None,
        }
    }

    /// The numbers of the SKUs after an import into a product with these, numbered from 1; negative ones are new.
    fn merge(stored: &[(&str, &str)], rows: &[SkuRow]) -> Result<Vec<i64>, String> {
        let mut problems = Problems::new("products.csv");
        let sku = |((code, color), id): (&(&str, &str), i64)| {
            let sku = new(&row(Some(code), Some(color)), &mut Provisional::default(), &mut Problems::new(""));
            Sku { id: SkuId::new(id), ..sku }
        };
        let stored: Vec<_> = stored.iter().zip(1..).map(sku).collect();
        let merged = merged(rows, &stored, &mut Provisional::default(), &mut problems);
        let numbers = merged.iter().map(|sku| sku.id.get()).collect();
        problems.or(numbers).map_err(|problems| problems[0].message.clone())
    }

    #[test]
    fn a_row_means_the_sku_with_its_code_or_else_with_its_options() {
        let (red, blue) = (Some("red"), Some("blue"));
        for (stored, rows, expected) in [
            // By code, whatever the options say by now.
            (
                &[("A", "red"), ("B", "blue")][..],
                &[row(Some("B"), red), row(Some("A"), blue)][..],
                &[2, 1][..],
            ),
            // By options: the code is new, or gone.
            (&[("A", "red"), ("B", "blue")], &[row(Some("C"), blue)], &[2, 1]),
            (&[("A", "red"), ("B", "blue")], &[row(Some(""), blue)], &[2, 1]),
            (&[("", "red")], &[row(Some("A"), red)], &[1]),
            // Neither: one more.
            (&[("A", "red")], &[row(Some("B"), blue)], &[-1, 1]),
            (&[("A", "red")], &[row(Some(""), blue)], &[-1, 1]),
            // A code goes before options that another row claims.
            (&[("A", "red")], &[row(Some("B"), red), row(Some("A"), red)], &[-1, 1]),
            // Options that several have tell nothing about a code.
            (&[("A", "red"), ("B", "red")], &[row(Some("C"), red)], &[-1, 1, 2]),
            (&[("A", "red")], &[row(Some("B"), red), row(Some("C"), red)], &[-1, -2, 1]),
            (&[("A", "red"), ("", "red")], &[row(Some(""), red)], &[2, 1]),
            // A file that names neither codes nor options means the only SKU there is.
            (&[("A", "red")], &[row(None, None)], &[1]),
            (&[], &[row(None, None)], &[-1]),
            // A file without options says nothing about colours.
            (&[("A", "red")], &[row(Some("B"), None)], &[-1, 1]),
            (&[("A", "")], &[row(Some("B"), None)], &[1]),
            // A file without variants.
            (&[("A", "red")], &[], &[1]),
        ] {
            assert_eq!(merge(stored, rows).as_deref(), Ok(expected), "{stored:?} {rows:?}");
        }
    }

    #[test]
    fn a_row_that_could_mean_several_is_a_problem() {
        for rows in [row(None, None), row(None, Some("red")), row(Some(""), Some("red"))] {
            let problem = merge(&[("A", "red"), ("B", "red")], &[rows]).unwrap_err();
            assert!(problem.contains("which of 2 variants"), "{problem}");
        }
    }
}
