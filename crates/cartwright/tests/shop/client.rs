//! A shopper at the doors of all five dialects: one token, sent where each dialect looks for it.

use std::fmt;

use axum::http::Method;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use web::testing::{Reply, TestRequest, TestShop};

/// The cart's paths.
pub(crate) const MT: &str = "/rest_api/mt_shop_cart/";
pub(crate) const WANGMARKET: &str = "/shop/api/cart/";
pub(crate) const HAMGAM: &str = "/api/shop/cart";
pub(crate) const ANQICMS: &str = "/api/cart/";
pub(crate) const LEXI: &str = "/api/v1.0/cart";

/// Which API a client speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Dialect {
    Mt,
    Wangmarket,
    Hamgam,
    Anqicms,
    Lexi,
}

pub(crate) const DIALECTS: [Dialect; 5] =
    [Dialect::Mt, Dialect::Wangmarket, Dialect::Hamgam, Dialect::Anqicms, Dialect::Lexi];

/// Those whose adding adds to what is there; lexi's overwrites it.
pub(crate) const ADDING: [Dialect; 4] = [Dialect::Mt, Dialect::Wangmarket, Dialect::Hamgam, Dialect::Anqicms];

/// A request that any shopper can send.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) dialect: Dialect,
    method: Method,
    path: String,
    /// A form in wangmarket, JSON elsewhere; null is no body.
    body: Value,
}

/// Somebody with a token.
#[derive(Clone)]
pub(crate) struct Shopper {
    shop: TestShop,
    pub(crate) token: String,
    /// Where anqicms wants the token: `cart` of a guest, `token` of a customer.
    pub(crate) header: &'static str,
}

impl Dialect {
    /// Whether a reply says that the request was done.
    pub(crate) fn is_done(self, reply: &Reply) -> bool {
        match self {
            Self::Mt | Self::Hamgam => reply.status.is_success(),
            Self::Wangmarket => reply.status == 200 && reply.json()["result"] == 1,
            Self::Anqicms => reply.status == 200 && reply.json()["code"] == 0,
            Self::Lexi => reply.status == 200 && reply.json()["success"] == true,
        }
    }

    /// Whether a reply says, as the dialect does, that nobody is logged in.
    pub(crate) fn is_not_logged_in(self, reply: &Reply) -> bool {
        let body = reply.json();
        match self {
            Self::Mt => reply.status == 403 && body == json!({"detail": "身份认证信息未提供。"}),
            Self::Wangmarket => reply.status == 200 && body == json!({"result": "2", "info": "not login"}),
            Self::Hamgam => {
                let is_sentence = ["Authentication credentials were not provided.", "Invalid token."]
                    .iter()
                    .any(|sentence| body == json!({ "detail": sentence }));
                reply.status == 401 && reply.header("www-authenticate") == "Token" && is_sentence
            }
            Self::Anqicms => {
                let sentence = "该操作需要登录，请登录后重试";
                reply.status == 200 && body == json!({"code": 1001, "msg": sentence})
            }
            Self::Lexi => {
                let status = json!({"code": 401, "message": "Unauthorized access."});
                let challenge = reply.header("www-authenticate");
                reply.status == 401
                    && challenge == "Basic realm=\"Authentication Required\""
                    && body == json!({"status": status, "success": false})
            }
        }
    }

    /// Puts a token where the dialect looks for it; wangmarket's goes with the parameters.
    pub(crate) fn authorize<'a>(
        self,
        request: TestRequest<'a>,
        header: &str,
        token: &str,
    ) -> TestRequest<'a> {
        match self {
            Self::Mt | Self::Hamgam => request.header("authorization", &format!("Token {token}")),
            Self::Wangmarket => request,
            Self::Anqicms => request.header(header, token),
            // Two blanks, as the apps write it.
            Self::Lexi => {
                request.header("authorization", &format!("Basic  {}", STANDARD.encode(format!("{token}:"))))
            }
        }
    }

    /// Adds pieces of a product, of its first SKU; lexi sets how many there are.
    pub(crate) fn add(self, product: i64, pieces: i64) -> Call {
        match self {
            Self::Mt => mt(Method::POST, "", json!({"nums": pieces, "distributor_product_id": product})),
            Self::Wangmarket => {
                let form = format!("goodsid={product}&changeNumber={pieces}&storeid=1");
                wangmarket("change", &form)
            }
            Self::Hamgam => hamgam(Method::POST, "/items", json!({"product": product, "quantity": pieces})),
            Self::Anqicms => anqicms("add", json!({"archive_id": product, "quantity": pieces})),
            Self::Lexi => lexi(Method::POST, "", json!({"rid": sku_rid(product), "quantity": pieces})),
        }
    }

    /// Shows the whole cart.
    pub(crate) fn view(self) -> Call {
        match self {
            Self::Mt => mt(Method::GET, "", Value::Null),
            Self::Wangmarket => wangmarket("getCart", ""),
            Self::Hamgam => hamgam(Method::GET, "", Value::Null),
            Self::Anqicms => Call {
                dialect: Self::Anqicms,
                method: Method::GET,
                path: format!("{ANQICMS}list?pageSize=100"),
                body: Value::Null,
            },
            Self::Lexi => lexi(Method::GET, "", Value::Null),
        }
    }
}

/// A call of the `mt` cart; the path is what comes behind its root.
pub(crate) fn mt(method: Method, path: &str, body: Value) -> Call {
    Call { dialect: Dialect::Mt, method, path: format!("{MT}{path}"), body }
}

/// A call of the `wangmarket` cart, such as `change`, with a form.
pub(crate) fn wangmarket(name: &str, form: &str) -> Call {
    let (method, path) = (Method::POST, format!("{WANGMARKET}{name}.json"));
    Call { dialect: Dialect::Wangmarket, method, path, body: json!(form) }
}

/// A call of the `hamgam` cart; the path is what comes behind its root.
pub(crate) fn hamgam(method: Method, path: &str, body: Value) -> Call {
    Call { dialect: Dialect::Hamgam, method, path: format!("{HAMGAM}{path}"), body }
}

/// A write to the `anqicms` cart, such as `add`.
pub(crate) fn anqicms(name: &str, body: Value) -> Call {
    Call { dialect: Dialect::Anqicms, method: Method::POST, path: format!("{ANQICMS}{name}"), body }
}

/// A call of the `lexi` cart; the path is what comes behind its root.
pub(crate) fn lexi(method: Method, path: &str, body: Value) -> Call {
    Call { dialect: Dialect::Lexi, method, path: format!("{LEXI}{path}"), body }
}

/// The public id of a product of the stock.
pub(crate) fn rid(product: i64) -> String {
    format!("1{product:010}")
}

/// The public id of a SKU of the stock.
pub(crate) fn sku_rid(sku: i64) -> String {
    format!("2{sku:010}")
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.method, self.path, self.body)
    }
}

impl Shopper {
    /// Whoever has a guest's token.
    pub(crate) fn guest(shop: &TestShop, token: String) -> Self {
        Self { shop: shop.clone(), token, header: "cart" }
    }

    /// A new guest, by wangmarket's token.
    pub(crate) async fn new_guest(shop: &TestShop) -> Self {
        let reply = shop.post("/login/getToken.json").send().await;
        Self::guest(shop, reply.json()["info"].as_str().expect("a token").to_owned())
    }

    /// Whoever has a customer's token.
    pub(crate) fn customer(shop: &TestShop, token: String) -> Self {
        Self { shop: shop.clone(), token, header: "token" }
    }

    /// A new customer.
    pub(crate) async fn new_customer(shop: &TestShop, email: &str) -> Self {
        Self::customer(shop, shop.app.customer(email).await)
    }

    /// Sends a call.
    pub(crate) async fn send(&self, call: &Call) -> Reply {
        self.send_with(call, &[]).await
    }

    /// Sends a call with headers.
    pub(crate) async fn send_with(&self, call: &Call, headers: &[(&str, &str)]) -> Reply {
        let Call { dialect, method, path, body } = call;
        let mut request = self.shop.request(method.clone(), path);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        request = dialect.authorize(request, self.header, &self.token);
        request = match body {
            Value::Null => request,
            Value::String(form) => request.form(&format!("token={}&{form}", self.token)),
            body => request.json(body),
        };
        request.send().await
    }

    /// Sends a call that has to be done.
    pub(crate) async fn done(&self, call: &Call) -> Reply {
        let reply = self.send(call).await;
        assert!(call.dialect.is_done(&reply), "{call:?}: {} {}", reply.status, reply.body);
        reply
    }

    /// The whole cart as every dialect shows it: status, version and body.
    pub(crate) async fn views(&self) -> Vec<String> {
        let mut views = Vec::new();
        for dialect in DIALECTS {
            views.push(self.done(&dialect.view()).await.golden());
        }
        views
    }

    /// The same without the version: a write that leaves everything as it was is no change.
    pub(crate) async fn contents(&self) -> Vec<String> {
        let mut contents = Vec::new();
        for dialect in DIALECTS {
            contents.push(self.done(&dialect.view()).await.body);
        }
        contents
    }

    /// Archive, SKU and pieces of every line, oldest first.
    pub(crate) async fn lines(&self) -> Vec<(i64, i64, i64)> {
        let reply = self.done(&Dialect::Anqicms.view()).await;
        let rows = reply.json()["data"].as_array().cloned().expect("rows");
        let number = |row: &Value, name: &str| row[name].as_i64().expect("a number");
        let line = |row: &Value| (number(row, "id"), number(row, "sku_id"), number(row, "quantity"));
        rows.iter().rev().map(line).collect()
    }

    /// The version of the cart, as `If-Match` wants it.
    pub(crate) async fn etag(&self) -> String {
        self.done(&Dialect::Hamgam.view()).await.header("etag").to_owned()
    }
}
