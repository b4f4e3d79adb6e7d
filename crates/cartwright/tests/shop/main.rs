//! The whole shop through its router, in process: what has to hold whichever dialect a client speaks.

mod client;
mod files;
mod hostile;
mod model;
mod parallel;
mod publishing;
mod rights;
mod routes;
mod story;
mod versions;

use web::testing::TestShop;

/// A stocked shop.
async fn shop() -> TestShop {
    let shop = TestShop::new(cartwright::routes);
    shop.app.stock().await;
    shop
}
