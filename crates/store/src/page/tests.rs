//! Lists: an index answers each, and after any writes they are what products, SKUs and listings say.

use std::collections::{HashMap, HashSet};

use domain::id::{BrandId, CategoryId, ProductId, SkuId, StoreId};
use domain::money::BasisPoints;
use domain::product::{Listing, Making, Product, Sku, Status};
use domain::time::Timestamp;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use rusqlite::Connection;

use super::*;
use crate::product::{Desk, add, delete, distribute, set_status, update};
use crate::tests::owners::unowned;
use crate::{Options, Step, brand, category, listing, shop, wishlist};

const NOW: Timestamp = Timestamp::from_micros(1_767_323_045_000_000);

/// The day it is part of.
const DAY: Timestamp = Timestamp::from_micros(1_767_312_000_000_000);

const ORDERS: [Order; 10] = [
    Order::Newest,
    Order::Oldest,
    Order::BestSold,
    Order::LastUpdated,
    Order::MostViewed,
    Order::Title,
    Order::TitleDown,
    Order::Cheapest,
    Order::Dearest,
    Order::Relevance,
];

const SHELVES: [(Standing, Option<bool>); 5] = [
    (Standing::OnSale, None),
    (Standing::OnSale, Some(true)),
    (Standing::OnSale, Some(false)),
    (Standing::InWarehouse, None),
    (Standing::OffSale, None),
];

/// Every filter of one store, category, brand and so on.
fn filters() -> impl Iterator<Item = Filter> {
    let kinds = [Some(true), Some(false), None];
    let shelves = SHELVES.into_iter().flat_map(move |shelf| kinds.into_iter().map(move |kind| (shelf, kind)));
    shelves.flat_map(|((standing, is_in_stock), is_own)| {
        (0..128u8).map(move |bits| {
            let wants = |bit: u8| bits & (1 << bit) != 0;
            Filter {
                standing,
                is_in_stock,
                is_own,
                store: wants(0).then(|| StoreId::new(1)),
                category: wants(1).then(|| CategoryId::new(1)),
                brand: wants(2).then(|| BrandId::new(1)),
                price_min: wants(3).then(|| Money::from_minor(500)),
                price_max: wants(3).then(|| Money::from_minor(1000)),
                published_from: wants(4).then_some(if wants(2) { NOW } else { DAY }),
                published_before: wants(4).then(|| DAY.plus_seconds(if wants(5) { 0 } else { 86_400 })),
                only_recommended: wants(5),
                only_running_low: wants(6),
                // In a quarter of the cases, among them each of the others, but not where prices are all that is asked for.
                only_distributed: wants(5) == wants(6) && wants(0) == wants(1) && (wants(2) || !wants(3)),
            }
        })
    })
}

fn open(folder: &tempfile::TempDir) -> Store {
    Store::open(&Options { is_durable: false, ..Options::of_file(folder.path().join("shop.db")) }).unwrap()
}

/// How SQLite goes about a statement, a line for each table.
fn plan(connection: &Connection, sql: &Sql) -> Vec<String> {
    let mut statement = connection.prepare(&format!("explain query plan {}", sql.sqlite)).unwrap();
    let parameters = vec![1; statement.parameter_count()];
    let rows = statement.query_map(rusqlite::params_from_iter(parameters), |row| row.get(3)).unwrap();
    rows.map(|row| row.unwrap()).collect()
}

fn scans(plan: &[String]) -> bool {
    let tables = ["listing", "product", "sku", "shelf_count", "shelf_span", "wishlist"];
    plan.iter().any(|line| tables.iter().any(|table| line.starts_with(&format!("SCAN {table}"))))
}

#[test]
fn an_index_answers_every_list_and_every_count() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(&folder));
    let connection = Connection::open(folder.path().join("shop.db")).unwrap();
    let (mut merged, mut texts) = (0, HashSet::new());
    let mut plan = |sql: &'static Sql| {
        texts.insert(sql.postgres);
        plan(&connection, sql)
    };
    for filter in filters() {
        for part in parts(&filter) {
            for order in ORDERS {
                let touched = filter.spans().map(|_| 5..=300);
                let ways = ways(&filter, order, &Extent { total: 1, touched, part, size: 1 }, 10);
                let is_few = matches!(part, Part::Recommended | Part::Low | Part::Distributed);
                for (number, way) in ways.iter().enumerate() {
                    let plan = plan(page(&filter, order, way, 10, 0).0);
                    let is_merged = way.reads[0].spans.is_some();
                    let may_be_sorted = !is_merged && (is_few || number > 0);
                    let is_sorted = plan.iter().any(|line| line.contains("TEMP B-TREE"));
                    assert!(!scans(&plan) && (may_be_sorted || !is_sorted), "{order:?} {filter:?}: {plan:?}");
                    merged += usize::from(is_merged);
                }
            }
            let index = part.range(&filter).unwrap_or_else(|| part.index(Order::Newest));
            let counted = plan(counting(&filter, &index).0);
            assert!(!scans(&counted), "{index} {filter:?}: {counted:?}");
            let spanned = plan(spanned(&filter, &(1..=2)).0);
            assert!(!scans(&spanned), "{filter:?}: {spanned:?}");
        }
    }
    assert!(merged > 50, "{merged} ways that merge");
    for sql in [COUNTS, category::ON_SALE, shop::SALES, wishlist::PAGE, wishlist::COUNT] {
        let plan = plan(sql);
        assert!(!scans(&plan), "{}: {plan:?}", sql.sqlite);
    }
    for text in texts {
        assert!(unowned(text).is_empty(), "{text}");
    }
}

/// A write that a merchant makes.
#[derive(Clone, Debug)]
enum Write {
    Put {
        product: Box<Product>,
        desk: Desk,
    },
    SetStatus(i64, Status),
    Delete(i64),
    /// The other store opens a listing.
    TakeUp(i64),
    /// It moves it, or gives it back.
    Shift(i64, Option<Standing>),
    Distribute(i64),
}

prop_compose! {
    fn sku(id: i64)(price in 1i64..1500, sale_price in 0i64..1500, stock in 0i64..3, is_tracked in any::<bool>(), may_oversell in any::<bool>()) -> Sku {
        Sku {
            id: SkuId::new(id),
            rid: format!("2{id:010}"),
            id_code: String::new(),
            barcode: String::new(),
            color: String::new(),
            model: String::new(),
            grams: 0,
            price: Money::from_minor(price),
            sale_price: Money::from_minor(sale_price),
            commission_rate: BasisPoints::default(),
            stock,
            is_tracked,
            may_oversell,
            cover: String::new(),
        }
    }
}

fn status() -> impl Strategy<Value = Status> {
    prop::sample::select(vec![Status::Draft, Status::Warehouse, Status::OnSale, Status::OffSale])
}

prop_compose! {
    fn put()(id in 1i64..7)(
        id in Just(id), status in status(),
        (category, brand) in (prop::option::of(1i64..3), prop::option::of(1i64..3)),
        first in sku(id), second in prop::option::of(sku(id + 100)), title in "[abc]{1,2}", is_recommended in any::<bool>(), is_distributed in any::<bool>(),
        (changed, shown_sales, warning_level) in (0i64..3, 0i64..3, 0i64..3)
    ) -> Write {
        let now = NOW.plus_seconds(changed);
        let product = Product {
            id: ProductId::new(id),
            rid: format!("1{id:010}"),
            id_code: String::new(),
            store: StoreId::new(id % 2 + 1),
            category: category.map(CategoryId::new),
            brand: brand.map(BrandId::new),
            handle: id.to_string(),
            title,
            summary: String::new(),
            features: String::new(),
            making: Making::default(),
            keywords: String::new(),
            units: String::new(),
            status,
            is_deleted: false,
            is_recommended,
            has_free_postage: false,
            is_distributed,
            purchase_limit: 0,
            sales: 0,
            views: 0,
            created_at: now,
            updated_at: now,
            published_at: None,
            skus: if status == Status::Draft { Vec::new() } else { std::iter::once(first).chain(second).collect() },
            pictures: Vec::new(),
        };
        Write::Put { product: Box::new(product), desk: Desk { shown_sales, warning_level, ..Desk::default() } }
    }
}

fn standing() -> impl Strategy<Value = Standing> {
    prop::sample::select(vec![Standing::InWarehouse, Standing::OnSale, Standing::OffSale])
}

fn write() -> impl Strategy<Value = Write> {
    prop_oneof![
        4 => put(),
        2 => (1i64..7, status()).prop_map(|(id, status)| Write::SetStatus(id, status)),
        1 => (1i64..7).prop_map(Write::Delete),
        2 => (1i64..7).prop_map(Write::TakeUp),
        2 => (1i64..7, prop::option::of(standing())).prop_map(|(id, to)| Write::Shift(id, to)),
        1 => (1i64..7).prop_map(Write::Distribute),
    ]
}

async fn steps(store: &Store, write: Write) -> Vec<Step> {
    let id = match &write {
        Write::Put { product, .. } => product.id,
        Write::SetStatus(id, _)
        | Write::Delete(id)
        | Write::TakeUp(id)
        | Write::Shift(id, _)
        | Write::Distribute(id) => ProductId::new(*id),
    };
    let known = store.products(&[id]).await.unwrap().pop();
    match (write, known) {
        (Write::Put { product, desk }, None) => add(&product, &desk, 1),
        (Write::Put { product, desk }, Some(_)) => update(&product, &desk, 1),
        // Without SKUs a product is a draft.
        (Write::SetStatus(_, status), Some(known)) if !known.skus.is_empty() => set_status(id, status, NOW),
        (Write::Delete(_), Some(_)) => delete(id, NOW),
        (Write::TakeUp(_), Some(known)) => {
            let store = StoreId::new(3 - known.store.get());
            let status = Some(Standing::OnSale);
            listing::add(&Listing { id: ListingId::new(id.get() + 100), store, product: id, status }, NOW)
        }
        (Write::Shift(_, to), Some(_)) => {
            let listing = store.listings(&[ListingId::new(id.get() + 100)]).await.unwrap().pop();
            listing.map_or(Vec::new(), |listing| listing::shift(&listing, to))
        }
        (Write::Distribute(_), Some(_)) => distribute(id, &[], NOW),
        _ => Vec::new(),
    }
}

/// Two stores, categories and brands.
fn names() -> Vec<Step> {
    let named = |id: i64| id.to_string();
    let begin = [1, 2].into_iter().flat_map(|id| {
        let category = category::Edit { name: Some(named(id)), ..Default::default() };
        let brand = brand::Edit { name: Some(named(id)), ..Default::default() };
        [
            shop::add_store(StoreId::new(id), &named(id), &named(id), NOW),
            category::add(CategoryId::new(id), category, NOW).remove(0),
            brand::add(BrandId::new(id), &named(id), brand, NOW),
        ]
    });
    begin.collect()
}

/// What rows of products, SKUs and listings say.
struct Truth {
    listings: Vec<(Listing, Product)>,
    desks: HashMap<ProductId, Desk>,
}

impl Truth {
    async fn read(store: &Store) -> Self {
        let ids: Vec<_> = (1..300).map(ListingId::new).collect();
        let products: Vec<_> = (1..7).map(ProductId::new).collect();
        let desks = store.product_desks(&products).await.unwrap();
        let products = store.products(&products).await.unwrap();
        let product =
            |listing: &Listing| products.iter().find(|product| product.id == listing.product).cloned();
        let listings = store.listings(&ids).await.unwrap();
        let listings = listings.into_iter().map(|listing| (listing, product(&listing).unwrap())).collect();
        Self { listings, desks }
    }

    fn wants(&self, filter: &Filter, listing: &Listing, product: &Product) -> bool {
        let Some(standing) = listing.standing(product) else { return false };
        let price = price(product);
        let warning_level = self.desks[&product.id].warning_level;
        standing == filter.standing
            && (standing != Standing::OnSale
                || filter.is_in_stock.is_none_or(|wanted| wanted == product.is_in_stock()))
            && filter.is_own.is_none_or(|is_own| is_own == (listing.id == product.id.own_listing()))
            && filter.store.is_none_or(|id| id == listing.store)
            && filter.category.is_none_or(|id| product.category == Some(id))
            && filter.brand.is_none_or(|id| product.brand == Some(id))
            && filter.price_min.is_none_or(|least| least <= price)
            && filter.price_max.is_none_or(|most| price <= most)
            && filter.published_from.is_none_or(|from| product.published_at.is_some_and(|at| at >= from))
            && filter.published_before.is_none_or(|end| product.published_at.is_some_and(|at| at < end))
            && (!filter.only_recommended || product.is_recommended)
            && (!filter.only_distributed || product.is_distributed)
            && (!filter.only_running_low
                || product.skus.iter().any(|sku| sku.is_tracked && sku.stock <= warning_level))
    }

    fn list(&self, filter: &Filter, order: Order) -> Vec<ListingId> {
        let mut wanted: Vec<_> =
            self.listings.iter().filter(|(listing, product)| self.wants(filter, listing, product)).collect();
        wanted.sort_by(|(one, a), (other, b)| {
            let by_id = one.id.cmp(&other.id);
            match order {
                Order::Oldest => by_id,
                Order::Newest | Order::Relevance => by_id.reverse(),
                Order::BestSold => a.sales.cmp(&b.sales).then(by_id).reverse(),
                Order::LastUpdated => a.updated_at.cmp(&b.updated_at).then(by_id).reverse(),
                Order::MostViewed => a.views.cmp(&b.views).then(by_id).reverse(),
                Order::Title => a.title.cmp(&b.title).then(by_id),
                Order::TitleDown => a.title.cmp(&b.title).then(by_id).reverse(),
                Order::Cheapest => price(a).cmp(&price(b)).then(by_id),
                Order::Dearest => price(a).cmp(&price(b)).then(by_id).reverse(),
            }
        });
        wanted.into_iter().map(|(listing, _)| listing.id).collect()
    }
}

fn price(product: &Product) -> Money {
    product.first_sku().map_or(Money::ZERO, Sku::effective_price)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn after_any_writes_lists_say_what_the_rows_say(
        writes in prop::collection::vec(write(), 1..30), first in 0usize..17
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let store = open(&folder);
            store.apply(names()).await.unwrap();
            for write in writes {
                let steps = steps(&store, write).await;
                // A store takes a product up only once.
                let _ = store.apply(steps).await;
            }
            prop_assert_eq!(store.ailments().await.unwrap(), Vec::<String>::new());
            let truth = Truth::read(&store).await;
            for (filter, order) in filters().zip(ORDERS.into_iter().cycle()).skip(first).step_by(17) {
                let expected = truth.list(&filter, order);
                let total = expected.len() as i64;
                let first = store.listing_page(&filter, order, 3, 0).await.unwrap();
                let ids = expected.iter().copied().take(3).collect();
                prop_assert_eq!(first, Listed { ids, total }, "{:?} {:?}", order, filter);
                let second = store.listing_page(&filter, order, 3, 3).await.unwrap();
                let ids = expected.iter().copied().skip(3).take(3).collect();
                prop_assert_eq!(second, Listed { ids, total }, "{:?} {:?}", order, filter);
                // However few they are, no way shows others.
                for way in ways(&filter, order, &Extent { total: total.max(1), ..store.extent(&filter).await.unwrap() }, 3) {
                    let (sql, params) = page(&filter, order, &way, 3, 3);
                    let ids = store.ids(sql, params).await.unwrap();
                    prop_assert_eq!(&ids[..], expected.get(3..).map_or(&[][..], |rest| &rest[..rest.len().min(3)]), "{:?} {:?}", order, filter);
                }
            }
            let kept = store.sales_of(&[StoreId::new(1), StoreId::new(2)]).await.unwrap();
            for (store, sales) in kept {
                let own = truth.listings.iter().filter(|(listing, product)| {
                    listing.store == store && listing.id == product.id.own_listing() && !product.is_deleted
                });
                prop_assert_eq!(sales, own.map(|(_, product)| product.sales).sum::<i64>());
            }
            Ok(())
        })?;
    }
}

#[tokio::test]
async fn what_was_changed_by_hand_is_noticed_and_mended() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    let mut steps = vec![shop::add_store(StoreId::new(1), "1", "First", NOW)];
    let mut runner = TestRunner::deterministic();
    let tree = put().new_tree(&mut runner).unwrap();
    let Write::Put { product, desk } = tree.current() else { unreachable!() };
    let product = Product { store: StoreId::new(1), category: None, brand: None, ..*product };
    steps.extend(add(&product, &desk, 1));
    store.apply(steps).await.unwrap();
    assert_eq!(store.ailments().await.unwrap(), Vec::<String>::new());

    let connection = Connection::open(folder.path().join("shop.db")).unwrap();
    connection.execute("update listing set title = 'other', shelf = 2", []).unwrap();
    let ailments = store.ailments().await.unwrap();
    assert_eq!(ailments.len(), 2, "{ailments:?}");
    assert!(ailments.iter().all(|ailment| ailment.contains("reindex")), "{ailments:?}");
    store.shelve_all().await.unwrap();
    assert_eq!(store.ailments().await.unwrap(), Vec::<String>::new());
}

/// On whatever database the tests run.
#[tokio::test]
async fn all_ways_to_a_page_show_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&crate::testing::options(folder.path())).unwrap();
    let mut steps = names();
    let mut runner = TestRunner::deterministic();
    for id in 1..30 {
        let Write::Put { product, desk } = put().new_tree(&mut runner).unwrap().current() else {
            unreachable!()
        };
        let (skus, status) = (vec![sku(id).new_tree(&mut runner).unwrap().current()], Status::OnSale);
        let created_at = NOW.plus_seconds(-86_400 * (id * 67 % 430));
        let (id, handle, rid) = (ProductId::new(id), id.to_string(), format!("1{id:010}"));
        steps.extend(add(&Product { id, handle, rid, skus, status, created_at, ..*product }, &desk, 1));
    }
    store.apply(steps).await.unwrap();
    let (mut compared, mut of_all_widths) = (0, 0);
    let longer = filters().filter(|filter| filter.published_from.is_some()).map(|filter| Filter {
        published_from: filter.is_own.map(|is_own| {
            if is_own { DAY.plus_seconds(-86_400 * 300) } else { Timestamp::from_micros(-86_400_000_000) }
        }),
        ..filter
    });
    for filter in filters().chain(longer).filter(|filter| !filter.is_counted()) {
        let extent = store.extent(&filter).await.unwrap();
        for order in ORDERS.into_iter().filter(|_| extent.total > 0) {
            let mut pages = Vec::new();
            for way in ways(&filter, order, &extent, 9) {
                of_all_widths += usize::from(way.reads.len() == WIDTHS.len());
                let (sql, params) = page(&filter, order, &way, 9, 2);
                pages.push(store.ids(sql, params).await.unwrap());
            }
            assert!(pages.windows(2).all(|pages| pages[0] == pages[1]), "{order:?} {filter:?}: {pages:?}");
            compared += usize::from(pages.len() == 3);
        }
    }
    assert!(compared > 20, "{compared} pages with three ways");
    assert!(of_all_widths > 10, "{of_all_widths} pages from days and blocks of days");
}

#[test]
fn blocks_are_the_days_and_nothing_twice() {
    for (first, last) in
        (0..200).flat_map(|first| [0, 1, 7, 15, 16, 40, 200, 3000].map(|more| (first, first + more)))
    {
        let days = blocks(first..=last).into_iter().flat_map(|(width, blocks)| {
            blocks.into_iter().flat_map(move |block| block * width..(block + 1) * width)
        });
        let mut days: Vec<i64> = days.collect();
        days.sort_unstable();
        assert_eq!(days, (first..=last).collect::<Vec<_>>());
    }
}
