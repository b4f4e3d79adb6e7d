//! The guests and their carts, filled in process through the deeds: fifty thousand logins are not what is measured.

use std::path::Path;

use anyhow::{Result, bail};

/// Lines in every cart.
const LINES: usize = 5;

/// Makes so many guests with a cart of five lines each in the data folder, and returns their tokens in order.
pub(crate) async fn seed_carts(data: &Path, carts: usize, products: usize) -> Result<Vec<String>> {
    // The deeds go here: open the store in `data`, and per cart issue a guest token and add `products_of(cart)`,
    // a few hundred carts at a time, so that they share commits.
    let first = products_of(0, products);
    bail!(
        "{carts} carts beginning with {first:?} cannot be put into {}: the deeds are missing",
        data.display()
    )
}

/// What is in the cart of this number, counted from 0; the load adds more of the same.
fn products_of(cart: usize, products: usize) -> [usize; LINES] {
    std::array::from_fn(|line| (cart * LINES + line) % products + 1)
}
