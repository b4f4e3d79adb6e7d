//! The doors that requests are sent to: where each dialect looks for a token, and how it says that something was done.

use axum::Router;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use web::Shop;

/// A dialect as its clients see it.
pub(crate) struct Door {
    pub(crate) routes: fn(&Shop) -> Router<Shop>,
    /// Whether a reply says that the request was done.
    pub(crate) is_done: fn(StatusCode, &Value) -> bool,
    credential: Credential,
}

/// Where the token goes.
enum Credential {
    /// After this word, in `Authorization`.
    Scheme(&'static str),
    /// A guest's into the header `cart`, an account's into `token`.
    Headers,
    /// The user's name of HTTP Basic.
    Basic,
    /// The parameter `token`.
    Parameter,
}

pub(crate) const MT: Door = Door {
    routes: dialect_mt::routes,
    is_done: |status, _| status.is_success(),
    credential: Credential::Scheme("Bearer"),
};
pub(crate) const WANGMARKET: Door = Door {
    routes: dialect_wangmarket::routes,
    is_done: |status, body| status.is_success() && body["result"] == 1,
    credential: Credential::Parameter,
};
pub(crate) const HAMGAM: Door = Door {
    routes: dialect_hamgam::routes,
    is_done: |status, _| status.is_success(),
    credential: Credential::Scheme("Token"),
};
pub(crate) const ANQICMS: Door = Door {
    routes: dialect_anqicms::routes,
    is_done: |status, body| status.is_success() && body["code"] == 0,
    credential: Credential::Headers,
};
pub(crate) const LEXI: Door = Door {
    routes: dialect_lexi::routes,
    is_done: |status, body| status.is_success() && body["success"] == true,
    credential: Credential::Basic,
};

impl Door {
    /// Puts a token where the dialect looks for it.
    pub(crate) fn authorize(&self, role: &str, token: &str, path: &mut String, headers: &mut HeaderMap) {
        let (name, text) = match self.credential {
            Credential::Scheme(scheme) => ("authorization", format!("{scheme} {token}")),
            Credential::Headers if role == "guest" => ("cart", token.to_owned()),
            Credential::Headers => ("token", token.to_owned()),
            Credential::Basic => ("authorization", format!("Basic {}", STANDARD.encode(format!("{token}:")))),
            Credential::Parameter => {
                path.push(if path.contains('?') { '&' } else { '?' });
                path.push_str("token=");
                path.push_str(token);
                return;
            }
        };
        headers.insert(name, HeaderValue::from_str(&text).expect("tokens are letters and digits"));
    }
}
