//! Many at once: no piece is lost, none is counted twice, and no stock is exceeded, whichever dialects write.

use app::testing::{product, sku};
use axum::http::{Method, StatusCode};
use domain::product::{Product, Sku};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use web::testing::{Reply, TestShop};

use crate::client::{ADDING, Call, Dialect, Shopper, anqicms, hamgam, lexi, mt, sku_rid, wangmarket};

/// The product that everybody wants.
const WANTED: i64 = 50;

const TASKS: usize = 64;

/// A shop where so many pieces of one product can be had.
async fn shop_with(stock: i64) -> TestShop {
    let shop = TestShop::new(cartwright::routes);
    shop.app.add_stores().await;
    let skus = vec![Sku { stock, ..sku(WANTED) }];
    shop.app.put_product(&Product { skus, ..product(WANTED, 1, "wanted") }).await;
    shop
}

/// Each task adds one piece so many times, each in another dialect; returns how often that was done.
async fn add_in_parallel(shopper: &Shopper, times: usize) -> usize {
    let mut tasks = JoinSet::new();
    for task in 0..TASKS {
        let (shopper, dialect) = (shopper.clone(), ADDING[task % ADDING.len()]);
        tasks.spawn(async move {
            let mut done = 0;
            for _ in 0..times {
                let reply = shopper.send(&dialect.add(WANTED, 1)).await;
                assert!(!reply.status.is_server_error(), "{}", reply.body);
                done += usize::from(dialect.is_done(&reply));
            }
            done
        });
    }
    tasks.join_all().await.into_iter().sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_additions_to_a_line_all_count() {
    let shop = shop_with(1_000_000).await;
    let shopper = Shopper::new_customer(&shop, "li@example.com").await;
    assert_eq!(add_in_parallel(&shopper, 200).await, 12_800);
    assert_eq!(shopper.lines().await, [(WANTED, WANTED, 12_800)]);
    assert_eq!(shopper.etag().await, "\"12800\"", "every one of them is a write");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_makes_a_line_first_the_others_add_to_it() {
    let shop = shop_with(1_000_000).await;
    for round in 0..8 {
        let shopper = Shopper::new_customer(&shop, &format!("li{round}@example.com")).await;
        assert_eq!(add_in_parallel(&shopper, 1).await, TASKS);
        assert_eq!(shopper.lines().await, [(WANTED, WANTED, 64)]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_additions_never_exceed_the_stock() {
    let shop = shop_with(100).await;
    let customer = Shopper::new_customer(&shop, "li@example.com").await;
    let guest = Shopper::new_guest(&shop).await;
    for shopper in [customer, guest] {
        assert_eq!(add_in_parallel(&shopper, 4).await, 100);
        assert_eq!(shopper.lines().await, [(WANTED, WANTED, 100)]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_added_and_taken_away_in_parallel_cancels_out() {
    let shop = shop_with(1_000_000).await;
    let shopper = Shopper::new_customer(&shop, "li@example.com").await;
    shopper.done(&Dialect::Hamgam.add(WANTED, 1000)).await;
    let mut tasks = JoinSet::new();
    for task in 0..TASKS {
        let shopper = shopper.clone();
        tasks.spawn(async move {
            for time in 0..10 {
                let call = match task % 2 {
                    0 => ADDING[time % ADDING.len()].add(WANTED, 1),
                    _ => Dialect::Wangmarket.add(WANTED, -1),
                };
                shopper.done(&call).await;
            }
        });
    }
    tasks.join_all().await;
    assert_eq!(shopper.lines().await, [(WANTED, WANTED, 1000)]);
    assert_eq!(shopper.etag().await, "\"641\"");
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_additions_never_exceed_the_lines_of_a_cart() {
    const MOST: i64 = 500;
    let shop = shop_with(100).await;
    for id in 1000..1000 + MOST + 30 {
        shop.app.put_product(&product(id, 1, "one of many")).await;
    }
    let shopper = Shopper::new_customer(&shop, "li@example.com").await;
    for id in 1000..1000 + MOST - 5 {
        shopper.done(&Dialect::Anqicms.add(id, 1)).await;
    }
    let mut tasks = JoinSet::new();
    for (dialect, id) in ADDING.into_iter().cycle().zip(1000 + MOST - 5..1000 + MOST + 30) {
        let shopper = shopper.clone();
        tasks.spawn(async move { dialect.is_done(&shopper.send(&dialect.add(id, 1)).await) });
    }
    assert_eq!(tasks.join_all().await.into_iter().filter(|is_done| *is_done).count(), 5);
    assert_eq!(shopper.send(&Dialect::Hamgam.view()).await.json()["count"], MOST);
    // A line that is there takes more.
    shopper.done(&Dialect::Mt.add(1000, 1)).await;
}

/// One write of each kind, to a cart whose first line holds 5 pieces.
fn writes() -> Vec<Call> {
    let item = format!("{WANTED}/");
    vec![
        Dialect::Mt.add(WANTED, 1),
        mt(Method::PUT, &item, json!({"nums": 7, "distributor_product_id": WANTED})),
        mt(Method::DELETE, &item, Value::Null),
        Dialect::Wangmarket.add(WANTED, 1),
        Dialect::Wangmarket.add(WANTED, -1),
        wangmarket("goodsCartSelected", &format!("goodsid={WANTED}&storeid=1&selected=0")),
        wangmarket("clearStoreCart", "storeid=0"),
        Dialect::Hamgam.add(WANTED, 1),
        hamgam(Method::PATCH, "/items/1", json!({"quantity": 8, "notes": "eight"})),
        hamgam(Method::DELETE, "/items/1", Value::Null),
        hamgam(Method::PATCH, "", json!({"address": 3})),
        Dialect::Anqicms.add(WANTED, 1),
        anqicms("update", json!({"archive_id": WANTED, "quantity": 9})),
        anqicms("remove", json!({"id": 1})),
        lexi(Method::POST, "", json!({"rid": sku_rid(WANTED), "quantity": 6})),
        lexi(Method::PUT, "", json!({"rid": sku_rid(WANTED), "quantity": 4})),
        lexi(Method::POST, "/remove", json!({"rids": [sku_rid(WANTED)]})),
        lexi(Method::DELETE, "", Value::Null),
        // A refusal is an answer as well.
        Dialect::Mt.add(WANTED, 1_000_000),
        Dialect::Anqicms.add(999, 1),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn one_key_fifty_times_at_once_is_one_write_and_one_answer() {
    let shop = shop_with(100).await;
    for (at, call) in writes().into_iter().enumerate() {
        let shopper = Shopper::new_customer(&shop, &format!("li{at}@example.com")).await;
        let alone = Shopper::new_customer(&shop, &format!("wang{at}@example.com")).await;
        for shopper in [&shopper, &alone] {
            shopper.done(&Dialect::Hamgam.add(WANTED, 5)).await;
        }
        let mut tasks = JoinSet::new();
        for _ in 0..50 {
            let (shopper, call) = (shopper.clone(), call.clone());
            tasks.spawn(async move { shopper.send_with(&call, &[("idempotency-key", "once")]).await });
        }
        let replies = tasks.join_all().await;
        let said = |reply: &Reply| (reply.status, reply.body.clone());
        let replays = replies.iter().filter(|reply| reply.header("idempotent-replayed") == "true").count();
        assert_eq!(replays, 49, "{call:?}");
        for reply in &replies {
            assert_eq!(said(reply), said(&replies[0]), "{call:?}");
        }
        alone.send(&call).await;
        assert_eq!(shopper.lines().await, alone.lines().await, "{call:?}");
        assert_eq!(shopper.etag().await, alone.etag().await, "{call:?}");
    }
}

/// Adds one piece in a dialect until told to stop; returns how often that was done. A guest's token in the
/// `cart` header is worth nothing once it names a customer.
async fn add_until(stop: tokio::sync::watch::Receiver<bool>, shopper: Shopper, dialect: Dialect) -> i64 {
    let mut done = 0;
    while !*stop.borrow() {
        let reply = shopper.send(&dialect.add(WANTED, 1)).await;
        if dialect.is_done(&reply) {
            done += 1;
        } else {
            assert_eq!(dialect, Dialect::Anqicms, "{}", reply.body);
            assert!(dialect.is_not_logged_in(&reply), "{}", reply.body);
        }
        tokio::task::yield_now().await;
    }
    done
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_loses_nothing_that_a_guest_adds_meanwhile() {
    const NAME: &str = "username=li@example.com&password=a-good-secret";
    let shop = shop_with(1_000_000).await;
    let registered = shop.post("/login/reg.json").form(NAME).send().await.json();
    let token = registered["token"].as_str().expect("a token").to_owned();
    let customer = Shopper::customer(&shop, token);
    let mut expected = 0;
    for round in 0..6 {
        let guest = Shopper::new_guest(&shop).await;
        let (tell, stop) = tokio::sync::watch::channel(false);
        let mut adding = JoinSet::new();
        for dialect in ADDING {
            adding.spawn(add_until(stop.clone(), guest.clone(), dialect));
        }
        // So many carts before there is a first line, and after.
        while round % 2 == 1 && guest.lines().await.is_empty() {
            tokio::task::yield_now().await;
        }
        let mut logins = JoinSet::new();
        for _ in 0..2 {
            let (shop, form) = (shop.clone(), format!("token={}&{NAME}", guest.token));
            logins.spawn(async move { shop.post("/login/login.json").form(&form).send().await });
        }
        for reply in logins.join_all().await {
            assert!(Dialect::Wangmarket.is_done(&reply), "{}", reply.body);
        }
        tell.send(true).expect("the tasks listen");
        expected += adding.join_all().await.into_iter().sum::<i64>();
        assert_eq!(customer.lines().await, [(WANTED, WANTED, expected)], "round {round}");
        assert_eq!(Shopper::customer(&shop, guest.token).lines().await, customer.lines().await);
    }
    assert!(expected > 100, "{expected} pieces are too few to have met a login");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_saw_the_same_version_one_writes() {
    let shop = shop_with(1_000_000).await;
    let shopper = Shopper::new_customer(&shop, "li@example.com").await;
    for round in 0..20 {
        let etag = shopper.etag().await;
        let mut tasks = JoinSet::new();
        for task in 0..16 {
            let (shopper, etag, dialect) = (shopper.clone(), etag.clone(), ADDING[task % ADDING.len()]);
            tasks.spawn(async move {
                let call = dialect.add(WANTED, 1);
                (dialect, shopper.send_with(&call, &[("if-match", &etag)]).await)
            });
        }
        let replies = tasks.join_all().await;
        let (done, refused): (Vec<_>, Vec<_>) =
            replies.into_iter().partition(|(dialect, reply)| dialect.is_done(reply));
        assert_eq!(done.len(), 1, "round {round}");
        assert!(refused.iter().all(|(_, reply)| reply.status == StatusCode::PRECONDITION_FAILED));
        assert_eq!(shopper.lines().await, [(WANTED, WANTED, round + 1)]);
    }
}
