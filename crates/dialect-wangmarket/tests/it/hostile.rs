//! What no honest client sends: never a server error, never a changed cart.

use crate::routes::{READS, WRITES};
use crate::shop_and_customer;

/// Values of one parameter, as they go over the wire.
fn values() -> Vec<String> {
    let mut values: Vec<_> = [
        "1000000000000000000000000000000",
        "-1000000000000000000000000000000",
        "9223372036854775807",
        "-9223372036854775808",
        "-1",
        "",
        "%20",
        "text",
        "1e3",
        "1.0",
        "0x1",
        "NaN",
        "true",
        "%00",
        "1%00",
        "%FF%FE",
        "%ED%A0%80",
        "%EF%BC%91",
        "%D9%A1",
        "'; drop table cart; --",
        "%25%25%25",
        "!_!%25",
        "%F0%9F%9B%92",
        "[]",
        "{}",
    ]
    .map(str::to_owned)
    .into();
    values.push("9".repeat(1_000_000));
    values
}

#[tokio::test]
async fn no_value_of_any_parameter_is_a_server_error() {
    let (_, li) = shop_and_customer().await;
    li.change(1, 2).await;
    let before = li.cart().await;
    let names = ["goodsid", "storeid", "typeid", "title", "orderBy", "everyNumber", "currentPage", "token"];
    for path in READS {
        for (name, value) in
            names.iter().flat_map(|name| values().into_iter().map(move |value| (name, value)))
        {
            let reply = li.post(path, &format!("goodsid=1&storeid=1&{name}={value}")).await;
            assert_eq!(reply.status, 200, "{path} {name} {value:.40}");
            reply.json();
        }
    }
    assert_eq!(li.cart().await, before);
}

#[tokio::test]
async fn no_value_of_any_parameter_changes_the_cart_by_mistake() {
    let (_, li) = shop_and_customer().await;
    li.change(1, 2).await;
    let before = li.cart().await;
    for (path, form, names) in [
        ("/cart/change.json", "changeNumber=1", &["goodsid"][..]),
        ("/cart/change.json", "goodsid=1&changeNumber=0", &["storeid"]),
        ("/cart/goodsCartSelected.json", "selected=0", &["goodsid"]),
        ("/cart/goodsCartSelected.json", "goodsid=1&selected=1", &["storeid"]),
        ("/cart/storeCartSelected.json", "selected=0", &["storeid"]),
        ("/login/logout.json", "", &["storeid", "username"]),
    ] {
        for value in values() {
            for name in names {
                // Logging out is honest enough; not with this token.
                let token = if path.ends_with("logout.json") { "&token=stale" } else { "" };
                let reply = li.post(path, &format!("{form}&{name}={value}{token}")).await;
                assert_eq!(reply.status, 200, "{path} {name} {value:.40}");
                assert_eq!(li.cart().await, before, "{path} {name} {value:.40}");
            }
        }
    }
    for value in values() {
        // An honest number may take away or be nothing, and an honest store may be none.
        if !["-1", "-9223372036854775808"].contains(&value.as_str()) {
            let reply =
                li.post("/cart/change.json", &format!("goodsid=1&storeid=1&changeNumber={value}")).await;
            assert_eq!(reply.status, 200, "{value:.40}");
        }
        if !["", "%20"].contains(&value.as_str()) {
            let reply = li.post("/cart/clearStoreCart.json", &format!("storeid={value}")).await;
            assert_eq!(reply.status, 200, "{value:.40}");
        }
        assert_eq!(li.cart().await, before, "{value:.40}");
    }
}

#[tokio::test]
async fn no_name_or_password_is_a_server_error() {
    let (shop, _) = shop_and_customer().await;
    let odd = ["%00", "%FF%FE", "'--", "%F0%9F%9B%92", "a%00b@c.d"].map(str::to_owned);
    for value in odd.into_iter().chain([format!("a@{}.b", "x".repeat(500_000))]) {
        for form in [format!("username={value}&password=secret"), format!("username=li&password={value}")] {
            let reply = shop.post("/login/login.json").form(&form).send().await;
            assert_eq!(
                (reply.status.as_u16(), reply.json()["result"].as_i64()),
                (200, Some(0)),
                "{form:.40}"
            );
            let reply = shop.post("/login/reg.json").form(&form).send().await;
            assert_eq!(reply.status, 200, "{form:.40}");
        }
    }
}

#[tokio::test]
async fn no_body_is_a_server_error() {
    let (shop, li) = shop_and_customer().await;
    li.change(1, 2).await;
    let before = li.cart().await;
    let bodies: [(&str, Vec<u8>); 7] = [
        ("application/x-www-form-urlencoded", b"&&==&=&%&%%%".to_vec()),
        ("application/x-www-form-urlencoded", vec![0xff; 1000]),
        ("application/x-www-form-urlencoded", "a&".repeat(50_000).into_bytes()),
        ("multipart/form-data", b"x".to_vec()),
        ("multipart/form-data; boundary=b", vec![0; 1000]),
        ("application/json", "[".repeat(100_000).into_bytes()),
        ("application/octet-stream", vec![0xff; 1000]),
    ];
    for path in READS.iter().chain(&WRITES) {
        for (content_type, body) in &bodies {
            let reply = shop.post(path).body(content_type, body.clone()).send().await;
            assert_eq!(reply.status, 200, "{path} {content_type}");
            reply.json();
        }
    }
    assert_eq!(li.cart().await, before);
}
