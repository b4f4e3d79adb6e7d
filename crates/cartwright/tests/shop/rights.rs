//! Every route against every stranger: nobody reads or changes what is not theirs.

use axum::http::Method;
use domain::account::{Identifier, Password, Role};
use domain::id::StoreId;
use serde_json::{Map, Value, json};
use web::testing::{Reply, TestShop};

use crate::client::{Call, Dialect, Shopper, anqicms, hamgam, rid, sku_rid};
use crate::routes::{Field, Kind, ROUTES, Route};
use crate::shop;

/// What only the victim knows: nobody else may ever be shown one of these.
const MARKS: [&str; 7] = [
    "victim@example.com",
    "victim-by-name",
    "+15550000000",
    "note of the victim",
    "extra of the victim",
    "987654321",
    "432109",
];

/// The product that the victim has 432,109 pieces of.
const PRODUCT: i64 = 7;

#[derive(Clone, Copy, Debug)]
enum Stranger {
    Nobody,
    BadToken,
    Guest,
    Customer,
    /// Of the store whose products the victim does not have.
    Merchant,
}

use Stranger::{BadToken, Customer, Guest, Merchant, Nobody};

/// A customer with names of every kind, a line, notes and references.
async fn victim(shop: &TestShop) -> Shopper {
    let ctx = app::Ctx::new(&shop.app, None);
    let names = [
        Identifier::parse_email(MARKS[0]),
        Identifier::parse_username(MARKS[1]),
        Identifier::parse_phone(MARKS[2]),
    ];
    let names = names.map(|name| name.expect("a name"));
    let password = Password::parse("the victim's secret").expect("a password");
    let added = app::shopper::add_account(&ctx, &names, Some(&password), Role::Customer).await;
    let token =
        app::shopper::issue_token(&ctx, &added.expect("an account"), 1_000_000).await.expect("a token");
    let victim = Shopper::customer(shop, token);
    victim.done(&hamgam(Method::POST, "/items", json!({"product": PRODUCT, "notes": MARKS[3]}))).await;
    let extra = json!({"text": MARKS[4]});
    let update = json!({"archive_id": PRODUCT, "quantity": 432_109, "sku_id": 7, "order_extra": extra});
    victim.done(&anqicms("update", update)).await;
    victim.done(&references()).await;
    victim
}

/// Sets the victim's references.
fn references() -> Call {
    let number = 987_654_321;
    let references = json!({"address": number, "shipping_method": number, "payment_method": number});
    hamgam(Method::PATCH, "", references)
}

/// What the victim's cart holds by the database, whatever is in memory: a write answers what it has left.
async fn stored(victim: &Shopper) -> Vec<String> {
    victim.done(&references()).await;
    let mut contents = victim.contents().await;
    contents.retain(|body| !body.contains("updated_at"));
    contents
}

/// A stranger who has never done anything; nobody has no token. Each is used once.
async fn stranger(shop: &TestShop, kind: Stranger, number: usize) -> Option<Shopper> {
    let email = format!("stranger{number}@example.com");
    match kind {
        Nobody => None,
        BadToken => Some(Shopper::customer(shop, "0123456789abcdef0123456789abcdef01234567".to_owned())),
        Guest => Some(Shopper::new_guest(shop).await),
        Customer => Some(Shopper::new_customer(shop, &email).await),
        Merchant => {
            Some(Shopper::customer(shop, shop.app.account(&email, Role::Merchant(StoreId::new(2))).await))
        }
    }
}

/// What a request says that aims at the victim's things.
fn aimed(route: &Route) -> Map<String, Value> {
    let value = |field: Field| match field {
        Field::Listing | Field::Sku => json!(PRODUCT),
        Field::Rid => json!(rid(PRODUCT)),
        Field::SkuRid => json!(sku_rid(PRODUCT)),
        Field::Line | Field::Store | Field::EmptiedStore | Field::Count | Field::Total | Field::Delta => {
            json!(1)
        }
        Field::Selected => json!(0),
        Field::Notes => json!("a stranger was here"),
        Field::Extra => json!({"by": "a stranger"}),
        Field::Reference => json!(5),
        Field::Name => json!(MARKS[0]),
        Field::Secret => json!("a guess"),
        Field::Search => json!(""),
    };
    route.fields.iter().map(|(name, field)| ((*name).to_owned(), value(*field))).collect()
}

/// What a route must answer to a stranger, as far as that is the same for all routes of a kind.
fn is_right(route: &Route, method: &Method, kind: Stranger, reply: &Reply) -> bool {
    let Some(dialect) = route.dialect() else {
        return reply.status == if route.kind == Kind::File { 404 } else { 200 };
    };
    let is_cart = matches!(route.kind, Kind::Cart | Kind::Item);
    match (dialect, kind) {
        (_, Nobody | BadToken | Guest) if route.kind == Kind::Customers => dialect.is_not_logged_in(reply),
        _ if route.kind == Kind::Customers => dialect.is_done(reply),
        (_, Nobody | BadToken | Guest) if route.kind == Kind::Keepers => dialect.is_not_logged_in(reply),
        (_, Customer) if route.kind == Kind::Keepers => reply.json()["status"]["code"] == 403,
        (_, Nobody | BadToken | Guest) if route.kind == Kind::Operators => dialect.is_not_logged_in(reply),
        (_, Customer | Merchant) if route.kind == Kind::Operators => reply.json()["status"]["code"] == 403,
        _ if !is_cart => !reply.status.is_server_error(),
        // Nobody is a guest from the first write on.
        (Dialect::Anqicms, Nobody) if *method == Method::GET => {
            reply.body == r#"{"code":0,"data":[],"msg":"","total":0}"#
        }
        (Dialect::Anqicms, Nobody) if route.kind == Kind::Cart => !reply.header("cart").is_empty(),
        (Dialect::Anqicms, Nobody) => reply.json()["code"] == -1,
        (_, Nobody | BadToken) => dialect.is_not_logged_in(reply),
        (Dialect::Anqicms, _) if route.kind == Kind::Item => reply.json()["code"] == -1,
        (Dialect::Lexi, _) if route.kind == Kind::Item => reply.json()["status"]["code"] == 404,
        _ if route.kind == Kind::Item => reply.status == 404,
        _ => dialect.is_done(reply),
    }
}

fn assert_unmarked(text: &str, attempt: &str) {
    // A longer number is none of the victim's: seconds in metrics have any digits.
    let is_of_number =
        |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_digit() || letter == '.');
    for mark in MARKS {
        let is_shown = text.match_indices(mark).any(|(at, _)| {
            let (before, after) = (&text[..at], &text[at + mark.len()..]);
            !is_of_number(before.chars().next_back()) && !is_of_number(after.chars().next())
        });
        assert!(!is_shown, "{attempt} was shown {mark:?}: {text}");
    }
}

#[tokio::test]
async fn no_stranger_reads_or_changes_a_cart_by_any_route() {
    let shop = shop().await;
    let victim = victim(&shop).await;
    let stored_before = stored(&victim).await;
    let before = victim.views().await;
    let targets = |route: &'static Route| {
        let targets = route.targets(&PRODUCT.to_string(), "1").into_iter();
        targets.map(move |(method, path)| (route, method, path))
    };
    let targets: Vec<_> = ROUTES.iter().flat_map(targets).collect();
    assert!(targets.len() > 80, "{} requests are too few to be all", targets.len());
    let mut number = 0;
    for kind in [Nobody, BadToken, Guest, Customer, Merchant] {
        for (route, method, path) in &targets {
            number += 1;
            // A write would show in the times of the cart.
            shop.app.pass_seconds(1);
            let stranger = stranger(&shop, kind, number).await;
            let token = stranger.as_ref().map(|stranger| (stranger.header, stranger.token.as_str()));
            let reply = route.send(&shop, method, path, token, aimed(route)).await;
            let attempt = format!("{kind:?} by {method} {path}");
            assert!(is_right(route, method, kind, &reply), "{attempt}: {} {}", reply.status, reply.body);
            assert_unmarked(&format!("{:?}{}", reply.headers, reply.body), &attempt);
            assert_eq!(victim.views().await, before, "{attempt}");
            let has_cart = matches!(kind, Guest | Customer | Merchant) && route.kind != Kind::Credential;
            if let (true, Some(stranger)) = (has_cart, stranger) {
                assert_unmarked(&stranger.views().await.concat(), &attempt);
            }
        }
    }
    assert_eq!(stored(&victim).await, stored_before);
}

#[tokio::test]
async fn a_line_id_means_a_line_of_ones_own_cart() {
    let shop = shop().await;
    let (li, wang) = (Shopper::new_customer(&shop, "li@example.com").await, victim(&shop).await);
    li.done(&Dialect::Hamgam.add(1, 2)).await;
    let before = stored(&wang).await;
    // Both have a line 1.
    li.done(&hamgam(Method::PATCH, "/items/1", json!({"quantity": 5, "notes": "mine"}))).await;
    assert_eq!(li.lines().await, [(1, 1, 5)]);
    li.done(&anqicms("remove", json!({"id": 1}))).await;
    assert_eq!(li.lines().await, []);
    assert_eq!(stored(&wang).await, before);
}

#[tokio::test]
async fn a_stranger_who_logs_in_with_anothers_guest_token_takes_no_customers_cart() {
    let shop = shop().await;
    let victim = victim(&shop).await;
    let before = stored(&victim).await;
    shop.post("/login/reg.json").form("username=li@example.com&password=a-good-secret").send().await;
    // Even with the victim's own token in the place of a guest's secret.
    let login = json!({"email": "li@example.com", "password": "a-good-secret"});
    let reply = shop.post("/api/login").header("cart", &victim.token).json(&login).send().await.json();
    let token = reply["data"]["token"].as_str().expect("a token").to_owned();
    assert_eq!(Shopper::customer(&shop, token).lines().await, []);
    assert_eq!(stored(&victim).await, before);
}
