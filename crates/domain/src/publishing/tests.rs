//! Step two by cases, and both steps in any order: a product goes where it may, and the audit log misses nothing.

use std::collections::HashMap;

use proptest::prelude::*;

use super::*;
use crate::audit::{Field, changes};
use crate::limits::UNTRACKED_STOCK;

const NOW: Timestamp = Timestamp::from_micros(1_767_323_045_000_000);

fn begun() -> Product {
    draft(ProductId::new(1), StoreId::new(1), "100000000001".to_owned(), "tea".to_owned(), NOW)
}

fn variant(color: &str) -> SkuTerms {
    SkuTerms {
        color: Some(color.to_owned()),
        grams: Some(2500),
        stock: Some(5),
        price: Some(Money::from_minor(1000)),
        ..SkuTerms::default()
    }
}

fn of(rid: &str) -> SkuTerms {
    SkuTerms { rid: Some(rid.to_owned()), ..SkuTerms::default() }
}

/// A SKU that gets another colour.
fn turned(rid: &str, color: &str) -> SkuTerms {
    SkuTerms { color: Some(color.to_owned()), ..of(rid) }
}

/// Step two on a product, whose next SKU has this number.
fn taken(terms: &Terms, before: &Product, next: i64) -> Result<Product, Mistake> {
    let mut product = terms.of(before, |asset| format!("/{asset}.jpg"))?;
    for (sku, id) in product.skus.iter_mut().filter(|sku| sku.rid.is_empty()).zip(next..) {
        (sku.id, sku.rid) = (SkuId::new(id), id.to_string());
    }
    Ok(product)
}

fn with(skus: Vec<SkuTerms>) -> Terms {
    Terms { skus, ..Terms::default() }
}

fn two() -> Product {
    taken(&with(vec![variant("red"), variant("blue")]), &begun(), 1).unwrap()
}

#[test]
fn what_is_left_out_stays_what_is_named_changes_and_what_is_new_is_added() {
    let before = taken(&with(vec![SkuTerms { cover: Some(Some(AssetId::new(7))), ..of("1") }]), &two(), 3);
    let before = before.unwrap();
    assert_eq!(before.skus[0].cover, "/7.jpg");
    let terms = with(vec![
        SkuTerms { price: Some(Money::from_minor(900)), cover: Some(None), ..of("1") },
        variant("green"),
    ]);
    let after = taken(&terms, &before, 3).unwrap();
    let shown: Vec<_> = after
        .skus
        .iter()
        .map(|sku| (sku.rid.as_str(), sku.color.as_str(), sku.price.minor(), sku.stock, sku.cover.as_str()))
        .collect();
    assert_eq!(shown, [("1", "red", 900, 5, ""), ("2", "blue", 1000, 5, ""), ("3", "green", 1000, 5, "")]);
}

#[test]
fn what_makes_no_sense_is_a_mistake() {
    let without = |strip: fn(&mut SkuTerms)| {
        let mut sku = variant("red");
        strip(&mut sku);
        with(vec![sku])
    };
    let off = Terms { status: Some(Status::OffSale), ..Terms::default() };
    let back = Terms { status: Some(Status::Draft), skus: vec![variant("red")], ..Terms::default() };
    for (before, terms, mistake) in [
        (begun(), Terms::default(), Mistake::HowMany),
        (begun(), with((0..=MAX_SKUS).map(|_| variant("red")).collect()), Mistake::HowMany),
        (begun(), with(vec![of("1")]), Mistake::WhichSku),
        (two(), with(vec![of("3")]), Mistake::WhichSku),
        (two(), with(vec![of("1"), of("2"), of("1")]), Mistake::WhichSku),
        (begun(), with(vec![variant("red"), variant("blue"), variant(" red ")]), Mistake::Alike),
        (two(), with(vec![variant("red")]), Mistake::Alike),
        // What becomes red leaves no room for another red one, in either order.
        (two(), with(vec![variant("green"), turned("2", "green")]), Mistake::Alike),
        (two(), with(vec![turned("2", "green"), variant("green")]), Mistake::Alike),
        (begun(), without(|sku| sku.grams = None), Mistake::NoWeight),
        (begun(), without(|sku| sku.stock = None), Mistake::NoStock),
        (begun(), without(|sku| sku.price = None), Mistake::NoPrice),
        (two(), off, Mistake::Step),
        (two(), back.clone(), Mistake::Step),
        (begun(), back, Mistake::Step),
    ] {
        assert_eq!(taken(&terms, &before, 10), Err(mistake), "{terms:?}");
    }
}

#[test]
fn skus_differ_in_colour_or_model() {
    let model = |model: &str| SkuTerms { model: Some(model.to_owned()), ..variant("red") };
    let after = taken(&with(vec![turned("1", "green"), variant("red"), model("small")]), &two(), 3).unwrap();
    assert_eq!(after.skus.len(), 4);
    // Imported ones may be alike; they can still be changed.
    let alike = taken(&with(vec![turned("1", "blue")]), &two(), 3).unwrap();
    assert!(taken(&with(vec![turned("2", "blue"), variant("red")]), &alike, 3).is_ok());
}

#[test]
fn more_skus_than_may_be_published_can_still_be_changed() {
    let mut before = two();
    before.skus = vec![before.skus[0].clone(); MAX_SKUS + 1];
    assert!(taken(&with(vec![of("1")]), &before, 3).is_ok());
    assert_eq!(taken(&with(vec![variant("red")]), &before, 3), Err(Mistake::HowMany));
}

#[test]
fn a_stock_that_was_only_shown_does_not_begin_to_count() {
    let mut before = two();
    before.skus[0].is_tracked = false;
    for (stock, is_tracked, kept) in
        [(None, false, 5), (Some(UNTRACKED_STOCK), false, 5), (Some(5), true, 5), (Some(9), true, 9)]
    {
        let after = taken(&with(vec![SkuTerms { stock, ..of("1") }]), &before, 3).unwrap();
        assert_eq!((after.skus[0].is_tracked, after.skus[0].stock), (is_tracked, kept), "{stock:?}");
    }
}

#[test]
fn a_weight_has_three_decimals() {
    for (text, grams) in [
        ("2.5", Some(2500)),
        ("0", Some(0)),
        (" 1 ", Some(1000)),
        ("0.001", Some(1)),
        ("1.2000000", Some(1200)),
        ("100000", Some(MAX_GRAMS)),
        ("100000.001", None),
        ("0.0001", None),
        ("-1", None),
        ("+1", None),
        ("1e3", None),
        (".5", None),
        ("", None),
        ("１", None),
        ("9223372036854775807", None),
        ("9223372036854775.999", None),
        ("10000000000000000000000", None),
    ] {
        assert_eq!(parse_kilograms(text), grams, "{text:?}");
    }
}

fn basics(features: &str) -> Basics {
    Basics {
        category: CategoryId::new(1),
        title: "Tea".to_owned(),
        features: features.to_owned(),
        content: String::new(),
        assets: Vec::new(),
        material: MaterialId::new(1),
        labels: Vec::new(),
        is_custom_made: true,
        id_code: None,
        keywords: None,
        is_custom_service: None,
        custom_details: None,
        made_cycle: None,
        is_made_holiday: None,
    }
}

#[test]
fn the_short_text_follows_the_features_unless_it_says_something_else() {
    let first = basics("Fresh").of(&begun(), Vec::new()).unwrap();
    assert_eq!(basics("Green").of(&first, Vec::new()).unwrap().summary, "Green");
    let imported = Product { summary: "In short".to_owned(), ..first };
    assert_eq!(basics("Green").of(&imported, Vec::new()).unwrap().summary, "In short");
}

#[test]
fn pictures_that_are_no_assets_are_kept_in_their_order() {
    let asset = |id: i64| Asset {
        id: AssetId::new(id),
        store: None,
        file: format!("{id}.jpg"),
        filename: String::new(),
        kind: 1,
        bytes: 1,
        width: 1,
        height: 1,
        created_at: NOW,
    };
    let pictures = vec![Picture::from("a".to_owned()), asset(5).into(), Picture::from("b".to_owned())];
    let before = Product { pictures, ..begun() };
    let a_file = |id: i64| asset(id).path();
    let (a, b) = ("a".to_owned(), "b".to_owned());
    for (assets, shown) in [
        (vec![0], Some(vec![a.clone()])),
        (vec![0, 5, 0], Some(vec![a.clone(), a_file(5), b.clone()])),
        (vec![7, 0, 5, 0], Some(vec![a_file(7), a, a_file(5), b])),
        (vec![7], Some(vec![a_file(7)])),
        (vec![0, 0, 0], None),
    ] {
        let ids: Vec<_> = assets.iter().map(|id| Some(AssetId::new(*id)).filter(|_| *id > 0)).collect();
        let known = assets.iter().filter(|id| **id > 0).map(|id| asset(*id)).collect();
        let after = Basics { assets: ids, ..basics("Fresh") }.of(&before, known);
        let urls = after.map(|after| after.pictures.into_iter().map(|picture| picture.url).collect());
        assert_eq!(urls, shown, "{assets:?}");
    }
}

fn some_status() -> impl Strategy<Value = Option<Status>> {
    prop_oneof![
        Just(None),
        Just(Some(Status::Draft)),
        Just(Some(Status::Warehouse)),
        Just(Some(Status::OnSale)),
        Just(Some(Status::OffSale)),
    ]
}

/// A new SKU, or a change of one that may be there.
fn some_sku() -> impl Strategy<Value = SkuTerms> {
    let number = || proptest::option::of(0i64..3);
    (proptest::option::of(1i64..5), 0i64..9, number(), number(), number(), number()).prop_map(
        |(rid, color, stock, price, sale_price, rate)| SkuTerms {
            rid: rid.map(|rid| rid.to_string()),
            color: Some(color.to_string()),
            grams: Some(1),
            stock,
            price: price.map(Money::from_minor),
            sale_price: sale_price.map(Money::from_minor),
            commission_rate: rate.map(BasisPoints::new),
            ..SkuTerms::default()
        },
    )
}

fn some_terms() -> impl Strategy<Value = Terms> {
    (some_status(), proptest::collection::vec(some_sku(), 0..3)).prop_map(|(status, skus)| Terms {
        status,
        skus,
        ..Terms::default()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_product_goes_where_it_may_and_its_audit_entries_chain(
        commands in proptest::collection::vec(some_terms(), 1..20)
    ) {
        let mut product = begun();
        let (mut was_on_sale, mut next) = (false, 1);
        let mut last: HashMap<(Option<SkuId>, Field), Option<i64>> = HashMap::new();
        let mut log = changes(None, &product);
        for terms in commands {
            if let Ok(after) = taken(&terms, &product, next) {
                prop_assert!(product.status.may_become(after.status));
                prop_assert!(after.status != Status::Draft && !after.skus.is_empty());
                prop_assert!(after.status != Status::OffSale || was_on_sale);
                for (at, sku) in after.skus.iter().enumerate().skip(product.skus.len()) {
                    prop_assert!(after.skus[..at].iter().all(|other| other.mode() != sku.mode()));
                }
                was_on_sale |= after.status == Status::OnSale;
                next += i64::try_from(after.skus.len() - product.skus.len()).unwrap();
                log.extend(changes(Some(&product), &after));
                product = after;
            }
        }
        for changed in log {
            prop_assert_ne!(changed.before, changed.after);
            let known = last.insert((changed.sku, changed.field), changed.after);
            prop_assert_eq!(known.flatten(), changed.before);
        }
        // What the log says last is what the product is.
        for changed in changes(None, &product) {
            prop_assert_eq!(last[&(None, changed.field)], changed.after);
        }
        for sku in &product.skus {
            let of = |field| last[&(Some(sku.id), field)];
            prop_assert_eq!(of(Field::Price), Some(sku.price.minor()));
            prop_assert_eq!(of(Field::SalePrice), Some(sku.sale_price.minor()));
            prop_assert_eq!(of(Field::Stock), Some(sku.stock));
            prop_assert_eq!(of(Field::CommissionRate), Some(sku.commission_rate.get()));
        }
    }
}
