//! How lists and searches grow with the catalogue: fills stores through the store's own bulk path and asks in process, each
//! time as if a product had just changed. It measures no HTTP.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use app::{
    App, Clock, Entropy, Settings,
    catalogue::{Filter, Order, PageQuery, Standing},
};
use domain::{
    id::{BrandId, CategoryId, ListingId, ProductId, SkuId, StoreId},
    money::{BasisPoints, Money},
    product::{Listing, Making, Product, Sku, Status},
    time::Timestamp,
};
use store::{
    Options, Step, Store, brand, category,
    change::Change,
    listing,
    product::{self, Desk},
    shelf, shop,
};

use crate::catalogue::{ADJECTIVES, MATERIALS, NOUNS};

const STORES: i64 = 3;
const BRANDS: i64 = 40;
/// Products are published, and never changed again, on so many days.
const DAYS: i64 = 1000;
/// Every so many products are taken up by the next store.
const TAKEN_UP: i64 = 10;
/// Products in one transaction.
const AT_ONCE: usize = 10_000;
/// Questions, of which the median counts.
const TIMES: usize = 101;
/// Products on a page.
const PAGE: i64 = 10;
/// The page that is far behind, where the smaller catalogue has so many.
const FAR: i64 = 1000;
/// Latin words of titles.
const SERIES: [&str; 12] = [
    "Aurora", "Basalt", "Cedar", "Delta", "Ember", "Fjord", "Granite", "Harbor", "Iris", "Juniper",
    "Kestrel", "Lumen",
];

/// What to fill.
#[derive(clap::Args)]
pub(crate) struct Lists {
    /// Products in the smaller catalogue.
    #[arg(long, default_value_t = 10_000)]
    few: i64,
    /// Products in the larger one.
    #[arg(long, default_value_t = 1_000_000)]
    many: i64,
    /// A folder for both; what an earlier run has left there is used again.
    #[arg(long)]
    scratch: PathBuf,
}

/// What to search.
#[derive(clap::Args)]
pub(crate) struct Searches {
    /// Products in the catalogue.
    #[arg(long, default_value_t = 100_000)]
    products: i64,
    /// A folder for it; what an earlier run has left there is used again.
    #[arg(long)]
    scratch: PathBuf,
}

/// Prints what each list and count takes in both catalogues.
pub(crate) async fn lists(options: &Lists) -> Result<()> {
    ensure!(options.few < options.many, "the larger catalogue is not larger");
    let few = open(&options.scratch, options.few).await?;
    let many = open(&options.scratch, options.many).await?;
    println!(
        "| list | page 1 of {0} | of {1} | ratio | far page | of {0} | of {1} | ratio | page {FAR} of {1} |",
        options.few, options.many
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    for (name, filter, order) in questions() {
        let query = |page| PageQuery {
            text: None,
            filter: filter.clone(),
            order,
            limit: PAGE,
            offset: (page - 1) * PAGE,
        };
        let total = few.catalogue().page(&query(1)).await?.total;
        let far = ((total + PAGE - 1) / PAGE).clamp(1, FAR);
        let near = pages((&few, &many), &query(1)).await?;
        let back = pages((&few, &many), &query(far)).await?;
        let (_, furthest) = pages((&few, &many), &query(FAR)).await?;
        println!(
            "| {name} | {} | {} | {:.1} | {far} | {} | {} | {:.1} | {} |",
            shown(near.0),
            shown(near.1),
            ratio(near),
            shown(back.0),
            shown(back.1),
            ratio(back),
            shown(furthest)
        );
    }
    println!("\n| count | of {} | of {} | ratio |\n| --- | ---: | ---: | ---: |", options.few, options.many);
    for (name, filter, _) in questions() {
        let took =
            medians((&few, &many), async |app| app.store().listing_count(&filter).await.map(drop)).await?;
        println!("| {name} | {} | {} | {:.1} |", shown(took.0), shown(took.1), ratio(took));
    }
    let store = StoreId::new(1);
    let categories =
        medians((&few, &many), async |app| app.store().categories_on_sale(Some(store)).await.map(drop))
            .await?;
    let sales = medians((&few, &many), async |app| app.store().sales_of(&[store]).await.map(drop)).await?;
    for (name, took) in [("categories on sale", categories), ("sales of a store", sales)] {
        println!("| {name} | {} | {} | {:.1} |", shown(took.0), shown(took.1), ratio(took));
    }
    few.store().close();
    many.store().close();
    Ok(())
}

/// Prints how long searches take that nobody made before.
pub(crate) async fn searches(options: &Searches) -> Result<()> {
    let app = open(&options.scratch, options.products).await?;
    let own = Filter { is_own: Some(true), ..Filter::default() };
    let of_store = Filter { store: Some(StoreId::new(1)), ..Filter::default() };
    let kinds = [
        ("any, best first", own.clone(), Order::Relevance),
        ("in stock, best first", Filter { is_in_stock: Some(true), ..own.clone() }, Order::Relevance),
        (
            "of a category, best first",
            Filter { category: Some(CategoryId::new(3)), ..own.clone() },
            Order::Relevance,
        ),
        ("of a store, best sold first", of_store.clone(), Order::BestSold),
        ("of a store, last changed first", of_store, Order::LastUpdated),
        ("any, cheapest first", own, Order::Cheapest),
    ];
    // The first search makes the index.
    let started = Instant::now();
    app.catalogue().page(&search("first", kinds[0].1.clone(), Order::Relevance)).await?;
    println!("{} products, index made in {:.1?}\n", options.products, started.elapsed());
    println!("| search | p50 | p90 | p99 | slowest |\n| --- | ---: | ---: | ---: | --- |");
    let texts = texts();
    for (name, filter, order) in kinds {
        let mut took = Vec::new();
        for text in &texts {
            let query = search(text, filter.clone(), order);
            let started = Instant::now();
            app.catalogue().page(&query).await?;
            took.push((started.elapsed(), text));
        }
        took.sort();
        let at = |percent: usize| shown(took[(took.len() * percent / 100).min(took.len() - 1)].0);
        let slowest = took.last().map_or("", |(_, text)| text.as_str());
        println!("| {name} | {} | {} | {} | {slowest} |", at(50), at(90), at(99));
    }
    app.store().close();
    Ok(())
}

fn search(text: &str, filter: Filter, order: Order) -> PageQuery {
    PageQuery { text: Some(text.to_owned()), filter, order, limit: PAGE, offset: 0 }
}

/// Single characters, words, their pairs, phrases, numbers and Latin beginnings; some are in every title.
fn texts() -> Vec<String> {
    let mut texts: Vec<String> =
        ["灯", "包", "手", "茶", "号", "子", "家用", "不锈"].map(str::to_owned).into();
    for (noun, number) in NOUNS.iter().zip(1..) {
        texts.push((*noun).to_owned());
        texts.extend(MATERIALS.iter().map(|material| format!("{material}{noun}")));
        texts.extend(ADJECTIVES.iter().map(|adjective| format!("{adjective} {noun}")));
        texts.push(format!("{noun} {number}"));
        texts.push(format!("{}号", number * 321));
    }
    for series in SERIES {
        let series = series.to_lowercase();
        texts.extend([1, 2, 4].map(|letters| series[..letters].to_owned()));
        texts.push(format!("{series} {}", NOUNS[series.len()]));
        texts.push(series);
    }
    texts
}

/// The lists that dialects have, by the address that asks for them.
fn questions() -> Vec<(&'static str, Filter, Order)> {
    let own = Filter { is_own: Some(true), ..Filter::default() };
    let in_stock = Filter { is_in_stock: Some(true), ..own.clone() };
    let category = Some(CategoryId::new(3));
    let brand = Some(BrandId::new(7));
    let store = Some(StoreId::new(1));
    let by_store = Filter { store, is_in_stock: Some(true), ..Filter::default() };
    let behind = |standing| Filter { store, standing, ..Filter::default() };
    let prices = Filter {
        price_min: Some(Money::from_minor(5000)),
        price_max: Some(Money::from_minor(6000)),
        ..own.clone()
    };
    let wide = Filter { price_min: Some(Money::from_minor(5000)), price_max: None, ..own.clone() };
    // Of the first ones, which are the last by change: a walk would pass over all others.
    let day = |number: i64| Some(Timestamp::from_micros(number * 86_400 * 1_000_000));
    let until = |last: i64| Filter { published_before: day(last + 1), ..by_store.clone() };
    let days = Filter { published_from: day(3), ..until(7) };
    let quarter = Filter { published_from: day(3), ..until(95) };
    let since = Filter { published_from: day(DAYS / 2 + 3), ..by_store.clone() };
    let low = |filter: &Filter| Filter { only_running_low: true, ..filter.clone() };
    vec![
        ("lexi /products", in_stock.clone(), Order::LastUpdated),
        ("lexi /products?cid", Filter { category, ..in_stock }, Order::LastUpdated),
        ("lexi /products?status=3", Filter { is_in_stock: Some(false), ..own.clone() }, Order::LastUpdated),
        (
            "lexi /products?status=0",
            Filter { is_own: Some(true), ..behind(Standing::InWarehouse) },
            Order::LastUpdated,
        ),
        (
            "lexi /products?status=2",
            Filter { is_own: Some(true), ..behind(Standing::OffSale) },
            Order::LastUpdated,
        ),
        ("lexi latest, hamgam, anqicms", own.clone(), Order::Newest),
        ("lexi sticked", Filter { only_recommended: true, ..own.clone() }, Order::Newest),
        ("lexi by_brand", Filter { brand, ..own.clone() }, Order::LastUpdated),
        ("lexi by_store", by_store.clone(), Order::LastUpdated),
        ("lexi by_store?cid", Filter { category, ..by_store.clone() }, Order::LastUpdated),
        (
            "lexi by_store?is_distributed=2",
            Filter { is_own: Some(false), ..by_store.clone() },
            Order::LastUpdated,
        ),
        ("lexi by_store?out_of_stock=1", low(&by_store), Order::LastUpdated),
        ("lexi by_store, 5 days", days.clone(), Order::LastUpdated),
        ("lexi by_store, 93 days", quarter.clone(), Order::LastUpdated),
        ("lexi by_store, all up to a day", until(DAYS / 2), Order::LastUpdated),
        ("lexi by_store, all since a day", since, Order::LastUpdated),
        ("lexi by_store?cid, 5 days", Filter { category, ..days.clone() }, Order::LastUpdated),
        ("lexi by_store?cid, 93 days", Filter { category, ..quarter.clone() }, Order::LastUpdated),
        ("lexi by_store?cid, all up to a day", Filter { category, ..until(DAYS / 2) }, Order::LastUpdated),
        ("lexi by_store?out_of_stock=1, 5 days", low(&days), Order::LastUpdated),
        ("lexi by_store?out_of_stock=1, 93 days", low(&quarter), Order::LastUpdated),
        ("lexi by_store?out_of_stock=1, all up to a day", low(&until(DAYS / 2)), Order::LastUpdated),
        ("hamgam sales", own.clone(), Order::BestSold),
        ("hamgam, anqicms price", own.clone(), Order::Cheapest),
        ("hamgam, anqicms title", own.clone(), Order::Title),
        ("anqicms views", own.clone(), Order::MostViewed),
        ("hamgam, anqicms category", Filter { category, ..own.clone() }, Order::Newest),
        ("hamgam, anqicms category, price", Filter { category, ..own.clone() }, Order::Dearest),
        ("hamgam brand, title", Filter { brand, ..own.clone() }, Order::Title),
        ("hamgam category and brand", Filter { category, brand, ..own }, Order::Newest),
        ("hamgam prices", prices.clone(), Order::Newest),
        ("hamgam prices, by sales", prices.clone(), Order::BestSold),
        ("hamgam prices, by title", prices.clone(), Order::Title),
        ("hamgam prices, by price", prices.clone(), Order::Cheapest),
        ("hamgam category and prices", Filter { category, ..prices.clone() }, Order::Newest),
        ("hamgam brand and prices, by title", Filter { brand, ..prices.clone() }, Order::Title),
        ("hamgam category, brand and prices", Filter { category, brand, ..prices }, Order::Newest),
        ("hamgam any price but low ones", wide.clone(), Order::Newest),
        ("hamgam category and any price but low ones", Filter { category, ..wide }, Order::Newest),
        ("wangmarket", Filter { store, ..Filter::default() }, Order::BestSold),
        ("wangmarket newest", Filter { store, ..Filter::default() }, Order::Newest),
        ("wangmarket typeid", Filter { store, category, ..Filter::default() }, Order::BestSold),
    ]
}

/// The medians of asking for a page of both.
async fn pages(both: (&App, &App), query: &PageQuery) -> Result<(Duration, Duration)> {
    medians(both, async |app| app.catalogue().page(query).await.map(drop)).await
}

/// The medians of asking both when a product has just changed, in turns, since a machine is faster at one time than at
/// another.
async fn medians<E: Into<anyhow::Error>>(
    (few, many): (&App, &App),
    ask: impl AsyncFn(&App) -> std::result::Result<(), E>,
) -> Result<(Duration, Duration)> {
    let timed = async |app: &App, took: &mut Vec<Duration>| {
        app.forget(&Change::Product(1));
        // The threads that read for the other one stay awake for a moment, on as few cores.
        tokio::time::sleep(Duration::from_millis(2)).await;
        let started = Instant::now();
        ask(app).await.map_err(Into::into)?;
        took.push(started.elapsed());
        anyhow::Ok(())
    };
    let mut took = (Vec::new(), Vec::new());
    for _ in 0..TIMES {
        timed(few, &mut took.0).await?;
        timed(many, &mut took.1).await?;
    }
    let median = |mut took: Vec<Duration>| {
        took.sort();
        took[TIMES / 2]
    };
    Ok((median(took.0), median(took.1)))
}

fn ratio((few, many): (Duration, Duration)) -> f64 {
    many.as_secs_f64() / few.as_secs_f64()
}

fn shown(took: Duration) -> String {
    format!("{:.2} ms", took.as_secs_f64() * 1000.0)
}

/// The shop with so many products, made where it is not there yet.
async fn open(scratch: &Path, products: i64) -> Result<App> {
    let folder = make(scratch, products).await?;
    let store = Store::open(&options(&folder))?;
    Ok(App::new(store, Settings::default(), Clock::System, Entropy::System))
}

fn options(folder: &Path) -> Options {
    Options { is_durable: false, ..Options::of_file(folder.join("cartwright.db")) }
}

/// Makes the shop where it is not there yet, and gives its folder.
pub(crate) async fn make(scratch: &Path, products: i64) -> Result<PathBuf> {
    let folder = scratch.join(format!("growth-{products}"));
    let is_whole = folder.join("whole");
    if is_whole.exists() {
        return Ok(folder);
    }
    if folder.exists() {
        ensure!(folder.join("cartwright.db").exists(), "{} holds something else", folder.display());
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let store = Store::open(&options(&folder))?;
    let started = Instant::now();
    fill(&store, products).await?;
    store.close();
    println!("{products} products filled in in {:.1?}\n", started.elapsed());
    fs::write(is_whole, "")?;
    Ok(folder)
}

async fn fill(store: &Store, products: i64) -> Result<()> {
    let at = Timestamp::from_micros(0);
    let mut steps = Vec::new();
    for id in 1..=STORES {
        steps.push(shop::add_store(StoreId::new(id), &format!("90000000{id}"), &format!("Store {id}"), at));
    }
    for (noun, id) in NOUNS.iter().zip(1..) {
        let edit = category::Edit { name: Some((*noun).to_owned()), ..category::Edit::default() };
        steps.extend(category::add(CategoryId::new(id), edit, at));
    }
    for id in 1..=BRANDS {
        let edit = brand::Edit { name: Some(format!("Brand {id}")), ..brand::Edit::default() };
        steps.push(brand::add(BrandId::new(id), &format!("{id:09}"), edit, at));
    }
    store.apply(steps).await?;
    let numbers: Vec<_> = (1..=products).collect();
    for some in numbers.chunks(AT_ONCE) {
        let mut steps: Vec<Step> = Vec::new();
        for number in some {
            let desk = Desk { shown_sales: scattered(*number, 1000), warning_level: 5, ..Desk::default() };
            steps.extend(product::add_unshelved(&made_up(*number), &desk, *number));
            if number % TAKEN_UP == 0 {
                let (id, product) = (ListingId::new(products + number), ProductId::new(*number));
                let store = StoreId::new((number + 1) % STORES + 1);
                steps.push(listing::add_unshelved(
                    &Listing { id, store, product, status: Some(Standing::OnSale) },
                    at,
                ));
            }
        }
        let ids: Vec<_> = some.iter().copied().map(ProductId::new).collect();
        steps.extend(shelf::shelve(&ids));
        store.apply(steps).await?;
    }
    Ok(())
}

/// A number below `end` that looks random and is always the same for a product.
fn scattered(number: i64, end: i64) -> i64 {
    (number.wrapping_mul(2_654_435_761) >> 7).rem_euclid(end)
}

/// One of twenty is in the warehouse, one off sale, one sold out, one runs low; one of fifty is recommended.
pub(crate) fn made_up(number: i64) -> Product {
    let of = |words: &[&'static str], salt| {
        words[usize::try_from(scattered(number + salt, words.len() as i64)).unwrap_or(0)]
    };
    let category = scattered(number, NOUNS.len() as i64);
    let at = Timestamp::from_micros(scattered(number, DAYS * 86_400) * 1_000_000);
    let price = Money::from_minor(500 + scattered(number, 90_000));
    Product {
        id: ProductId::new(number),
        rid: format!("1{number:010}"),
        id_code: String::new(),
        store: StoreId::new(number % STORES + 1),
        category: Some(CategoryId::new(category + 1)),
        brand: Some(BrandId::new(scattered(number + 1, BRANDS) + 1)),
        handle: format!("product-{number}"),
        title: format!(
            "{}{}{} {} {number}号",
            of(&ADJECTIVES, 2),
            of(&MATERIALS, 3),
            of(&NOUNS, 0),
            of(&SERIES, 4)
        ),
        summary: format!("第{number}款"),
        features: String::new(),
        making: Making::default(),
        keywords: String::new(),
        units: String::new(),
        status: match number % 20 {
            0 => Status::Warehouse,
            1 => Status::OffSale,
            _ => Status::OnSale,
        },
        is_deleted: false,
        is_recommended: number % 50 == 2,
        has_free_postage: false,
        is_distributed: true,
        purchase_limit: 0,
        sales: 0,
        views: 0,
        created_at: at,
        updated_at: at,
        published_at: None,
        skus: vec![Sku {
            id: SkuId::new(number),
            rid: format!("2{number:010}"),
            id_code: format!("G{number}"),
            barcode: String::new(),
            color: String::new(),
            model: String::new(),
            grams: 0,
            price,
            sale_price: Money::ZERO,
            commission_rate: BasisPoints::default(),
            stock: match number % 20 {
                2 => 0,
                3 => 3,
                _ => 100,
            },
            is_tracked: true,
            may_oversell: false,
            cover: String::new(),
        }],
        pictures: vec![format!("https://pictures.example/{number}.jpg").into()],
    }
}
