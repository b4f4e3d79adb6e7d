//! The client that tests talk to a shop with: through the router, in process.

use std::sync::Arc;

use app::{App, Settings};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use axum::response::Response;
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

use crate::{Outside, Shop};

/// A shop behind its doors. Clones share it.
#[derive(Clone)]
pub struct TestShop {
    /// The shop itself.
    pub app: App,
    router: Router,
    _folder: Arc<dyn Send + Sync>,
}

impl TestShop {
    /// An empty shop that is found at `https://shop.example`.
    pub fn new(routes: impl FnOnce(&Shop) -> Router<Shop>) -> Self {
        Self::with(Settings::default(), routes)
    }

    /// The same with the stock of `App::stock`.
    pub async fn stocked(routes: impl FnOnce(&Shop) -> Router<Shop>) -> Self {
        let shop = Self::new(routes);
        shop.app.stock().await;
        shop
    }

    /// The same as a new one, with settings.
    pub fn with(settings: Settings, routes: impl FnOnce(&Shop) -> Router<Shop>) -> Self {
        Self::reached(settings, Outside::default(), routes)
    }

    /// The same with settings of the doors.
    pub fn reached(settings: Settings, outside: Outside, routes: impl FnOnce(&Shop) -> Router<Shop>) -> Self {
        let (app, folder) = app::testing::shop(settings);
        let outside = Outside { public_url: Some("https://shop.example".to_owned()), ..outside };
        let shop = Shop::new(app.clone(), outside);
        let router = routes(&shop).with_state(shop);
        Self { app, router, _folder: Arc::new(folder) }
    }

    /// SQL statements run so far, but for looks at carts where other servers write them, too.
    pub fn statements(&self) -> u64 {
        let stats = self.app.store().stats();
        let looks = stats.cart_misses.get() + stats.cart_stamps.get();
        stats.statements.get() - if self.app.store().is_alone() { 0 } else { looks }
    }

    /// Begins a request.
    pub fn request(&self, method: Method, path: &str) -> TestRequest<'_> {
        let request = Request::builder().method(method).uri(path);
        TestRequest { shop: self, request, body: Body::empty() }
    }

    /// Begins a GET.
    pub fn get(&self, path: &str) -> TestRequest<'_> {
        self.request(Method::GET, path)
    }

    /// Begins a POST.
    pub fn post(&self, path: &str) -> TestRequest<'_> {
        self.request(Method::POST, path)
    }

    /// Begins a PUT.
    pub fn put(&self, path: &str) -> TestRequest<'_> {
        self.request(Method::PUT, path)
    }

    /// Begins a PATCH.
    pub fn patch(&self, path: &str) -> TestRequest<'_> {
        self.request(Method::PATCH, path)
    }

    /// Begins a DELETE.
    pub fn delete(&self, path: &str) -> TestRequest<'_> {
        self.request(Method::DELETE, path)
    }
}

/// A request in the making.
pub struct TestRequest<'a> {
    shop: &'a TestShop,
    request: axum::http::request::Builder,
    body: Body,
}

impl TestRequest<'_> {
    /// With a header.
    #[must_use]
    pub fn header(self, name: &str, value: &str) -> Self {
        Self { request: self.request.header(name, value), ..self }
    }

    /// With a JSON body.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string())
    }

    /// With a form body, as it goes over the wire.
    #[must_use]
    pub fn form(self, body: &str) -> Self {
        self.body("application/x-www-form-urlencoded", body.to_owned())
    }

    /// With a file under the field `file` of a form; what the form says of its type is wrong more often than not.
    #[must_use]
    pub fn file(self, filename: &str, content: &[u8]) -> Self {
        self.files(&[(filename, content)])
    }

    /// With files under the field `file` of a form.
    #[must_use]
    pub fn files(self, files: &[(&str, &[u8])]) -> Self {
        let mut form = Vec::new();
        for (filename, content) in files {
            let head = format!(
                "--end\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{filename}\"\r\n"
            );
            form.extend(head.bytes().chain(*b"content-type: image/jpeg\r\n\r\n"));
            form.extend(*content);
            form.extend(b"\r\n");
        }
        form.extend(b"--end--\r\n");
        self.body("multipart/form-data; boundary=end", form)
    }

    /// With any body.
    #[must_use]
    pub fn body(self, content_type: &str, body: impl Into<Body>) -> Self {
        Self { request: self.request.header("content-type", content_type), body: body.into(), ..self }
    }

    /// Sends it.
    pub async fn send(self) -> Reply {
        Reply::read(self.respond().await).await
    }

    /// Sends it, for a reply that is no text.
    pub async fn respond(self) -> Response {
        let request = self.request.body(self.body).expect("a request");
        self.shop.router.clone().oneshot(request).await.expect("a router answers")
    }
}

/// A reply.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// HTTP status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// The body as it came.
    pub body: String,
}

impl Reply {
    async fn read(response: Response) -> Self {
        let (mut head, body) = response.into_parts();
        // It counts up over all tests of a process.
        head.headers.remove("x-request-id");
        let body = body.collect().await.expect("a body").to_bytes();
        let body = String::from_utf8(body.to_vec()).expect("replies are UTF-8");
        Self { status: head.status, headers: head.headers, body }
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// A header's text, or "".
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Status, the headers that matter to clients, and the body, as a golden file shows them.
    pub fn golden(&self) -> String {
        let shown = [
            "allow",
            "cart",
            "content-type",
            "etag",
            "idempotent-replayed",
            "location",
            "set-cookie",
            "www-authenticate",
        ];
        let headers: String = shown
            .iter()
            .filter_map(|name| Some(format!("{name}: {}\n", self.headers.get(*name)?.to_str().ok()?)))
            .collect();
        let body = match serde_json::from_str::<Value>(&self.body) {
            Ok(body) => serde_json::to_string_pretty(&body).expect("it was JSON"),
            Err(_) => self.body.clone(),
        };
        format!("{}\n{headers}\n{body}", self.status)
    }
}

/// Values that no field for a number, a public id or a choice takes, in any dialect.
pub fn nonsense() -> Vec<Value> {
    let texts = [
        "true",
        "false",
        "1.5",
        "-1",
        "-0.0",
        "1e30",
        "-1e308",
        "1000000000000000000000000000000",
        "9223372036854775807",
        "-9223372036854775808",
        "18446744073709551615",
        "{}",
        "[1]",
        "[[]]",
        "\"abc\"",
        "\"1.5\"",
        "\"1e3\"",
        "\"0x10\"",
        "\"１\"",
        "\"-1\"",
        "\"1\\u0000\"",
        "\"\\u0000\"",
        "\"\\u202e' or 1=1 --\\u0000\"",
        "\"\\\"]\"",
    ];
    let mut values: Vec<Value> = texts.map(|text| text.parse().expect("JSON")).to_vec();
    values.extend([deep(100), Value::from("x".repeat(100_000)), Value::from("9".repeat(900))]);
    values
}

/// Lists in lists, so many deep.
pub fn deep(levels: usize) -> Value {
    (0..levels).fold(Value::from(1), |inner, _| Value::from(vec![inner]))
}
