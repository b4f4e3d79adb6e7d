//! What shoppers do with their carts. Every write is one transaction; its checks are in its statements.

use std::sync::Arc;

use domain::cart::{Against, Cart, Offer, PricedCart};
use domain::id::{LineId, ListingId, OwnerId, SkuId, StoreId};
use domain::limits::MAX_LINE_QUANTITY;
use store::cart::{self as rows, NewLine, Scope, Take};
use store::idempotency;
use store::{Refusal, Step};

use crate::{Ctx, Error, Result};

/// How often a write starts over when what refused it was gone a moment later.
const ATTEMPTS: usize = 4;

/// Which SKU of a listing a client means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item {
    /// The store's offer.
    pub listing: ListingId,
    /// The SKU; clients that know products only mean the first one, and all of them when they set or take.
    pub sku: Option<SkuId>,
}

/// What to put into a line, beside the quantity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extras {
    /// Replaces the note; `None` keeps it.
    pub notes: Option<String>,
    /// Replaces the client's own JSON document; `None` keeps it.
    pub order_extra: Option<String>,
}

/// The caller's cart as it is stored.
pub async fn stored(ctx: &Ctx) -> Result<Arc<Cart>> {
    Ok(ctx.app.store().cart(ctx.owner()?).await?)
}

/// The caller's cart, priced and flagged with the live catalogue.
pub async fn view(ctx: &Ctx) -> Result<PricedCart> {
    priced(ctx, stored(ctx).await?).await
}

/// What a write returned, priced and flagged for clients that show it.
pub async fn priced(ctx: &Ctx, cart: Arc<Cart>) -> Result<PricedCart> {
    let offers = ctx.app.catalogue().offers_of(&cart).await?;
    Ok(PricedCart::new(cart, offers))
}

/// Adds pieces to a line, which is made when missing. Not idempotent without a key: it adds each time.
pub async fn add(ctx: &Ctx, item: Item, quantity: i64, extras: Extras) -> Result<Arc<Cart>> {
    ctx.session()?;
    let offer = offer(ctx, item).await?;
    #[cfg(feature = "broken")]
    if store::broken::is("lost-update") {
        let (listing, sku) = (offer.listing().id, offer.sku().id);
        let seen = stored(ctx).await?.quantity_of_sku(listing, sku);
        return set(ctx, Item { listing, sku: Some(sku) }, seen + quantity, extras, WhenAbsent::Insert).await;
    }
    let line = new_line(&offer, quantity, extras);
    let wanted = |cart: &Cart| cart.quantity_of_sku(line.listing, line.sku) + line.quantity;
    let steps = |owner| rows::add(owner, &line, ctx.now).into();
    write_raising(ctx, &offer, Some(&line), wanted, steps).await
}

/// What to do when the cart holds nothing of what is to be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenAbsent {
    /// Refuse.
    Refuse,
    /// Put it in.
    Insert,
}

/// Makes the cart hold so many pieces (1 or more) of a SKU, or of a product over its SKUs.
pub async fn set(
    ctx: &Ctx,
    item: Item,
    quantity: i64,
    extras: Extras,
    absent: WhenAbsent,
) -> Result<Arc<Cart>> {
    if absent == WhenAbsent::Refuse && !holds(ctx, item.listing).await? {
        return Err(Error::NoSuchLine);
    }
    let offer = offer(ctx, item).await?;
    let scope = scope(item);
    let line = new_line(&offer, quantity, extras);
    let wanted = |cart: &Cart| {
        let first = cart.quantity_of_sku(line.listing, line.sku);
        match scope {
            Scope::Sku => line.quantity,
            Scope::Product => first + line.quantity - cart.quantity_of(line.listing),
        }
    };
    write_raising(ctx, &offer, None, wanted, |owner| {
        let mut steps = Vec::new();
        if absent == WhenAbsent::Refuse {
            steps.push(rows::has(owner, line.listing));
        }
        steps.extend(rows::set(owner, &line, scope, ctx.now));
        steps
    })
    .await
}

/// Takes pieces of a listing away, as far as there are any; always works, whatever became of the product.
/// Taking none only looks.
pub async fn take(ctx: &Ctx, listing: ListingId, pieces: i64) -> Result<Arc<Cart>> {
    let Some(offered) = ctx.app.catalogue().offered(listing).await? else {
        return Err(Error::NoSuchProduct);
    };
    // What the public never saw is nobody's to know of, unless the cart has it all the same.
    if offered.product.is_unpublished() && !holds(ctx, listing).await? {
        return Err(Error::NoSuchProduct);
    }
    if pieces == 0 {
        return stored(ctx).await;
    }
    let first = offered.product.first_sku().map_or(SkuId::new(0), |sku| sku.id);
    let pieces = Take::Pieces(pieces.min(i64::from(u32::MAX)));
    write(ctx, |owner| rows::take(owner, listing, first, pieces, Scope::Product, ctx.now)).await
}

/// Sets quantity or note of one line, or both. Lowering always works.
pub async fn edit_line(
    ctx: &Ctx,
    line: LineId,
    quantity: Option<i64>,
    notes: Option<String>,
) -> Result<Arc<Cart>> {
    let quantity = quantity.map(bounded);
    let cart = stored(ctx).await?;
    let Some(known) = cart.line(line).cloned() else { return Err(Error::NoSuchLine) };
    let steps = |owner| {
        let mut steps = vec![rows::has_line(owner, line)];
        steps.extend(quantity.map(|quantity| rows::set_line(owner, line, quantity, ctx.now)));
        steps.extend(notes.as_deref().map(|notes| rows::set_notes(owner, line, notes, ctx.now)));
        steps
    };
    let offer = offer(ctx, Item { listing: known.listing, sku: Some(known.sku) }).await?;
    match quantity {
        None => write(ctx, steps).await,
        Some(quantity) => write_raising(ctx, &offer, None, |_| quantity, steps).await,
    }
}

/// Sets the quantity of the line of a SKU under a listing, or under any when the cart has none of it under that one.
pub async fn edit_sku(
    ctx: &Ctx,
    listing: ListingId,
    sku: SkuId,
    quantity: i64,
) -> Result<(Arc<Cart>, LineId)> {
    let cart = stored(ctx).await?;
    let of_sku = || cart.lines.iter().filter(|line| line.sku == sku);
    let line = of_sku().find(|line| line.listing == listing).or_else(|| of_sku().next());
    let line = line.ok_or(Error::NoSuchLine)?.id;
    Ok((edit_line(ctx, line, Some(quantity), None).await?, line))
}

/// Removes one line.
pub async fn remove_line(ctx: &Ctx, line: LineId) -> Result<Arc<Cart>> {
    write(ctx, |owner| vec![rows::remove_line(owner, line)]).await
}

/// Removes the lines of SKUs under the listings of one store, or of all; none there is no error.
pub async fn remove_skus(ctx: &Ctx, skus: &[SkuId], store: Option<StoreId>) -> Result<Arc<Cart>> {
    write(ctx, |owner| vec![rows::remove_skus(owner, skus, store)]).await
}

/// Removes all lines of a listing.
pub async fn remove_listing(ctx: &Ctx, listing: ListingId) -> Result<Arc<Cart>> {
    write(ctx, |owner| vec![rows::remove_listing(owner, listing)]).await
}

/// Removes the lines of one store, or of all.
pub async fn clear(ctx: &Ctx, store: Option<StoreId>) -> Result<Arc<Cart>> {
    write(ctx, |owner| vec![rows::clear(owner, store)]).await
}

/// Which lines to select.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selection {
    /// Those of a listing.
    Listing(ListingId),
    /// Those of a store.
    Store(StoreId),
}

/// Selects or unselects lines; none there is no error.
pub async fn select(ctx: &Ctx, selection: Selection, is_selected: bool) -> Result<Arc<Cart>> {
    write(ctx, |owner| {
        vec![match selection {
            Selection::Listing(listing) => rows::select_listing(owner, listing, is_selected, ctx.now),
            Selection::Store(store) => rows::select_store(owner, store, is_selected, ctx.now),
        }]
    })
    .await
}

/// References to set: `None` keeps one, `Some(None)` clears it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NewReferences {
    /// Delivery address.
    pub address: Option<Option<i64>>,
    /// Shipping method.
    pub shipping_method: Option<Option<i64>>,
    /// Payment method.
    pub payment_method: Option<Option<i64>>,
}

/// Sets references into the client's own records.
pub async fn set_references(ctx: &Ctx, new: NewReferences) -> Result<Arc<Cart>> {
    write(ctx, |owner| {
        vec![
            new.address.map(|value| rows::set_address(owner, value)),
            new.shipping_method.map(|value| rows::set_shipping_method(owner, value)),
            new.payment_method.map(|value| rows::set_payment_method(owner, value)),
        ]
        .into_iter()
        .flatten()
        .collect()
    })
    .await
}

fn scope(item: Item) -> Scope {
    if item.sku.is_some() { Scope::Sku } else { Scope::Product }
}

/// More than a line may hold is refused all the same, and cannot overflow.
fn bounded(quantity: i64) -> i64 {
    quantity.min(MAX_LINE_QUANTITY + 1)
}

fn new_line(offer: &Offer, quantity: i64, extras: Extras) -> NewLine {
    NewLine {
        listing: offer.listing().id,
        sku: offer.sku().id,
        quantity: bounded(quantity),
        notes: extras.notes,
        order_extra: extras.order_extra,
    }
}

/// Whether the caller's cart holds anything of a listing.
async fn holds(ctx: &Ctx, listing: ListingId) -> Result<bool> {
    Ok(stored(ctx).await?.quantity_of(listing) > 0)
}

async fn offer(ctx: &Ctx, item: Item) -> Result<Offer> {
    let offered = ctx.app.catalogue().offered(item.listing).await?;
    offered.ok_or(Error::NoSuchProduct)?.offer(item.sku)
}

/// A write that may be refused; `wanted` tells how many pieces of the offer's SKU its line would hold. A write
/// that changes one line only says which.
///
/// The statement refuses, a read explains. Where the read finds nothing against the write any more, the
/// write is tried again.
async fn write_raising(
    ctx: &Ctx,
    offer: &Offer,
    line: Option<&NewLine>,
    wanted: impl Fn(&Cart) -> i64,
    steps: impl Fn(OwnerId) -> Vec<Step>,
) -> Result<Arc<Cart>> {
    for _ in 0..ATTEMPTS {
        if let Some(cart) = try_write(ctx, line, &steps).await? {
            return Ok(cart);
        }
        let offered = ctx.app.catalogue().refreshed(offer.listing().id).await?;
        let offer = offered.ok_or(Error::NoSuchProduct)?.offer(Some(offer.sku().id))?;
        let cart = stored(ctx).await?;
        if let Some(against) = cart.against(&offer, wanted(&cart)) {
            return Err(against.into());
        }
    }
    Err(Against::ShortStock.into())
}

/// A write that puts nothing into the cart, so that no stock or limit can be against it.
async fn write(ctx: &Ctx, steps: impl Fn(OwnerId) -> Vec<Step>) -> Result<Arc<Cart>> {
    let written = try_write(ctx, None, &steps).await?;
    written.ok_or_else(|| Error::Internal("a write that adds nothing was refused".to_owned()))
}

/// Runs steps on the caller's cart as one transaction: key claimed, cart locked at the version seen, guest token still
/// good or issued, steps, and the cart as they left it. `None` when a stock or a limit refused.
async fn try_write(
    ctx: &Ctx,
    line: Option<&NewLine>,
    steps: &impl Fn(OwnerId) -> Vec<Step>,
) -> Result<Option<Arc<Cart>>> {
    let store = ctx.app.store();
    let mut session = ctx.session()?.clone();
    let _side_by_side = ctx.app.carts().read().await;
    loop {
        let owner = session.owner;
        // The key was the guest's, who has logged in meanwhile. The next request with it is the customer's.
        if ctx.key.as_ref().is_some_and(|key| key.owner != owner) {
            return Err(Error::KeyRunning);
        }
        let mut all = Vec::with_capacity(6);
        all.extend(ctx.key.as_ref().map(|key| idempotency::claim(key, ctx.now)));
        all.push(rows::lock(owner, ctx.now, ctx.seen));
        all.extend(session.guest_step(ctx.now));
        all.extend(steps(owner));
        let written = match line {
            Some(line) => store.write_line(owner, line, all).await,
            None => store.write_cart(owner, all).await,
        };
        let refusal = match written {
            Err(store::Error::Refused(refusal)) => refusal,
            written => return Ok(Some(written?)),
        };
        match refusal {
            // The change is in already under this very key, and only its reply was lost.
            Refusal::AlreadyApplied => {
                let cart = store.cart(owner).await?;
                // Where the guest has logged in since, that cart is not theirs any more.
                let is_same = ctx.app.sessions().again(&session, ctx.now).await?.owner == owner;
                return if is_same { Ok(Some(cart)) } else { Err(Error::KeyRunning) };
            }
            Refusal::Version => {
                return Err(Error::VersionMismatch { current: store.cart(owner).await?.version });
            }
            Refusal::NoSuchLine => return Err(Error::NoSuchLine),
            Refusal::Adding => return Ok(None),
            // The guest has logged in meanwhile: the write goes where the merge went.
            Refusal::TokenMoved => {
                session = ctx.app.sessions().again(&session, ctx.now).await?;
                if session.owner == owner {
                    return Err(Error::NotLoggedIn);
                }
            }
            Refusal::Taken | Refusal::Gone | Refusal::InUse | Refusal::Misplaced => {
                return Err(Error::Internal(format!("{refusal:?} in a cart")));
            }
        }
    }
}
