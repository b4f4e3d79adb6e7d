//! Publishing: step one begins a draft, step two completes it, and both may be taken again. Each step is one transaction,
//! so that a product is always as one step left it.

use domain::account::Role;
use domain::asset::Asset;
use domain::audit::changes;
use domain::id::{AssetId, ProductId, SkuId, StoreId};
use domain::product::{Product, Status};
use domain::publishing::{Basics, Mistake, Terms, draft};
use store::audit::record as audit;
use store::change::Change;
use store::official::{Kind, Term};
use store::{Refusal, Step, listing, product as rows, publishing as parts};

use crate::audit::deed;
use crate::catalogue::Desk;
use crate::product::kept_store;
use crate::{Ctx, Error, Result, idempotency, rid};

/// How often a decision is made again when somebody else was faster; of all who try at once one gets through.
const TRIES: usize = 100;

/// A product as its merchant sees it.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The product.
    pub product: Product,
    /// What only its merchant needs.
    pub desk: Desk,
    /// Its labels, in their order.
    pub labels: Vec<Term>,
}

impl From<Mistake> for Error {
    fn from(mistake: Mistake) -> Self {
        match mistake {
            Mistake::WhichSku => Self::BadField("sku_rid"),
            Mistake::HowMany | Mistake::Alike => Self::BadField("skus"),
            Mistake::NoWeight => Self::BadField("s_weight"),
            Mistake::NoStock => Self::BadField("stock_quantity"),
            Mistake::NoPrice => Self::BadField("price"),
            Mistake::Step => Self::IllegalStep,
        }
    }
}

/// A product of a store that the caller keeps, by its public id, whatever its status.
pub async fn view(ctx: &Ctx, rid: &str) -> Result<Kept> {
    kept(ctx, rid, None).await
}

/// Step one: begins a draft in the caller's store, or in the named one.
pub async fn begin(ctx: &Ctx, named: Option<StoreId>, said: &Basics) -> Result<Kept> {
    let store = kept_store(ctx, named)?;
    let memory = ctx.app.store();
    for _ in 0..TRIES {
        if let Some(kept) = done_before(ctx).await? {
            return Ok(kept);
        }
        let found = Found::of(ctx, store, said).await?;
        let rid = rid::fresh(ctx, 1).await?.pop().expect("there are as many as were asked for");
        let id = ProductId::new(memory.allocate("product", 1).await?);
        let before = draft(id, store, rid.clone(), rid.clone(), ctx.now);
        let after = found.on(said, &before, Desk::default())?;
        let mut steps = Vec::from_iter(parts::refers_to(said.category, said.material));
        steps.extend(rows::add(&after.product, &after.desk, pictures(ctx, &after.product).await?));
        steps.extend(parts::set_labels(id, &said.labels));
        if apply(ctx, None, &after.product, steps).await?.is_none() {
            return Ok(after);
        }
    }
    Err(overtaken())
}

/// Step one again: changes what a product is, whatever its status.
pub async fn rewrite(ctx: &Ctx, rid: &str, named: Option<StoreId>, said: &Basics) -> Result<Kept> {
    for _ in 0..TRIES {
        if let Some(kept) = done_before(ctx).await? {
            return Ok(kept);
        }
        let Kept { product: before, desk, .. } = kept(ctx, rid, named).await?;
        let mut after = Found::of(ctx, before.store, said).await?.on(said, &before, desk)?;
        after.product.updated_at = ctx.now.after(before.updated_at);
        let mut steps = vec![rows::untouched(before.id, before.updated_at)];
        steps.extend(parts::refers_to(said.category, said.material));
        steps.extend(rows::update(&after.product, &after.desk, pictures(ctx, &after.product).await?));
        steps.extend(parts::set_labels(before.id, &said.labels));
        if apply(ctx, Some(&before), &after.product, steps).await?.is_none() {
            return Ok(after);
        }
    }
    Err(overtaken())
}

/// Step two: says how a product is sold, and moves it into the warehouse or on sale. While another store has the product
/// taken up, it stays distributed.
pub async fn complete(ctx: &Ctx, rid: &str, named: Option<StoreId>, said: &Terms) -> Result<Kept> {
    for _ in 0..TRIES {
        if let Some(kept) = done_before(ctx).await? {
            return Ok(kept);
        }
        let Kept { product: before, desk, labels } = kept(ctx, rid, named).await?;
        let covers: Vec<_> = said.skus.iter().filter_map(|sku| sku.cover.flatten()).collect();
        let assets = assets(ctx, before.store, &covers, "cover_id").await?;
        let url = |id| assets.iter().find(|asset| asset.id == id).map_or_else(String::new, Asset::path);
        let mut product = said.of(&before, url)?;
        name_skus(ctx, &mut product).await?;
        product.updated_at = ctx.now.after(before.updated_at);
        if product.status == Status::OnSale {
            let kept = product.published_at.filter(|_| !said.is_published_now);
            product.published_at = kept.or(Some(product.updated_at));
        }
        let desk = Desk {
            return_policy: said.return_policy.clone().unwrap_or(desk.return_policy),
            freight_template: said.freight_template.clone().unwrap_or(desk.freight_template),
            ..desk
        };
        let mut steps = vec![rows::untouched(before.id, before.updated_at)];
        if before.is_distributed && !product.is_distributed {
            steps.push(listing::not_taken_up(before.id));
        }
        steps.extend(rows::update(&product, &desk, pictures(ctx, &product).await?));
        match apply(ctx, Some(&before), &product, steps).await? {
            None => return Ok(Kept { product, desk, labels }),
            // Another store has taken it up.
            Some(Refusal::Taken) => return Err(Error::Forbidden),
            Some(_) => {}
        }
    }
    Err(overtaken())
}

/// A product of a store that the caller keeps, as the database has it now. The product is read first: what changes it while
/// the rest is read is noticed by its guard.
async fn kept(ctx: &Ctx, rid: &str, named: Option<StoreId>) -> Result<Kept> {
    let store = match ctx.session()?.customer()?.role {
        Role::Operator => named,
        Role::Merchant(_) | Role::Customer => Some(kept_store(ctx, named)?),
    };
    let memory = ctx.app.store();
    let id = ctx.app.catalogue().products_by_rid(&[rid]).await?.pop().flatten();
    let id = id.ok_or(Error::NoSuchProduct)?;
    let is_theirs =
        |product: &Product| !product.is_deleted && store.is_none_or(|store| store == product.store);
    let product = memory.products(&[id]).await?.pop().filter(is_theirs).ok_or(Error::NoSuchProduct)?;
    let desk = memory.product_desk(id).await?.ok_or(Error::NoSuchProduct)?;
    Ok(Kept { product, desk, labels: memory.product_labels(id).await? })
}

/// The product that this very key has made or changed already; only the reply was lost.
async fn done_before(ctx: &Ctx) -> Result<Option<Kept>> {
    let Some(key) = &ctx.key else { return Ok(None) };
    let Some(record) = ctx.app.store().idempotency_record(key, ctx.now).await? else { return Ok(None) };
    view(ctx, &record.made.ok_or(Error::NoSuchProduct)?).await.map(Some)
}

/// What step one refers to.
struct Found {
    assets: Vec<Asset>,
    labels: Vec<Term>,
}

impl Found {
    async fn of(ctx: &Ctx, store: StoreId, said: &Basics) -> Result<Self> {
        let memory = ctx.app.store();
        if !memory.categories().await?.iter().any(|known| known.named.id == said.category.get()) {
            return Err(Error::BadField("category_id"));
        }
        if !memory.terms(Kind::Material).await?.iter().any(|known| known.id == said.material.get()) {
            return Err(Error::BadField("material_id"));
        }
        let mut labels = memory.terms(Kind::Label).await?;
        labels.retain(|known| said.labels.iter().any(|label| label.get() == known.id));
        if labels.len() < said.labels.len() {
            return Err(Error::BadField("labels"));
        }
        let named: Vec<_> = said.assets.iter().copied().flatten().collect();
        Ok(Self { assets: assets(ctx, store, &named, "asset_ids").await?, labels })
    }

    fn on(self, said: &Basics, before: &Product, desk: Desk) -> Result<Kept> {
        Ok(Kept {
            product: said.of(before, self.assets).ok_or(Error::BadField("asset_ids"))?,
            desk: Desk { content: said.content.clone(), material: Some(said.material), ..desk },
            labels: self.labels,
        })
    }
}

/// Pictures that a store may use, in order.
async fn assets(ctx: &Ctx, store: StoreId, ids: &[AssetId], field: &'static str) -> Result<Vec<Asset>> {
    let mut known = ctx.app.store().assets(ids).await?;
    known.retain(|asset| asset.is_picture() && asset.store.is_none_or(|owner| owner == store));
    let found = ids.iter().map(|id| known.iter().find(|asset| asset.id == *id).cloned());
    found.collect::<Option<_>>().ok_or(Error::BadField(field))
}

/// Gives new SKUs a number and a public id.
async fn name_skus(ctx: &Ctx, product: &mut Product) -> Result<()> {
    let new: Vec<_> = product.skus.iter_mut().filter(|sku| sku.rid.is_empty()).collect();
    if new.is_empty() {
        return Ok(());
    }
    let first = ctx.app.store().allocate("sku", new.len() as i64).await?;
    let rids = rid::fresh(ctx, new.len()).await?;
    for (sku, (id, rid)) in new.into_iter().zip((first..).zip(rids)) {
        (sku.id, sku.rid) = (SkuId::new(id), rid);
    }
    Ok(())
}

/// The first of the numbers for the pictures of a product.
async fn pictures(ctx: &Ctx, product: &Product) -> Result<i64> {
    Ok(ctx.app.store().allocate("picture", product.pictures.len() as i64).await?)
}

/// Applies the steps, and tells the audit log and everybody who remembers the product. Nothing is done where something was
/// in the way, which is returned; then what was decided from has changed.
async fn apply(
    ctx: &Ctx,
    before: Option<&Product>,
    after: &Product,
    mut steps: Vec<Step>,
) -> Result<Option<Refusal>> {
    steps.extend(audit(deed(ctx, after.store, after.id), &changes(before, after)));
    let changes = [Change::Product(after.id.get())];
    match idempotency::apply(ctx, Some(&after.rid), &changes, steps).await {
        Ok(Some(_)) => Ok(None),
        Ok(None) => Ok(Some(Refusal::AlreadyApplied)),
        Err(store::Error::Refused(refusal)) => Ok(Some(refusal)),
        Err(error) => Err(error.into()),
    }
}

fn overtaken() -> Error {
    Error::Unavailable("the product is being changed by others".to_owned())
}
