//! What PostgreSQL gives up or holds for too long: what is tried again, and who is put off.

use std::pin::pin;
use std::time::Duration;

use domain::id::OwnerId;
use futures_util::FutureExt;
use futures_util::future::{join_all, join3};

use super::{NOW, OWNER, by_hand, carts, line, quantities, stocked, testing};
use crate::db::postgres::connection::{Connection, Place};
use crate::{Database, Error, Store};

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
