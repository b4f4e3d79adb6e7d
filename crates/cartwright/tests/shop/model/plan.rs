//! Random plans: who does what next. A plan names lines by their place in the cart, for it knows no ids yet.

use domain::money::Money;
use domain::product::{Product, Status};
use proptest::collection::{btree_map, vec as several};
use proptest::option::of as maybe;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::cart::Cart;
use super::deed::Deed;
use super::goods::NAMED;

/// A thing that happens.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    /// 0 is the customer, 1 the guest.
    pub(crate) shopper: usize,
    pub(crate) act: Act,
    pub(crate) header: Header,
}

#[derive(Clone, Debug)]
pub(crate) enum Act {
    Shop(Wish),
    Stock(Change),
    LogIn { by_anqicms: bool },
}

/// What a request says beside the write itself.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Header {
    None,
    /// An idempotency key, and the same request twice.
    Key,
    /// `If-Match` with the cart's version.
    Current,
    /// `If-Match` with another one.
    Stale,
}

/// A deed, perhaps on what the cart holds.
#[derive(Clone, Debug)]
pub(crate) struct Wish {
    deed: Deed,
    line: Index,
    /// Whether a product that is to be set, lowered or removed is one of those in the cart.
    is_held: bool,
}

/// What a merchant does to a product.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) product: i64,
    to: New,
}

#[derive(Clone, Debug)]
enum New {
    Stock(Index, i64),
    SalePrice(Index, i64),
    Status(Status),
    Deleted,
}

/// Up to forty steps, the first of them such that fill the carts.
pub(crate) fn plan() -> impl Strategy<Value = Vec<Step>> {
    let of_several = (select(vec![2_i64, 100]), select(vec![Some(2_i64), Some(20), Some(21)]));
    let filled = prop_oneof![of_several, item()];
    let filling = (0..2_usize, filled, 1..=3_i64, any::<Index>());
    let filling = filling.prop_map(|(shopper, (listing, sku), quantity, line)| {
        let deed = Deed::AnqicmsAdd { listing, sku, quantity, extra: None };
        let wish = Wish { deed, line, is_held: false };
        Step { shopper, act: Act::Shop(wish), header: Header::None }
    });
    let act = prop_oneof![
        20 => wish().prop_map(Act::Shop),
        3 => change().prop_map(Act::Stock),
        1 => any::<bool>().prop_map(|by_anqicms| Act::LogIn { by_anqicms }),
    ];
    let header = prop_oneof![
        6 => Just(Header::None),
        2 => Just(Header::Key),
        1 => Just(Header::Current),
        1 => Just(Header::Stale),
    ];
    let step = (0..2_usize, act, header).prop_map(|(shopper, act, header)| Step { shopper, act, header });
    let steps = (several(filling, 0..=12), several(step, 1..=28));
    steps.prop_map(|(filling, rest)| [filling, rest].concat())
}

/// Mostly few pieces, rarely about as many as a line holds.
fn pieces() -> impl Strategy<Value = i64> {
    prop_oneof![8 => 1..=4_i64, 6 => 1..=9_i64, 1 => select(vec![500_000, 999_999, 1_000_000, i64::MAX / 1000])]
}

fn listing() -> impl Strategy<Value = i64> {
    // Half of the time what can be bought, so that carts fill.
    prop_oneof![select(vec![1_i64, 2, 7, 8, 9, 100]), select(NAMED.to_vec())]
}

/// A listing and perhaps one of its SKUs, rarely another product's.
fn item() -> impl Strategy<Value = (i64, Option<i64>)> {
    let of_several = (select(vec![2_i64, 100]), maybe(select(vec![2_i64, 20, 21])));
    prop_oneof![2 => of_several, 2 => listing().prop_map(|id| (id, None)), 1 => (listing(), maybe(select(vec![1_i64, 20, 9])))]
}

/// A SKU of any product, or one that never was.
fn sku() -> impl Strategy<Value = i64> {
    prop_oneof![select(vec![1_i64, 2, 20, 21, 7]), select(vec![3_i64, 4, 6, 8, 9, 99])]
}

fn notes() -> impl Strategy<Value = Option<String>> {
    maybe(select(vec!["", "a note", "یادداشت", "备注"]).prop_map(ToOwned::to_owned))
}

fn wish() -> impl Strategy<Value = Wish> {
    let line = 0_i64;
    let deed = prop_oneof![
        8 => (listing(), pieces()).prop_map(|(listing, nums)| Deed::MtAdd { listing, nums }),
        8 => (listing(), pieces()).prop_map(|(listing, nums)| Deed::MtPut { listing, nums }),
        2 => (listing(), maybe(pieces())).prop_map(|(listing, nums)| Deed::MtPatch { listing, nums }),
        2 => listing().prop_map(|listing| Deed::MtDelete { listing }),
        8 => (listing(), pieces()).prop_map(|(listing, by)| Deed::WangmarketChange { listing, by }),
        8 => (listing(), pieces()).prop_map(|(listing, by)| Deed::WangmarketChange { listing, by: -by }),
        4 => (listing(), any::<bool>())
            .prop_map(|(listing, is_selected)| Deed::WangmarketSelectGoods { listing, is_selected }),
        2 => (1..=3_i64, any::<bool>())
            .prop_map(|(store, is_selected)| Deed::WangmarketSelectStore { store, is_selected }),
        1 => (0..=3_i64).prop_map(|store| Deed::WangmarketClear { store }),
        8 => (listing(), maybe(pieces()), notes())
            .prop_map(|(listing, quantity, notes)| Deed::HamgamAdd { listing, quantity, notes }),
        8 => (maybe(pieces()), notes())
            .prop_map(move |(quantity, notes)| Deed::HamgamEdit { line, quantity, notes }),
        2 => Just(Deed::HamgamRemove { line }),
        1 => Just(Deed::HamgamClear),
        2 => btree_map(0..3_usize, maybe(1..=9_i64), 0..=3)
            .prop_map(|references| Deed::HamgamReferences { references }),
        10 => (item(), pieces(), maybe(0..5_i64)).prop_map(|((listing, sku), quantity, extra)| {
            Deed::AnqicmsAdd { listing, sku, quantity, extra }
        }),
        8 => (item(), pieces(), maybe(0..5_i64)).prop_map(|((listing, sku), quantity, extra)| {
            Deed::AnqicmsUpdate { listing, sku, quantity, extra }
        }),
        2 => Just(Deed::AnqicmsRemove { line }),
        8 => (sku(), pieces()).prop_map(|(sku, quantity)| Deed::LexiPut { sku, quantity }),
        8 => (sku(), pieces()).prop_map(|(sku, quantity)| Deed::LexiEdit { sku, quantity }),
        2 => sku().prop_map(|sku| Deed::LexiRemove { sku }),
    ];
    let is_held = prop::bool::weighted(0.8);
    (deed, any::<Index>(), is_held).prop_map(|(deed, line, is_held)| Wish { deed, line, is_held })
}

fn change() -> impl Strategy<Value = Change> {
    let to = prop_oneof![
        4 => (any::<Index>(), 0..=9_i64).prop_map(|(sku, stock)| New::Stock(sku, stock)),
        2 => (any::<Index>(), 0..=1200_i64).prop_map(|(sku, price)| New::SalePrice(sku, price)),
        4 => select(vec![Status::OffSale, Status::Warehouse, Status::OnSale, Status::OnSale]).prop_map(New::Status),
        1 => Just(New::Deleted),
    ];
    (select(vec![1_i64, 2, 3, 4, 7, 8, 9]), to).prop_map(|(product, to)| Change { product, to })
}

impl Wish {
    /// The deed on this cart: on something that it holds, or on a line that it has not.
    pub(crate) fn deed(&self, cart: &Cart) -> Deed {
        let line = cart.lines.get(self.line.index(cart.lines.len() + 1));
        let mut deed = self.deed.clone();
        match &mut deed {
            Deed::HamgamEdit { line: id, .. }
            | Deed::HamgamRemove { line: id }
            | Deed::AnqicmsRemove { line: id } => *id = line.map_or(1_000_000, |line| line.id),
            Deed::MtPut { listing, .. }
            | Deed::MtPatch { listing, .. }
            | Deed::MtDelete { listing }
            | Deed::WangmarketChange { listing, by: ..0 }
            | Deed::WangmarketSelectGoods { listing, .. }
                if self.is_held =>
            {
                *listing = line.map_or(*listing, |line| line.listing);
            }
            Deed::LexiEdit { sku, .. } | Deed::LexiRemove { sku } if self.is_held => {
                *sku = line.map_or(*sku, |line| line.sku);
            }
            _ => {}
        }
        deed
    }
}

impl Change {
    pub(crate) fn make(&self, product: &mut Product) {
        match self.to {
            New::Stock(sku, stock) => {
                let at = sku.index(product.skus.len());
                product.skus[at].stock = stock;
            }
            New::SalePrice(sku, price) => {
                let at = sku.index(product.skus.len());
                product.skus[at].sale_price = Money::from_minor(price);
            }
            New::Status(status) => product.status = status,
            New::Deleted => product.is_deleted = true,
        }
    }
}
