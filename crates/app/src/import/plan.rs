//! Decides what a file means for a store: which products are new, which differ, and how. Reads, never writes.

use std::collections::HashMap;

use domain::audit::{Changed, changes};
use domain::id::{BrandId, CategoryId, ProductId, StoreId};
use domain::product::{Picture, Product, Status};
use domain::publishing::draft;
use domain::time::Timestamp;
use store::product::Desk;

use super::names::{Names, Provisional};
use super::sheet::{Problems, ProductRow};
use super::{Import, ImportError, Progress, Summary, skus};
use crate::Ctx;

/// Products read and compared at a time.
const CHUNK: usize = 1000;
/// The name of a store that nobody named.
const DEFAULT_STORE: &str = "Default";

/// What an import will write. What is new has provisional numbers and no public ids yet.
pub(super) struct Plan {
    /// The stores by name; the one of this import may be missing.
    pub(super) stores: Names,
    /// The brands by name.
    pub(super) brands: Names,
    /// The categories by name.
    pub(super) categories: Names,
    /// Numbers of new products.
    pub(super) products: Provisional,
    /// Numbers of new SKUs.
    pub(super) skus: Provisional,
    /// New and changed products, in the order of the file.
    pub(super) entries: Vec<Entry>,
    summary: Summary,
}

/// A product as it is to be.
pub(super) struct Entry {
    pub(super) product: Product,
    pub(super) desk: Desk,
    /// When the product that it was compared with was last changed; `None` for a new one.
    pub(super) seen: Option<Timestamp>,
    /// What the audit log is told; new SKUs are named by their provisional numbers. Of a new product that is nothing: an
    /// entry for each would make a large first import a third slower, and tell no more than when the product was made.
    pub(super) changes: Vec<Changed>,
}

/// A product as it is stored.
struct Stored {
    product: Product,
    desk: Desk,
}

impl Plan {
    /// Compares the rows with the store.
    pub(super) async fn make(
        ctx: &Ctx,
        import: &Import<'_>,
        rows: &[ProductRow],
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<Self, ImportError> {
        let memory = ctx.app.store();
        let present = memory.stores().await?;
        let first = present.first().map_or(DEFAULT_STORE, |store| &store.name);
        let name = import.store.filter(|name| !name.is_empty()).unwrap_or(first).to_owned();
        let mut plan = Self {
            stores: Names::new(present.iter()),
            brands: Names::new(memory.brands().await?.iter().map(|brand| &brand.named)),
            categories: Names::new(memory.categories().await?.iter().map(|category| &category.named)),
            products: Provisional::default(),
            skus: Provisional::default(),
            entries: Vec::new(),
            summary: Summary::default(),
        };
        let store = StoreId::new(plan.stores.number(&name));
        plan.summary.store = name;
        let handles = memory.product_handles(store).await?;
        let mut problems = Problems::new(import.file_name);
        for (chunk, done) in rows.chunks(CHUNK).zip(1..) {
            let known: Vec<_> = chunk.iter().filter_map(|row| handles.get(&row.handle).copied()).collect();
            let mut known = stored(ctx, &known).await?;
            for row in chunk {
                let stored = handles.get(&row.handle).and_then(|id| known.remove(id));
                plan.compare(ctx, store, row, stored.as_ref(), &mut problems);
            }
            progress(Progress::Compared { products: (done * CHUNK).min(rows.len()), of: rows.len() });
        }
        problems.or(plan).map_err(ImportError::Problems)
    }

    /// How many products are new, changed and unchanged.
    pub(super) fn summary(&self) -> Summary {
        Summary { new_skus: usize::try_from(self.skus.count()).unwrap_or(0), ..self.summary.clone() }
    }

    /// Whether there is nothing to write.
    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.stores.missing.is_empty()
    }

    fn compare(
        &mut self,
        ctx: &Ctx,
        store: StoreId,
        row: &ProductRow,
        stored: Option<&Stored>,
        problems: &mut Problems,
    ) {
        let before = stored.map_or_else(
            || draft(ProductId::new(self.products.next()), store, String::new(), row.handle.clone(), ctx.now),
            |stored| stored.product.clone(),
        );
        let desk = desk(row, stored.map_or(&Desk::default(), |stored| &stored.desk));
        let mut product = self.updated(before, row, stored.is_none(), problems);
        if stored.is_some_and(|stored| stored.product == product && stored.desk == desk) {
            self.summary.unchanged += 1;
            return;
        }
        if stored.is_some() {
            self.summary.changed += 1;
        } else {
            self.summary.new += 1;
        }
        let seen = stored.map(|_| product.updated_at);
        let changes = stored.map_or_else(Vec::new, |stored| changes(Some(&stored.product), &product));
        product.updated_at = seen.map_or(ctx.now, |seen| ctx.now.after(seen));
        self.entries.push(Entry { product, desk, seen, changes });
    }

    /// The product with what the row says; what it says nothing about stays.
    fn updated(
        &mut self,
        before: Product,
        row: &ProductRow,
        is_new: bool,
        problems: &mut Problems,
    ) -> Product {
        let skus = skus::merged(&row.skus, &before.skus, &mut self.skus, problems);
        let named = |names: &mut Names, name: &String| (!name.is_empty()).then(|| names.number(name));
        let brand = row.brand.as_ref().map(|name| named(&mut self.brands, name).map(BrandId::new));
        let category =
            row.category.as_ref().map(|name| named(&mut self.categories, name).map(CategoryId::new));
        Product {
            brand: brand.unwrap_or(before.brand),
            category: category.unwrap_or(before.category),
            title: row.title.clone(),
            summary: row.summary.clone().unwrap_or(before.summary),
            keywords: row.keywords.clone().unwrap_or(before.keywords),
            units: row.units.clone().unwrap_or(before.units),
            status: status(row.is_published, (!is_new).then_some(before.status), !skus.is_empty()),
            is_deleted: false,
            is_recommended: row.is_recommended.unwrap_or(before.is_recommended),
            has_free_postage: row.has_free_postage.unwrap_or(before.has_free_postage),
            is_distributed: row.is_distributed.unwrap_or(before.is_distributed),
            purchase_limit: row.purchase_limit.unwrap_or(before.purchase_limit),
            pictures: match &row.pictures {
                Some(addresses) => pictures(addresses, &before.pictures),
                None => before.pictures,
            },
            skus,
            ..before
        }
    }
}

/// The products of these numbers; four statements.
async fn stored(ctx: &Ctx, ids: &[ProductId]) -> Result<HashMap<ProductId, Stored>, ImportError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let products = ctx.app.store().products(ids).await?;
    let mut desks = ctx.app.store().product_desks(ids).await?;
    let with_desk = |product: Product| {
        let desk = desks.remove(&product.id).unwrap_or_default();
        (product.id, Stored { product, desk })
    };
    Ok(products.into_iter().map(with_desk).collect())
}

/// The pictures at these addresses; an address that the product has already keeps what is known of it.
fn pictures(addresses: &[String], before: &[Picture]) -> Vec<Picture> {
    let known = |address: &String| before.iter().find(|picture| picture.url == *address).cloned();
    addresses.iter().map(|address| known(address).unwrap_or_else(|| address.clone().into())).collect()
}

/// Without SKUs a product is a draft. A draft that gets them goes into the warehouse, unless the file says more.
fn status(is_published: Option<bool>, before: Option<Status>, has_skus: bool) -> Status {
    match (has_skus, is_published, before) {
        (false, _, _) => Status::Draft,
        (true, Some(true), _) | (true, None, None) => Status::OnSale,
        (true, Some(false), _) | (true, None, Some(Status::Draft)) => Status::Warehouse,
        (true, None, Some(before)) => before,
    }
}

fn desk(row: &ProductRow, before: &Desk) -> Desk {
    Desk {
        content: row.content.as_ref().unwrap_or(&before.content).clone(),
        shown_sales: row.shown_sales.unwrap_or(before.shown_sales),
        warning_level: row.warning_level.unwrap_or(before.warning_level),
        ..before.clone()
    }
}
