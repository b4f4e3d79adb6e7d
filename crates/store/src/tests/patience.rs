//! What PostgreSQL gives up or holds for too long: what is tried again, and who is put off.

use std::pin::pin;
use std::time::Duration;

use domain::id::OwnerId;
use domain::limits::MAX_LINES;
use futures_util::FutureExt;
use futures_util::future::{join, join_all, join3};

use super::{NOW, OWNER, by_hand, carts, line, quantities, stocked, testing};
use crate::db::postgres::connection::{Connection, Place};
use crate::{Database, Error, Refusal, Store};

/// With `CARTWRIGHT_TEST_DATABASE` only.
#[tokio::test]
async fn what_the_database_gives_up_is_tried_again_as_a_whole() {
    let (store, folder) = stocked().await;
    let Database::Postgres(address) = testing::options(folder.path()).database else { return };
    let mut other = Connection::new(Place::parse(&address, None).unwrap());
    other.batch("create sequence tries").await.unwrap();
    let owners = [1, 2, 3].map(|number| OwnerId::new([number; 16]));
    let codes = ["40001", "40P01", "57P01", "57P02", "57P03", "08000", "08006"];
    for (code, times) in codes.iter().zip(1..) {
        // A sequence keeps what a transaction has drawn that is rolled back.
        let give_up = format!(
            "create or replace function give_up() returns trigger language plpgsql as $$ begin
                if nextval('tries') <= 3 then raise exception 'given up' using errcode = '{code}'; end if;
                return new;
            end $$;
            create or replace trigger give_up before insert or update on cart_line
                for each row execute function give_up();
            alter sequence tries restart"
        );
        other.batch(&give_up).await.unwrap();
        let adds = owners.map(|owner| {
            let line = line(1, 1);
            let mut steps = vec![carts::lock(owner, NOW, None)];
            steps.extend(carts::add(owner, &line, NOW));
            let store = &store;
            async move { store.write_line(owner, &line, steps).await }
        });
        for cart in join_all(adds).await {
            assert_eq!(quantities(&cart.unwrap()), [(1, times)], "{code}");
        }
        let tries = other.one("select last_value from tries", &[]).await.unwrap();
        assert!(tries.first().unwrap().int(0).unwrap() > 3, "{code} was never raised");
    }
}

/// With `CARTWRIGHT_TEST_DATABASE` only.
#[tokio::test]
async fn nobody_waits_for_ever_for_a_cart_that_another_transaction_holds() {
    let folder = tempfile::tempdir().unwrap();
    let options = testing::options(folder.path());
    let Database::Postgres(address) = &options.database else { return };
    let store = Store::open(&options).unwrap();
    let write = |owner| store.write_cart(owner, vec![carts::lock(owner, NOW, None)]);
    write(OWNER).await.unwrap();
    let mut other = Connection::new(Place::parse(address, None).unwrap());
    other.batch("set idle_in_transaction_session_timeout = 0; begin; delete from cart").await.unwrap();
    let both = join_all([write(OWNER), write(OwnerId::new([9; 16]))]);
    let answers = tokio::time::timeout(Duration::from_secs(40), both).await.unwrap();
    assert!(matches!(answers[..], [Err(Error::Busy), Ok(_)]), "{answers:?}");
    other.batch("rollback").await.unwrap();
    assert_eq!(write(OWNER).await.unwrap().version, 2);
}

/// With `CARTWRIGHT_TEST_DATABASE` only.
#[tokio::test]
async fn whoever_shares_a_commit_with_a_failure_may_do_what_nobody_did_before() {
    let (store, folder) = stocked().await;
    let Database::Postgres(address) = testing::options(folder.path()).database else { return };
    let mut other = Connection::new(Place::parse(&address, None).unwrap());
    let failure = "select 1 / (id - id) from store";
    let fail = || store.apply(vec![by_hand("update store set name = 'A'"), by_hand(failure)]);
    // Whoever comes behind a failure is committed with a savepoint.
    fail().await.unwrap_err();
    other.batch("begin; lock table store").await.unwrap();
    let mut first = pin!(fail());
    assert!(first.as_mut().now_or_never().is_none());
    let waiting = "select 1 from pg_locks where relation = 'store'::regclass and not granted";
    while other.one(waiting, &[]).await.unwrap().count() == 0 {}
    // Both wait for the first, so they go together.
    let update = store.apply(vec![by_hand("update store set name = 'B'")]);
    let (failed, done, ()) = join3(fail(), update, async { other.batch("commit").await.unwrap() }).await;
    for failed in [first.await, failed] {
        assert!(matches!(failed, Err(Error::Server(text)) if text.contains("division by zero")));
    }
    assert_eq!(done.unwrap()[0].changed, 1);
}

/// With `CARTWRIGHT_TEST_DATABASE` only. An add sees what was committed when it began; what another server commits while it
/// waits for the cart counts all the same.
#[tokio::test]
async fn an_add_that_waits_for_a_cart_is_decided_by_what_was_left_there() {
    const LOCK: &str =
        "update cart set version = version + 1, next_line_id = next_line_id + 1 where owner_id = $1";
    const NEW: &str = "insert into cart_line (owner_id, listing_id, sku_id, id, quantity, is_selected, notes,
        price_when_added, created_at, updated_at) select $1, 1, sku.id, sku.id + 1000, 3, true, '', 1, 1, 1 from sku";
    let (store, folder) = stocked().await;
    let Database::Postgres(address) = testing::options(folder.path()).database else { return };
    let [mut other, mut watch] = [(); 2].map(|()| Connection::new(Place::parse(&address, None).unwrap()));
    // With the line that is there they fill a cart.
    let skus = format!(
        "insert into sku (id, rid, product_id, position, id_code, barcode, color, model, grams, price,
            sale_price, commission_rate, stock, is_tracked, may_oversell)
        select n, 'sku ' || n, product_id, n, '', '', '', '', 0, 1, 0, 0, 1, true, false
        from sku, generate_series(101, {}) as n where sku.id = 1",
        99 + MAX_LINES
    );
    other.batch(&skus).await.unwrap();
    let refused = || Err(Error::Refused(Refusal::Adding).to_string());
    for (number, before, meanwhile, sku, expected) in [
        (1, 2, format!("{LOCK}; update cart_line set quantity = 5 where owner_id = $1"), 1, Ok(vec![(1, 6)])),
        (2, 2, format!("{LOCK}; update cart_line set quantity = 10 where owner_id = $1"), 1, refused()),
        (3, 2, format!("{LOCK}; delete from cart_line where owner_id = $1"), 1, Ok(vec![(1, 1)])),
        (
            4,
            2,
            "delete from cart_line where owner_id = $1; delete from cart where owner_id = $1".to_owned(),
            1,
            Ok(vec![(1, 1)]),
        ),
        (5, 2, format!("{LOCK}; {NEW} where id = 2"), 2, Ok(vec![(1, 2), (2, 4)])),
        (6, 2, format!("{LOCK}; {NEW} where id > 100"), 2, refused()),
        (
            7,
            0,
            format!("insert into cart values ($1, 1, 1, null, null, null, 1, 1); {NEW} where id = 1"),
            1,
            Ok(vec![(1, 4)]),
        ),
    ] {
        let owner = OwnerId::new([number; 16]);
        let add = async |sku, pieces| {
            let line = line(sku, pieces);
            let mut steps = vec![carts::lock(owner, NOW, None)];
            steps.extend(carts::add(owner, &line, NOW));
            let added = store.write_line(owner, &line, steps).await;
            added.map(|cart| quantities(&cart)).map_err(|error| error.to_string())
        };
        if before > 0 {
            add(1, before).await.unwrap();
        }
        let meanwhile = meanwhile.replace("$1", &format!("decode(repeat('0{number}', 16), 'hex')"));
        other.batch(&format!("begin; {meanwhile}")).await.unwrap();
        let commit = async {
            let waits = "select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()";
            while watch.one(waits, &[]).await.unwrap().count() == 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            other.batch("commit").await.unwrap();
        };
        let (added, ()) =
            tokio::time::timeout(Duration::from_secs(20), join(add(sku, 1), commit)).await.unwrap();
        let added = added.map(|mut lines| {
            lines.sort_unstable();
            lines
        });
        assert_eq!(added, expected, "{meanwhile}");
    }
}
