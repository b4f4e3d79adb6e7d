//! What each dialect has to show of the model's cart, as the part of its reply that the model speaks of.

use std::collections::{BTreeMap, BTreeSet};

use domain::product::Sku;
use proptest::prelude::prop_assert;
use proptest::test_runner::TestCaseResult;
use serde_json::{Map, Value, json};
use web::testing::Reply;

use super::cart::{Cart, Line};
use super::goods::{Goods, price};
use crate::client::Dialect;

/// What a SKU without inventory tracking shows as its stock.
const UNTRACKED: i64 = 9_999_999;

/// Fails when a reply does not show what the model has.
pub(crate) fn assert_shows(reply: &Reply, model: &Value, what: &str) -> TestCaseResult {
    let shown = part(&reply.json(), model);
    prop_assert!(shown == *model, "{what}\n  {shown}\nand by the rules it should be\n  {model}\n");
    Ok(())
}

/// The part of a reply that the model speaks of; a map from numbers is kept whole.
fn part(reply: &Value, model: &Value) -> Value {
    match (reply, model) {
        (Value::Object(reply), Value::Object(model)) => {
            let is_map = model.is_empty() || reply.keys().all(|key| key.parse::<i64>().is_ok());
            let shown = reply.iter().filter(|(key, _)| is_map || model.contains_key(*key));
            let of_model = |key: &String| model.get(key).unwrap_or(&Value::Null);
            shown.map(|(key, value)| (key.clone(), part(value, of_model(key)))).collect()
        }
        (Value::Array(reply), Value::Array(model)) => {
            let model = model.iter().chain(std::iter::repeat(&Value::Null));
            reply.iter().zip(model).map(|(reply, model)| part(reply, model)).collect()
        }
        (reply, _) => reply.clone(),
    }
}

/// The whole cart as a dialect's reply to a read has it.
pub(crate) fn whole(dialect: Dialect, cart: &Cart, goods: &Goods) -> Value {
    match dialect {
        Dialect::Mt => folded(cart).into_iter().map(|listing| product(listing, cart, goods)).collect(),
        Dialect::Wangmarket => stores(cart, goods),
        Dialect::Hamgam => items(cart, goods),
        Dialect::Anqicms => {
            let rows: Vec<_> = cart.lines.iter().rev().map(|line| row(line, goods)).collect();
            json!({"code": 0, "msg": "", "total": rows.len(), "data": rows})
        }
        Dialect::Lexi => {
            let items: Vec<_> = cart.lines.iter().map(|line| of_sku(line, goods)).collect();
            let total: i64 = cart.lines.iter().map(|line| line.quantity).sum();
            json!({"data": {"item_count": items.len(), "items": items, "total_quantity": total}})
        }
    }
}

/// The listings in the order of their first lines.
fn folded(cart: &Cart) -> Vec<i64> {
    let mut listings = Vec::new();
    for line in &cart.lines {
        if !listings.contains(&line.listing) {
            listings.push(line.listing);
        }
    }
    listings
}

fn first_sku(listing: i64, goods: &Goods) -> &Sku {
    &goods.held(listing).skus[0]
}

fn shown_stock(sku: &Sku) -> i64 {
    if sku.is_tracked { sku.stock } else { UNTRACKED }
}

/// A row of mt.
fn product(listing: i64, cart: &Cart, goods: &Goods) -> Value {
    let fen = price(first_sku(listing, goods));
    let yuan: Value = format!("{}.{:02}", fen / 100, fen % 100).parse().expect("a number");
    json!({
        "nums": cart.total(listing),
        "distributor_product_id": listing,
        "product_detail": {"price": yuan, "is_sell": i64::from(goods.is_on_sale(listing))},
    })
}

/// All carts of wangmarket.
fn stores(cart: &Cart, goods: &Goods) -> Value {
    let stores: BTreeSet<i64> = cart.lines.iter().map(|line| goods.store_of(line.listing)).collect();
    let carts: Map<_, _> =
        stores.into_iter().map(|store| (store.to_string(), of_store(store, cart, goods))).collect();
    let sum = |name: &str| carts.values().filter_map(|cart| cart[name].as_i64()).sum::<i64>();
    json!({"result": 1, "number": sum("number"), "money": sum("money"), "storeCartMap": carts})
}

/// One store's cart of wangmarket; its totals count what is selected.
pub(crate) fn of_store(store: i64, cart: &Cart, goods: &Goods) -> Value {
    let (mut number, mut money, mut map) = (0, 0, BTreeMap::new());
    for listing in folded(cart).into_iter().filter(|listing| goods.store_of(*listing) == store) {
        let lines: Vec<_> = cart.lines.iter().filter(|line| line.listing == listing).collect();
        let is_selected = lines.iter().all(|line| line.is_selected);
        let of_goods: i64 =
            lines.iter().map(|line| line.quantity * price(goods.sku(listing, line.sku))).sum();
        if is_selected {
            number += cart.total(listing);
            money += of_goods;
        }
        let sku = first_sku(listing, goods);
        let shown = json!({
            "goods": {"price": price(sku), "originalPrice": sku.price.minor(), "inventory": shown_stock(sku)},
            "number": cart.total(listing),
            "money": of_goods,
            "selected": i64::from(is_selected),
            "exceptional": exceptional(&lines, goods),
        });
        map.insert(listing.to_string(), shown);
    }
    json!({"number": number, "money": money, "goodsCartMap": map})
}

/// What is wrong with a product: off sale or gone, short stock, another price, over the purchase limit.
fn exceptional(lines: &[&Line], goods: &Goods) -> i64 {
    let listing = lines[0].listing;
    let is_short = |line: &&Line| {
        let sku = goods.sku(listing, line.sku);
        sku.is_tracked && !sku.may_oversell && line.quantity > sku.stock
    };
    let has_new_price = |line: &&Line| price(goods.sku(listing, line.sku)) != line.price_when_added;
    let limit = goods.held(listing).purchase_limit;
    if !goods.is_on_sale(listing) {
        2
    } else if lines.iter().any(is_short) {
        1
    } else if lines.iter().any(has_new_price) {
        3
    } else if limit > 0 && lines.iter().map(|line| line.quantity).sum::<i64>() > limit {
        4
    } else {
        0
    }
}

/// The cart of hamgam.
fn items(cart: &Cart, goods: &Goods) -> Value {
    let [address, shipping_method, payment_method] = cart.references;
    let (mut subtotal, mut discount) = (0, 0);
    let mut item = |line: &Line| {
        let sku = goods.sku(line.listing, line.sku);
        let regular = sku.price.minor();
        let off = regular - price(sku);
        subtotal += regular * line.quantity;
        discount += off * line.quantity;
        json!({
            "id": line.id, "ref": line.listing.to_string(), "product": {"id": line.listing},
            "quantity": line.quantity, "notes": line.notes, "unit_price": regular, "unit_discount": off,
            "subtotal": regular * line.quantity, "discount": off * line.quantity,
            "total": (regular - off) * line.quantity,
        })
    };
    let items: Vec<_> = cart.lines.iter().map(&mut item).collect();
    json!({
        "address": address, "shipping_method": shipping_method, "payment_method": payment_method,
        "count": items.len(), "quantity": cart.lines.iter().map(|line| line.quantity).sum::<i64>(),
        "is_empty": items.is_empty(), "items_subtotal": subtotal, "items_discount": discount,
        "subtotal": subtotal, "discount": discount, "shipping_cost": 0, "total": subtotal - discount,
        "items": items,
    })
}

/// An item of lexi.
fn of_sku(line: &Line, goods: &Goods) -> Value {
    let sku = goods.sku(line.listing, line.sku);
    json!({"rid": sku.rid, "quantity": line.quantity, "product": {"rid": sku.rid, "stock_count": shown_stock(sku)}})
}

/// A row of anqicms.
fn row(line: &Line, goods: &Goods) -> Value {
    let sku = goods.sku(line.listing, line.sku);
    json!({
        "id": line.listing, "cart_id": line.id, "sku_id": line.sku, "quantity": line.quantity,
        "price": price(sku), "stock": shown_stock(sku), "status": i64::from(goods.is_on_sale(line.listing)),
        "amount": price(sku) * line.quantity, "origin_amount": sku.price.minor() * line.quantity,
        "order_extra": line.extra.clone().unwrap_or_else(|| json!({})),
    })
}
