//! Whether a cart adds up: the totals of one reply are the sums of the lines of the same reply, at the prices that it shows.

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::client::Dialect;
use crate::goods::{LIMIT, LIMITED};

/// Adds a whole cart up as a dialect shows it.
pub(crate) fn adds_up(dialect: Dialect, cart: &Value) -> Result<()> {
    match dialect {
        // It has no totals.
        Dialect::Mt => Ok(()),
        Dialect::Wangmarket => {
            let stores = cart["storeCartMap"].as_object().context("stores")?;
            stores.values().try_for_each(store_adds_up)?;
            let sum = |name: &str| stores.values().map(|store| number(store, name)).sum::<i64>();
            is(cart, "number", sum("number"))?;
            is(cart, "money", sum("money"))
        }
        Dialect::Hamgam => {
            let items = list(&cart["items"])?;
            for item in items {
                let quantity = number(item, "quantity");
                is(item, "subtotal", number(item, "unit_price") * quantity)?;
                is(item, "discount", number(item, "unit_discount") * quantity)?;
                is(item, "total", number(item, "subtotal") - number(item, "discount"))?;
            }
            let sum = |name: &str| items.iter().map(|item| number(item, name)).sum::<i64>();
            is(cart, "count", items.len() as i64)?;
            is(cart, "quantity", sum("quantity"))?;
            is(cart, "items_subtotal", sum("subtotal"))?;
            is(cart, "items_discount", sum("discount"))?;
            is(cart, "total", sum("total"))
        }
        Dialect::Anqicms => {
            let rows = list(&cart["data"])?;
            for row in rows {
                is(row, "amount", number(row, "price") * number(row, "quantity"))?;
            }
            is(cart, "total", rows.len() as i64)
        }
        Dialect::Lexi => {
            let cart = &cart["data"];
            let items = list(&cart["items"])?;
            is(cart, "item_count", items.len() as i64)?;
            is(cart, "total_quantity", items.iter().map(|item| number(item, "quantity")).sum())
        }
    }
}

/// Adds the cart of one store up, as wangmarket shows it after a change; its totals count what is selected.
pub(crate) fn store_adds_up(cart: &Value) -> Result<()> {
    let goods = cart["goodsCartMap"].as_object().context("goods")?;
    for (listing, line) in goods {
        // A product's price is its first SKU's, so only one of one SKU can be multiplied out.
        if *listing != SEVERAL.to_string() {
            is(line, "money", number(&line["goods"], "price") * number(line, "number"))?;
        }
        if *listing == LIMITED.to_string() {
            let is_flagged = number(line, "exceptional") == OVER_LIMIT;
            ensure!(is_flagged == (number(line, "number") > LIMIT), "the purchase limit is not told: {line}");
        }
    }
    let selected = || goods.values().filter(|line| line["selected"] == 1);
    is(cart, "number", selected().map(|line| number(line, "number")).sum())?;
    is(cart, "money", selected().map(|line| number(line, "money")).sum())
}

/// The product that comes in several SKUs.
const SEVERAL: i64 = 4;

/// How wangmarket says that there are more pieces than one customer may buy.
const OVER_LIMIT: i64 = 4;

fn list(value: &Value) -> Result<&Vec<Value>> {
    value.as_array().with_context(|| format!("a list, not {value}"))
}

/// A number, which is there.
fn number(of: &Value, name: &str) -> i64 {
    of[name].as_i64().unwrap_or(i64::MIN / 1_000_000)
}

fn is(of: &Value, name: &str, sum: i64) -> Result<()> {
    ensure!(of[name] == sum, "{name} is not {sum}: {of}");
    Ok(())
}
