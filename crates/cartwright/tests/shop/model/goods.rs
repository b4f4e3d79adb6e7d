//! The catalogue as the model knows it: a few products of every kind, with tight stocks.

use app::App;
use app::testing::{NOW, product, sku};
use domain::id::SkuId;
use domain::money::Money;
use domain::product::{Product, Sku, Status};

use super::Outcome;

/// What a cart may name: a product for each kind, a listing of another store, and one that never was.
pub(crate) const NAMED: [i64; 11] = [1, 2, 3, 4, 5, 6, 7, 8, 9, DISTRIBUTED, 999];

/// The second store's offer of product 2.
const DISTRIBUTED: i64 = 100;

/// The most pieces of one line.
const MOST: i64 = 999_999;

/// Every product, whatever became of it.
#[derive(Clone, Debug)]
pub(crate) struct Goods(Vec<Product>);

impl Goods {
    /// 1 with a promotion, 2 with three SKUs, 3 off sale, 4 sold out, 5 a draft, 6 deleted, 7 untracked,
    /// 8 the other store's, 9 may be oversold and is limited.
    pub(crate) fn new() -> Self {
        let mut plain = product(1, 1, "plain");
        plain.skus[0] = Sku { sale_price: Money::from_minor(850), stock: 7, ..sku(1) };
        let mut several = product(2, 1, "several");
        several.skus[0].stock = 6;
        several.skus.push(Sku { price: Money::from_minor(2500), stock: 5, ..sku(20) });
        several.skus.push(Sku { price: Money::from_minor(300), stock: 4, ..sku(21) });
        let off_sale =
            Product { status: Status::OffSale, published_at: Some(NOW), ..product(3, 1, "off sale") };
        let mut sold_out = product(4, 1, "sold out");
        sold_out.skus[0].stock = 0;
        let draft = Product { status: Status::Draft, skus: Vec::new(), ..product(5, 1, "draft") };
        let deleted = Product { is_deleted: true, ..product(6, 1, "deleted") };
        let mut untracked = product(7, 1, "untracked");
        untracked.skus[0] = Sku { is_tracked: false, stock: 0, ..sku(7) };
        let mut other_store = product(8, 2, "other store");
        other_store.skus[0].stock = 4;
        let mut oversold = Product { purchase_limit: 2, ..product(9, 1, "oversold") };
        oversold.skus[0] = Sku { stock: 3, may_oversell: true, ..sku(9) };
        Self(vec![plain, several, off_sale, sold_out, draft, deleted, untracked, other_store, oversold])
    }

    /// Puts it all into a shop.
    pub(crate) async fn put_into(&self, app: &App) {
        app.add_stores().await;
        for product in &self.0 {
            app.put_product(&Product { is_deleted: false, ..product.clone() }).await;
            if product.is_deleted {
                app.delete_product(product.id.get()).await;
            }
        }
        app.put_listing(DISTRIBUTED, 2, 2).await;
    }

    /// The product that a listing offers.
    pub(crate) fn of(&self, listing: i64) -> Option<&Product> {
        let id = if listing == DISTRIBUTED { 2 } else { listing };
        self.0.iter().find(|product| product.id.get() == id)
    }

    /// The store that a listing is of.
    pub(crate) fn store_of(&self, listing: i64) -> i64 {
        if listing == DISTRIBUTED { 2 } else { self.held(listing).store.get() }
    }

    /// The own listing of the product that a SKU is of.
    pub(crate) fn own_listing(&self, sku: i64) -> Result<i64, Outcome> {
        let product = self.0.iter().find(|product| product.sku(SkuId::new(sku)).is_some());
        product.map(|product| product.id.get()).ok_or(Outcome::Unknown)
    }

    /// The product of a listing that a cart holds.
    pub(crate) fn held(&self, listing: i64) -> &Product {
        self.of(listing).expect("a cart holds what there was once")
    }

    /// The SKU of a line.
    pub(crate) fn sku(&self, listing: i64, sku: i64) -> &Sku {
        self.held(listing).sku(SkuId::new(sku)).expect("a cart holds what there was once")
    }

    /// Which SKU is meant: the named one of that product, else its first.
    pub(crate) fn choose(&self, listing: i64, sku: Option<i64>) -> Result<i64, Outcome> {
        let skus = &self.of(listing).ok_or(Outcome::Unknown)?.skus;
        let found = skus.iter().find(|known| sku.is_none_or(|sku| known.id.get() == sku));
        found.map(|sku| sku.id.get()).ok_or(Outcome::Unknown)
    }

    /// What stands against a line holding more pieces than before, so many now.
    pub(crate) fn against(&self, listing: i64, sku: i64, wanted: i64) -> Result<(), Outcome> {
        let product = self.held(listing);
        let sku = self.sku(listing, sku);
        let runs_short = sku.is_tracked && !sku.may_oversell && wanted > sku.stock;
        match product.status {
            _ if product.is_deleted => Err(Outcome::Unknown),
            Status::Draft => Err(Outcome::Unknown),
            Status::Warehouse | Status::OffSale => Err(Outcome::OffSale),
            Status::OnSale if wanted > MOST || runs_short => Err(Outcome::Short),
            Status::OnSale => Ok(()),
        }
    }

    /// The most pieces that a merge puts into a line.
    pub(crate) fn most(&self, listing: i64, sku: i64) -> i64 {
        let sku = self.sku(listing, sku);
        if sku.is_tracked && !sku.may_oversell { sku.stock.min(MOST) } else { MOST }
    }

    pub(crate) fn is_on_sale(&self, listing: i64) -> bool {
        let product = self.held(listing);
        product.status == Status::OnSale && !product.is_deleted
    }

    /// What a merchant does to a product; `None` when it is a draft or deleted and stays so.
    pub(crate) fn change(&mut self, id: i64, change: impl FnOnce(&mut Product)) -> Option<Product> {
        let product = self.0.iter_mut().find(|product| product.id.get() == id)?;
        if product.is_deleted || product.status == Status::Draft {
            return None;
        }
        change(product);
        Some(product.clone())
    }
}

/// What a piece costs now: the sale price when it is a promotion.
pub(crate) fn price(sku: &Sku) -> i64 {
    let (regular, sale) = (sku.price.minor(), sku.sale_price.minor());
    if 0 < sale && sale < regular { sale } else { regular }
}
