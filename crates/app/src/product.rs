//! Products by their public ids, as whoever asks may see them: what is not on sale exists for its own store's
//! merchant and for operators only.

use std::collections::HashMap;
use std::sync::Arc;

use domain::account::Role;
use domain::id::{ListingId, ProductId, SkuId, StoreId};
use domain::product::Sku;

use crate::catalogue::{Desk, Offered, Page, PageQuery, Standing};
use crate::{Ctx, Error, Result};

/// Some SKUs of one product, as one store offers them.
#[derive(Clone, Debug)]
pub struct Group {
    /// Under which listing.
    pub offered: Offered,
    /// Which of them; `None` is all.
    chosen: Option<Vec<SkuId>>,
}

impl Group {
    /// The SKUs in order.
    pub fn skus(&self) -> impl Iterator<Item = &Sku> {
        let is_chosen = |sku: &&Sku| self.chosen.as_ref().is_none_or(|chosen| chosen.contains(&sku.id));
        self.offered.product.skus.iter().filter(is_chosen)
    }
}

/// The store whose catalogue the caller keeps, if it is only one.
pub fn own_store(ctx: &Ctx) -> Option<StoreId> {
    match ctx.session.as_ref()?.account.as_ref()?.role {
        Role::Merchant(store) => Some(store),
        Role::Customer | Role::Operator => None,
    }
}

/// Whether the caller may see what a store does not offer now; of all stores when none is named.
pub fn may_see_behind(ctx: &Ctx, store: Option<StoreId>) -> bool {
    let role = ctx.session.as_ref().and_then(|session| session.account.as_ref()).map(|account| account.role);
    match role {
        Some(Role::Operator) => true,
        Some(Role::Merchant(own)) => store == Some(own),
        Some(Role::Customer) | None => false,
    }
}

/// The store whose catalogue the caller changes: a merchant's own, which may be named; for an operator the named one.
pub fn kept_store(ctx: &Ctx, named: Option<StoreId>) -> Result<StoreId> {
    match ctx.session()?.customer()?.role {
        Role::Merchant(own) if named.is_none_or(|named| named == own) => Ok(own),
        Role::Operator => named.ok_or(Error::Forbidden),
        Role::Merchant(_) | Role::Customer => Err(Error::Forbidden),
    }
}

/// The store of a public id.
pub async fn store_by_rid(ctx: &Ctx, rid: &str) -> Result<StoreId> {
    let names = ctx.app.catalogue().names().await?;
    let found = names.stores.iter().find(|store| store.rid == rid);
    found.map(|store| StoreId::new(store.id)).ok_or(Error::NoSuchStore)
}

/// A product by its public id, as its own store offers it.
pub async fn by_rid(ctx: &Ctx, rid: &str) -> Result<Offered> {
    many_by_rid(ctx, &[rid], None).await?.pop().flatten().ok_or(Error::NoSuchProduct)
}

/// The same with what only its page needs.
pub async fn with_desk(ctx: &Ctx, rid: &str) -> Result<(Offered, Arc<Desk>)> {
    let offered = by_rid(ctx, rid).await?;
    let desk = ctx.app.catalogue().desk(offered.product.id).await?;
    Ok((offered, desk))
}

/// Products by their public ids, in order, as their own stores offer them, or as the given one does.
pub async fn many_by_rid(ctx: &Ctx, rids: &[&str], store: Option<StoreId>) -> Result<Vec<Option<Offered>>> {
    let products = ctx.app.catalogue().products_by_rid(rids).await?;
    offered(ctx, &products, store).await
}

/// All SKUs of products by their public ids, in order; refused when none is known.
pub async fn groups(ctx: &Ctx, rids: &[&str], store: Option<StoreId>) -> Result<Vec<Group>> {
    let mut groups: Vec<Group> = Vec::new();
    for offered in many_by_rid(ctx, rids, store).await?.into_iter().flatten() {
        if groups.iter().all(|group| group.offered.listing != offered.listing) {
            groups.push(Group { offered, chosen: None });
        }
    }
    if groups.is_empty() { Err(Error::NoSuchProduct) } else { Ok(groups) }
}

/// All SKUs of the one product that is named; else these SKUs by their own public ids, one group per product in the
/// order of their first ones. Refused when none is known.
pub async fn group_or_skus(ctx: &Ctx, rids: &[&str], store: Option<StoreId>) -> Result<Vec<Group>> {
    if let [rid] = rids
        && let Some(offered) = many_by_rid(ctx, &[rid], store).await?.pop().flatten()
    {
        return Ok(vec![Group { offered, chosen: None }]);
    }
    let skus: Vec<_> = ctx.app.catalogue().skus_by_rid(rids).await?.into_iter().flatten().collect();
    let mut products = Vec::new();
    for (product, _) in &skus {
        if !products.contains(&Some(*product)) {
            products.push(Some(*product));
        }
    }
    let group = |offered: Offered| {
        let own = skus.iter().filter(|(product, _)| *product == offered.product.id);
        Group { chosen: Some(own.map(|(_, sku)| *sku).collect()), offered }
    };
    let groups: Vec<_> = offered(ctx, &products, store).await?.into_iter().flatten().map(group).collect();
    if groups.is_empty() { Err(Error::NoSuchProduct) } else { Ok(groups) }
}

/// A page of what a query wants. What is not on sale a merchant sees of their own store, an operator of all, and others
/// not at all.
pub async fn page(ctx: &Ctx, mut query: PageQuery) -> Result<Page> {
    let filter = &mut query.filter;
    if filter.standing != Standing::OnSale {
        filter.store = filter.store.or_else(|| own_store(ctx));
        if !may_see_behind(ctx, filter.store) {
            return Ok(Page::default());
        }
    }
    ctx.app.catalogue().page(&query).await
}

/// The store that is meant when none is named: a merchant's own, or the oldest.
pub async fn usual_store(ctx: &Ctx) -> Result<StoreId> {
    if let Some(own) = own_store(ctx) {
        return Ok(own);
    }
    let names = ctx.app.catalogue().names().await?;
    names.stores.first().map(|store| StoreId::new(store.id)).ok_or(Error::NoSuchStore)
}

/// The listing of a SKU by its public id, whatever its status: its own store's, or the given one's.
pub async fn listing_of_sku(ctx: &Ctx, rid: &str, store: Option<StoreId>) -> Result<(ListingId, SkuId)> {
    let found = ctx.app.catalogue().skus_by_rid(&[rid]).await?.pop().flatten();
    let (product, sku) = found.ok_or(Error::NoSuchProduct)?;
    let listing = listings(ctx, &[Some(product)], store).await?.pop().flatten();
    Ok((listing.ok_or(Error::NoSuchProduct)?, sku))
}

/// What of these products the caller may see, in order.
async fn offered(
    ctx: &Ctx,
    products: &[Option<ProductId>],
    store: Option<StoreId>,
) -> Result<Vec<Option<Offered>>> {
    let listings = listings(ctx, products, store).await?;
    let known: Vec<_> = listings.iter().flatten().copied().collect();
    let found = ctx.app.catalogue().offered_many(&known).await?;
    let visible = |offered: &Offered| offered.is_on_sale() || may_see(ctx, offered);
    let found: HashMap<_, _> =
        found.into_iter().flatten().filter(visible).map(|offered| (offered.listing.id, offered)).collect();
    Ok(listings.into_iter().map(|listing| found.get(&listing?).cloned()).collect())
}

/// Whether the caller keeps the store that offers it.
fn may_see(ctx: &Ctx, offered: &Offered) -> bool {
    offered.standing().is_some() && may_see_behind(ctx, Some(offered.listing.store))
}

async fn listings(
    ctx: &Ctx,
    products: &[Option<ProductId>],
    store: Option<StoreId>,
) -> Result<Vec<Option<ListingId>>> {
    let Some(store) = store else {
        return Ok(products.iter().map(|product| product.map(ProductId::own_listing)).collect());
    };
    let known: Vec<_> = products.iter().flatten().copied().collect();
    if known.is_empty() {
        return Ok(vec![None; products.len()]);
    }
    let listings = ctx.app.catalogue().listings_of(store, &known).await?;
    let listings: HashMap<_, _> = listings.into_iter().map(|listing| (listing.product, listing.id)).collect();
    Ok(products.iter().map(|product| listings.get(&(*product)?).copied()).collect())
}
