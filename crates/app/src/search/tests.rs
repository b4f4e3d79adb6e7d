//! The life of an index: it follows the catalogue at once, other processes within a second, and outlives its files.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use domain::id::{BrandId, CategoryId, StoreId};
use domain::money::Money;
use domain::product::Product;
use store::Store;
use tempfile::TempDir;

use crate::catalogue::{Filter, Order, PageQuery, Standing};
use crate::testing::{NOW, product};
use crate::{App, Clock, Entropy, Settings};

const NOTHING: [i64; 0] = [];

const ORDERS: [Order; 9] = [
    Order::Newest,
    Order::Oldest,
    Order::BestSold,
    Order::LastUpdated,
    Order::MostViewed,
    Order::Title,
    Order::TitleDown,
    Order::Cheapest,
    Order::Dearest,
];

/// A shop whose index is in a folder; opened again it is a server that starts again, or another process.
fn open(folder: &TempDir) -> App {
    let options = store::testing::options(folder.path());
    let settings = Settings { search: Some(folder.path().join("search")), ..Settings::default() };
    App::new(Store::open(&options).unwrap(), settings, Clock::fixed(NOW), Entropy::seeded(1))
}

async fn stocked() -> (App, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let app = open(&folder);
    app.stock().await;
    (app, folder)
}

async fn found(app: &App, text: &str) -> Vec<i64> {
    let query = PageQuery {
        text: Some(text.to_owned()),
        filter: Filter::default(),
        order: Order::Relevance,
        limit: 100,
        offset: 0,
    };
    let page = app.catalogue().page(&query).await.unwrap();
    page.offers.iter().map(|offered| offered.listing.id.get()).collect()
}

fn files(folder: &TempDir) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder.path().join("search")).unwrap();
    entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect()
}

#[tokio::test]
async fn a_change_is_found_at_once() {
    let (app, _folder) = stocked().await;
    assert_eq!(found(&app, "红牛").await, [1]);
    assert_eq!(found(&app, "四件套").await, [100, 2]);
    assert_eq!(found(&app, "红牛 饮料").await, NOTHING);
    app.put_product(&product(1, 1, "红牛功能饮料")).await;
    app.put_product(&product(30, 1, "红牛")).await;
    assert_eq!(found(&app, "红牛").await, [30, 1]);
    assert_eq!(found(&app, "红牛 饮料").await, [1]);
    app.put_product(&product(1, 1, "Tea")).await;
    assert_eq!(found(&app, "饮料").await, NOTHING);
    app.take_off_sale(30).await;
    assert_eq!(found(&app, "红牛").await, NOTHING);
    app.delete_product(1).await;
    assert_eq!(found(&app, "tea").await, NOTHING);
}

#[tokio::test]
async fn what_is_not_on_sale_is_not_found() {
    let (app, _folder) = stocked().await;
    for text in ["手电筒", "草稿", "已删除的包", "CODE-3"] {
        assert_eq!(found(&app, text).await, NOTHING, "{text}");
    }
    assert_eq!(found(&app, "code 4").await, [4]);
}

/// Every list of the shop and of a store, with and without each thing that a list may be asked for.
fn filters() -> impl Iterator<Item = Filter> {
    let standings = [Standing::InWarehouse, Standing::OnSale, Standing::OffSale];
    let stocks = [None, Some(true), Some(false)];
    let shelves = standings.into_iter().flat_map(move |standing| stocks.map(move |stock| (standing, stock)));
    shelves.flat_map(|(standing, is_in_stock)| {
        (0..1024u16).map(move |bits| {
            let wants = |bit: u16| bits >> bit & 1 == 1;
            Filter {
                standing,
                is_in_stock,
                is_own: wants(0).then(|| wants(1)),
                store: wants(2).then(|| StoreId::new(2)),
                category: wants(3).then(|| CategoryId::new(1)),
                brand: wants(4).then(|| BrandId::new(1)),
                price_min: wants(5).then(|| Money::from_minor(1000)),
                price_max: wants(6).then(|| Money::from_minor(5000)),
                published_from: wants(7).then_some(NOW),
                published_before: (wants(7) != wants(8)).then(|| NOW.plus_seconds(1)),
                only_recommended: wants(8) && wants(9),
                only_distributed: wants(9) && !wants(8),
                only_running_low: wants(9) && wants(1),
            }
        })
    })
}

#[tokio::test]
async fn what_is_found_is_filtered_and_sorted_as_lists_are() {
    let (app, _folder) = stocked().await;
    for (id, price) in [(30, 1000), (31, 5000), (32, 5001)] {
        let mut product = product(id, 1 + id % 2, &format!("茶 {}", 90 - id));
        product.skus[0].price = Money::from_minor(price);
        product.category = Some(CategoryId::new(1));
        product.is_recommended = id == 31;
        product.is_distributed = id != 31;
        product.published_at = (id != 30).then(|| NOW.plus_seconds(id - 31));
        product.updated_at = NOW.plus_seconds(100 - id);
        app.put_product(&product).await;
    }
    let mut listed = 0;
    for (filter, order) in filters().step_by(5).zip(ORDERS.into_iter().cycle()) {
        let ids = async |text: Option<&str>| {
            let text = text.map(str::to_owned);
            let query = PageQuery { text, filter: filter.clone(), order, limit: 100, offset: 0 };
            let page = app.catalogue().page(&query).await.unwrap();
            (page.total, page.offers.iter().map(|offered| offered.listing.id.get()).collect::<Vec<_>>())
        };
        let expected = ids(None).await;
        listed += expected.1.len();
        assert_eq!(ids(Some("in short")).await, expected, "{order:?} {filter:?}");
    }
    assert!(listed > 300, "{listed}");
}

#[tokio::test]
async fn a_search_asks_the_same_few_statements_for_any_number_of_hits() {
    let (app, _folder) = stocked().await;
    for id in 30..60 {
        app.put_product(&product(id, 1, &format!("茶 {id}"))).await;
    }
    found(&app, "茶").await;
    let counted = async |text| {
        app.catalogue().forget_all();
        let before = app.store().stats().statements.get();
        let hits = found(&app, text).await.len();
        (hits, app.store().stats().statements.get() - before)
    };
    // Listings, products, SKUs and pictures.
    assert_eq!(counted("茶").await, (30, 4));
    assert_eq!(counted("茶 31").await, (1, 4));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_another_process_is_found_within_a_second() {
    let (app, folder) = stocked().await;
    let other = open(&folder);
    tokio::spawn(other.clone().follow_changes());
    assert_eq!(found(&other, "红牛").await, [1]);
    tokio::time::sleep(Duration::from_millis(100)).await;
    app.put_product(&product(30, 1, "红牛")).await;
    let changed = Instant::now();
    while found(&other, "红牛").await != [30, 1] {
        assert!(changed.elapsed() < Duration::from_secs(1));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn what_was_changed_while_nobody_served_is_found_after_the_start() {
    let (app, folder) = stocked().await;
    assert_eq!(found(&app, "红牛").await, [1]);
    // Another process that never searches.
    let other = open(&folder);
    other.put_product(&Product { updated_at: NOW.plus_seconds(1), ..product(1, 1, "绿茶") }).await;
    other.put_product(&product(30, 1, "普洱")).await;
    other.delete_product(7).await;
    let again = open(&folder);
    assert_eq!(found(&again, "绿茶").await, [1]);
    assert_eq!(found(&again, "普洱").await, [30]);
    assert_eq!(found(&again, "红牛").await, NOTHING);
    assert_eq!(found(&again, "gift").await, NOTHING);
}

#[tokio::test]
async fn a_lost_or_broken_index_is_made_anew() {
    let (app, folder) = stocked().await;
    let lose = |_: &Path| fs::remove_dir_all(folder.path().join("search")).unwrap();
    let each = |damage: &dyn Fn(&Path)| files(&folder).iter().for_each(|file| damage(file));
    // A new file in the place of the old one, which a server that runs goes on reading.
    let replace = |file: &Path, bytes: &[u8]| {
        fs::remove_file(file).unwrap();
        fs::write(file, bytes).unwrap();
    };
    let cut = |file: &Path| {
        let bytes = fs::read(file).unwrap();
        replace(file, &bytes[..bytes.len() / 2]);
    };
    let spoil = |file: &Path| {
        let mut bytes = fs::read(file).unwrap();
        let middle = bytes.len() / 2;
        bytes.iter_mut().skip(middle).take(20).for_each(|byte| *byte ^= 0xA5);
        replace(file, &bytes);
    };
    let only = |ending: &str, damage: &dyn Fn(&Path)| {
        let files = files(&folder);
        let hit = files.iter().filter(|file| file.to_string_lossy().ends_with(ending));
        hit.for_each(|file| damage(file));
    };
    let damages: [(&str, &dyn Fn()); 7] = [
        ("lost", &|| lose(folder.path())),
        ("cut", &|| each(&cut)),
        ("spoiled", &|| each(&spoil)),
        ("postings spoiled", &|| only(".idx", &spoil)),
        ("list cut", &|| only("meta.json", &cut)),
        ("terms gone", &|| only(".term", &|file| fs::remove_file(file).unwrap())),
        ("list gone", &|| only("meta.json", &|file| fs::remove_file(file).unwrap())),
    ];
    for (name, damage) in &damages {
        assert_eq!(found(&app, "四件套").await, [100, 2], "{name}");
        damage();
        let again = open(&folder);
        for (text, expected) in [("四件套", &[100, 2][..]), ("红牛", &[1]), ("پراید", &[8]), ("ca", &[9])]
        {
            assert_eq!(found(&again, text).await, expected, "{name}: {text} after a start");
        }
    }
    for (name, damage) in &damages[..] {
        if name.ends_with("spoiled") {
            continue;
        }
        damage();
        app.put_product(&product(30, 1, "红牛")).await;
        assert_eq!(found(&app, "红牛").await, [30, 1], "{name} under a running server");
        app.delete_product(30).await;
        assert_eq!(found(&app, "红牛").await, [1], "{name} under a running server");
    }
}

#[tokio::test]
async fn it_is_made_anew_at_will_beside_a_server() {
    let (app, folder) = stocked().await;
    assert_eq!(found(&app, "红牛").await, [1]);
    let (sender, progress) = std::sync::mpsc::channel();
    open(&folder).reindex(move |progress| sender.send(progress).unwrap()).await.unwrap();
    let told: Vec<_> = progress.iter().map(|progress| (progress.products, progress.of)).collect();
    assert_eq!(told, [(8, 8)]);
    app.put_product(&product(30, 1, "红牛")).await;
    assert_eq!(found(&app, "红牛").await, [30, 1]);
    assert_eq!(found(&open(&folder), "红牛").await, [30, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_who_search_and_change_at_once_see_their_own_changes() {
    let (app, _folder) = stocked().await;
    let tasks = (30..60).map(|id| {
        let app = app.clone();
        tokio::spawn(async move {
            app.put_product(&product(id, 1, &format!("普洱 {id}"))).await;
            assert_eq!(found(&app, &format!("普洱 {id}")).await, [id]);
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    assert_eq!(found(&app, "普洱").await.len(), 30);
}
