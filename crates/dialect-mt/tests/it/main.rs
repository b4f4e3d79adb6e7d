//! The dialect through its router, in process.

mod cart;

use dialect_mt::routes;
use web::testing::TestShop;

/// A stocked shop.
async fn shop() -> TestShop {
    let shop = TestShop::new(routes);
    shop.app.stock().await;
    shop
}

/// A stocked shop and the `Authorization` header of a customer.
async fn shop_and_customer() -> (TestShop, String) {
    let shop = shop().await;
    let token = shop.app.customer("li@example.com").await;
    (shop, format!("Token {token}"))
}
