//! Carts and their lines: steps that write them, the question that reads one, and the carts kept in memory.

mod statements;

use std::sync::Arc;

use domain::cart::{Cart, Line, References};
use domain::id::{LineId, ListingId, OwnerId, SkuId, StoreId};
use domain::limits::{MAX_LINE_QUANTITY, MAX_LINES};
use domain::time::Timestamp;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use crate::product::id_list;
use crate::{Error, Refusal, Result, Rows, Step, Store};

#[cfg(test)]
pub(crate) use self::statements::ALL;
use self::statements::{
    ADD, CLEAR, DROP_CART, HAS, HAS_LINE, HOLDS, LOCK_ABSENT, LOCK_SEEN, MERGE_LINE, NEXT_LINE, RAISE,
    REMOVE_LINE, REMOVE_LISTING, REMOVE_SKUS, SELECT_LISTING, SELECT_STORE, SET_ADDRESS, SET_EXTRA, SET_LINE,
    SET_NOTES, SET_PAYMENT_METHOD, SET_SHIPPING_METHOD, STAMP, STAMP_AT, SWEEP, TAKE,
};
pub(crate) use self::statements::{ADD_PIECES, CAN_ADD, CART, CART_LINE, LOCK};

/// The carts kept in memory: current where nobody else writes them, else as good as their stamp.
pub(crate) struct CartCache(Cache<OwnerId, Kept, ByLines>);

/// A cart in memory.
#[derive(Clone)]
struct Kept {
    cart: Arc<Cart>,
    /// Where PostgreSQL has its row (TID: number of the page and of the row on it, as six bytes), if that is known.
    tid: Option<i64>,
}

/// A cart weighs its lines and one more.
#[derive(Clone)]
struct ByLines;

impl Weighter<OwnerId, Kept> for ByLines {
    fn weight(&self, _: &OwnerId, kept: &Kept) -> u64 {
        kept.cart.lines.len() as u64 + 1
    }
}

/// What a transaction does to carts.
#[derive(Debug, Default)]
pub(crate) struct Touched {
    /// The cart that the caller wants to see.
    pub shown: Option<OwnerId>,
    /// The only line of it that the steps change, where there is only one.
    pub line: Option<(ListingId, SkuId)>,
    /// A cart that is gone.
    pub gone: Option<OwnerId>,
}

impl CartCache {
    /// Room for so many carts of five lines.
    pub(crate) fn new(carts: usize) -> Self {
        Self(Cache::with_weighter(carts, carts as u64 * 6, ByLines))
    }

    /// The cart as last published.
    pub(crate) fn get(&self, owner: &OwnerId) -> Option<Arc<Cart>> {
        self.0.get(owner).map(|kept| kept.cart)
    }

    fn keep(&self, cart: &Arc<Cart>, tid: Option<i64>) {
        self.0.insert(cart.owner, Kept { cart: Arc::clone(cart), tid });
    }

    /// Makes the committed state the one that everybody reads. A load that began before loses its place.
    pub(crate) fn publish(&self, touched: &Touched, shown: Option<&Arc<Cart>>) {
        if let Some(cart) = shown {
            self.keep(cart, None);
        }
        if let Some(owner) = &touched.gone {
            self.0.remove(owner);
        }
    }
}

impl Store {
    /// A shopper's cart; an empty one of version 0 when nothing was ever written.
    pub async fn cart(&self, owner: OwnerId) -> Result<Arc<Cart>> {
        if let Some(known) = self.carts.0.get(&owner)
            && (self.is_alone() || self.is_current(&known).await?)
        {
            self.stats.cart_hits.inc();
            return Ok(known.cart);
        }
        self.stats.cart_misses.inc();
        let load = async {
            let rows = self.read(CART, vec![owner.into()]).await?;
            from_rows(owner, &rows).map(|cart| Kept { cart: Arc::new(cart), tid: None })
        };
        if self.is_alone() {
            return Ok(self.carts.0.get_or_insert_async(&owner, load).await?.cart);
        }
        // Where others write carts, too, a reading that is under way may be older than what the caller knows of.
        let loaded = load.await?;
        self.carts.0.insert(owner, loaded.clone());
        Ok(loaded.cart)
    }

    /// Whether nobody has written the cart since. A row that is still where it was found before needs no search. One that is
    /// not may have been written or moved: then the cart is read again.
    async fn is_current(&self, Kept { cart, tid }: &Kept) -> Result<bool> {
        self.stats.cart_stamps.inc();
        let owner = cart.owner.into();
        let rows = match *tid {
            None => self.read(STAMP, vec![owner]).await?,
            Some(tid) => self.read(STAMP_AT, vec![owner, tid.into()]).await?,
        };
        let Some(row) = rows.first() else { return Ok(cart.version == 0) };
        let stamp = (row.int(0)?, Some(row.time(1)?), Some(row.time(2)?));
        let is_current = stamp == (cart.version, cart.created_at, cart.updated_at);
        // Only STAMP tells it, and only where many carts are asked for at once.
        if is_current && let Ok(tid) = row.int(3) {
            self.carts.keep(cart, Some(tid));
        }
        Ok(is_current)
    }

    /// Runs the steps as one transaction and returns the cart as they left it.
    pub async fn write_cart(&self, owner: OwnerId, steps: Vec<Step>) -> Result<Arc<Cart>> {
        self.write_touching(steps, Touched { shown: Some(owner), ..Touched::default() }).await
    }

    /// The same for steps that change one line only.
    pub async fn write_line(&self, owner: OwnerId, line: &NewLine, steps: Vec<Step>) -> Result<Arc<Cart>> {
        let touched = Touched { shown: Some(owner), line: Some((line.listing, line.sku)), gone: None };
        self.write_touching(steps, touched).await
    }

    async fn write_touching(&self, steps: Vec<Step>, touched: Touched) -> Result<Arc<Cart>> {
        #[cfg(feature = "broken")]
        let steps = self.unguarded(steps).await?;
        let (_, cart) = self.db.write(steps, touched).await?;
        cart.ok_or(Error::Unreadable("a written cart is missing"))
    }

    /// The same for a merge, after which the guest's cart is gone.
    pub async fn merge_carts(
        &self,
        guest: OwnerId,
        customer: OwnerId,
        steps: Vec<Step>,
    ) -> Result<Arc<Cart>> {
        self.write_touching(steps, Touched { shown: Some(customer), line: None, gone: Some(guest) }).await
    }
}

/// Locks the cart for this transaction and counts the write. `seen` is the version that the writer knows.
pub fn lock(owner: OwnerId, now: Timestamp, seen: Option<i64>) -> Step {
    let step = match seen {
        None => Step::new(LOCK, vec![owner.into(), now.into()]),
        Some(0) => Step::new(LOCK_ABSENT, vec![owner.into(), now.into()]),
        Some(version) => Step::new(LOCK_SEEN, vec![owner.into(), now.into(), version.into()]),
    };
    step.or_refuse(Refusal::Version)
}

/// What a line is made of.
#[derive(Clone, Debug)]
pub struct NewLine {
    /// The offer.
    pub listing: ListingId,
    /// The variant.
    pub sku: SkuId,
    /// Pieces.
    pub quantity: i64,
    /// A note that replaces the line's; `None` keeps it.
    pub notes: Option<String>,
    /// A JSON document that replaces the line's; `None` keeps it.
    pub order_extra: Option<String>,
}

/// Adds pieces to a line. The check is a step of its own: a statement that reads the table it inserts into
/// would have to copy what it read.
pub fn add(owner: OwnerId, line: &NewLine, now: Timestamp) -> [Step; 2] {
    let check = vec![
        owner.into(),
        line.listing.into(),
        line.sku.into(),
        MAX_LINE_QUANTITY.into(),
        line.quantity.into(),
        MAX_LINES.into(),
    ];
    let mut add = vec![owner.into(), line.listing.into(), line.sku.into(), line.quantity.into()];
    let is_plain = line.notes.is_none() && line.order_extra.is_none();
    if !is_plain {
        add.extend([line.notes.clone().into(), line.order_extra.clone().into()]);
    }
    add.push(now.into());
    let add = Step::new(if is_plain { ADD_PIECES } else { ADD }, add);
    [Step::new(CAN_ADD, check).or_refuse(Refusal::Adding), add]
}

/// Which lines of a listing a step is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All its SKUs, the given one first.
    Product,
    /// The given SKU only.
    Sku,
}

/// Makes the lines of a listing hold `line.quantity` pieces in all, by the rule of product-keyed dialects.
pub fn set(owner: OwnerId, line: &NewLine, scope: Scope, now: Timestamp) -> Vec<Step> {
    let only_sku = scope == Scope::Sku;
    let (listing, sku) = (line.listing, line.sku);
    let mut steps = take(owner, listing, sku, Take::Leaving(line.quantity), scope, now);
    let raise = vec![
        owner.into(),
        listing.into(),
        sku.into(),
        MAX_LINE_QUANTITY.into(),
        line.quantity.into(),
        now.into(),
        MAX_LINES.into(),
        (!only_sku).into(),
    ];
    steps.push(Step::new(RAISE, raise));
    let holds = vec![owner.into(), listing.into(), sku.into(), line.quantity.into(), only_sku.into()];
    steps.push(Step::new(HOLDS, holds).or_refuse(Refusal::Adding));
    if let Some(extra) = &line.order_extra {
        let params = vec![
            owner.into(),
            listing.into(),
            sku.into(),
            extra.as_str().into(),
            only_sku.into(),
            now.into(),
        ];
        steps.push(Step::new(SET_EXTRA, params));
    }
    steps
}

/// How far to take a listing's lines down.
#[derive(Clone, Copy, Debug)]
pub enum Take {
    /// So many pieces away, as far as there are any.
    Pieces(i64),
    /// Down to so many pieces in all.
    Leaving(i64),
}

/// Takes pieces from the lines of a listing; lines left empty are removed.
pub fn take(
    owner: OwnerId,
    listing: ListingId,
    sku: SkuId,
    take: Take,
    scope: Scope,
    now: Timestamp,
) -> Vec<Step> {
    let (amount, is_rest) = match take {
        Take::Pieces(pieces) => (pieces, false),
        Take::Leaving(pieces) => (pieces, true),
    };
    let only_sku = scope == Scope::Sku;
    let params = vec![
        owner.into(),
        listing.into(),
        sku.into(),
        amount.into(),
        now.into(),
        is_rest.into(),
        only_sku.into(),
    ];
    vec![Step::new(TAKE, params), Step::new(SWEEP, vec![owner.into(), listing.into()])]
}

/// Requires that the owner holds something of the listing.
pub fn has(owner: OwnerId, listing: ListingId) -> Step {
    Step::new(HAS, vec![owner.into(), listing.into()]).or_refuse(Refusal::NoSuchLine)
}

/// Requires that the owner has the line.
pub fn has_line(owner: OwnerId, line: LineId) -> Step {
    Step::new(HAS_LINE, vec![owner.into(), line.into()]).or_refuse(Refusal::NoSuchLine)
}

/// Sets the quantity of one line.
pub fn set_line(owner: OwnerId, line: LineId, quantity: i64, now: Timestamp) -> Step {
    let params = vec![owner.into(), line.into(), quantity.into(), MAX_LINE_QUANTITY.into(), now.into()];
    Step::new(SET_LINE, params).or_refuse(Refusal::Adding)
}

/// Sets the note of one line.
pub fn set_notes(owner: OwnerId, line: LineId, notes: &str, now: Timestamp) -> Step {
    let params = vec![owner.into(), line.into(), notes.into(), now.into()];
    Step::new(SET_NOTES, params).or_refuse(Refusal::NoSuchLine)
}

/// Removes one line.
pub fn remove_line(owner: OwnerId, line: LineId) -> Step {
    Step::new(REMOVE_LINE, vec![owner.into(), line.into()]).or_refuse(Refusal::NoSuchLine)
}

/// Removes the lines of SKUs, of one store or of all.
pub fn remove_skus(owner: OwnerId, skus: &[SkuId], store: Option<StoreId>) -> Step {
    let list = id_list(skus.iter().map(|sku| sku.get()));
    Step::new(REMOVE_SKUS, vec![owner.into(), list, store.into()])
}

/// Removes the lines of a listing.
pub fn remove_listing(owner: OwnerId, listing: ListingId) -> Step {
    Step::new(REMOVE_LISTING, vec![owner.into(), listing.into()]).or_refuse(Refusal::NoSuchLine)
}

/// Removes the lines of one store, or of all.
pub fn clear(owner: OwnerId, store: Option<StoreId>) -> Step {
    Step::new(CLEAR, vec![owner.into(), store.into()])
}

/// Selects or unselects the lines of a listing.
pub fn select_listing(owner: OwnerId, listing: ListingId, is_selected: bool, now: Timestamp) -> Step {
    Step::new(SELECT_LISTING, vec![owner.into(), listing.into(), is_selected.into(), now.into()])
}

/// Selects or unselects the lines of a store.
pub fn select_store(owner: OwnerId, store: StoreId, is_selected: bool, now: Timestamp) -> Step {
    Step::new(SELECT_STORE, vec![owner.into(), store.into(), is_selected.into(), now.into()])
}

/// Sets or clears the delivery address.
pub fn set_address(owner: OwnerId, address: Option<i64>) -> Step {
    Step::new(SET_ADDRESS, vec![owner.into(), address.into()])
}

/// Sets or clears the shipping method.
pub fn set_shipping_method(owner: OwnerId, method: Option<i64>) -> Step {
    Step::new(SET_SHIPPING_METHOD, vec![owner.into(), method.into()])
}

/// Sets or clears the payment method.
pub fn set_payment_method(owner: OwnerId, method: Option<i64>) -> Step {
    Step::new(SET_PAYMENT_METHOD, vec![owner.into(), method.into()])
}

/// Puts `added` pieces of a guest's line into the customer's cart.
pub fn merge_line(customer: OwnerId, line: &Line, added: i64, now: Timestamp) -> [Step; 2] {
    let params = vec![
        customer.into(),
        line.listing.into(),
        line.sku.into(),
        added.into(),
        line.is_selected.into(),
        line.notes.as_str().into(),
        line.order_extra.clone().into(),
        line.price_when_added.into(),
        line.created_at.into(),
        now.into(),
    ];
    [Step::new(MERGE_LINE, params).or_refuse(Refusal::Adding), Step::new(NEXT_LINE, vec![customer.into()])]
}

/// Removes a whole cart, if it is still at the version seen.
pub fn drop_cart(owner: OwnerId, seen: i64) -> Vec<Step> {
    vec![
        clear(owner, None),
        Step::new(DROP_CART, vec![owner.into(), seen.into()]).or_refuse(Refusal::Version),
    ]
}

/// Whether an add for many has done what a shopper wanted; `None` where it has not decided.
pub(crate) fn is_added(row: &Rows) -> Option<bool> {
    let row = row.first()?;
    let has_line = row.opt_int(6).ok()?.is_some();
    (has_line || row.bool(16).ok()?).then_some(has_line)
}

/// The cart as one more write left it: the known one with what [`CART_LINE`] gives, if the known one is just
/// one write older.
pub(crate) fn with_line(known: &Cart, line: (ListingId, SkuId), rows: &Rows) -> Result<Option<Cart>> {
    let mut cart = from_rows(known.owner, rows)?;
    if (cart.version, cart.created_at) != (known.version + 1, known.created_at.or(cart.created_at)) {
        return Ok(None);
    }
    let others = known.lines.iter().filter(|known| (known.listing, known.sku) != line);
    cart.lines.extend(others.cloned());
    cart.lines.sort_unstable_by_key(|line| line.id);
    Ok(Some(cart))
}

/// Reads what [`CART`] gives.
pub(crate) fn from_rows(owner: OwnerId, rows: &Rows) -> Result<Cart> {
    let Some(first) = rows.first() else {
        return Ok(Cart::empty(owner));
    };
    let mut lines = Vec::with_capacity(rows.iter().len());
    for row in rows.iter() {
        if row.opt_int(6)?.is_none() {
            break;
        }
        lines.push(Line {
            id: LineId::new(row.int(6)?),
            listing: ListingId::new(row.int(7)?),
            sku: SkuId::new(row.int(8)?),
            quantity: row.int(9)?,
            is_selected: row.bool(10)?,
            notes: row.text(11)?.to_owned(),
            order_extra: row.opt_text(12)?.map(ToOwned::to_owned),
            price_when_added: row.money(13)?,
            created_at: row.time(14)?,
            updated_at: row.time(15)?,
        });
    }
    lines.sort_unstable_by_key(|line| line.id);
    Ok(Cart {
        owner,
        version: first.int(0)?,
        references: References {
            address: first.opt_int(1)?,
            shipping_method: first.opt_int(2)?,
            payment_method: first.opt_int(3)?,
        },
        created_at: Some(first.time(4)?),
        updated_at: Some(first.time(5)?),
        lines,
    })
}
