//! What an import does to a shop, rule by rule.

use domain::money::{BasisPoints, Money};
use store::product::Desk;
use tempfile::TempDir;

use super::*;
use crate::testing::{self, NOW};
use crate::{App, Clock, Entropy, Settings};
use domain::id::{ProductId, StoreId};
use domain::product::{Product, Status};
use store::change::Change;

const TEAS: &str = "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,\
Variant Grams,Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Price,\
Variant Compare At Price,Variant Barcode,Image Src,SEO Description\n\
green-tea,Green tea,<p>Leaves</p>,Yunxi,Tea,\"tea, green\",true,Color,jade,G1,50,shopify,10,deny,8.50,,690,/g.jpg,In short\n\
green-tea,,,,,,,,lime,G2,100,shopify,5,deny,15.00,20.00,691,/g2.jpg,\n\
pot,Pot,<p>Clay</p>,Yunxi,Ware,,true,Title,Default Title,,700,,,continue,30.00,,,,\n";

struct Shop {
    app: App,
    _folder: TempDir,
}

fn addresses(product: &Product) -> Vec<&str> {
    product.pictures.iter().map(|picture| picture.url.as_str()).collect()
}

impl Shop {
    fn new() -> Self {
        let (app, folder) = testing::shop(Settings::default());
        Self { app, _folder: folder }
    }

    /// A shop that the teas are in; a minute later.
    async fn with_teas() -> Self {
        let shop = Self::new();
        shop.import(TEAS).await;
        shop.app.pass_seconds(60);
        shop
    }

    async fn try_import(&self, what: Import<'_>, text: &str) -> Result<Summary, ImportError> {
        import(&Ctx::new(&self.app, None), what, text.as_bytes(), &mut |_| {}).await
    }

    async fn import(&self, text: &str) -> Summary {
        self.try_import(applied(None), text).await.unwrap()
    }

    async fn problems(&self, text: &str) -> Vec<String> {
        match self.try_import(applied(None), text).await {
            Err(ImportError::Problems(problems)) => problems.iter().map(Problem::to_string).collect(),
            other => panic!("{other:?}"),
        }
    }

    async fn handles(&self) -> Vec<String> {
        let mut handles: Vec<_> =
            self.app.store().product_handles(StoreId::new(1)).await.unwrap().into_keys().collect();
        handles.sort();
        handles
    }

    async fn id(&self, handle: &str) -> ProductId {
        self.app.store().product_handles(StoreId::new(1)).await.unwrap()[handle]
    }

    async fn product(&self, handle: &str) -> Product {
        self.app.store().products(&[self.id(handle).await]).await.unwrap().remove(0)
    }

    async fn desk(&self, handle: &str) -> Desk {
        self.app.store().product_desk(self.id(handle).await).await.unwrap().unwrap()
    }

    fn commits(&self) -> u64 {
        self.app.store().stats().commits.get()
    }

    async fn changes(&self, since: i64) -> Vec<Change> {
        let changes = self.app.store().changes_since(since, 10_000).await.unwrap();
        changes.into_iter().map(|(_, change)| change).collect()
    }
}

fn applied(store: Option<&str>) -> Import<'_> {
    Import { file_name: "teas.csv", store, mode: Mode::Apply }
}

fn counts(summary: &Summary) -> (usize, usize, usize, usize) {
    (summary.new, summary.changed, summary.unchanged, summary.new_skus)
}

#[tokio::test]
async fn a_file_becomes_products() {
    let shop = Shop::new();
    let summary = shop.import(TEAS).await;
    let expected = Summary { store: "Default".to_owned(), new: 2, changed: 0, unchanged: 0, new_skus: 3 };
    assert_eq!(summary, expected);

    let tea = shop.product("green-tea").await;
    assert_eq!((tea.title.as_str(), tea.summary.as_str()), ("Green tea", "In short"));
    assert_eq!((tea.keywords.as_str(), tea.status), ("tea,green", Status::OnSale));
    assert_eq!(addresses(&tea), ["/g.jpg", "/g2.jpg"]);
    assert_eq!((tea.created_at, tea.updated_at), (NOW, NOW));
    assert_eq!(shop.desk("green-tea").await.content, "<p>Leaves</p>");
    let skus: Vec<_> = tea
        .skus
        .iter()
        .map(|sku| (&*sku.id_code, &*sku.color, sku.price, sku.sale_price, sku.stock))
        .collect();
    let money = Money::from_minor;
    let expected = [("G1", "jade", money(850), Money::ZERO, 10), ("G2", "lime", money(2000), money(1500), 5)];
    assert_eq!(skus, expected);
    assert!(tea.skus.iter().all(|sku| sku.is_tracked && !sku.may_oversell));

    let pot = shop.product("pot").await;
    assert_eq!((pot.summary.as_str(), pot.brand, pot.skus.len()), ("Clay", tea.brand, 1));
    assert!(!pot.skus[0].is_tracked && pot.skus[0].may_oversell && pot.skus[0].color.is_empty());
    let names = shop.app.catalogue().names().await.unwrap();
    assert_eq!((names.brands.len(), names.categories.len(), names.stores.len()), (1, 2, 1));
    let offered = shop.app.catalogue().offered(tea.id.own_listing()).await.unwrap().unwrap();
    assert!(offered.is_on_sale() && offered.listing.store == tea.store);
}

#[tokio::test]
async fn public_ids_are_digits_and_never_shared() {
    let shop = Shop::with_teas().await;
    let (app, other) = (&shop.app, Import { store: Some("Other"), ..applied(None) });
    // The same seed again: every id that it gives first is taken.
    let repeating = App::new(app.store().clone(), Settings::default(), Clock::fixed(NOW), Entropy::seeded(1));
    import(&Ctx::new(&repeating, None), other, TEAS.as_bytes(), &mut |_| {}).await.unwrap();
    let ids: Vec<_> = (1..=4).map(ProductId::new).collect();
    let products = app.store().products(&ids).await.unwrap();
    let mut rids: Vec<_> = products.iter().map(|product| product.rid.clone()).collect();
    rids.extend(products.iter().flat_map(|product| &product.skus).map(|sku| sku.rid.clone()));
    assert!(
        rids.iter().all(|rid| rid.len() == 12 && rid.bytes().all(|byte| byte.is_ascii_digit())),
        "{rids:?}"
    );
    assert_eq!(rids.len(), 10);
    rids.sort();
    rids.dedup();
    assert_eq!(rids.len(), 10);
    let brands = app.store().brands().await.unwrap().into_iter().map(|brand| brand.named).collect();
    let names = [app.store().stores().await.unwrap(), brands].concat();
    assert!(names.iter().all(|named| named.rid.len() == 9), "{names:?}");
}

#[tokio::test]
async fn the_same_file_again_writes_nothing() {
    let shop = Shop::with_teas().await;
    let (commits, statements) = (shop.commits(), shop.app.store().stats().statements.get());
    assert_eq!(counts(&shop.import(TEAS).await), (0, 0, 2, 0));
    assert_eq!(shop.commits(), commits);
    // Stores, brands, categories, handles; products with SKUs and pictures; desks.
    assert_eq!(shop.app.store().stats().statements.get() - statements, 8);
    assert_eq!(shop.product("pot").await.updated_at, NOW);
}

#[tokio::test]
async fn a_changed_cell_changes_its_product_only() {
    type Check = fn(&Product) -> bool;
    let cases: [(&str, &str, Check); 9] = [
        (",8.50,", ",9.00,", |tea| tea.skus[0].price.minor() == 900),
        ("shopify,10,", "shopify,0,", |tea| tea.skus[0].stock == 0),
        ("15.00,20.00", "15.00,", |tea| tea.skus[1].sale_price == Money::ZERO),
        ("\",true,Color", "\",false,Color", |tea| tea.status == Status::Warehouse),
        ("/g2.jpg", "/g3.jpg", |tea| addresses(tea) == ["/g.jpg", "/g3.jpg"]),
        ("In short", "", |tea| tea.summary == "Leaves"),
        ("tea, green", "tea", |tea| tea.keywords == "tea"),
        ("<p>Leaves</p>,Yunxi", "<p>Leaves</p>,", |tea| tea.brand.is_none()),
        ("Leaves", "Buds", |_| true),
    ];
    for (text, other, has_changed) in cases {
        let shop = Shop::with_teas().await;
        let changed = TEAS.replacen(text, other, 1);
        assert_eq!(counts(&shop.import(&changed).await), (0, 1, 1, 0), "{other}");
        let tea = shop.product("green-tea").await;
        assert!(has_changed(&tea), "{other}: {tea:?}");
        assert_eq!((tea.created_at, tea.updated_at), (NOW, NOW.plus_seconds(60)));
        assert_eq!(shop.product("pot").await.updated_at, NOW);
        assert_eq!(counts(&shop.import(&changed).await), (0, 0, 2, 0), "{other}");
    }
}

#[tokio::test]
async fn a_dry_run_counts_and_writes_nothing() {
    let shop = Shop::new();
    let commits = shop.commits();
    let dry = Import { mode: Mode::DryRun, ..applied(Some("Teas")) };
    assert_eq!(counts(&shop.try_import(dry, TEAS).await.unwrap()), (2, 0, 0, 3));
    assert_eq!(shop.commits(), commits);
    assert!(shop.app.store().stores().await.unwrap().is_empty());
}

#[tokio::test]
async fn what_the_file_lacks_stays() {
    let shop = Shop::with_teas().await;
    let before = shop.product("green-tea").await;
    // Neither the pot, nor the second SKU, nor most of the columns.
    let summary =
        shop.import("Handle,Title,Variant SKU,Variant Inventory Qty\ngreen-tea,Green tea,G1,7\n").await;
    assert_eq!(counts(&summary), (0, 1, 0, 0));
    let after = shop.product("green-tea").await;
    let mut expected = Product { updated_at: after.updated_at, ..before };
    expected.skus[0].stock = 7;
    assert_eq!(after, expected);
    assert_eq!(shop.desk("green-tea").await.content, "<p>Leaves</p>");
    assert_eq!(shop.handles().await, ["green-tea", "pot"]);
}

#[tokio::test]
async fn skus_of_the_file_come_first_and_others_keep_their_order() {
    let shop = Shop::with_teas().await;
    let before = shop.product("green-tea").await;
    let text = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price\n\
        green-tea,Green tea,Color,moss,G3,9\n\
        green-tea,,,lime,G2,15\n";
    assert_eq!(counts(&shop.import(text).await), (0, 1, 0, 1));
    let after = shop.product("green-tea").await;
    let codes: Vec<_> = after.skus.iter().map(|sku| sku.id_code.as_str()).collect();
    assert_eq!(codes, ["G3", "G2", "G1"]);
    assert_eq!(after.skus[1].id, before.skus[1].id);
    assert_eq!(after.skus[2], before.skus[0]);
    assert_eq!(counts(&shop.import(text).await), (0, 0, 1, 0));
}

#[tokio::test]
async fn a_deleted_product_comes_back() {
    let shop = Shop::with_teas().await;
    let before = shop.product("pot").await;
    shop.app.delete_product(before.id.get()).await;
    assert_eq!(counts(&shop.import(TEAS).await), (0, 1, 1, 0));
    let after = shop.product("pot").await;
    assert_eq!(after, Product { updated_at: after.updated_at, ..before });
}

#[tokio::test]
async fn only_what_can_be_bought_goes_on_sale() {
    let shop = Shop::new();
    let header = "Handle,Title,Published,Variant Price\n";
    shop.import(&format!("{header}b,B,false,5\nc,C,true,5\n")).await;
    shop.import("Handle,Title,Published\na,A,true\n").await;
    let status = async |handle: &str| shop.product(handle).await.status;
    assert_eq!(
        [status("a").await, status("b").await, status("c").await],
        [Status::Draft, Status::Warehouse, Status::OnSale]
    );
    // A draft is not published by accident, and what a merchant took down stays down.
    shop.app.take_off_sale(shop.id("c").await.get()).await;
    shop.import("Handle,Title,Variant Price\na,A,5\nb,B,6\nc,C,6\n").await;
    assert_eq!(
        [status("a").await, status("b").await, status("c").await],
        [Status::Warehouse, Status::Warehouse, Status::OffSale]
    );
    shop.import(&format!("{header}a,A,true,5\nb,B,,6\nc,C,TRUE,6\n")).await;
    for handle in ["a", "b", "c"] {
        assert_eq!(status(handle).await, Status::OnSale, "{handle}");
    }
}

#[tokio::test]
async fn a_store_is_found_by_name_or_made() {
    let shop = Shop::with_teas().await;
    for (name, expected) in [
        (Some("Teas"), (2, 0, 0, 3)),
        (Some("Teas"), (0, 0, 2, 0)),
        (None, (0, 0, 2, 0)),
        (Some(""), (0, 0, 2, 0)),
    ] {
        let summary = shop.try_import(applied(name), TEAS).await.unwrap();
        assert_eq!(counts(&summary), expected, "{name:?}");
    }
    let stores: Vec<_> =
        shop.app.store().stores().await.unwrap().into_iter().map(|store| store.name).collect();
    assert_eq!(stores, ["Default", "Teas"]);
    // Brands and categories belong to all stores.
    assert_eq!(shop.app.store().brands().await.unwrap().len(), 1);
    assert_eq!(shop.app.store().categories().await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_file_with_a_problem_writes_nothing() {
    let shop = Shop::with_teas().await;
    let commits = shop.commits();
    let wrong = format!("{}bad,Bad,,,,,,,,,,,,,five,,,,\n", TEAS.replace("8.50", "9.50"));
    let expected =
        "teas.csv:5: column \"Variant Price\": expected a decimal number such as 19.90, found \"five\"";
    assert_eq!(shop.problems(&wrong).await, [expected]);
    assert_eq!(shop.commits(), commits);
    assert_eq!(shop.product("green-tea").await.skus[0].price.minor(), 850);
}

#[tokio::test]
async fn a_variant_that_cannot_be_told_or_priced_is_a_problem() {
    let shop = Shop::with_teas().await;
    let problems = shop
        .problems("Handle,Title,Variant Inventory Qty\npot,Pot,3\ngreen-tea,Green tea,3\nnew,New,3\n")
        .await;
    assert_eq!(
        problems,
        [
            "teas.csv:3: column \"Variant SKU\": expected a code that tells which of 2 variants of the product it is, found none",
            "teas.csv:3: column \"Variant Price\": expected a price, for the variant is new; found no such column",
            "teas.csv:4: column \"Variant Price\": expected a price, for the variant is new; found no such column",
        ]
    );
}

#[tokio::test]
async fn other_processes_are_told() {
    let shop = Shop::with_teas().await;
    assert_eq!(shop.changes(0).await, [Change::Catalogue]);
    let known = shop.app.store().latest_change().await.unwrap();
    shop.import(&TEAS.replace("8.50", "9.50")).await;
    assert_eq!(shop.changes(known).await, [Change::Product(shop.id("green-tea").await.get())]);
    let known = shop.app.store().latest_change().await.unwrap();
    let many: Vec<_> = (0..301).map(|number| format!("p{number},P,1")).collect();
    shop.import(&format!("Handle,Title,Variant Price\n{}\n", many.join("\n"))).await;
    assert_eq!(shop.changes(known).await, [Change::Catalogue]);
    // The own caches do not wait to be told.
    let tea = shop.id("green-tea").await.own_listing();
    assert_eq!(shop.app.catalogue().offered(tea).await.unwrap().unwrap().product.skus[0].price.minor(), 950);
    shop.import(&TEAS.replace("8.50", "9.90")).await;
    assert_eq!(shop.app.catalogue().offered(tea).await.unwrap().unwrap().product.skus[0].price.minor(), 990);
}

#[tokio::test]
async fn the_audit_log_is_told_of_changes_and_not_of_what_is_new() {
    let shop = Shop::with_teas().await;
    let log = async || shop.app.store().audit(StoreId::new(1), None, i64::MAX, 100).await.unwrap();
    assert_eq!(log().await, []);
    let header = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price";
    let rows = "pot,Pot,Color,blue,P2,7\ngreen-tea,Green tea,Color,red,G1,9\nnew,New,Color,red,N1,1";
    shop.import(&format!("{header}\n{rows}\n")).await;
    let pot = shop.product("pot").await;
    let new: Vec<_> = pot.skus.iter().filter(|sku| sku.id_code == "P2").map(|sku| sku.rid.clone()).collect();
    let told: Vec<_> = log()
        .await
        .into_iter()
        .map(|entry| (entry.product, entry.sku, entry.field.name(), entry.before, entry.after))
        .collect();
    let of_new = |field, after| (pot.rid.clone(), Some(new[0].clone()), field, None, Some(after));
    let tea = shop.product("green-tea").await;
    let cheaper = (tea.rid, Some(tea.skus[0].rid.clone()), "price", Some(850), Some(900));
    assert_eq!(
        told,
        [
            cheaper,
            of_new("commission_rate", 0),
            of_new("stock", 0),
            of_new("sale_price", 0),
            of_new("price", 700),
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_change_meanwhile_is_not_lost() {
    // The store runs long transactions in another way than short ones.
    for others in [0, 400] {
        let shop = Shop::with_teas().await;
        let (ctx, tea) = (Ctx::new(&shop.app, None), shop.id("green-tea").await);
        let mut times = 0;
        let mut progress = |progress| {
            if let Progress::Writing { .. } = progress {
                times += 1;
                if times == 1 {
                    let off_sale = store::product::set_status(tea, Status::OffSale, ctx.now);
                    let change = shop.app.store().apply(off_sale);
                    tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(change))
                        .unwrap();
                }
            }
        };
        let mut rows: Vec<_> = (0..others).map(|number| format!("p{number},P,P{number},1")).collect();
        rows.push("green-tea,Green tea,G1,9".to_owned());
        let text = format!("Handle,Title,Variant SKU,Variant Price\n{}\n", rows.join("\n"));
        import(&ctx, applied(None), text.as_bytes(), &mut progress).await.unwrap();
        assert_eq!(times, 2);
        let tea = shop.product("green-tea").await;
        assert_eq!((tea.status, tea.skus[0].price.minor()), (Status::OffSale, 900));
        assert_eq!(shop.handles().await.len(), others + 2);
    }
}

#[tokio::test]
async fn carts_keep_their_lines() {
    let shop = Shop::with_teas().await;
    let session = shop.app.sessions().by_token(&shop.app.guest().await, NOW).await.unwrap();
    let ctx = Ctx::new(&shop.app, session);
    let tea = shop.product("green-tea").await;
    let item = crate::cart::Item { listing: tea.id.own_listing(), sku: Some(tea.skus[1].id) };
    crate::cart::add(&ctx, item, 2, crate::cart::Extras::default()).await.unwrap();
    shop.import(&TEAS.replace("lime,G2", "lime,G2-new").replace("15.00", "14.00")).await;
    let cart = crate::cart::view(&ctx).await.unwrap();
    let line = cart.lines().next().unwrap();
    assert_eq!((line.offer.sku().id_code.as_str(), line.total().minor()), ("G2-new", 2800));
}

#[tokio::test]
async fn columns_of_our_own_are_kept() {
    let shop = Shop::new();
    let text = "Handle,Title,Variant Price,Cartwright: Recommended,Cartwright: Free Postage,\
        Cartwright: Purchase Limit,Cartwright: Shown Sales,Cartwright: Warning Level,Cartwright: Units,\
        Cartwright: Distributed,Cartwright: Commission Rate\ntea,Tea,5,true,true,3,120,5,罐,true,12.5\n";
    shop.import(text).await;
    let tea = shop.product("tea").await;
    assert!(tea.is_recommended && tea.has_free_postage && tea.is_distributed);
    assert_eq!((tea.purchase_limit, tea.sales, tea.units.as_str()), (3, 120, "罐"));
    assert_eq!(tea.skus[0].commission_rate, BasisPoints::new(1250));
    let desk = shop.desk("tea").await;
    assert_eq!((desk.shown_sales, desk.warning_level), (120, 5));
}

#[tokio::test]
async fn real_files_are_imported_and_found_unchanged() {
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");
    let demo = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/demo");
    let shop = Shop::new();
    for (folder, name, expected) in [
        (data, "litemall.csv", 160),
        (data, "home-and-garden.csv", 20),
        (demo, "tea-and-mountain.csv", 31),
        (demo, "field-and-home.csv", 21),
        (demo, "bazaar-parts.csv", 17),
    ] {
        let Ok(text) = std::fs::read_to_string(format!("{folder}/{name}")) else {
            assert_eq!(folder, data, "{name} is missing");
            println!("skipped: there is no {folder}/{name}");
            continue;
        };
        let import = Import { file_name: name, store: Some(name), mode: Mode::Apply };
        let summary = shop.try_import(import, &text).await.unwrap();
        assert_eq!((summary.new, summary.changed, summary.unchanged), (expected, 0, 0), "{name}");
        let again = shop.try_import(import, &text).await.unwrap();
        assert_eq!(counts(&again), (0, 0, expected, 0), "{name}");
    }
    assert_eq!(shop.app.store().ailments().await.unwrap(), Vec::<String>::new());
}
