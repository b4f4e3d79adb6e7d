//! Copies: everything arrives, however often the copying was cut off, and never where a shop is already.

use std::panic::{self, AssertUnwindSafe};

use futures_util::FutureExt;

use super::{NOW, OWNER, carts, idempotency, line, open, stock, stocked_file, testing, write};
use crate::copy::{Copied, Progress};
use crate::idempotency::Key;
use crate::{Database, Error, Options, Store, account, change, shop, token, userlike, wishlist};
use domain::account::{Account, Role};
use domain::id::{AccountId, OwnerId, ProductId};

const SHOP: &str = "a shop";

/// A shop in a file with many rows in some tables.
async fn source() -> (Store, tempfile::TempDir) {
    let (store, folder) = stocked_file().await;
    let customer = Account {
        id: AccountId::new(1),
        owner: OwnerId::new([2; 16]),
        email: Some("li@example.com".to_owned()),
        username: Some("小李".to_owned()),
        phone: None,
        role: Role::Customer,
        created_at: NOW,
    };
    let mut steps = Vec::from(shop::name_shop(SHOP));
    steps.push(account::add(&customer, None));
    steps.push(token::issue(&[9; 32], customer.owner, Some(customer.id), NOW, NOW));
    steps.push(wishlist::add(customer.owner, &[ProductId::new(1)], NOW));
    steps.extend(userlike::add(customer.owner, ProductId::new(1), NOW));
    // Texts that people sort otherwise than computers do.
    let texts = ["a", "B", "ä", "-", "茶", "Ａ"].into_iter().cycle();
    for (number, text) in (0..1200u16).zip(texts) {
        let owner = OwnerId::new([u8::try_from(number % 7).unwrap(); 16]);
        let key = Key { owner, key: format!("{text}{number}"), request: [3; 32] };
        steps.push(idempotency::claim(&key, NOW));
        steps.extend(change::record(&change::Change::Names, NOW));
    }
    store.apply(steps).await.unwrap();
    write(&store, carts::add(OWNER, &line(1, 4), NOW)).await.unwrap();
    (store, folder)
}

async fn copy(from: &Store, to: &Store) -> Result<Copied, Error> {
    from.copy_to(to, SHOP, &mut |_| {}).await
}

/// Copies until so many batches were told of, and stops right there, as a process does that is killed between two.
async fn copy_partly(from: &Store, to: &Store, batches: usize) -> Option<Copied> {
    let mut told = 0;
    let mut progress = |_: Progress| {
        told += 1;
        if told == batches {
            panic::resume_unwind(Box::new("killed"));
        }
    };
    let copied = AssertUnwindSafe(from.copy_to(to, SHOP, &mut progress)).catch_unwind().await;
    assert_eq!(copied.is_err(), told == batches, "told {told} times of {batches}");
    copied.ok().map(Result::unwrap)
}

fn refused(copied: &Result<Copied, Error>, part: &str) {
    assert!(matches!(copied, Err(Error::Unusable(text)) if text.contains(part)), "{copied:?}");
}

#[tokio::test]
async fn a_copy_is_the_shop_with_its_counters_and_back_again() {
    let ((from, _from), folder) = (source().await, tempfile::tempdir().unwrap());
    let to = open(&folder);
    let mut last = None;
    let copied = from.copy_to(&to, SHOP, &mut |progress| last = Some(progress)).await.unwrap();
    let rows = |name: &str| copied.iter().find(|(table, _)| table == name).map(|(_, content)| content.rows);
    assert_eq!(
        (rows("idempotency"), rows("change_log"), rows("cart_line")),
        (Some(1200), Some(1200), Some(1))
    );
    assert_eq!(rows("migration"), None);
    let told = last.unwrap();
    assert_eq!(
        (told.rows, told.of),
        (told.of, 3 * copied.iter().map(|(_, content)| content.rows).sum::<u64>())
    );
    assert_eq!(*to.cart(OWNER).await.unwrap(), *from.cart(OWNER).await.unwrap());
    assert!(!to.is_half_copied().await.unwrap());
    assert_eq!(to.ailments().await.unwrap(), Vec::<String>::new());
    assert_eq!(to.newest().await.unwrap(), Some(NOW));
    assert_eq!(to.slow_counters().await.unwrap(), from.slow_counters().await.unwrap());
    refused(&copy(&from, &to).await, "holds this shop already");

    let third = tempfile::tempdir().unwrap();
    let third = Store::open(&Options::of_file(third.path().join("shop.db"))).unwrap();
    assert_eq!(copy(&to, &third).await.unwrap(), copied);
    assert_eq!(third.allocate("change", 1).await.unwrap(), 1201);
}

#[tokio::test]
async fn a_copy_that_was_cut_off_goes_on() {
    let ((from, _from), folder) = (source().await, tempfile::tempdir().unwrap());
    let to = open(&folder);
    let mut tries = 0;
    let copied = loop {
        tries += 1;
        // One batch more each time, so that each is the last once.
        if let Some(copied) = copy_partly(&from, &to, tries).await {
            break copied;
        }
        assert!(to.is_half_copied().await.unwrap());
    };
    assert!(tries > 10, "{tries}");
    let whole = tempfile::tempdir().unwrap();
    assert_eq!(copy(&from, &open(&whole)).await.unwrap(), copied);
}

#[tokio::test]
async fn what_was_changed_between_is_noticed() {
    let ((from, _from), folder) = (source().await, tempfile::tempdir().unwrap());
    let to = open(&folder);
    assert_eq!(copy_partly(&from, &to, 5).await, None);
    // In a table that is copied already.
    let rename =
        crate::category::Edit { name: Some("Coffee".to_owned()), ..crate::category::Edit::default() };
    from.apply(crate::category::update(domain::id::CategoryId::new(1), rename)).await.unwrap();
    refused(&copy(&from, &to).await, "table category");
    assert!(to.is_half_copied().await.unwrap());
}

#[tokio::test]
async fn nothing_is_copied_over_another_shop() {
    let ((from, _from), folder) = (source().await, tempfile::tempdir().unwrap());
    let to = stock(open(&folder)).await;
    refused(&copy(&from, &to).await, "holds another shop");
    assert!(!to.is_half_copied().await.unwrap());

    let folder = tempfile::tempdir().unwrap();
    let to = open(&folder);
    assert_eq!(copy_partly(&from, &to, 1).await, None);
    refused(&from.copy_to(&to, "another shop", &mut |_| {}).await, "a part of another shop");
    refused(&copy(&to, &from).await, "is not finished");
}

/// With `CARTWRIGHT_TEST_DATABASE` only.
#[tokio::test]
async fn between_two_servers_their_own_tools_copy() {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    if matches!(testing::options(folders[0].path()).database, Database::Postgres(_)) {
        refused(&copy(&open(&folders[0]), &open(&folders[1])).await, "pg_dump");
    }
}
