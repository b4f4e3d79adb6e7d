//! What the shops of the proof sell: a few things of every kind that a cart must tell apart, and many to fill carts with.

use std::fmt::Write;
use std::ops::Range;

/// A SKU under its product's own listing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Item {
    /// The product's number, which is its listing's.
    pub(crate) listing: i64,
    /// Its place among the product's SKUs, from 0.
    pub(crate) position: usize,
    /// The store's number.
    pub(crate) store: i64,
    /// Pieces that there are; `None` where nobody counts them.
    pub(crate) stock: Option<i64>,
}

/// Everything that carts are mixed from. Its place in this list is the item's number.
pub(crate) const ITEMS: [Item; 8] = [
    Item { listing: 1, position: 0, store: 1, stock: Some(1_000_000) },
    Item { listing: 2, position: 0, store: 2, stock: Some(1_000_000) },
    Item { listing: SCARCE, position: 0, store: 2, stock: Some(FEW) },
    Item { listing: 4, position: 0, store: 2, stock: Some(9) },
    Item { listing: 4, position: 1, store: 2, stock: Some(7) },
    Item { listing: 4, position: 2, store: 2, stock: Some(5) },
    Item { listing: LIMITED, position: 0, store: 2, stock: Some(1_000_000) },
    Item { listing: UNCOUNTED, position: 0, store: 2, stock: None },
];

/// The product that there are few of, and how many.
pub(crate) const SCARCE: i64 = 3;
pub(crate) const FEW: i64 = 12;

/// The product that one customer may buy few of, and how many.
pub(crate) const LIMITED: i64 = 5;
pub(crate) const LIMIT: i64 = 3;

/// The product whose stock nobody counts.
pub(crate) const UNCOUNTED: i64 = 6;

/// Products that fill carts, of one SKU each.
pub(crate) const FILLERS: Range<i64> = 7..537;

/// The most pieces of a line, and the most lines of a cart.
pub(crate) const MOST_PIECES: i64 = 999_999;
pub(crate) const MOST_LINES: usize = 500;

/// The stores, in the order in which they are made; their numbers count from 1.
pub(crate) const STORES: [&str; 2] = ["First", "Second"];

/// The product file of a store.
pub(crate) fn file_of(store: i64) -> String {
    let mut file = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Tracker,Variant Inventory Qty,\
         Variant Inventory Policy,Variant Price,Cartwright: Purchase Limit\n"
        .to_owned();
    let mut add = |listing: i64, position: usize, stock: Option<i64>| {
        let is_first = position == 0;
        let title = if is_first { format!("Product {listing}") } else { String::new() };
        let limit = if is_first && listing == LIMITED { LIMIT.to_string() } else { String::new() };
        let (tracker, stock) = stock.map_or(("", 0), |stock| ("shopify", stock));
        writeln!(
            file,
            "product-{listing},{title},Size,{position},S-{listing}-{position},{tracker},{stock},deny,{listing}.5{position},{limit}"
        )
        .expect("a text takes what is written");
    };
    for item in ITEMS.iter().filter(|item| item.store == store) {
        add(item.listing, item.position, item.stock);
    }
    if store == 2 {
        FILLERS.for_each(|listing| add(listing, 0, Some(100)));
    }
    file
}

/// What a shop calls its items, in their order.
#[derive(Clone, Debug)]
pub(crate) struct Goods {
    /// Numbers of the SKUs.
    pub(crate) skus: Vec<i64>,
    /// Public ids of the SKUs.
    pub(crate) rids: Vec<String>,
}

/// The item that a dialect means where it knows products only.
pub(crate) fn first_of(listing: i64) -> usize {
    ITEMS.iter().position(|item| item.listing == listing).expect("a product of ours")
}
