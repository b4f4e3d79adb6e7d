//! The store on its own: every statement prepares, one caller's failure is only its own, and what was
//! acknowledged is there after a reopening.

mod copy;
mod disk;
mod log;
pub(crate) mod owners;
mod patience;
mod schema;
mod tid;

use std::pin::pin;
use std::time::Duration;

use domain::account::{Account, Role};
use domain::cart::Cart;
use domain::id::{AccountId, CategoryId, ListingId, OwnerId, ProductId, SkuId, StoreId};
use domain::money::{BasisPoints, Money};
use domain::product::{Making, Product, Sku, Status};
use domain::time::Timestamp;
use futures_util::FutureExt;
use futures_util::future::join_all;

use crate::cart::{self as carts, NewLine, Scope, Take};
use crate::db::postgres::connection::{Connection, Place};
use crate::idempotency::Key;
use crate::official::Kind;
use crate::product::Desk;
use crate::{
    Database, Error, Options, Refusal, Sql, Step, Store, account, asset, audit, brand, category, change,
    copy as copies, doctor, idempotency, listing, official, one_time_code, page, product, publishing, secret,
    shelf, shop, sweep, testing, throttle, token, userlike, wishlist,
};

const NOW: Timestamp = Timestamp::from_micros(1_767_323_045_000_000);
const OWNER: OwnerId = OwnerId::new([1; 16]);

fn open(folder: &tempfile::TempDir) -> Store {
    Store::open(&testing::options(folder.path())).unwrap()
}

/// A store with product 1: SKU 1 with stock 10, SKU 2 with stock 5.
async fn stocked() -> (Store, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (stock(open(&folder)).await, folder)
}

/// The same in a file, whatever the other tests run on.
async fn stocked_file() -> (Store, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let options = Options { is_durable: false, ..Options::of_file(folder.path().join("shop.db")) };
    (stock(Store::open(&options).unwrap()).await, folder)
}

async fn stock(store: Store) -> Store {
    let sku = |id: i64, stock| Sku {
        id: SkuId::new(id),
        rid: id.to_string(),
        id_code: String::new(),
        barcode: String::new(),
        cover: String::new(),
        color: String::new(),
        model: id.to_string(),
        grams: 0,
        price: Money::from_minor(1000),
        sale_price: Money::ZERO,
        commission_rate: BasisPoints::default(),
        stock,
        is_tracked: true,
        may_oversell: false,
    };
    let product = Product {
        id: ProductId::new(1),
        rid: "1".to_owned(),
        store: StoreId::new(1),
        category: Some(CategoryId::new(1)),
        brand: None,
        handle: "tea".to_owned(),
        title: "红茶 100%".to_owned(),
        summary: String::new(),
        features: String::new(),
        making: Making::default(),
        keywords: String::new(),
        units: String::new(),
        id_code: String::new(),
        status: Status::OnSale,
        is_deleted: false,
        is_recommended: false,
        has_free_postage: false,
        is_distributed: false,
        purchase_limit: 0,
        sales: 0,
        views: 0,
        created_at: NOW,
        updated_at: NOW,
        published_at: None,
        skus: vec![sku(1, 10), sku(2, 5)],
        pictures: vec!["/1.jpg".to_owned().into()],
    };
    let mut steps = vec![shop::add_store(StoreId::new(1), "900000001", "First", NOW)];
    let tea = category::Edit { name: Some("Tea".to_owned()), ..category::Edit::default() };
    steps.extend(category::add(CategoryId::new(1), tea, NOW));
    steps.extend(product::add(&product, &Desk::default(), 1));
    store.apply(steps).await.unwrap();
    store
}

fn line(sku: i64, quantity: i64) -> NewLine {
    let (listing, sku) = (ListingId::new(1), SkuId::new(sku));
    NewLine { listing, sku, quantity, notes: None, order_extra: None }
}

async fn write(store: &Store, steps: impl IntoIterator<Item = Step>) -> Result<Vec<(i64, i64)>, Error> {
    let mut all = vec![carts::lock(OWNER, NOW, None)];
    all.extend(steps);
    store.write_cart(OWNER, all).await.map(|cart| quantities(&cart))
}

/// A step that no deed takes.
fn by_hand(text: &'static str) -> Step {
    Step::new(Sql::composed(text, text.to_owned()), Vec::new())
}

/// SKU and quantity of each line, oldest first.
fn quantities(cart: &Cart) -> Vec<(i64, i64)> {
    cart.lines.iter().map(|line| (line.sku.get(), line.quantity)).collect()
}

/// All statements of all rooms.
fn statements() -> Vec<&'static Sql> {
    let rooms: [&[&Sql]; 24] = [
        account::ALL,
        asset::ALL,
        audit::ALL,
        brand::ALL,
        carts::ALL,
        category::ALL,
        change::ALL,
        copies::ALL,
        doctor::ALL,
        idempotency::ALL,
        listing::ALL,
        official::ALL,
        one_time_code::ALL,
        page::ALL,
        product::ALL,
        publishing::ALL,
        secret::ALL,
        shelf::ALL,
        shop::ALL,
        sweep::ALL,
        throttle::ALL,
        token::ALL,
        userlike::ALL,
        wishlist::ALL,
    ];
    rooms.concat()
}

#[test]
fn every_statement_prepares() {
    let folder = tempfile::tempdir().unwrap();
    drop(Store::open(&Options::of_file(folder.path().join("shop.db"))).unwrap());
    let connection = rusqlite::Connection::open(folder.path().join("shop.db")).unwrap();
    for sql in statements() {
        connection.prepare(sql.sqlite).unwrap_or_else(|error| panic!("{error}\n{}", sql.sqlite));
        assert!(!sql.postgres.contains('?'), "{}", sql.postgres);
    }
}

/// With `CARTWRIGHT_TEST_DATABASE` only.
#[tokio::test]
async fn every_statement_prepares_on_postgresql() {
    let folder = tempfile::tempdir().unwrap();
    let options = testing::options(folder.path());
    let Database::Postgres(address) = &options.database else { return };
    drop(Store::open(&options).unwrap());
    let mut connection = Connection::new(Place::parse(address, None).unwrap());
    connection.open().await.unwrap();
    let mut wrong = Vec::new();
    for text in statements().iter().flat_map(|sql| [Some(sql.postgres), sql.together]).flatten() {
        if let Err(error) = connection.prepare(text).await {
            wrong.push(format!("{:?}\n{text}\n", error.as_db_error()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// With `CARTWRIGHT_TEST_DATABASE` only, which two servers share.
#[tokio::test]
async fn an_add_shows_what_other_servers_have_put_into_the_cart() {
    let (first, folder) = stocked().await;
    if first.is_alone() {
        return;
    }
    let second = open(&folder);
    let add = async |store: &Store, sku, now| {
        let line = line(sku, 1);
        let mut steps = vec![carts::lock(OWNER, now, None)];
        steps.extend(carts::add(OWNER, &line, now));
        store.write_line(OWNER, &line, steps).await.map(|cart| quantities(&cart))
    };
    // Made, seen by one server only, by the other one, again by the first; then what goes beyond the stock.
    assert_eq!(add(&first, 1, NOW).await.unwrap(), [(1, 1)]);
    assert_eq!(add(&first, 1, NOW).await.unwrap(), [(1, 2)]);
    assert_eq!(add(&second, 2, NOW).await.unwrap(), [(1, 2), (2, 1)]);
    assert_eq!(add(&first, 1, NOW).await.unwrap(), [(1, 3), (2, 1)]);
    for _ in 0..4 {
        add(&second, 2, NOW).await.unwrap();
    }
    assert!(matches!(add(&first, 2, NOW).await, Err(Error::Refused(Refusal::Adding))));
    // A cart that was removed and made again counts its writes from the beginning: what memory holds of it is another cart.
    let seen = first.cart(OWNER).await.unwrap().version;
    let mut steps = vec![carts::lock(OWNER, NOW, None)];
    steps.extend(carts::drop_cart(OWNER, seen + 1));
    second.apply(steps).await.unwrap();
    let later = NOW.plus_seconds(1);
    for count in 1..=seen {
        assert_eq!(add(&second, 1, later).await.unwrap(), [(1, count)]);
    }
    assert_eq!(add(&first, 2, later).await.unwrap(), [(1, seen), (2, 1)]);
}

/// On PostgreSQL all of them are one statement, and the guard is asked only where the lock has made the cart.
#[tokio::test]
async fn a_guest_who_has_logged_in_is_refused_among_others_who_have_not() {
    let (store, _folder) = stocked().await;
    let customer = Account {
        id: AccountId::new(1),
        owner: OWNER,
        email: Some("li@example.com".to_owned()),
        username: None,
        phone: None,
        created_at: NOW,
        role: Role::Customer,
    };
    let guest = |number: u8| (OwnerId::new([number; 16]), [number; 32]);
    let end = NOW.plus_seconds(3600);
    let mut steps = vec![account::add(&customer, None)];
    steps.extend((2..8).map(|number| token::issue(&guest(number).1, guest(number).0, None, end, NOW)));
    store.apply(steps).await.unwrap();
    let add = async |number| {
        let ((owner, hash), line) = (guest(number), line(1, 1));
        let mut steps = vec![carts::lock(owner, NOW, None), token::guard(&hash, owner, NOW)];
        steps.extend(carts::add(owner, &line, NOW));
        store.write_line(owner, &line, steps).await.map(|cart| quantities(&cart))
    };
    let added = |pieces| Ok(vec![(1, pieces)]);
    let answers = |answers: Vec<Result<Vec<(i64, i64)>, Error>>| -> Vec<_> {
        answers.into_iter().map(|answer| answer.map_err(|error| error.to_string())).collect()
    };
    assert_eq!(answers(join_all((2..6).map(&add)).await), [added(1), added(1), added(1), added(1)]);

    // The second guest, who has a cart, and the seventh, who has none, log in.
    for number in [2, 7] {
        let (owner, hash) = guest(number);
        let seen = store.cart(owner).await.unwrap().version;
        let mut steps =
            vec![token::move_to(&hash, owner, &customer, end, NOW), carts::lock(owner, NOW, Some(seen))];
        steps.extend(carts::drop_cart(owner, seen + 1));
        store.merge_carts(owner, OWNER, steps).await.unwrap();
    }
    let moved = || Err(Error::Refused(Refusal::TokenMoved).to_string());
    let expected = [moved(), added(2), added(2), added(2), added(1), moved()];
    assert_eq!(answers(join_all((2..8).map(&add)).await), expected);
    for number in [2, 7] {
        assert_eq!(quantities(&store.cart(guest(number).0).await.unwrap()), []);
    }

    // Their tokens say so, also where all are asked for at once; nobody has the first and the last.
    let named = async |number| {
        let token = store.token(&guest(number).1).await.unwrap();
        token.map(|token| (token.owner, token.account))
    };
    let expected = (1..9).map(|number| match number {
        1 | 8 => None,
        2 | 7 => Some((OWNER, Some(customer.clone()))),
        other => Some((guest(other).0, None)),
    });
    let expected: Vec<_> = expected.collect();
    assert_eq!(join_all((1..9).chain(1..9).map(named)).await, [expected.clone(), expected].concat());
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_while_the_store_closes_hears_something() {
    for _ in 0..50 {
        let (store, _folder) = stocked().await;
        let mut tasks = Vec::new();
        for _ in 0..8 {
            let (reader, writer) = (store.clone(), store.clone());
            tasks.push(tokio::spawn(async move { while reader.ping().await.is_ok() {} }));
            tasks.push(tokio::spawn(async move { while writer.allocate("sku", 1).await.is_ok() {} }));
        }
        tokio::task::yield_now().await;
        store.close();
        for task in tasks {
            tokio::time::timeout(Duration::from_secs(20), task).await.unwrap().unwrap();
        }
    }
}

#[tokio::test]
async fn adding_sums_and_never_passes_the_stock() {
    let (store, _folder) = stocked().await;
    assert_eq!(write(&store, carts::add(OWNER, &line(1, 4), NOW)).await.unwrap(), [(1, 4)]);
    assert_eq!(write(&store, carts::add(OWNER, &line(1, 6), NOW)).await.unwrap(), [(1, 10)]);
    let refused = write(&store, carts::add(OWNER, &line(1, 1), NOW)).await;
    assert!(matches!(refused, Err(Error::Refused(Refusal::Adding))), "{refused:?}");
    assert_eq!(store.cart(OWNER).await.unwrap().version, 2, "a refused write counts no version");
}

#[tokio::test]
async fn taking_starts_with_the_first_sku_then_the_newest_line() {
    let (store, _folder) = stocked().await;
    let add = |sku, quantity| carts::add(OWNER, &line(sku, quantity), NOW);
    write(&store, add(2, 5)).await.unwrap();
    write(&store, add(1, 4)).await.unwrap();
    let take = |take| carts::take(OWNER, ListingId::new(1), SkuId::new(1), take, Scope::Product, NOW);
    assert_eq!(write(&store, take(Take::Pieces(3))).await.unwrap(), [(2, 5), (1, 1)]);
    assert_eq!(write(&store, take(Take::Pieces(3))).await.unwrap(), [(2, 3)]);
    assert_eq!(write(&store, take(Take::Leaving(9))).await.unwrap(), [(2, 3)], "nothing to take");
    assert_eq!(write(&store, take(Take::Pieces(99_999))).await.unwrap(), []);
}

#[tokio::test]
async fn setting_raises_the_first_sku_by_what_is_missing() {
    let (store, _folder) = stocked().await;
    write(&store, carts::add(OWNER, &line(2, 5), NOW)).await.unwrap();
    let set = |quantity, scope| carts::set(OWNER, &line(1, quantity), scope, NOW);
    assert_eq!(write(&store, set(12, Scope::Product)).await.unwrap(), [(2, 5), (1, 7)]);
    assert_eq!(write(&store, set(15, Scope::Product)).await.unwrap(), [(2, 5), (1, 10)]);
    assert!(write(&store, set(16, Scope::Product)).await.is_err());
    assert_eq!(write(&store, set(3, Scope::Sku)).await.unwrap(), [(2, 5), (1, 3)]);
    assert_eq!(write(&store, set(2, Scope::Product)).await.unwrap(), [(2, 2)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_callers_failure_undoes_only_its_own_steps() {
    let (store, _folder) = stocked().await;
    let callers = (0..200u8).map(|caller| {
        let store = store.clone();
        tokio::spawn(async move {
            let owner = OwnerId::new([caller; 16]);
            // Every other caller first adds what fits, then what does not: nothing of it may stay.
            let second = if caller % 2 == 0 { 1 } else { 10 };
            let mut steps = vec![carts::lock(owner, NOW, None)];
            steps.extend(carts::add(owner, &line(1, 5), NOW));
            steps.extend(carts::add(owner, &line(1, second), NOW));
            let written = store.write_cart(owner, steps).await.is_ok();
            (written, quantities(&store.cart(owner).await.unwrap()))
        })
    });
    for (caller, task) in callers.collect::<Vec<_>>().into_iter().enumerate() {
        let expected = if caller % 2 == 0 { (true, vec![(1, 6)]) } else { (false, vec![]) };
        assert_eq!(task.await.unwrap(), expected, "caller {caller}");
    }
    assert!(store.stats().commits.get() <= 202);
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_reopening() {
    let (store, folder) = stocked().await;
    write(&store, carts::add(OWNER, &line(1, 4), NOW)).await.unwrap();
    let before = store.cart(OWNER).await.unwrap();
    store.close();
    assert!(matches!(store.cart(OwnerId::new([9; 16])).await, Err(Error::Closed)));
    drop(store);
    assert_eq!(*open(&folder).cart(OWNER).await.unwrap(), *before);
}

#[tokio::test]
async fn a_cart_in_memory_is_the_one_in_the_database() {
    let (store, folder) = stocked().await;
    for quantity in [3, 2, 1] {
        write(&store, carts::add(OWNER, &line(1, quantity), NOW)).await.unwrap();
        let reopened = open(&folder);
        assert_eq!(store.cart(OWNER).await.unwrap(), reopened.cart(OWNER).await.unwrap());
    }
}

#[tokio::test]
async fn a_guests_key_replaces_an_outdated_one_of_the_customer_and_no_other() {
    let (store, _folder) = stocked().await;
    let (guest, customer) = (OWNER, OwnerId::new([2; 16]));
    let key = |owner, name: &str, request| Key { owner, key: name.to_owned(), request: [request; 32] };
    let yesterday = NOW.plus_seconds(-idempotency::KEPT - 1);
    let keys = [
        (customer, "old", 1, yesterday),
        (customer, "own", 2, NOW),
        (guest, "old", 3, NOW),
        (guest, "own", 4, NOW),
    ];
    for (owner, name, request, at) in keys {
        store.apply(vec![idempotency::claim(&key(owner, name, request), at)]).await.unwrap();
    }
    store.apply(vec![idempotency::carry(guest, customer, NOW)]).await.unwrap();
    for (name, request) in [("old", 3), ("own", 2)] {
        let record = store.idempotency_record(&key(customer, name, 0), NOW).await.unwrap().unwrap();
        assert_eq!(record.request, [request; 32], "{name}");
    }
}

#[tokio::test]
async fn the_first_reply_is_kept_and_a_refusal_does_not_stand_for_a_change() {
    let (store, _folder) = stocked().await;
    let key = |name: &str| Key { owner: OWNER, key: name.to_owned(), request: [0; 32] };
    let keep = async |name: &str, status, is_refusal| {
        let reply = idempotency::Reply { status, content_type: None, body: Vec::new() };
        store.apply(vec![idempotency::complete(&key(name), &reply, is_refusal, NOW)]).await.unwrap();
        let record = store.idempotency_record(&key(name), NOW).await.unwrap().unwrap();
        record.reply.map(|reply| reply.status)
    };
    assert_eq!(keep("nobody's", 400, true).await, Some(400));
    assert_eq!(keep("nobody's", 201, false).await, Some(400));
    store.apply(vec![idempotency::claim(&key("claimed"), NOW)]).await.unwrap();
    assert_eq!(keep("claimed", 400, true).await, None);
    assert_eq!(keep("claimed", 201, false).await, Some(201));
    assert_eq!(keep("claimed", 200, false).await, Some(201));
}

#[tokio::test]
async fn who_looks_after_a_write_sees_it_though_an_older_look_still_runs() {
    let (store, _folder) = stocked().await;
    let mut older = pin!(store.cart(OWNER));
    if older.as_mut().now_or_never().is_some() {
        return; // Nothing still runs: the database was quicker than this thread.
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    write(&store, carts::add(OWNER, &line(1, 3), NOW)).await.unwrap();
    let (newer, older) = tokio::join!(store.cart(OWNER), older);
    assert_eq!((quantities(&older.unwrap()), quantities(&newer.unwrap())), (vec![], vec![(1, 3)]));
}

#[tokio::test]
async fn an_empty_cart_has_version_zero_and_reading_it_writes_nothing() {
    let (store, _folder) = stocked().await;
    let commits = store.stats().commits.get();
    assert_eq!(*store.cart(OWNER).await.unwrap(), Cart::empty(OWNER));
    assert_eq!(store.stats().commits.get(), commits);
}

#[tokio::test]
async fn a_backup_is_a_database_of_its_own() {
    let (store, folder) = stocked_file().await;
    write(&store, carts::add(OWNER, &line(1, 4), NOW)).await.unwrap();
    let copy = folder.path().join("copy.db");
    store.backup(&copy).await.unwrap();
    let copy = Store::open(&Options::of_file(copy)).unwrap();
    assert_eq!(*copy.cart(OWNER).await.unwrap(), *store.cart(OWNER).await.unwrap());
    assert_eq!(copy.ailments().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn what_was_spoilt_by_hand_is_told_with_how_to_mend_it() {
    let (store, _folder) = stocked().await;
    write(&store, carts::add(OWNER, &line(1, 4), NOW.plus_seconds(9))).await.unwrap();
    assert_eq!(store.newest().await.unwrap(), Some(NOW));
    store.allocate("sku", 2).await.unwrap();
    assert_eq!(store.slow_counters().await.unwrap(), ["category", "picture", "product", "store"]);
    let spoil = [
        "insert into wishlist (owner_id, product_id, created_at) select owner_id, 1, 0 from cart",
        "update cart_line set quantity = 0",
        "insert into migration (number, name, checksum) values (-1, 'copy', '')",
    ];
    store.apply(spoil.map(by_hand).into()).await.unwrap();
    let ailments = store.ailments().await.unwrap();
    assert_eq!(ailments.len(), 3, "{ailments:?}");
    for part in ["`cartwright copy` again", "1 cart lines hold nothing", "1 shoppers with wishes or likes"] {
        assert!(ailments.iter().any(|ailment| ailment.contains(part)), "{part}: {ailments:?}");
    }
}

#[tokio::test]
async fn a_reference_to_what_is_gone_is_told() {
    let (store, folder) = stocked().await;
    write(&store, carts::add(OWNER, &line(1, 4), NOW)).await.unwrap();
    assert_eq!(store.ailments().await.unwrap(), Vec::<String>::new());
    let spoil = "delete from sku where id = 1; delete from cart";
    match testing::options(folder.path()).database {
        Database::Sqlite(file) => {
            let beside = rusqlite::Connection::open(file).unwrap();
            beside.execute_batch(&format!("pragma foreign_keys = off; {spoil}")).unwrap();
        }
        Database::Postgres(address) => {
            let mut beside = Connection::new(Place::parse(&address, None).unwrap());
            let unchecked = format!("set session_replication_role = replica; {spoil}");
            beside.batch(&unchecked).await.unwrap();
        }
    }
    let ailments = store.ailments().await.unwrap();
    let told = "a row of cart_line refers to one that is gone";
    assert!(ailments.iter().any(|ailment| ailment.starts_with(told)), "{ailments:?}");
}

#[tokio::test]
async fn what_products_refer_to_is_not_deleted_and_what_is_deleted_is_not_referred_to() {
    let (store, _folder) = stocked().await;
    let edit = || official::Edit { name: Some("Bamboo".to_owned()), sort_order: None };
    let terms = [Kind::Label, Kind::Material].map(|kind| official::add(kind, 1, edit(), NOW));
    store.apply(terms.into()).await.unwrap();
    let refer = [
        "insert into product_label (product_id, label_id) values (1, 1)",
        "update product set material_id = 1",
    ];
    store.apply(refer.map(by_hand).into()).await.unwrap();
    let deletions = || {
        let terms = [Kind::Label, Kind::Material].map(|kind| Vec::from(official::delete(kind, 1)));
        terms.into_iter().chain([category::delete(CategoryId::new(1)).into()])
    };
    for deletion in deletions() {
        assert!(matches!(store.apply(deletion).await, Err(Error::Refused(Refusal::InUse))));
    }
    store.apply(product::delete(ProductId::new(1), NOW)).await.unwrap();
    for deletion in deletions() {
        store.apply(deletion).await.unwrap();
    }
    for deletion in deletions() {
        assert!(matches!(store.apply(deletion).await, Err(Error::Refused(Refusal::Gone))));
    }
    // Whoever decided before to file a product under it finds it gone.
    let mut late = store.products(&[ProductId::new(1)]).await.unwrap().remove(0);
    late.category = Some(CategoryId::new(1));
    let written = store.apply(product::update(&late, &Desk::default(), 10)).await;
    assert!(matches!(written, Err(Error::Refused(Refusal::Gone))));
    assert_eq!(store.products(&[ProductId::new(1)]).await.unwrap()[0].category, None);
}

#[tokio::test]
async fn changes_are_read_as_they_were_recorded() {
    use change::Change;
    let (store, _folder) = stocked().await;
    let known = store.latest_change().await.unwrap();
    let changes = [Change::Product(7), Change::Catalogue, Change::Names, Change::Token("ab".to_owned())];
    store.apply(changes.iter().flat_map(|change| change::record(change, NOW)).collect()).await.unwrap();
    let read = store.changes_since(known, 10).await.unwrap();
    assert_eq!(read.into_iter().map(|(_, change)| change).collect::<Vec<_>>(), changes);
}

#[tokio::test]
async fn servers_that_start_at_once_name_the_shop_once() {
    let folder = tempfile::tempdir().unwrap();
    let stores: Vec<_> = (0..6).map(|_| open(&folder)).collect();
    for round in 0..20 {
        // The shop is one that no server has named yet.
        stores[0].apply(vec![by_hand("delete from shop")]).await.unwrap();
        let name = |(store, id): (&'_ Store, i32)| {
            let (store, steps) = (store.clone(), shop::name_shop(&id.to_string()));
            async move { store.apply(steps.into()).await }
        };
        for named in join_all(stores.iter().zip(0..).map(name)).await {
            named.unwrap();
        }
        assert_eq!(stores[0].read(shop::SHOP, Vec::new()).await.unwrap().count(), 1, "round {round}");
    }
}
