//! The dialect through its router, in process.

mod cart;
mod cart_selected;
mod cart_shown;
mod goods;
mod goods_type;
mod headers;
mod hostile;
mod login;
mod routes;
mod statements;
mod store;

use dialect_wangmarket::routes;
use web::testing::{Reply, TestRequest, TestShop};

/// A stocked shop.
async fn shop() -> TestShop {
    let shop = TestShop::new(routes);
    shop.app.stock().await;
    shop
}

/// A stocked shop and a customer of it.
async fn shop_and_customer() -> (TestShop, Client) {
    let shop = shop().await;
    let token = shop.app.customer("li@example.com").await;
    let client = Client { shop: shop.clone(), token };
    (shop, client)
}

/// A client with a token.
struct Client {
    shop: TestShop,
    token: String,
}

impl Client {
    /// Begins a request with the token among the form's fields.
    fn asking(&self, path: &str, form: &str) -> TestRequest<'_> {
        self.shop.post(path).form(&format!("token={}&{form}", self.token))
    }

    async fn post(&self, path: &str, form: &str) -> Reply {
        self.asking(path, form).send().await
    }

    async fn change(&self, goodsid: i64, by: i64) -> Reply {
        self.post("/cart/change.json", &format!("goodsid={goodsid}&changeNumber={by}&storeid=1")).await
    }

    /// Pieces of a product in the cart of a store.
    async fn number(&self, storeid: i64, goodsid: i64) -> i64 {
        let form = format!("storeid={storeid}&goodsid={goodsid}");
        self.post("/cart/getGoodsCart.json", &form).await.json()["number"].as_i64().expect("a number")
    }

    /// The whole cart as it is shown.
    async fn cart(&self) -> String {
        self.post("/cart/getCart.json", "").await.body
    }
}

/// The sentence of a reply that came with HTTP 200 and result 0.
fn refusal(reply: &Reply) -> String {
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert_eq!(reply.json()["result"], 0, "{}", reply.body);
    reply.json()["info"].as_str().expect("a sentence").to_owned()
}
