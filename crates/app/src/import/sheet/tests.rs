//! What a file means, row by row, and what is said of files that mean nothing.

use super::*;

fn products(text: &str) -> Vec<ProductRow> {
    read("products.csv", text.as_bytes()).unwrap()
}

fn product(text: &str) -> ProductRow {
    let mut products = products(text);
    assert_eq!(products.len(), 1);
    products.remove(0)
}

fn sku(text: &str) -> SkuRow {
    product(text).skus.remove(0)
}

fn problems(text: &str) -> Vec<String> {
    read("products.csv", text.as_bytes()).unwrap_err().iter().map(Problem::to_string).collect()
}

fn prices_of(price: i64, sale_price: i64) -> Prices {
    Prices { price: Money::from_minor(price), sale_price: Money::from_minor(sale_price) }
}

fn options_of(color: &str, model: &str) -> Options {
    Options { color: color.to_owned(), model: model.to_owned() }
}

#[test]
fn what_the_file_lacks_is_none() {
    let product = product("Handle,Title,Variant SKU\ntea,Tea,T1\n");
    let sku = SkuRow {
        line: 2,
        id_code: Some("T1".to_owned()),
        barcode: None,
        options: None,
        grams: None,
        prices: None,
        stock: None,
        is_tracked: None,
        may_oversell: None,
        commission_rate: None,
    };
    let expected = ProductRow {
        line: 2,
        handle: "tea".to_owned(),
        title: "Tea".to_owned(),
        content: None,
        summary: None,
        brand: None,
        category: None,
        keywords: None,
        units: None,
        is_published: None,
        is_recommended: None,
        has_free_postage: None,
        is_distributed: None,
        purchase_limit: None,
        shown_sales: None,
        warning_level: None,
        pictures: None,
        skus: vec![sku],
    };
    assert_eq!(product, expected);
}

#[test]
fn what_is_empty_is_the_default() {
    let names: Vec<_> = row::every_name().collect();
    let fields: Vec<_> = names
        .iter()
        .map(|name| match *name {
            "Handle" => "tea",
            "Title" => "Tea",
            "Variant Price" => "5",
            _ => "",
        })
        .collect();
    let mut product = product(&format!("{}\n{}\n", names.join(","), fields.join(",")));
    let sku = product.skus.remove(0);
    for text in
        [product.content, product.summary, product.brand, product.category, product.keywords, product.units]
    {
        assert_eq!(text.as_deref(), Some(""));
    }
    assert_eq!(product.is_published, Some(true));
    for flag in [product.is_recommended, product.has_free_postage, product.is_distributed] {
        assert_eq!(flag, Some(false));
    }
    for count in [product.purchase_limit, product.shown_sales, product.warning_level, sku.grams, sku.stock] {
        assert_eq!(count, Some(0));
    }
    assert_eq!(product.pictures, Some(Vec::new()));
    assert_eq!((sku.id_code.as_deref(), sku.barcode.as_deref()), (Some(""), Some("")));
    assert_eq!((sku.options, sku.prices), (Some(options_of("", "")), Some(prices_of(500, 0))));
    assert_eq!((sku.is_tracked, sku.may_oversell), (Some(false), Some(false)));
    assert_eq!(sku.commission_rate, Some(BasisPoints::default()));
}

#[test]
fn columns_come_in_any_order_among_unknown_ones() {
    let text =
        "\u{feff}\"Vendor\",Gift Card,Title,Google Shopping / MPN,Handle\r\nBlue Hill,false,Tea,,tea\r\n";
    let product = product(text);
    assert_eq!((product.handle.as_str(), product.title.as_str()), ("tea", "Tea"));
    assert_eq!(product.brand.as_deref(), Some("Blue Hill"));
}

#[test]
fn texts_keep_their_lines_and_blank_rows_are_nothing() {
    let text =
        "Handle,Title,Body (HTML)\r\ntea,Tea,\"<p>one</p>\r\n<p>\"\"two\"\"</p>\"\r\n,,\r\n\r\npot,Pot,\r\n";
    let products = products(text);
    assert_eq!(products[0].content.as_deref(), Some("<p>one</p>\n<p>\"two\"</p>"));
    assert_eq!(products[0].summary.as_deref(), Some("one \"two\""));
    assert_eq!((products[0].line, products[1].line), (2, 6));
}

#[test]
fn the_summary_is_the_description_or_the_beginning_of_the_content() {
    let body = "<p>".to_owned() + &"茶".repeat(250) + "</p>";
    let summary =
        |header: &str, row: &str| product(&format!("Handle,Title,{header}\ntea,Tea,{row}\n")).summary;
    assert_eq!(summary("Body (HTML),SEO Description", &format!("{body},short")).as_deref(), Some("short"));
    assert_eq!(summary("Body (HTML),SEO Description", &format!("{body},")), Some("茶".repeat(200)));
    assert_eq!(summary("Body (HTML)", &body), Some("茶".repeat(200)));
    assert_eq!(summary("SEO Description", "short").as_deref(), Some("short"));
    assert_eq!(summary("Vendor", "Blue Hill"), None);
}

#[test]
fn rows_of_one_handle_are_one_product() {
    let text = "Handle,Title,Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant Price\n\
        shirt,Shirt,FALSE,Color,red,Size,L,5\n\
        tea,Tea,TRUE,Title,Default Title,,,3\n\
        shirt,,,,blue,,XL,6\n";
    let products = products(text);
    let handles: Vec<_> = products.iter().map(|product| product.handle.as_str()).collect();
    assert_eq!(handles, ["shirt", "tea"]);
    assert_eq!((products[0].is_published, products[1].is_published), (Some(false), Some(true)));
    let skus: Vec<_> = products[0].skus.iter().map(|sku| (sku.line, sku.options.clone())).collect();
    assert_eq!(skus, [(2, Some(options_of("red", "L"))), (4, Some(options_of("blue", "XL")))]);
    assert_eq!(products[1].skus[0].options, Some(options_of("", "")));
}

#[test]
fn the_option_that_is_a_colour_is_the_colour() {
    let options = |names: [&str; 3], values: [&str; 3]| {
        let header =
            "Handle,Title,Option1 Name,Option2 Name,Option3 Name,Option1 Value,Option2 Value,Option3 Value";
        sku(&format!("{header},Variant Price\ntea,Tea,{},{},5\n", names.join(","), values.join(","))).options
    };
    for (names, values, color, model) in [
        (["Size", "Color", "Cut"], ["L", "red", "slim"], "red", "L slim"),
        (["COLOUR", "", ""], ["red", "", ""], "red", ""),
        (["规格", "颜色", ""], ["500克", "红", ""], "红", "500克"),
        (["Color", "颜色", ""], ["red", "红", ""], "red", "红"),
        (["Title", "", ""], ["Default Title", "", ""], "", ""),
        (["", "", ""], ["Default Title", "", ""], "", ""),
        (["Title", "", ""], ["Second", "", ""], "", "Second"),
        (["", "", ""], ["L", "", "slim"], "", "L slim"),
    ] {
        assert_eq!(options(names, values), Some(options_of(color, model)), "{names:?}");
    }
}

#[test]
fn a_greater_price_to_compare_with_makes_a_promotion() {
    for (price, compared, expected) in [
        ("19.9", "", prices_of(1990, 0)),
        ("19.90", "25", prices_of(2500, 1990)),
        ("19.90", "19.90", prices_of(1990, 0)),
        ("19.90", "15", prices_of(1990, 0)),
        ("0", "15", prices_of(0, 0)),
    ] {
        let text =
            format!("Handle,Title,Variant Price,Variant Compare At Price\ntea,Tea,{price},{compared}\n");
        assert_eq!(sku(&text).prices, Some(expected), "{price} {compared}");
    }
}

#[test]
fn stock_is_tracked_when_somebody_tracks_it() {
    let text = "Handle,Title,Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Grams\n\
        tea,Tea,shopify,-2,continue,250.5\n\
        pot,Pot,,7,deny,\n";
    let products = products(text);
    let stock = |sku: &SkuRow| (sku.is_tracked, sku.stock, sku.may_oversell, sku.grams);
    assert_eq!(stock(&products[0].skus[0]), (Some(true), Some(0), Some(true), Some(250)));
    assert_eq!(stock(&products[1].skus[0]), (Some(false), Some(7), Some(false), Some(0)));
}

#[test]
fn pictures_stand_by_their_position_once_each() {
    let text = "Handle,Title,Variant Price,Image Src,Image Position,Variant Grams\n\
        tea,Tea,5,https://pictures.example/c.jpg,3,10\n\
        tea,,,https://pictures.example/b.jpg,,\n\
        tea,,,https://pictures.example/a.jpg,1,0\n\
        tea,,,https://pictures.example/b.jpg,9,\n";
    let product = product(text);
    let expected = ["a", "b", "c"].map(|name| format!("https://pictures.example/{name}.jpg"));
    assert_eq!(product.pictures, Some(expected.to_vec()));
    assert_eq!(product.skus.len(), 1);
}

#[test]
fn a_row_without_a_variant_is_none() {
    assert!(product("Handle,Title,Variant Price,Variant SKU\ntea,Tea,,\n").skus.is_empty());
    let lonely = "Handle,Title,Variant Price,Variant Inventory Qty\ntea,Tea,,5\n";
    assert_eq!(problems(lonely).len(), 1, "pieces without a price are a variant");
}

#[test]
fn own_columns_set_what_shopify_has_no_column_for() {
    let text = "Handle,Title,Variant SKU,Cartwright: Recommended,Cartwright: Free Postage,Cartwright: Purchase Limit,\
        Cartwright: Shown Sales,Cartwright: Warning Level,Cartwright: Units,Cartwright: Distributed,\
        Cartwright: Commission Rate\n\
        tea,Tea,T1,true,True,3,120,5,斤,TRUE,12.5\n\
        tea,,T2,,,,,,,,\n\
        tea,,T3,,,,,,,,0\n";
    let product = product(text);
    assert_eq!((product.is_recommended, product.has_free_postage), (Some(true), Some(true)));
    assert_eq!((product.purchase_limit, product.shown_sales), (Some(3), Some(120)));
    assert_eq!((product.warning_level, product.units.as_deref()), (Some(5), Some("斤")));
    assert_eq!(product.is_distributed, Some(true));
    let rates: Vec<_> = product.skus.iter().map(|sku| sku.commission_rate.map(BasisPoints::get)).collect();
    assert_eq!(rates, [Some(1250), Some(1250), Some(0)]);
}

#[test]
fn a_file_that_cannot_be_a_sheet_is_refused_at_its_header() {
    for (text, expected) in [
        ("", "products.csv:1: expected a header with the names of the columns, found an empty file"),
        (
            "Title;Handle\n",
            "products.csv:1: column \"Handle\": expected in the header, found only \"Title;Handle\"",
        ),
        ("\nHandle\n", "products.csv:2: column \"Title\": expected in the header, found only \"Handle\""),
        (
            "Handle,Title,Vendor,Title\n",
            "products.csv:1: column \"Title\": expected once in the header, found 2 times",
        ),
    ] {
        assert_eq!(problems(text)[0], expected, "{text:?}");
    }
    let wide = "\u{ff}\u{fe}H\0a\0n\0d\0l\0e\0";
    assert!(problems(wide)[0].starts_with("products.csv:1: expected text"));
    assert!(products("Handle,Title\n").is_empty());
}

#[test]
fn a_wrong_cell_is_named_with_its_line_and_column() {
    let cell = |column: &str, text: &str| {
        let header = "Handle,Title,Variant SKU";
        let mut problems = problems(&format!("{header},{column}\n\n\"tea\",\"Tea\",\"T1\",\"{text}\"\n"));
        assert_eq!(problems.len(), 1, "{problems:?}");
        let start = format!("products.csv:3: column {column:?}: ");
        problems.remove(0).strip_prefix(&start).unwrap().to_owned()
    };
    for (column, text, expected) in [
        ("Variant Price", "abc", "expected a decimal number such as 19.90, found \"abc\""),
        ("Variant Price", "", "expected a decimal number such as 19.90, found \"\""),
        ("Variant Price", "1.005", "expected at most two decimals, found \"1.005\""),
        ("Variant Price", "-1", "expected a price from 0 to 99999999.99, found \"-1\""),
        ("Published", "yes", "expected true or false, found \"yes\""),
        ("Variant Inventory Policy", "maybe", "expected \"deny\" or \"continue\", found \"maybe\""),
        ("Variant Grams", "1kg", "expected a weight in grams from 0 to 1000000000, found \"1kg\""),
        ("Image Src", "pot.jpg", "expected an address that begins with https://, found \"pot.jpg\""),
        ("Cartwright: Distributed", "1", "expected true or false, found \"1\""),
        (
            "Cartwright: Purchase Limit",
            "1000000",
            "expected a whole number from 0 to 999999, found \"1000000\"",
        ),
        (
            "Cartwright: Commission Rate",
            "101",
            "expected a percentage from 0 to 100 with at most two decimals, found \"101\"",
        ),
    ] {
        assert_eq!(cell(column, text), expected);
    }
    let dear = problems("Handle,Title,Variant Price,Variant Compare At Price\ntea,Tea,5,much\n");
    assert!(dear[0].contains("column \"Variant Compare At Price\""), "{dear:?}");
}

#[test]
fn all_problems_are_told_in_the_order_of_lines() {
    let text = "Handle,Title,Variant SKU,Variant Price\n\
        tea,,T1,5\n\
        tea,,T2,five\n\
        ,Pot,P1,5\n\
        pot,Pot,P1,5\n\
        pot,Other pot,P1,5\n";
    assert_eq!(
        problems(text),
        [
            "products.csv:2: column \"Title\": expected a title, found \"\"",
            "products.csv:3: column \"Variant Price\": expected a decimal number such as 19.90, found \"five\"",
            "products.csv:4: column \"Handle\": expected a handle such as green-tea, found \"\"",
            "products.csv:6: column \"Title\": expected the title that the product has on line 5, or nothing, found \"Other pot\"",
            "products.csv:6: column \"Variant SKU\": expected a code that no other variant has, found \"P1\" of line 5 again",
        ]
    );
}

#[test]
fn a_row_that_cannot_be_read_does_not_hide_the_others() {
    let text = b"Handle,Title,Variant Price\ntea,Tea\ntea,,5\npot,\xff,5\ncup,Cup,\0\njar,Jar,five\n";
    let problems: Vec<_> =
        read("products.csv", &text[..]).unwrap_err().iter().map(Problem::to_string).collect();
    assert_eq!(
        problems,
        [
            "products.csv:2: expected 3 fields as in the header, found 2",
            "products.csv:4: column \"Title\": expected text in UTF-8 (a spreadsheet calls it \"CSV UTF-8\")",
            "products.csv:5: column \"Variant Price\": expected text, found a NUL byte",
            "products.csv:6: column \"Variant Price\": expected a decimal number such as 19.90, found \"five\"",
        ]
    );
}

#[test]
fn skus_without_a_code_differ_by_their_options() {
    let rows = |rows: &str| format!("Handle,Title,Option1 Value,Variant SKU,Variant Price\n{rows}");
    for wrong in [
        "tea,Tea,red,,5\ntea,,red,,5\n",
        "tea,Tea,red,T1,5\ntea,,red,,5\n",
        "tea,Tea,red,,5\ntea,,red,T1,5\n",
    ] {
        let problems = problems(&rows(wrong));
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(problems[0].starts_with("products.csv:3: column \"Option1 Value\""), "{problems:?}");
    }
    for right in [
        "tea,Tea,red,T1,5\ntea,,red,T2,5\n",
        "tea,Tea,red,,5\ntea,,blue,,5\n",
        "tea,Tea,red,T1,5\npot,Pot,red,T1,5\n",
    ] {
        products(&rows(right));
    }
}

#[test]
fn real_files_are_read() {
    for (name, expected) in [("litemall.csv", 160), ("home-and-garden.csv", 20)] {
        let path = format!("{}/../../../shared/data/{name}", env!("CARGO_MANIFEST_DIR"));
        let Ok(file) = std::fs::File::open(&path) else {
            println!("skipped: there is no {path}");
            continue;
        };
        let products = read(name, file).unwrap();
        assert_eq!(products.len(), expected, "{name}");
        assert!(
            products.iter().all(|product| !product.skus.is_empty() && product.pictures.is_some()),
            "{name}"
        );
    }
}

#[test]
fn the_demo_catalogue_is_read() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/demo");
    let stores = ["tea-and-mountain.csv", "field-and-home.csv", "bazaar-parts.csv"];
    let stores =
        stores.map(|name| read(name, std::fs::File::open(format!("{folder}/{name}")).unwrap()).unwrap());
    assert!(stores.iter().map(Vec::len).sum::<usize>() >= 66);
    for products in &stores {
        assert_eq!(products.iter().filter(|product| product.is_published == Some(false)).count(), 1);
        assert!(products.iter().all(|product| !product.skus.is_empty()));
    }
    let distributed = stores.iter().flatten().filter(|product| product.is_distributed == Some(true));
    let rates: Vec<_> =
        distributed.map(|product| product.skus[0].commission_rate.map(BasisPoints::get)).collect();
    assert_eq!(rates, [Some(850), Some(1250)]);
    let plain = &stores[0][0];
    assert_eq!((plain.skus.len(), plain.skus[0].stock), (1, Some(50_000)));
    assert_eq!(
        (plain.skus[0].prices, plain.skus[0].options.as_ref()),
        (Some(prices_of(6800, 0)), Some(&options_of("", "")))
    );
}
