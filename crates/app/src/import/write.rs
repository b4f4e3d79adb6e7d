//! Writes what an import has decided, in one transaction; decides nothing itself.

use domain::id::{BrandId, CategoryId, ProductId, SkuId, StoreId};
use domain::product::Product;
use store::audit::record as audit;
use store::change::{Change, record};
use store::shelf::shelve;
use store::{Result, Step, brand, category, product, shop};

use super::names::settled;
use super::plan::{Entry, Plan};
use crate::audit::deed;
use crate::{Ctx, rid};

/// Past so many changed products other processes are told to forget the whole catalogue.
const MANY: usize = 300;

/// Writes the plan and tells what changed; refused when the catalogue is not what the plan was made for.
pub(super) async fn write(ctx: &Ctx, plan: Plan) -> Result<Vec<Change>> {
    let first = First::allocate(ctx, &plan).await?;
    let made = usize::try_from(plan.products.count() + plan.skus.count()).unwrap_or(0);
    let mut rids = rid::fresh(ctx, made).await?.into_iter();
    let named = named(ctx, &plan, &first);

    let mut steps = Vec::new();
    let mut written = Vec::with_capacity(plan.entries.len());
    let mut picture = first.picture;
    for Entry { mut product, desk, seen, mut changes } in plan.entries {
        first.settle(&mut product, &mut rids);
        written.push(product.id);
        match seen {
            None => steps.extend(product::add_unshelved(&product, &desk, picture)),
            Some(seen) => {
                steps.push(product::untouched(product.id, seen));
                steps.extend(product::update_unshelved(&product, &desk, picture));
            }
        }
        for changed in &mut changes {
            changed.sku = changed.sku.map(|sku| SkuId::new(settled(sku.get(), first.sku)));
        }
        steps.extend(audit(deed(ctx, product.store, product.id), &changes));
        picture += count(product.pictures.len());
    }
    steps.extend(shelve(&written));
    let changes = if !named.is_empty() || written.len() > MANY {
        vec![Change::Catalogue]
    } else {
        written.iter().map(|id| Change::Product(id.get())).collect()
    };
    // First, since it lets one change of the catalogue wait for the other: the guards see what was there before.
    let told = changes.iter().flat_map(|change| record(change, ctx.now));
    ctx.app.store().apply(told.chain(named).chain(steps).collect()).await?;
    Ok(changes)
}

/// The first numbers of the blocks that take the place of provisional ones.
struct First {
    store: i64,
    brand: i64,
    category: i64,
    product: i64,
    sku: i64,
    picture: i64,
}

impl First {
    async fn allocate(ctx: &Ctx, plan: &Plan) -> Result<Self> {
        let block = async |noun, count| {
            if count > 0 { ctx.app.store().allocate(noun, count).await } else { Ok(0) }
        };
        let pictures = plan.entries.iter().map(|entry| entry.product.pictures.len()).sum();
        Ok(Self {
            store: block("store", count(plan.stores.missing.len())).await?,
            brand: block("brand", count(plan.brands.missing.len())).await?,
            category: block("category", count(plan.categories.missing.len())).await?,
            product: block("product", plan.products.count()).await?,
            sku: block("sku", plan.skus.count()).await?,
            picture: block("picture", count(pictures)).await?,
        })
    }

    /// Gives a product, its SKUs and what it refers to their real numbers, and new ones a public id.
    fn settle(&self, product: &mut Product, rids: &mut impl Iterator<Item = String>) {
        product.id = ProductId::new(settled(product.id.get(), self.product));
        product.store = StoreId::new(settled(product.store.get(), self.store));
        product.brand = product.brand.map(|id| BrandId::new(settled(id.get(), self.brand)));
        product.category = product.category.map(|id| CategoryId::new(settled(id.get(), self.category)));
        let mut next = || rids.next().expect("there is one for each new product and SKU");
        if product.rid.is_empty() {
            product.rid = next();
        }
        for sku in product.skus.iter_mut().filter(|sku| sku.rid.is_empty()) {
            sku.id = SkuId::new(settled(sku.id.get(), self.sku));
            sku.rid = next();
        }
    }
}

/// Makes the missing store, brands and categories.
fn named(ctx: &Ctx, plan: &Plan, first: &First) -> Vec<Step> {
    let mut steps = Vec::new();
    let rids = &mut plan.stores.rids.clone();
    for (name, id) in plan.stores.missing.iter().zip(first.store..) {
        steps.push(shop::add_store(StoreId::new(id), &ctx.app.entropy().short_rid(rids), name, ctx.now));
    }
    for (name, id) in plan.categories.missing.iter().zip(first.category..) {
        let edit = category::Edit { name: Some(name.clone()), ..category::Edit::default() };
        steps.extend(category::add(CategoryId::new(id), edit, ctx.now));
    }
    let rids = &mut plan.brands.rids.clone();
    for (name, id) in plan.brands.missing.iter().zip(first.brand..) {
        let edit = brand::Edit { name: Some(name.clone()), ..brand::Edit::default() };
        let rid = ctx.app.entropy().short_rid(rids);
        steps.push(brand::add(BrandId::new(id), &rid, edit, ctx.now));
    }
    steps
}

/// A length as the store counts.
fn count(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}
