//! What is swept away is what nobody needs: nothing that lives, nothing that somebody comes back for in that moment.

use std::sync::Arc;

use domain::account::Role;
use domain::cart::Cart;
use domain::id::ListingId;
use store::change::{Change, record};
use store::idempotency::{self, Key};
use tempfile::TempDir;

use super::{CHANGES_KEPT, Counts, GRACE, sweep};
use crate::cart::{self, Extras, Item};
use crate::testing::{NOW, product, shop};
use crate::{App, Clock, Ctx, Entropy, Error, Settings};

const DAY: i64 = 24 * 60 * 60;

async fn stocked() -> (App, TempDir) {
    let (app, folder) = shop(Settings::default());
    app.stock().await;
    sweep(&app).await.unwrap();
    (app, folder)
}

/// Another server on the same database, at the same time.
fn another(app: &App, folder: &TempDir) -> App {
    let store = store::Store::open(&store::testing::options(folder.path())).unwrap();
    App::new(store, app.settings().clone(), Clock::fixed(app.now()), Entropy::seeded(2))
}

async fn as_holder(app: &App, token: &str) -> Ctx {
    let session = app.sessions().by_guest_secret(token, app.now()).await;
    // A customer's token is no guest's secret.
    let session = session.or(app.sessions().by_token(token, app.now()).await.map(|found| found.unwrap()));
    Ctx::new(app, Some(session.unwrap()))
}

async fn add(ctx: &Ctx) -> Result<Arc<Cart>, Error> {
    let item = Item { listing: ListingId::new(1), sku: None };
    cart::add(ctx, item, 1, Extras::default()).await
}

async fn pieces(ctx: &Ctx) -> i64 {
    cart::stored(ctx).await.unwrap().lines.iter().map(|line| line.quantity).sum()
}

#[tokio::test]
async fn a_guests_token_goes_when_it_has_ended_and_a_customers_never_names_a_guest() {
    let (app, _folder) = stocked().await;
    let guest = app.guest().await;
    add(&as_holder(&app, &guest).await).await.unwrap();
    let customer = app.customer("li@example.com").await;
    app.pass_seconds(app.settings().guest_ttl);
    assert_eq!(sweep(&app).await.unwrap().tokens, 0, "clocks differ by less than the grace");
    app.pass_seconds(GRACE);
    assert_eq!(sweep(&app).await.unwrap().tokens, 1);
    assert_eq!(sweep(&app).await.unwrap(), Counts::default());
    for token in [&guest, &customer] {
        assert_eq!(app.sessions().by_token(token, app.now()).await.unwrap(), None);
    }
    let named = app.sessions().by_guest_secret(&customer, app.now()).await;
    assert!(matches!(named, Err(Error::NotLoggedIn)), "{named:?}");
}

#[tokio::test]
async fn an_abandoned_guests_cart_goes_and_no_other() {
    let (app, folder) = stocked().await;
    let guests = [app.guest().await, app.guest().await];
    let operator = app.account("operator@example.com", Role::Operator).await;
    let customer = as_holder(&app, &operator).await;
    let [gone, back] = [as_holder(&app, &guests[0]).await, as_holder(&app, &guests[1]).await];
    for ctx in [&gone, &back, &customer] {
        add(ctx).await.unwrap();
    }
    app.pass_seconds(DAY);
    add(&Ctx { now: app.now(), ..back.clone() }).await.unwrap();
    app.pass_seconds(app.settings().guest_cart_ttl - DAY + GRACE);
    assert_eq!(sweep(&app).await.unwrap().carts, 1);
    for app in [&app, &another(&app, &folder)] {
        for (ctx, expected) in [(&gone, 0), (&back, 2), (&customer, 1)] {
            assert_eq!(pieces(&Ctx { app: app.clone(), ..ctx.clone() }).await, expected);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_back_while_several_servers_sweep_finds_what_they_added() {
    let (app, folder) = stocked().await;
    let mut guests = Vec::new();
    for _ in 0..40 {
        guests.push(as_holder(&app, &app.guest().await).await);
        add(guests.last().unwrap()).await.unwrap();
    }
    app.pass_seconds(app.settings().guest_cart_ttl + GRACE);
    // A second server on a file would have carts in memory that the first one writes.
    let servers = if app.store().is_alone() {
        vec![app.clone(); 3]
    } else {
        vec![app.clone(), another(&app, &folder), another(&app, &folder)]
    };
    let sweeps = servers.iter().map(|app| {
        let app = app.clone();
        tokio::spawn(async move { sweep(&app).await.unwrap().carts })
    });
    let sweeps: Vec<_> = sweeps.collect();
    let returns = guests.iter().step_by(2).map(|ctx| {
        let ctx = ctx.clone();
        tokio::spawn(async move {
            // Their tokens have ended, so they are taken for guests with secrets of their own.
            let mut ctx = Ctx { now: ctx.app.now(), ..ctx };
            ctx.session.as_mut().unwrap().token = None;
            add(&ctx).await.unwrap()
        })
    });
    let mut seen = Vec::new();
    for back in returns.collect::<Vec<_>>() {
        seen.push(back.await.unwrap());
    }
    let mut swept = 0;
    for sweep in sweeps {
        swept += sweep.await.unwrap();
    }
    let mut kept = 0;
    for (ctx, seen) in guests.iter().step_by(2).zip(seen) {
        assert_eq!(cart::stored(ctx).await.unwrap(), seen);
        kept += u64::from(seen.lines[0].quantity == 2);
    }
    assert_eq!(swept, 40 - kept, "each cart is swept once, or was kept for who came back");
}

#[tokio::test]
async fn a_key_goes_when_it_is_answered_for_no_more() {
    let (app, _folder) = stocked().await;
    let owner = domain::id::OwnerId::new([7; 16]);
    let key = |at: i64| Key { owner, key: at.to_string(), request: [1; 32] };
    // More than one batch of them.
    let claims = (0..1200).map(|at| idempotency::claim(&key(at), NOW.plus_seconds(at)));
    app.store().apply(claims.collect()).await.unwrap();
    app.pass_seconds(idempotency::KEPT + GRACE + 1100);
    assert_eq!(sweep(&app).await.unwrap().keys, 1101);
    app.pass_seconds(-GRACE);
    let known = async |at| app.store().idempotency_record(&key(at), NOW.plus_seconds(1200)).await.unwrap();
    assert_eq!(known(1100).await, None);
    assert!(known(1101).await.is_some());
}

#[tokio::test]
async fn a_server_that_fell_behind_the_log_forgets_everything() {
    let (app, folder) = stocked().await;
    let other = another(&app, &folder);
    let title = async |app: &App| {
        let offered = app.catalogue().offered(ListingId::new(1)).await.unwrap().unwrap();
        offered.product.title.clone()
    };
    let known = other.catch_up(other.store().latest_change().await.unwrap()).await.unwrap();
    assert_eq!(title(&other).await, "红牛");
    app.put_product(&product(1, 1, "绿茶")).await;
    let names = |at| record(&Change::Names, NOW.plus_seconds(at));
    app.store().apply((0..700).flat_map(names).collect()).await.unwrap();
    app.pass_seconds(CHANGES_KEPT + GRACE + 600);
    assert_eq!(title(&other).await, "红牛", "it has not looked yet");
    // The product's change and those of the names up to the 600th second are a day old, and so are earlier ones.
    let earlier = app.store().changes_since(0, 10_000).await.unwrap().len() as u64 - 701;
    assert_eq!(sweep(&app).await.unwrap().changes, earlier + 1 + 601);
    let newest = other.catch_up(known).await.unwrap();
    assert_eq!(title(&other).await, "绿茶");
    assert_eq!(newest, app.store().latest_change().await.unwrap());

    // The newest stays, so that even who missed all of them notices.
    app.pass_seconds(DAY);
    sweep(&app).await.unwrap();
    assert_eq!(app.store().latest_change().await.unwrap(), newest);
    assert_eq!(app.store().changes_since(0, 10).await.unwrap().len(), 1);
}
