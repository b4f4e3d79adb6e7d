//! The generated catalogue, as a Shopify product file: the same for the same number of products.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::Path,
};

use anyhow::{Context, Result};

const COLUMNS: &str = "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,\
    Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Price,Variant Compare At Price,\
    Image Src,Image Position,SEO Description";

/// The sixteen categories, each named by what it sells.
pub(crate) const NOUNS: [&str; 16] = [
    "手电筒",
    "四件套",
    "保温杯",
    "台灯",
    "双肩包",
    "毛巾",
    "砂锅",
    "雨伞",
    "拖鞋",
    "蓝牙耳机",
    "牛肉干",
    "乌龙茶",
    "衬衫",
    "抱枕",
    "行李箱",
    "书架",
];
pub(crate) const ADJECTIVES: [&str; 5] = ["轻便", "经典", "加厚", "迷你", "家用"];
pub(crate) const MATERIALS: [&str; 7] = ["纯棉", "不锈钢", "竹制", "陶瓷", "帆布", "硅胶", "实木"];
const COLOURS: [&str; 2] = ["红色", "蓝色"];

/// Writes a file of so many products; every second one comes in two colours.
pub(crate) fn write(file: &Path, products: usize) -> Result<()> {
    let mut out = BufWriter::new(File::create(file).context("the catalogue file cannot be made")?);
    writeln!(out, "{COLUMNS}")?;
    for number in 1..=products {
        let colours = if number.is_multiple_of(2) { &COLOURS[..] } else { &["Default Title"] };
        for (position, colour) in colours.iter().enumerate() {
            let texts =
                if position == 0 { texts(number, colours.len()) } else { format!(",,,,,,{},", option(2)) };
            let (yuan, fen) = (5 + number % 900, number % 100);
            // Every fourth product is on promotion.
            let before =
                if number.is_multiple_of(4) { format!("{}.{fen:02}", yuan * 2) } else { String::new() };
            let picture = if position == 0 {
                format!("https://pictures.example/{number}.jpg,1")
            } else {
                ",".to_owned()
            };
            let short =
                if position == 0 { format!("第{number}款，满意再付款") } else { String::new() };
            writeln!(
                out,
                "product-{number:05},{texts}{colour},B{number:05}-{position},shopify,1000000,deny,{yuan}.{fen:02},{before},{picture},{short}"
            )?;
        }
    }
    out.flush().context("the catalogue file cannot be written")
}

/// A product's own columns, from its title to its option's name.
fn texts(number: usize, variants: usize) -> String {
    let noun = NOUNS[number % NOUNS.len()];
    let (adjective, material) = (ADJECTIVES[number % ADJECTIVES.len()], MATERIALS[number % MATERIALS.len()]);
    let brand = number % 40;
    let option = option(variants);
    format!(
        "{adjective}{material}{noun} {number}号,<p>{material}做的{noun}，{adjective}耐用。</p>,品牌{brand},{noun},{material} {noun},true,{option},"
    )
}

fn option(variants: usize) -> &'static str {
    if variants > 1 { "颜色" } else { "Title" }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn every_row_has_every_column() {
        let file = std::env::temp_dir().join(format!("catalogue-{}.csv", std::process::id()));
        write(&file, 6).unwrap();
        let text = fs::read_to_string(&file).unwrap();
        fs::remove_file(&file).unwrap();
        let widths: Vec<usize> = text.lines().map(|line| line.split(',').count()).collect();
        assert_eq!(widths, [18; 1 + 3 + 3 * 2]);
    }
}
