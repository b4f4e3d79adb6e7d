//! Who asks: customers, guests of our own and of the client's making, and nobody.

use app::cart::{Extras, Item};
use app::{Ctx, shopper};
use domain::id::ListingId;
use insta::assert_snapshot;
use serde_json::json;

use crate::{ADD, GUEST, LIST, REMOVE, UPDATE, add, get, post, rows, shop, shop_and_customer};

#[tokio::test]
async fn a_write_of_nobody_makes_a_guest() {
    let shop = shop().await;
    let reply = shop.post(ADD).json(&json!({"archive_id": 1, "quantity": 2})).send().await;
    assert_snapshot!(reply.golden());
    let token = reply.header("cart");
    for header in ["cart", "token"] {
        assert_eq!(rows(&shop, (header, token)).await, [(1, 1, 2)]);
    }
    assert_eq!(rows(&shop, ("cookie", &format!("a=b; token={token}"))).await, [(1, 1, 2)]);
    add(&shop, ("cart", token), 1, 0, 1).await;
    let again = post(&shop, ("cart", token), ADD, json!({"archive_id": 7, "quantity": 1})).await;
    assert_eq!(again.header("cart"), "");
    assert_eq!(rows(&shop, ("token", token)).await, [(7, 7, 1), (1, 1, 3)]);
    let other = shop.post(UPDATE).json(&json!({"archive_id": 1, "quantity": 1})).send().await;
    assert_ne!(other.header("cart"), token);
    assert_eq!(rows(&shop, ("cart", other.header("cart"))).await, [(1, 1, 1)]);
}

#[tokio::test]
async fn a_refused_write_of_nobody_makes_no_guest() {
    let shop = shop().await;
    for (path, body) in [
        (ADD, json!({"archive_id": 1, "quantity": 101})),
        (ADD, json!({"archive_id": 999, "quantity": 1})),
        (ADD, json!({"archive_id": 3, "quantity": 1})),
        (UPDATE, json!({"archive_id": 4, "quantity": 1})),
        (UPDATE, json!([])),
        (REMOVE, json!({"id": 1})),
    ] {
        let reply = shop.post(path).json(&body).send().await;
        assert_eq!((reply.json()["code"].as_i64(), reply.header("cart")), (Some(-1), ""), "{path} {body}");
    }
}

#[tokio::test]
async fn a_guest_is_nobody_before_the_first_write_that_succeeds() {
    let shop = shop().await;
    let secret = "a token that is about to be issued";
    let mut ctx = Ctx::new(&shop.app, None);
    ctx.session = Some(shopper::guest_to_be(&ctx, secret));
    let item = Item { listing: ListingId::new(1), sku: None };
    for (quantity, code) in [(101, 1001), (100, 0)] {
        assert_eq!(app::cart::add(&ctx, item, quantity, Extras::default()).await.is_ok(), code == 0);
        assert_eq!(get(&shop, ("token", secret), LIST).await.json()["code"], code);
    }
    assert_eq!(rows(&shop, ("cart", secret)).await, [(1, 1, 100)]);
}

#[tokio::test]
async fn a_new_guest_costs_one_statement_more() {
    let shop = shop().await;
    add(&shop, GUEST, 1, 0, 1).await;
    let (commits, statements) = (shop.app.store().stats().commits.get(), shop.statements());
    shop.post(ADD).json(&json!({"archive_id": 1, "quantity": 2})).send().await;
    assert_eq!(shop.app.store().stats().commits.get() - commits, 1);
    assert_eq!(shop.statements() - statements, 5);
}

#[tokio::test]
async fn a_secret_of_the_clients_own_names_one_guest_everywhere() {
    let shop = shop().await;
    let longest = "~".repeat(128);
    for secret in ["0123456789abcdef", "with blanks and \"marks\" in it", longest.as_str()] {
        add(&shop, ("cart", secret), 1, 0, 2).await;
        assert_eq!(rows(&shop, ("cart", secret)).await, [(1, 1, 2)], "{secret}");
        assert_eq!(get(&shop, ("token", secret), LIST).await.json()["code"], 1001, "{secret}");
    }
}

#[tokio::test]
async fn a_customer_is_named_by_header_or_cookie() {
    let (shop, token) = shop_and_customer().await;
    add(&shop, ("token", &token), 1, 0, 2).await;
    assert_eq!(rows(&shop, ("cookie", &format!("token={token}"))).await, [(1, 1, 2)]);
    let both = shop.get(LIST).header("token", &token).header("cart", "short").send().await;
    assert_eq!(both.json()["total"], 1);
    let header_first = shop.get(LIST).header("token", "nonsense").header("cookie", &format!("token={token}"));
    assert_eq!(header_first.send().await.json()["code"], 1001);
}

#[tokio::test]
async fn empty_headers_say_nothing() {
    let (shop, token) = shop_and_customer().await;
    add(&shop, GUEST, 1, 0, 2).await;
    let guest = shop.get(LIST).header("token", "").header("cookie", "token=").header(GUEST.0, GUEST.1);
    assert_eq!(guest.send().await.json()["total"], 1);
    let cookie = format!("token={token}");
    let customer = shop.get(LIST).header("token", " ").header("cart", "").header("cookie", &cookie);
    assert_eq!(customer.send().await.json()["total"], 0);
    let nobody = shop.get(LIST).header("token", "").header("cart", "").send().await;
    assert_eq!((nobody.json()["code"].as_i64(), nobody.header("etag")), (Some(0), ""));
}

#[tokio::test]
async fn a_bad_token_must_log_in_whatever_else_there_is() {
    let (shop, token) = shop_and_customer().await;
    add(&shop, GUEST, 1, 0, 2).await;
    assert_snapshot!("bad_token", get(&shop, ("token", "nonsense"), LIST).await.golden());
    let request = shop.get(LIST).header("token", "nonsense").header("accept-language", "en");
    assert_snapshot!("bad_token_in_english", request.send().await.golden());
    assert_snapshot!("customer_as_guest", get(&shop, ("cart", &token), LIST).await.golden());
    let body = json!({"archive_id": 1, "quantity": 1});
    for who in [("token", "nonsense"), ("cookie", "token=nonsense"), ("cart", token.as_str())] {
        for path in [ADD, UPDATE, REMOVE] {
            let mut request = shop.post(path).header(who.0, who.1);
            if who.0 != "cart" {
                request = request.header(GUEST.0, GUEST.1);
            }
            let reply = request.json(&body).send().await;
            assert_eq!((reply.status.as_u16(), &reply.json()["code"]), (200, &json!(1001)), "{who:?} {path}");
            let reply = shop.post(path).header(who.0, who.1).json(&json!([])).send().await;
            assert_eq!(reply.json()["code"], 1001, "{who:?} {path}");
        }
    }
    let beside = shop.get(LIST).header("token", "nonsense").header(GUEST.0, GUEST.1).send().await;
    assert_eq!(beside.json()["code"], 1001);
    assert_eq!(rows(&shop, GUEST).await, [(1, 1, 2)]);
    assert_eq!(rows(&shop, ("token", &token)).await, []);
}

#[tokio::test]
async fn a_token_that_has_run_out_names_nobody() {
    let (shop, token) = shop_and_customer().await;
    let guest = shop.app.guest().await;
    add(&shop, ("token", &token), 1, 0, 1).await;
    shop.app.pass_seconds(3601);
    assert_eq!(get(&shop, ("token", &token), LIST).await.json()["code"], 1001);
    assert_eq!(get(&shop, ("cart", &token), LIST).await.json()["code"], 1001);
    assert_eq!(get(&shop, ("token", &guest), LIST).await.json()["code"], 0);
}

#[tokio::test]
async fn a_secret_must_be_long_and_printable() {
    let shop = shop().await;
    assert_snapshot!("bad_guest", get(&shop, ("cart", "short"), LIST).await.golden());
    let request = shop.post(ADD).header("cart", "fifteen letters").header("accept-language", "en");
    let reply = request.json(&json!({"archive_id": 1, "quantity": 1})).send().await;
    assert_snapshot!("bad_guest_in_english", reply.golden());
    for secret in ["~".repeat(129), "sixteen\tcharacters".to_owned()] {
        for path in [ADD, UPDATE, REMOVE] {
            let reply = post(&shop, ("cart", &secret), path, json!({"archive_id": 1, "quantity": 1})).await;
            assert_eq!((reply.status.as_u16(), &reply.json()["code"]), (200, &json!(-1)), "{secret}");
        }
    }
}
