//! A small shop for tests: a clock that stands still, repeatable ids, a database that ends with the test.

use domain::asset::Asset;
use domain::id::{AssetId, BrandId, CategoryId, ListingId, ProductId, SkuId, StoreId};
use domain::money::{BasisPoints, Money};
use domain::product::{Listing, Making, Product, Sku, Standing, Status};
use domain::time::Timestamp;
use store::change::{Change, record};
use store::official::{self, Kind};
use store::product::Desk;
use store::shelf::shelve;
use store::{Store, brand, category};
use tempfile::TempDir;

use crate::{App, Clock, Entropy, Settings};

/// 2026-01-02T03:04:05.678901Z.
pub const NOW: Timestamp = Timestamp::from_micros(1_767_323_045_678_901);

/// A shop in a folder of its own.
pub fn shop(settings: Settings) -> (App, TempDir) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = Store::open(&store::testing::options(folder.path())).expect("a new database");
    (App::new(store, settings, Clock::fixed(NOW), Entropy::seeded(1)), folder)
}

/// A product on sale with one SKU of the same number: 10.00, stock 100.
pub fn product(id: i64, store: i64, title: &str) -> Product {
    Product {
        id: ProductId::new(id),
        rid: format!("1{id:010}"),
        store: StoreId::new(store),
        category: Some(CategoryId::new(1)),
        brand: None,
        handle: format!("product-{id}"),
        title: title.to_owned(),
        summary: format!("{title} in short"),
        features: String::new(),
        making: Making::default(),
        keywords: String::new(),
        id_code: String::new(),
        units: "个".to_owned(),
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
        skus: vec![sku(id)],
        pictures: vec![format!("https://pictures.example/{id}.jpg").into()],
    }
}

/// A SKU: 10.00, stock 100.
pub fn sku(id: i64) -> Sku {
    Sku {
        id: SkuId::new(id),
        rid: format!("2{id:010}"),
        id_code: format!("CODE-{id}"),
        barcode: String::new(),
        cover: String::new(),
        color: String::new(),
        model: String::new(),
        grams: 0,
        price: Money::from_minor(1000),
        sale_price: Money::ZERO,
        commission_rate: BasisPoints::default(),
        stock: 100,
        is_tracked: true,
        may_oversell: false,
    }
}

/// What goes with a product and is not part of it.
fn desk(product: &Product) -> Desk {
    let content = format!("<p>{}</p>", product.title);
    Desk { content, shown_sales: product.sales, ..Desk::default() }
}

fn listing(id: i64, store: i64, product: i64) -> Listing {
    let (store, product) = (StoreId::new(store), ProductId::new(product));
    Listing { id: ListingId::new(id), store, product, status: Some(Standing::OnSale) }
}

impl App {
    /// Adds stores 1 and 2 and category 1.
    pub async fn add_stores(&self) {
        let store =
            |id: i64, name| store::shop::add_store(StoreId::new(id), &format!("90000000{id}"), name, NOW);
        let things = category::Edit { name: Some("Things".to_owned()), ..category::Edit::default() };
        let mut steps = category::add(CategoryId::new(1), things, NOW);
        steps.extend([store(1, "First"), store(2, "Second")]);
        self.apply(steps, Change::Catalogue).await;
        for (noun, count) in [("store", 2), ("category", 1), ("product", 1000), ("sku", 1000)] {
            self.store().allocate(noun, count).await.expect("numbers");
        }
    }

    /// Adds a brand.
    pub async fn add_brand(&self, id: i64, name: &str) {
        let edit = brand::Edit { name: Some(name.to_owned()), ..brand::Edit::default() };
        let step = brand::add(BrandId::new(id), &format!("80000000{id}"), edit, NOW);
        self.apply(vec![step], Change::Catalogue).await;
        self.store().allocate("brand", 1).await.expect("a number");
    }

    /// Adds labels 1 and 2, the second of which comes first, and material 1.
    pub async fn add_terms(&self) {
        let term = |kind, id, name: &str, sort_order| {
            let edit = official::Edit { name: Some(name.to_owned()), sort_order: Some(sort_order) };
            official::add(kind, id, edit, NOW)
        };
        let labels = [term(Kind::Label, 1, "环保有机", 2), term(Kind::Label, 2, "手工制作", 1)];
        let material = term(Kind::Material, 1, "纯棉", 1);
        self.apply(labels.into_iter().chain([material]).collect(), Change::Catalogue).await;
        for (kind, count) in [(Kind::Label, 2), (Kind::Material, 1)] {
            self.store().allocate(kind.counter(), count).await.expect("numbers");
        }
    }

    /// Adds pictures 1 to 3 of the first store, 4 of the second, 5 of an operator, and the first store's film 6.
    pub async fn add_assets(&self) {
        let owners = [Some(1), Some(1), Some(1), Some(2), None, Some(1)];
        let asset = |(id, owner): (i64, Option<i64>)| Asset {
            id: AssetId::new(id),
            store: owner.map(StoreId::new),
            file: format!("260102/{id}.jpg"),
            filename: format!("{id} at home.jpg"),
            kind: if id == 6 { 2 } else { 1 },
            bytes: 1000,
            width: 40,
            height: 30,
            created_at: NOW,
        };
        let steps = (1..).zip(owners).map(|owned| store::asset::add(&asset(owned))).collect();
        self.apply(steps, Change::Catalogue).await;
        self.store().allocate("asset", owners.len() as i64).await.expect("numbers");
    }

    /// Fills the shop: 1 plain, 2 with three SKUs and a promotion, 3 off sale, 4 sold out, 5 a draft,
    /// 6 deleted, 7 untracked, 8 the other store's with a promotion, 9 may be oversold and is limited to 2
    /// a customer; listing 100 is the second store's of product 2.
    pub async fn stock(&self) {
        self.add_stores().await;
        let mut bedding = Product { is_distributed: true, ..product(2, 1, "纯棉四件套") };
        bedding.skus[0] = Sku {
            price: Money::from_minor(2000),
            sale_price: Money::from_minor(1800),
            stock: 10,
            model: "1.5m".to_owned(),
            ..sku(2)
        };
        let red = Sku { price: Money::from_minor(2500), stock: 5, color: "红色".to_owned(), ..sku(20) };
        let white = Sku { stock: 0, color: "白色".to_owned(), ..sku(21) };
        bedding.skus.extend([red, white]);
        let mut sold_out = product(4, 1, "售罄的灯");
        sold_out.skus[0].stock = 0;
        let mut service = Product { pictures: Vec::new(), ..product(7, 1, "Gift wrapping") };
        service.skus[0].is_tracked = false;
        let mut door = product(8, 2, "درب سمت راست پراید");
        door.skus[0].sale_price = Money::from_minor(900);
        let mut cable =
            Product { purchase_limit: 2, sales: 7, is_recommended: true, ..product(9, 1, "Cable") };
        cable.skus[0] = Sku { stock: 3, may_oversell: true, ..sku(9) };
        let products = [
            product(1, 1, "红牛"),
            bedding,
            Product { status: Status::OffSale, ..product(3, 1, "手电筒") },
            sold_out,
            Product { status: Status::Draft, skus: Vec::new(), ..product(5, 1, "草稿") },
            product(6, 1, "已删除的包"),
            service,
            door,
            cable,
        ];
        let pictures = self.store().allocate("picture", 10 * products.len() as i64).await.expect("numbers");
        let mut steps = Vec::new();
        for (product, picture) in products.iter().zip((pictures..).step_by(10)) {
            steps.extend(store::product::add_unshelved(product, &desk(product), picture));
            steps.extend(record(&Change::Product(product.id.get()), NOW));
        }
        steps.push(store::listing::add_unshelved(&listing(100, 2, 2), NOW));
        // All at once, as an import does.
        steps.extend(shelve(&products.map(|product| product.id)));
        self.apply(steps, Change::Product(2)).await;
        self.delete_product(6).await;
    }

    /// Adds or replaces a product.
    pub async fn put_product(&self, product: &Product) {
        let picture = self.store().allocate("picture", 10).await.expect("numbers");
        let is_known = !self.store().products(&[product.id]).await.expect("products").is_empty();
        let put = if is_known { store::product::update } else { store::product::add };
        self.apply(put(product, &desk(product), picture), Change::Product(product.id.get())).await;
    }

    /// Opens a listing of a product in another store.
    pub async fn put_listing(&self, id: i64, store: i64, product: i64) {
        self.apply(store::listing::add(&listing(id, store, product), NOW), Change::Product(product)).await;
    }

    /// Takes a product off sale.
    pub async fn take_off_sale(&self, product: i64) {
        let steps = store::product::set_status(ProductId::new(product), Status::OffSale, NOW);
        self.apply(steps, Change::Product(product)).await;
    }

    /// Deletes a product.
    pub async fn delete_product(&self, product: i64) {
        let steps = store::product::delete(ProductId::new(product), NOW);
        self.apply(steps, Change::Product(product)).await;
    }

    async fn apply(&self, mut steps: Vec<store::Step>, change: Change) {
        steps.extend(record(&change, NOW));
        self.store().apply(steps).await.expect("test data fits");
        self.forget(&change);
        self.catalogue().forget_all();
    }

    /// A guest's token.
    pub async fn guest(&self) -> String {
        let ctx = crate::Ctx::new(self, None);
        crate::shopper::new_guest(&ctx, crate::shopper::hex_secret(&ctx)).await.expect("a guest").0
    }

    /// A customer without a password, and a token.
    pub async fn customer(&self, email: &str) -> String {
        self.account(email, domain::account::Role::Customer).await
    }

    /// An account without a password, and a token.
    pub async fn account(&self, email: &str, role: domain::account::Role) -> String {
        let ctx = crate::Ctx::new(self, None);
        let email = domain::account::Identifier::parse_email(email).expect("an address");
        let account = crate::shopper::add_account(&ctx, &[email], None, role).await.expect("an account");
        crate::shopper::issue_token(&ctx, &account, 3600).await.expect("a token")
    }

    /// Moves the clock of the shop forward.
    pub fn pass_seconds(&self, seconds: i64) {
        if let Clock::Fixed(micros) = &self.0.clock {
            micros.fetch_add(seconds * 1_000_000, std::sync::atomic::Ordering::Relaxed);
        }
    }
}
