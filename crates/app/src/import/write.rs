//! Writes what an import has decided, in one transaction; decides nothing itself.

use std::collections::HashSet;

use domain::id::{BrandId, CategoryId, ProductId, SkuId, StoreId};
use domain::product::Product;
use store::change::{Change, record};
use store::shelf::shelve;
use store::{Result, Step, product, shop};

use super::names::settled;
use super::plan::{Entry, Plan};
use crate::Ctx;

/// Past so many changed products other processes are told to forget the whole catalogue.
const MANY: usize = 300;
/// Digits of the public ids of products and SKUs.
const LONG_RID: u32 = 12;
/// Digits of the public ids of stores and brands.
const SHORT_RID: u32 = 9;
/// Public ids looked up at a time.
const CHUNK: usize = 10_000;

/// Writes the plan and tells what changed; refused when the catalogue is not what the plan was made for.
pub(super) async fn write(ctx: &Ctx, plan: Plan) -> Result<Vec<Change>> {
    let first = First::allocate(ctx, &plan).await?;
    let made = usize::try_from(plan.products.count() + plan.skus.count()).unwrap_or(0);
    let mut rids = long_rids(ctx, made).await?.into_iter();
    let mut steps = named(ctx, &plan, &first);
    let brings_names = !steps.is_empty();

    let mut written = Vec::with_capacity(plan.entries.len());
    let mut picture = first.picture;
    for Entry { mut product, desk, seen } in plan.entries {
        first.settle(&mut product, &mut rids);
        written.push(product.id);
        match seen {
            None => steps.extend(product::add_unshelved(&product, &desk, picture)),
            Some(seen) => {
                steps.push(product::untouched(product.id, seen));
                steps.extend(product::update_unshelved(&product, &desk, picture));
            }
        }
        picture += count(product.pictures.len());
    }
    steps.extend(shelve(&written));
    let changes = if brings_names || written.len() > MANY {
        vec![Change::Catalogue]
    } else {
        written.iter().map(|id| Change::Product(id.get())).collect()
    };
    steps.extend(changes.iter().flat_map(|change| record(change, ctx.now)));
    ctx.app.store().apply(steps).await?;
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
        steps.push(shop::add_store(StoreId::new(id), &short_rid(ctx, rids), name, ctx.now));
    }
    for (name, id) in plan.categories.missing.iter().zip(first.category..) {
        steps.push(shop::add_category(CategoryId::new(id), name, ctx.now));
    }
    let rids = &mut plan.brands.rids.clone();
    for (name, id) in plan.brands.missing.iter().zip(first.brand..) {
        steps.push(shop::add_brand(BrandId::new(id), &short_rid(ctx, rids), name, ctx.now));
    }
    steps
}

/// A public id that none of `taken` has, which it joins.
fn short_rid(ctx: &Ctx, taken: &mut HashSet<String>) -> String {
    loop {
        let rid = ctx.app.entropy().digits(SHORT_RID);
        if taken.insert(rid.clone()) {
            return rid;
        }
    }
}

/// So many public ids that no product and no SKU has.
async fn long_rids(ctx: &Ctx, count: usize) -> Result<Vec<String>> {
    let mut known = HashSet::new();
    let mut rids = Vec::with_capacity(count);
    while rids.len() < count {
        let room = (count - rids.len()).min(CHUNK);
        let random = || ctx.app.entropy().digits(LONG_RID);
        let chunk: Vec<_> =
            std::iter::repeat_with(random).filter(|rid| known.insert(rid.clone())).take(room).collect();
        let taken = ctx.app.store().taken_rids(&chunk).await?;
        rids.extend(chunk.into_iter().filter(|rid| !taken.contains(rid)));
    }
    Ok(rids)
}

/// A length as the store counts.
fn count(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}
