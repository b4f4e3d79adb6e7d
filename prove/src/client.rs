//! A shopper at the doors of all five dialects: one token, sent where each dialect looks for it, and what replies mean.

use std::time::Duration;

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use ureq::http::Request;

/// Which API a client speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Dialect {
    Mt,
    Wangmarket,
    Hamgam,
    Anqicms,
    Lexi,
}

/// All of them.
pub(crate) const DIALECTS: [Dialect; 5] =
    [Dialect::Mt, Dialect::Wangmarket, Dialect::Hamgam, Dialect::Anqicms, Dialect::Lexi];

/// Those whose adding adds to what is there; lexi's overwrites it.
pub(crate) const ADDING: [Dialect; 4] = [Dialect::Mt, Dialect::Wangmarket, Dialect::Hamgam, Dialect::Anqicms];

/// A request that any shopper can send.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) dialect: Dialect,
    pub(crate) method: &'static str,
    pub(crate) path: String,
    /// A form as a text, JSON as anything else; null is no body.
    pub(crate) body: Value,
}

/// Somebody with a token.
#[derive(Clone, Debug)]
pub(crate) struct Shopper {
    pub(crate) token: String,
    /// A guest, who is none any more after wangmarket's login.
    pub(crate) is_guest: bool,
}

/// What a request says beside the call.
#[derive(Clone, Debug, Default)]
pub(crate) struct Headers {
    /// `Idempotency-Key`.
    pub(crate) key: Option<String>,
    /// `If-Match`, the version that the cart must have.
    pub(crate) version: Option<i64>,
    /// How long the client waits; then it hangs up and never learns what came of it.
    pub(crate) patience: Option<Duration>,
}

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// The cart's version, where the reply tells it.
    pub(crate) version: Option<i64>,
    /// Whether it is the reply that the key got before.
    pub(crate) is_replay: bool,
    pub(crate) body: Value,
}

/// What a reply says in its dialect's way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Done,
    /// There is no such thing in the cart, or nowhere.
    Absent,
    /// Refused for another reason: stock or a limit is against it.
    Refused,
    /// The cart has not the version that was asked for.
    Moved,
    /// The key's first request still runs.
    Running,
    /// The token names nobody.
    Nobody,
    /// Something that no client expects.
    Strange,
}

/// Sends requests; clones share connections.
#[derive(Clone)]
pub(crate) struct Client(ureq::Agent);

impl Client {
    /// One that takes every status for an answer.
    pub(crate) fn new() -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_idle_connections(1000)
            .max_idle_connections_per_host(1000)
            .timeout_global(Some(Duration::from_mins(1)));
        Self(config.build().new_agent())
    }

    /// Sends a call to a server. An error is a reply that was lost: nobody knows whether the call was done.
    pub(crate) fn send(
        &self,
        url: &str,
        shopper: &Shopper,
        call: &Call,
        headers: &Headers,
    ) -> anyhow::Result<Reply> {
        let mut request = Request::builder().method(call.method).uri(format!("{url}{}", call.path));
        let token = &shopper.token;
        request = match call.dialect {
            Dialect::Mt | Dialect::Hamgam => request.header("authorization", format!("Token {token}")),
            Dialect::Wangmarket => request,
            Dialect::Anqicms if shopper.is_guest => request.header("cart", token),
            Dialect::Anqicms => request.header("token", token),
            Dialect::Lexi => {
                request.header("authorization", format!("Basic {}", STANDARD.encode(format!("{token}:"))))
            }
        };
        if let Some(key) = &headers.key {
            request = request.header("idempotency-key", key);
        }
        if let Some(version) = headers.version {
            request = request.header("if-match", format!("\"{version}\""));
        }
        let (kind, body) = match &call.body {
            Value::Null => ("", String::new()),
            Value::String(form) => ("application/x-www-form-urlencoded", format!("token={token}&{form}")),
            body => ("application/json", body.to_string()),
        };
        if !kind.is_empty() {
            request = request.header("content-type", kind);
        }
        let request = self.0.configure_request(request.body(body)?);
        let request = match headers.patience {
            Some(patience) => request.timeout_global(Some(patience)).build(),
            None => request.build(),
        };
        let mut reply = self.0.run(request)?;
        let header = |name: &str| reply.headers().get(name).and_then(|value| value.to_str().ok());
        let version = header("etag").and_then(|etag| etag.trim_matches('"').parse().ok());
        let (status, is_replay) = (reply.status().as_u16(), header("idempotent-replayed").is_some());
        let text = reply.body_mut().read_to_string()?;
        let body = if text.is_empty() { Ok(Value::Null) } else { serde_json::from_str(&text) };
        let body = body.with_context(|| format!("{call:?} was answered with {status} {text}"))?;
        Ok(Reply { status, version, is_replay, body })
    }
}

impl Dialect {
    /// Shows the whole cart.
    pub(crate) fn view(self) -> Call {
        let (method, path, body) = match self {
            Self::Mt => ("GET", "/rest_api/mt_shop_cart/", Value::Null),
            Self::Wangmarket => ("POST", "/cart/getCart.json", json!("")),
            Self::Hamgam => ("GET", "/api/shop/cart", Value::Null),
            Self::Anqicms => ("GET", "/api/cart/list?pageSize=100", Value::Null),
            Self::Lexi => ("GET", "/api/v1.0/cart", Value::Null),
        };
        Call { dialect: self, method, path: path.to_owned(), body }
    }

    /// Adds pieces of a product, of its first SKU, in one of [`ADDING`].
    pub(crate) fn add(self, listing: i64, pieces: i64) -> Call {
        match self {
            Self::Mt => mt("POST", "", json!({"nums": pieces, "distributor_product_id": listing})),
            Self::Wangmarket => {
                let form = format!("goodsid={listing}&changeNumber={pieces}&storeid=2");
                wangmarket("/cart/change.json", &form)
            }
            Self::Hamgam => hamgam("POST", "/items", json!({"product": listing, "quantity": pieces})),
            Self::Anqicms => anqicms("add", json!({"archive_id": listing, "quantity": pieces})),
            Self::Lexi => unreachable!("lexi's adding overwrites, and is not among ADDING"),
        }
    }

    /// What a reply says.
    pub(crate) fn outcome(self, reply: &Reply) -> Outcome {
        let code = |value: &Value| value.as_i64();
        match (self, reply.status) {
            (_, 412) => Outcome::Moved,
            (_, 409) => Outcome::Running,
            (Self::Mt | Self::Hamgam, 200..=299) => Outcome::Done,
            (Self::Mt | Self::Hamgam, 400) => Outcome::Refused,
            (Self::Mt | Self::Hamgam, 404) => Outcome::Absent,
            (Self::Mt, 403) | (Self::Hamgam | Self::Lexi, 401) => Outcome::Nobody,
            (Self::Wangmarket, 200) => match (code(&reply.body["result"]), &reply.body["info"]) {
                (Some(1), _) => Outcome::Done,
                (Some(0), info) if info == "操作的商品不存在！" => Outcome::Absent,
                (Some(0), _) => Outcome::Refused,
                _ => Outcome::Nobody,
            },
            (Self::Anqicms, 200) => match code(&reply.body["code"]) {
                Some(0) => Outcome::Done,
                Some(-1) => Outcome::Refused,
                Some(1001) => Outcome::Nobody,
                _ => Outcome::Strange,
            },
            (Self::Lexi, 200) => match code(&reply.body["status"]["code"]) {
                Some(200 | 201 | 204) => Outcome::Done,
                Some(404) => Outcome::Absent,
                Some(400) => Outcome::Refused,
                _ => Outcome::Strange,
            },
            _ => Outcome::Strange,
        }
    }
}

/// A call of the `mt` cart; the path is what comes behind its root.
pub(crate) fn mt(method: &'static str, path: &str, body: Value) -> Call {
    Call { dialect: Dialect::Mt, method, path: format!("/rest_api/mt_shop_cart/{path}"), body }
}

/// A call of `wangmarket`, whose form gets the token as well.
pub(crate) fn wangmarket(path: &str, form: &str) -> Call {
    Call { dialect: Dialect::Wangmarket, method: "POST", path: path.to_owned(), body: json!(form) }
}

/// A call of the `hamgam` cart; the path is what comes behind its root.
pub(crate) fn hamgam(method: &'static str, path: &str, body: Value) -> Call {
    Call { dialect: Dialect::Hamgam, method, path: format!("/api/shop/cart{path}"), body }
}

/// A write to the `anqicms` cart, such as `add`.
pub(crate) fn anqicms(name: &str, body: Value) -> Call {
    Call { dialect: Dialect::Anqicms, method: "POST", path: format!("/api/cart/{name}"), body }
}

/// A call of `lexi`; the path is what comes behind its root.
pub(crate) fn lexi(method: &'static str, path: &str, body: Value) -> Call {
    Call { dialect: Dialect::Lexi, method, path: format!("/api/v1.0{path}"), body }
}
