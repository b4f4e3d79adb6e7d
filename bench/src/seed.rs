//! The guests and their carts, filled in process through the deeds: fifty thousand logins are not what is measured.

use std::path::Path;

use anyhow::{Context, Result};
use app::cart::{Extras, Item};
use app::{App, Clock, Ctx, Entropy, Settings, shopper};
use domain::id::ListingId;
use store::{Options, Store};
use tokio::task::JoinSet;

/// Lines in every cart.
const LINES: usize = 5;
/// Carts filled at a time, so that they share commits.
const AT_ONCE: usize = 500;

/// Makes so many guests with a cart of five lines each in the data folder, and returns their tokens in order.
pub(crate) async fn seed_carts(data: &Path, carts: usize, products: usize) -> Result<Vec<String>> {
    let store = Store::open(&Options::new(data.join("cartwright.db")))?;
    let app = App::new(store, Settings::default(), Clock::System, Entropy::System);
    let mut tokens = vec![String::new(); carts];
    for first in (0..carts).step_by(AT_ONCE) {
        let mut filling = JoinSet::new();
        for cart in first..(first + AT_ONCE).min(carts) {
            filling.spawn(fill(app.clone(), cart, products));
        }
        while let Some(filled) = filling.join_next().await {
            let (cart, token) = filled.context("a cart was not filled")??;
            tokens[cart] = token;
        }
    }
    app.store().close();
    Ok(tokens)
}

async fn fill(app: App, cart: usize, products: usize) -> Result<(usize, String)> {
    let nobody = Ctx::new(&app, None);
    let (token, session) = shopper::new_guest(&nobody, shopper::hex_secret(&nobody)).await?;
    let guest = Ctx::new(&app, Some(session));
    for product in products_of(cart, products) {
        let item = Item { listing: ListingId::new(i64::try_from(product)?), sku: None };
        app::cart::add(&guest, item, 1, Extras::default()).await?;
    }
    Ok((cart, token))
}

/// What is in the cart of this number, counted from 0; the load adds more of the same.
fn products_of(cart: usize, products: usize) -> [usize; LINES] {
    std::array::from_fn(|line| (cart * LINES + line) % products + 1)
}
