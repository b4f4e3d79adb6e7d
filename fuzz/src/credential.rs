//! Credentials that nobody was given: whatever is sent where a dialect looks for one, it opens nothing, and no signature
//! is guessed.

use std::collections::HashMap;

use axum::Router;
use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use web::{Outside, Shop};

use crate::door::{ANQICMS, Door, HAMGAM, LEXI, MT, WANGMARKET};
use crate::ground::Ground;

/// What needs a credential, and the header that it is looked for in.
const LOCKED: [(&Door, &str, &str); 6] = [
    (&MT, "/rest_api/mt_shop_cart/", "authorization"),
    (&MT, "/rest_api/mt_shop_cart/", "cookie"),
    (&HAMGAM, "/api/shop/cart", "authorization"),
    (&ANQICMS, "/api/cart/list", "token"),
    (&ANQICMS, "/api/cart/list", "cookie"),
    (&LEXI, "/cart", "authorization"),
];

/// Tries credentials.
pub(crate) fn target() -> impl FnMut(&[u8]) {
    let mut open = Ground::new(unsigned);
    let apps = HashMap::from([("an-app".to_owned(), "its secret".to_owned())]);
    let mut signed = Ground::reached(LEXI.routes, Outside { signing_apps: Some(apps), ..Outside::default() });
    move |input| {
        open.count();
        signed.count();
        for (door, path, header) in LOCKED {
            let encoded = format!("Basic {}", STANDARD.encode(input));
            let values = [HeaderValue::from_bytes(input), HeaderValue::from_str(&encoded)];
            for value in values.into_iter().flatten() {
                let headers = HeaderMap::from_iter([(HeaderName::from_static(header), value)]);
                assert!(!is_let_in(&open, door, path, &headers), "{path} opens to {headers:?}");
            }
        }
        if let Ok(secret) = HeaderValue::from_bytes(input) {
            // A guest may make it up, but does not meet another one by it.
            let headers = HeaderMap::from_iter([(HeaderName::from_static("cart"), secret)]);
            assert!(!is_let_in(&open, &ANQICMS, "/api/cart/list", &headers), "a cart opens to {headers:?}");
        }
        let token = input.iter().map(|byte| format!("%{byte:02x}")).collect::<Vec<_>>().concat();
        for parameters in [input, format!("token={token}").as_bytes()] {
            assert!(!is_named(&open, parameters), "a cart opens to {parameters:?}");
        }
        assert!(!open.has_changed_contents(), "a credential has written");
        if let Some(path) = with_query("/products", input) {
            assert!(!is_let_in(&signed, &LEXI, &path, &HeaderMap::new()), "{path} is signed");
        }
    }
}

/// Whether something is shown; the cart of nobody is empty in anqicms.
fn is_let_in(ground: &Ground, door: &Door, path: &str, headers: &HeaderMap) -> bool {
    let reply = ground.send(&Method::GET, path, headers, &Bytes::new());
    let body = reply.json();
    (door.is_done)(reply.status, &body) && body["total"] != 0
}

/// Whether these parameters name a shopper to wangmarket, as a query or as a form.
fn is_named(ground: &Ground, parameters: &[u8]) -> bool {
    const CART: &str = "/cart/getCart.json";
    let is_form = HeaderValue::from_static("application/x-www-form-urlencoded");
    let headers = HeaderMap::from_iter([(CONTENT_TYPE, is_form)]);
    let reply = ground.send(&Method::POST, CART, &headers, &Bytes::copy_from_slice(parameters));
    let by_query = with_query(CART, parameters);
    (WANGMARKET.is_done)(reply.status, &reply.json())
        || by_query.is_some_and(|path| is_let_in(ground, &WANGMARKET, &path, &HeaderMap::new()))
}

/// A path with a query, where it is one.
fn with_query(path: &str, query: &[u8]) -> Option<String> {
    let path = format!("{path}?{}", std::str::from_utf8(query).ok()?);
    path.parse::<Uri>().is_ok().then_some(path)
}

fn unsigned(shop: &Shop) -> Router<Shop> {
    let doors = [&MT, &WANGMARKET, &HAMGAM, &ANQICMS, &LEXI];
    doors.into_iter().fold(Router::new(), |routes, door| routes.merge((door.routes)(shop)))
}
