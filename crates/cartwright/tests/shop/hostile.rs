//! What no honest client sends, to every route: never a server error, never a changed cart.

mod values;

use std::collections::BTreeSet;

use axum::http::{Method, StatusCode};
use serde_json::{Map, Value, json};
use web::testing::TestShop;

use self::values::{bodies, honest, hostile, mislabelled, path_values};
use crate::client::{DIALECTS, Shopper, anqicms, hamgam, wangmarket};
use crate::routes::{Field, Kind, ROUTES, Route, form};
use crate::shop;

/// What the shopper sends when nothing is wrong.
fn valid(route: &Route) -> Map<String, Value> {
    route.fields.iter().map(|(name, field)| ((*name).to_owned(), honest(*field))).collect()
}

/// A customer with three pieces of product 1, not selected, with a note and an extra.
async fn customer(shop: &TestShop) -> Shopper {
    let customer = Shopper::new_customer(shop, "li@example.com").await;
    let item = json!({"archive_id": 1, "quantity": 3, "order_extra": honest(Field::Extra)});
    customer.done(&anqicms("add", item)).await;
    customer.done(&hamgam(Method::PATCH, "/items/1", json!({"notes": honest(Field::Notes)}))).await;
    customer.done(&wangmarket("storeCartSelected", "storeid=1&selected=0")).await;
    customer
}

/// Whether a request is an honest one that does something, whatever its body is: it empties a cart, or makes
/// the token another customer's.
fn is_honest(route: &Route) -> bool {
    let needs_no_field = route.fields.iter().all(|(_, field)| *field == Field::EmptiedStore);
    route.kind == Kind::Credential || (route.verb != "get" && needs_no_field)
}

/// The shopper's own token; where the request may well be honest, another one's.
async fn token(shop: &TestShop, route: &Route, shopper: &Shopper) -> String {
    if is_honest(route) { Shopper::new_guest(shop).await.token } else { shopper.token.clone() }
}

#[tokio::test]
async fn no_value_of_any_field_does_harm() {
    let shop = shop().await;
    let customer = customer(&shop).await;
    let before = customer.contents().await;
    for route in ROUTES {
        for (method, path) in route.targets("1", "1") {
            for (name, field) in route.fields {
                for value in hostile(*field) {
                    // An address has an end, and of two addresses of a handler one will do for what takes long.
                    let is_last = route.paths("1", "1").last() == Some(&path);
                    let is_long = value.as_str().is_some_and(|text| text.len() > 10_000);
                    if is_long && (method == Method::GET || !is_last) {
                        continue;
                    }
                    let mut values = valid(route);
                    values.insert((*name).to_owned(), value.clone());
                    let token = match route.kind {
                        Kind::Credential => Shopper::new_guest(&shop).await.token,
                        _ => customer.token.clone(),
                    };
                    let reply = route.send(&shop, &method, &path, Some(("token", &token)), values).await;
                    let said = || format!("{value}").chars().take(40).collect::<String>();
                    assert!(
                        !reply.status.is_server_error(),
                        "{method} {path} {name}: {} {}",
                        said(),
                        reply.body
                    );
                }
                assert_eq!(customer.contents().await, before, "{method} {path} {name}");
            }
        }
    }
}

#[tokio::test]
async fn no_body_does_harm() {
    let shop = shop().await;
    let customer = customer(&shop).await;
    let before = customer.contents().await;
    for route in ROUTES {
        for (method, path) in route.targets("1", "1") {
            let is_form = route.room == "wangmarket";
            for (content_type, body) in bodies().into_iter().chain(mislabelled(&valid(route), is_form)) {
                let token = token(&shop, route, &customer).await;
                let request = route.begin(&shop, &method, &path, Some(("token", &token)));
                let request =
                    if content_type.is_empty() { request } else { request.body(content_type, body) };
                let reply = request.send().await;
                assert!(!reply.status.is_server_error(), "{method} {path} {content_type}: {}", reply.body);
            }
            assert_eq!(customer.contents().await, before, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn a_body_over_a_mebibyte_is_refused_everywhere() {
    let shop = shop().await;
    let customer = customer(&shop).await;
    let before = customer.contents().await;
    for route in ROUTES {
        for (method, path) in route.targets("1", "1") {
            for (content_type, sign) in
                [("application/json", b' '), ("application/x-www-form-urlencoded", b'&')]
            {
                let request = route.begin(&shop, &method, &path, Some(("token", &customer.token)));
                let reply = request.body(content_type, vec![sign; web::BODY_LIMIT + 1]).send().await;
                let expected = match route.kind {
                    Kind::File => StatusCode::NOT_FOUND,
                    // Uploads may be larger.
                    _ if route.dialect().is_none() || path.ends_with("/assets") => StatusCode::OK,
                    _ => StatusCode::PAYLOAD_TOO_LARGE,
                };
                assert_eq!(reply.status, expected, "{method} {path}");
            }
        }
    }
    assert_eq!(customer.contents().await, before);
}

#[tokio::test]
async fn no_other_verb_does_anything() {
    let shop = shop().await;
    let customer = customer(&shop).await;
    let before = customer.contents().await;
    let known: BTreeSet<_> = ROUTES
        .iter()
        .flat_map(|route| route.targets("1", "1"))
        .map(|(method, path)| (method.as_str().to_owned(), path))
        .collect();
    for route in ROUTES {
        for path in route.paths("1", "1") {
            for verb in
                ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "BREW"]
            {
                if known.contains(&(verb.to_owned(), path.clone())) {
                    continue;
                }
                let method: Method = verb.parse().expect("a verb");
                // With all that an honest request says, wherever somebody might look for it.
                let query = form(&valid(route));
                let request =
                    route.begin(&shop, &method, &format!("{path}?{query}"), Some(("token", &customer.token)));
                let request = if route.room == "wangmarket" {
                    request.form(&query)
                } else {
                    request.json(&valid(route).into())
                };
                let reply = request.send().await;
                assert!(!reply.status.is_server_error(), "{verb} {path}: {}", reply.body);
                let is_handled = !["HEAD", "OPTIONS"].contains(&verb)
                    && route.dialect().map_or(reply.status.is_success(), |dialect| {
                        reply.status.is_success() && dialect.is_done(&reply)
                    });
                assert!(!is_handled, "{verb} {path}: {}", reply.body);
            }
            assert_eq!(customer.contents().await, before, "{path}");
        }
    }
}

#[tokio::test]
async fn nothing_in_a_path_does_harm() {
    let shop = shop().await;
    let customer = customer(&shop).await;
    let before = customer.contents().await;
    for route in ROUTES {
        for value in path_values() {
            let others = route.targets("other", "other");
            let named = route.targets(&value, &value).into_iter().filter(|target| !others.contains(target));
            for (method, path) in named {
                let token = Some(("token", customer.token.as_str()));
                let reply = route.send(&shop, &method, &path, token, valid(route)).await;
                assert!(!reply.status.is_server_error(), "{method} {path:.100}: {}", reply.body);
                assert_eq!(customer.contents().await, before, "{method} {path:.100}");
            }
        }
    }
}

#[tokio::test]
async fn no_query_does_harm() {
    let shop = shop().await;
    let customer = customer(&shop).await;
    let before = customer.contents().await;
    let queries =
        ["x".repeat(60_000), "a=1&".repeat(10_000), "%ff%00=%ff".to_owned(), "&&==&%&%%%".to_owned()];
    for route in ROUTES {
        for (method, path) in route.targets("1", "1") {
            for query in &queries {
                let token = token(&shop, route, &customer).await;
                let request =
                    route.begin(&shop, &method, &format!("{path}?{query}"), Some(("token", &token)));
                let reply = request.send().await;
                assert!(!reply.status.is_server_error(), "{method} {path} {query:.40}: {}", reply.body);
            }
            assert_eq!(customer.contents().await, before, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn no_header_does_harm() {
    let shop = shop().await;
    let customer = customer(&shop).await;
    let before = customer.contents().await;
    let names = [
        "authorization",
        "cookie",
        "token",
        "cart",
        "if-match",
        "idempotency-key",
        "accept-language",
        "content-type",
        "x-forwarded-for",
        "x-request-id",
        "host",
    ];
    let long = "x".repeat(20_000);
    let values = [
        "",
        " ",
        ";;;=",
        "\"",
        "W/",
        "Token",
        "Token a b",
        "Bearer \t",
        ",,,,;q=",
        "token=; sessionid=",
        &long,
    ];
    for dialect in DIALECTS {
        for (name, value) in names.iter().flat_map(|name| values.map(|value| (*name, value))) {
            for call in [dialect.view(), dialect.add(999, 1)] {
                let reply = customer.send_with(&call, &[(name, value)]).await;
                assert!(!reply.status.is_server_error(), "{call:?} {name}: {value:.40}: {}", reply.body);
            }
        }
        assert_eq!(customer.contents().await, before, "{dialect:?}");
    }
}
