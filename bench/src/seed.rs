//! The guests and their carts, the customers, and what the load must know: made in process through the deeds, since fifty
//! thousand logins are not what is measured.

use anyhow::{Context, Result};
use app::cart::{Extras, Item};
use app::{App, Clock, Ctx, Entropy, Settings, shopper};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use domain::account::{Identifier, Role};
use domain::id::{ListingId, ProductId};
use store::{Database, Options, Store};
use tokio::task::JoinSet;

/// Lines in every cart.
const LINES: usize = 5;
/// Carts filled at a time, so that they share commits.
const AT_ONCE: usize = 500;
/// Customers, each with a wishlist.
const CUSTOMERS: usize = 500;
/// Longer than any run, in seconds.
const A_DAY: i64 = 86_400;

/// What the load must know of a shop, each in order.
pub(crate) struct Seeded {
    /// The guests' tokens.
    pub(crate) tokens: Vec<String>,
    /// The customers' credentials for HTTP Basic.
    pub(crate) customers: Vec<String>,
    /// The products' public ids.
    pub(crate) rids: Vec<String>,
}

/// Makes so many guests with a cart of five lines each in a database that has its tables, and customers.
pub(crate) async fn seed(database: Database, carts: usize, products: usize) -> Result<Seeded> {
    let store = Store::open(&Options::new(database))?;
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
    let mut customers = Vec::with_capacity(CUSTOMERS);
    let nobody = Ctx::new(&app, None);
    for number in 0..CUSTOMERS {
        let email = Identifier::parse_email(&format!("customer{number}@shop.example"))?;
        let account = shopper::add_account(&nobody, &[email], None, Role::Customer).await?;
        let token = shopper::issue_token(&nobody, &account, A_DAY).await?;
        customers.push(BASE64_STANDARD.encode(format!("{token}:")));
    }
    let ids: Vec<_> = (1..=i64::try_from(products)?).map(ProductId::new).collect();
    let mut found = Vec::with_capacity(products);
    for some in ids.chunks(AT_ONCE) {
        found.extend(app.store().products(some).await?);
    }
    found.sort_by_key(|product| product.id);
    app.store().close();
    Ok(Seeded { tokens, customers, rids: found.into_iter().map(|product| product.rid).collect() })
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
