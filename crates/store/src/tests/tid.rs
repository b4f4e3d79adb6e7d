//! Carts that are asked for by the TIDs of their rows: where PostgreSQL puts rows must not show.

use domain::id::OwnerId;

use super::{NOW, carts, line, quantities, stocked, testing};
use crate::db::postgres::connection::{Connection, Place};
use crate::{Database, Store};

/// The lines of these shoppers' carts.
async fn seen(store: &Store, owners: &[OwnerId]) -> Vec<Vec<(i64, i64)>> {
    let mut seen = Vec::new();
    for owner in owners {
        seen.push(quantities(&store.cart(*owner).await.unwrap()));
    }
    seen
}

/// With `CARTWRIGHT_TEST_DATABASE` only.
#[tokio::test]
async fn a_cart_is_found_wherever_its_row_has_gone() {
    let (store, folder) = stocked().await;
    let Database::Postgres(address) = testing::options(folder.path()).database else { return };
    let mut other = Connection::new(Place::parse(&address, None).unwrap());
    let owners = [1, 2, 3].map(|number| OwnerId::new([number; 16]));
    for (owner, pieces) in owners.into_iter().zip(1..) {
        let line = line(1, pieces);
        let mut steps = vec![carts::lock(owner, NOW, None)];
        steps.extend(carts::add(owner, &line, NOW));
        store.write_line(owner, &line, steps).await.unwrap();
    }
    let misses = || store.stats().cart_misses.get();
    let before = misses();
    // First by their owners, which tells the TIDs, then by these.
    for _ in 0..3 {
        assert_eq!(seen(&store, &owners).await, [[(1, 1)], [(1, 2)], [(1, 3)]]);
    }
    assert_eq!(misses(), before);

    // The first and the last change places, the second stays.
    let swap = "create temp table carts as select * from cart; create temp table lines as select * from cart_line;
        truncate cart, cart_line;
        insert into cart select * from carts order by owner_id desc; insert into cart_line select * from lines";
    other.batch(swap).await.unwrap();
    assert_eq!(seen(&store, &owners).await, [[(1, 1)], [(1, 2)], [(1, 3)]]);
    assert_eq!(misses(), before + 2, "they were not asked for by their TIDs");
    for _ in 0..3 {
        assert_eq!(seen(&store, &owners).await, [[(1, 1)], [(1, 2)], [(1, 3)]]);
    }
    assert_eq!(misses(), before + 2);

    // Others change one, make one anew as it was, and remove one.
    let change = "update cart_line set quantity = 5 where owner_id = decode(repeat('01', 16), 'hex');
        update cart set version = version + 1 where owner_id = decode(repeat('01', 16), 'hex');
        delete from cart_line where owner_id <> decode(repeat('01', 16), 'hex');
        delete from cart where owner_id <> decode(repeat('01', 16), 'hex');
        insert into cart select * from carts where owner_id = decode(repeat('02', 16), 'hex');
        update cart set created_at = created_at + 1 where owner_id = decode(repeat('02', 16), 'hex')";
    other.batch(change).await.unwrap();
    for _ in 0..3 {
        assert_eq!(seen(&store, &owners).await, [vec![(1, 5)], vec![], vec![]]);
    }
}
