//! Carts and their lines: steps that write them, the question that reads one, and the carts kept in memory.

use std::sync::Arc;

use domain::cart::{Cart, Line, References};
use domain::id::{LineId, ListingId, OwnerId, SkuId, StoreId};
use domain::limits::{MAX_LINE_QUANTITY, MAX_LINES};
use domain::time::Timestamp;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use crate::product::id_list;
use crate::sql::statements;
use crate::{Error, Refusal, Result, Rows, Step, Store};

/// What one line may hold: stock, unless the SKU sells without; and the limit of a line.
macro_rules! fits {
    ($($total:tt)+) => {
        concat!(
            "(not sku.is_tracked or sku.may_oversell or ", $($total)+, " <= sku.stock) and ", $($total)+, " <= $4"
        )
    };
}
/// What a buyer pays for a SKU now.
macro_rules! effective_price {
    () => {
        "case when 0 < sku.sale_price and sku.sale_price < sku.price then sku.sale_price else sku.price end"
    };
}
/// Pieces that the owner holds of the listing: of the SKU, or of all its SKUs.
macro_rules! held {
    () => {
        "coalesce((select cast(sum(held.quantity) as bigint) from cart_line as held
            where held.owner_id = $1 and held.listing_id = $2 and (held.sku_id = $3 or $8)), 0)"
    };
}

macro_rules! remove_skus {
    ($listed:literal) => {
        concat!(
            "delete from cart_line where owner_id = $1 and sku_id",
            $listed,
            " and (cast($3 as bigint) is null or listing_id in (select id from listing where store_id = $3))"
        )
    };
}

/// A cart with some of its lines.
macro_rules! cart {
    ($lines:literal) => {
        concat!(
            "select cart.version, cart.address, cart.shipping_method, cart.payment_method,
                cart.created_at, cart.updated_at,
                line.id, line.listing_id, line.sku_id, line.quantity, line.is_selected, line.notes,
                line.order_extra, line.price_when_added, line.created_at, line.updated_at
            from cart left join cart_line as line on ",
            $lines,
            " where cart.owner_id = $1"
        )
    };
}

statements! {
    /// Takes the lock of the shopper's cart row, made when missing, and counts the write.
    LOCK = "insert into cart (owner_id, version, next_line_id, created_at, updated_at)
        values ($1, 1, 1, $2, $2)
        on conflict (owner_id) do update
        set version = cart.version + 1, next_line_id = cart.next_line_id + 1, updated_at = excluded.updated_at";

    /// The same where the writer knows that there is no cart yet.
    LOCK_ABSENT = "insert into cart (owner_id, version, next_line_id, created_at, updated_at)
        values ($1, 1, 1, $2, $2) on conflict (owner_id) do nothing";

    /// The same where the writer knows the version.
    LOCK_SEEN = "update cart set version = version + 1, next_line_id = next_line_id + 1, updated_at = $2
        where owner_id = $1 and version = $3";

    /// One row when nothing is against `$5` more pieces: status, stock and limits.
    CAN_ADD = concat!("select 1 from listing
        join product on product.id = listing.product_id
        join sku on sku.id = $3 and sku.product_id = product.id
        left join cart_line as line
            on line.owner_id = $1 and line.listing_id = $2 and line.sku_id = $3
        where listing.id = $2 and listing.status = 1 and product.status = 2 and not product.is_deleted
            and ", fits!("coalesce(line.quantity, 0) + $5"), "
            and (line.id is not null or (select count(*) from cart_line where owner_id = $1) < $6)");

    /// Adds `$4` pieces to a line, or makes the line.
    ADD = concat!("insert into cart_line (owner_id, listing_id, sku_id, id, quantity, is_selected, notes,
            order_extra, price_when_added, created_at, updated_at)
        select $1, $2, sku.id, cart.next_line_id, $4, true, coalesce($5, ''), $6, ",
            effective_price!(), ", $7, $7
        from cart join sku on sku.id = $3
        where cart.owner_id = $1
        on conflict (owner_id, listing_id, sku_id) do update
        set quantity = cart_line.quantity + excluded.quantity,
            notes = coalesce($5, cart_line.notes),
            order_extra = coalesce($6, cart_line.order_extra),
            updated_at = excluded.updated_at");

    /// Adds what is missing to `$5` pieces in all; no row when nothing is, or when something is against it.
    RAISE = concat!("insert into cart_line (owner_id, listing_id, sku_id, id, quantity, is_selected, notes,
            price_when_added, created_at, updated_at)
        select $1, listing.id, sku.id, cart.next_line_id, $5 - ", held!(), ", true, '', ",
            effective_price!(), ", $6, $6
        from cart
        join listing on listing.id = $2
        join product on product.id = listing.product_id
        join sku on sku.id = $3 and sku.product_id = product.id
        left join cart_line as line
            on line.owner_id = $1 and line.listing_id = $2 and line.sku_id = $3
        where cart.owner_id = $1 and listing.status = 1 and product.status = 2 and not product.is_deleted
            and $5 > ", held!(), "
            and ", fits!(concat!("coalesce(line.quantity, 0) + $5 - ", held!())), "
            and (line.id is not null or (select count(*) from cart_line where owner_id = $1) < $7)
        on conflict (owner_id, listing_id, sku_id) do update
        set quantity = cart_line.quantity + excluded.quantity, updated_at = excluded.updated_at");

    /// Takes pieces from the first SKU's line, then from the others, newest first: `$4` pieces, or with
    /// `$6` as many as leave `$4`. With `$7` only the line of the SKU.
    TAKE = "update cart_line set quantity = line.remaining, updated_at = $5
        from (
            select sku_id, quantity,
                case when before + quantity <= amount then 0
                    when before < amount then before + quantity - amount
                    else quantity end as remaining
            from (
                select sku_id, quantity,
                    coalesce(cast(sum(quantity) over (
                        order by case when sku_id = $3 then 0 else 1 end, id desc
                        rows between unbounded preceding and 1 preceding) as bigint), 0) as before,
                    case when $6 then cast(sum(quantity) over () as bigint) - $4 else $4 end as amount
                from cart_line
                where owner_id = $1 and listing_id = $2 and (sku_id = $3 or not $7)
            ) as taken
        ) as line
        where cart_line.owner_id = $1 and cart_line.listing_id = $2 and cart_line.sku_id = line.sku_id
            and line.remaining < line.quantity";

    /// Removes lines that were taken down to nothing.
    SWEEP = "delete from cart_line where owner_id = $1 and listing_id = $2 and quantity = 0";

    /// One row when the owner holds just `$4` pieces of the listing (`$5`: of the SKU only).
    HOLDS = "select count(*) from cart_line
        where owner_id = $1 and listing_id = $2 and (sku_id = $3 or not $5) having cast(sum(quantity) as bigint) = $4";

    /// Sets `order_extra` of the lines of a listing (`$5`: of the SKU only).
    SET_EXTRA = "update cart_line set order_extra = $4, updated_at = $6
        where owner_id = $1 and listing_id = $2 and (sku_id = $3 or not $5)";

    /// One row when the owner holds any of the listing.
    HAS = "select 1 from cart_line where owner_id = $1 and listing_id = $2 limit 1";

    /// One row when the owner has the line.
    HAS_LINE = "select 1 from cart_line where owner_id = $1 and id = $2";

    /// Sets the quantity of a line; lowering always works, raising when nothing is against it.
    SET_LINE = concat!("update cart_line set quantity = $3, updated_at = $5
        where owner_id = $1 and id = $2 and (quantity >= $3 or exists (
            select 1 from listing
            join product on product.id = listing.product_id
            join sku on sku.product_id = product.id
            where listing.id = cart_line.listing_id and sku.id = cart_line.sku_id
                and listing.status = 1 and product.status = 2 and not product.is_deleted and ", fits!("$3"), "))");

    /// Sets the note of a line.
    SET_NOTES = "update cart_line set notes = $3, updated_at = $4 where owner_id = $1 and id = $2";

    /// Removes a line.
    REMOVE_LINE = "delete from cart_line where owner_id = $1 and id = $2";

    /// Removes the lines of SKUs, of one store or of all stores when `$3` is null.
    REMOVE_SKUS = remove_skus!(" in (select value from json_each($2))"),
        postgres: remove_skus!(" in (select cast(value as bigint)
            from json_array_elements_text(cast($2 as json)))");

    /// Removes the lines of a listing.
    REMOVE_LISTING = "delete from cart_line where owner_id = $1 and listing_id = $2";

    /// Removes the lines of a store, or of all stores when `$2` is null.
    CLEAR = "delete from cart_line where owner_id = $1 and (cast($2 as bigint) is null
        or listing_id in (select id from listing where store_id = $2))";

    /// Selects or unselects the lines of a listing.
    SELECT_LISTING = "update cart_line set is_selected = $3, updated_at = $4
        where owner_id = $1 and listing_id = $2";

    /// Selects or unselects the lines of a store.
    SELECT_STORE = "update cart_line set is_selected = $3, updated_at = $4
        where owner_id = $1 and listing_id in (select id from listing where store_id = $2)";

    /// Sets the delivery address, a record of the client's own.
    SET_ADDRESS = "update cart set address = $2 where owner_id = $1";
    /// Sets the shipping method.
    SET_SHIPPING_METHOD = "update cart set shipping_method = $2 where owner_id = $1";
    /// Sets the payment method.
    SET_PAYMENT_METHOD = "update cart set payment_method = $2 where owner_id = $1";

    /// Puts a guest's line into the customer's cart, with the stock checked again.
    MERGE_LINE = "insert into cart_line (owner_id, listing_id, sku_id, id, quantity, is_selected, notes,
            order_extra, price_when_added, created_at, updated_at)
        select $1, $2, sku.id, cart.next_line_id, $4, $5, $6, $7, $8, $9, $10
        from cart
        join sku on sku.id = $3
        left join cart_line as line
            on line.owner_id = $1 and line.listing_id = $2 and line.sku_id = $3
        where cart.owner_id = $1
            and (not sku.is_tracked or sku.may_oversell or coalesce(line.quantity, 0) + $4 <= sku.stock)
        on conflict (owner_id, listing_id, sku_id) do update
        set quantity = cart_line.quantity + excluded.quantity,
            notes = case when cart_line.notes = '' then excluded.notes else cart_line.notes end,
            order_extra = coalesce(cart_line.order_extra, excluded.order_extra),
            updated_at = excluded.updated_at";

    /// Gives the next merged line a number of its own.
    NEXT_LINE = "update cart set next_line_id = next_line_id + 1 where owner_id = $1";

    /// Removes a cart whose lines are gone, if it is still the one that was seen.
    DROP_CART = "delete from cart where owner_id = $1 and version = $2";

    /// A cart with its lines in the order of the table; one row with nulls for a cart without lines.
    CART = cart!("line.owner_id = $1");

    /// The same with one line only, or with none.
    CART_LINE = cart!("line.owner_id = $1 and line.listing_id = $2 and line.sku_id = $3");
}

/// The carts kept in memory, current within the process.
pub(crate) struct CartCache(Cache<OwnerId, Arc<Cart>, ByLines>);

/// A cart weighs its lines and one more.
#[derive(Clone)]
struct ByLines;

impl Weighter<OwnerId, Arc<Cart>> for ByLines {
    fn weight(&self, _: &OwnerId, cart: &Arc<Cart>) -> u64 {
        cart.lines.len() as u64 + 1
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
        self.0.get(owner)
    }

    /// Makes the committed state the one that everybody reads. A load that began before loses its place.
    pub(crate) fn publish(&self, touched: &Touched, shown: Option<&Arc<Cart>>) {
        if let Some(cart) = shown {
            self.0.insert(cart.owner, Arc::clone(cart));
        }
        if let Some(owner) = &touched.gone {
            self.0.remove(owner);
        }
    }
}

impl Store {
    /// A shopper's cart; an empty one of version 0 when nothing was ever written.
    pub async fn cart(&self, owner: OwnerId) -> Result<Arc<Cart>> {
        if let Some(cart) = self.carts.get(&owner) {
            self.stats.cart_hits.inc();
            return Ok(cart);
        }
        self.stats.cart_misses.inc();
        let load = async {
            let rows = self.read(CART, vec![owner.into()]).await?;
            from_rows(owner, &rows).map(Arc::new)
        };
        // Where others write carts, too, a reading that is under way may be older than what the caller knows of.
        if self.keeps_carts() { self.carts.0.get_or_insert_async(&owner, load).await } else { load.await }
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
    let add = vec![
        owner.into(),
        line.listing.into(),
        line.sku.into(),
        line.quantity.into(),
        line.notes.clone().into(),
        line.order_extra.clone().into(),
        now.into(),
    ];
    [Step::new(CAN_ADD, check).or_refuse(Refusal::Adding), Step::new(ADD, add)]
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

/// The cart as one more write left it: the known one with what [`CART_LINE`] gives, if the known one is just
/// one write older.
pub(crate) fn with_line(known: &Cart, line: (ListingId, SkuId), rows: &Rows) -> Result<Option<Cart>> {
    let mut cart = from_rows(known.owner, rows)?;
    if cart.version != known.version + 1 {
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
