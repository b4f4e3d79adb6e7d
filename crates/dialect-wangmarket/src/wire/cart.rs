//! Carts on the wire.

use std::collections::BTreeMap;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::cart::{Flag, FoldedLine};
use domain::id::{ListingId, StoreId};
use serde::Serialize;
use web::{Links, Piece, Shop};

use crate::error::Error;
use crate::wire::Outcome;
use crate::wire::goods::goods;
use crate::wire::params::Params;
use crate::wire::store::Store;

/// How many pieces to put in, or to take away when negative; and whose cart to show.
pub(crate) struct Change {
    pub listing: ListingId,
    pub by: i64,
    pub store: StoreId,
}

/// Which store's cart to show.
pub(crate) struct OfStore(pub StoreId);

/// Which store's cart to empty; `None` is all of them.
pub(crate) struct Emptied(pub Option<StoreId>);

/// Which product in which store's cart.
pub(crate) struct OfGoods {
    pub listing: ListingId,
    pub store: StoreId,
}

/// Whether to select a product, and whose cart to show.
pub(crate) struct GoodsSelected {
    pub listing: ListingId,
    pub store: StoreId,
    pub is_selected: bool,
}

/// Whether to select what is in a store's cart.
pub(crate) struct StoreSelected {
    pub store: StoreId,
    pub is_selected: bool,
}

impl FromRequestParts<Shop> for Change {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &Shop) -> Result<Self, Error> {
        let params = Params::of(parts).await?;
        let OfGoods { listing, store } = OfGoods::read(&params)?;
        let by = params.number("changeNumber")?;
        if listing.get() < 1 {
            return Err(Error::MissingInCart("请传入要操作的商品编号"));
        }
        Ok(Self { listing, by, store })
    }
}

impl FromRequestParts<Shop> for OfStore {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &Shop) -> Result<Self, Error> {
        Ok(Self(store(&Params::of(parts).await?)?))
    }
}

impl FromRequestParts<Shop> for Emptied {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &Shop) -> Result<Self, Error> {
        let store = store(&Params::of(parts).await?)?;
        Ok(Self((store.get() != 0).then_some(store)))
    }
}

impl OfGoods {
    fn read(params: &Params) -> Result<Self, Error> {
        Ok(Self { listing: ListingId::new(params.number("goodsid")?), store: store(params)? })
    }
}

impl FromRequestParts<Shop> for OfGoods {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &Shop) -> Result<Self, Error> {
        Self::read(&Params::of(parts).await?)
    }
}

impl FromRequestParts<Shop> for GoodsSelected {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &Shop) -> Result<Self, Error> {
        let params = Params::of(parts).await?;
        let OfGoods { listing, store } = OfGoods::read(&params)?;
        if listing.get() < 1 {
            return Err(Error::MissingInCart("请传入商品id"));
        }
        Ok(Self { listing, store, is_selected: is_selected(&params) })
    }
}

impl FromRequestParts<Shop> for StoreSelected {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &Shop) -> Result<Self, Error> {
        let params = Params::of(parts).await?;
        let store = store(&params)?;
        if store.get() < 1 {
            return Err(Error::MissingInCart("请传入要操作的店铺"));
        }
        Ok(Self { store, is_selected: is_selected(&params) })
    }
}

fn store(params: &Params) -> Result<StoreId, Error> {
    params.number("storeid").map(StoreId::new)
}

fn is_selected(params: &Params) -> bool {
    params.text("selected").trim() == "1"
}

/// The reply that shows a store's cart.
#[derive(Serialize)]
pub(crate) struct StoreCart {
    #[serde(flatten)]
    outcome: Outcome<'static>,
    #[serde(flatten)]
    contents: Contents,
}

impl StoreCart {
    pub(crate) fn of(held: &[FoldedLine<'_>], links: &Links) -> Self {
        Self { outcome: Outcome::done("success"), contents: Contents::of(held, links) }
    }

    /// The same beside the sentence that says what was not done.
    pub(crate) fn refused(info: &'static str, held: &[FoldedLine<'_>], links: &Links) -> Self {
        Self { outcome: Outcome::refused(info), contents: Contents::of(held, links) }
    }

    /// A refusal before any cart was looked at.
    pub(crate) fn missing(info: &'static str) -> Self {
        Self { outcome: Outcome::refused(info), contents: Contents::default() }
    }
}

/// A store's cart; the totals count what is selected.
#[derive(Default, Serialize)]
struct Contents {
    #[serde(rename = "goodsCartMap")]
    goods: BTreeMap<i64, GoodsCart>,
    number: i64,
    money: i64,
}

impl Contents {
    fn of<'a>(held: impl IntoIterator<Item = &'a FoldedLine<'a>>, links: &Links) -> Self {
        let mut contents = Self::default();
        for line in held {
            if line.is_selected() {
                contents.number += line.quantity();
                contents.money += line.money().minor();
            }
            contents.goods.insert(line.listing().id.get(), GoodsCart::new(line, links));
        }
        contents
    }
}

#[derive(Serialize)]
struct GoodsCart {
    goods: Piece,
    #[serde(flatten)]
    line: GoodsLine,
}

impl GoodsCart {
    fn new(line: &FoldedLine<'_>, links: &Links) -> Self {
        let goods = goods(line.listing(), line.product(), line.first_sku(), links);
        Self { goods, line: GoodsLine::of(line) }
    }
}

/// How much of a product is in the cart.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GoodsLine {
    number: i64,
    money: i64,
    selected: u8,
    exceptional: u8,
    exceptional_info: &'static str,
}

impl GoodsLine {
    fn of(line: &FoldedLine<'_>) -> Self {
        let (exceptional, exceptional_info) = exception(line.flag());
        Self {
            number: line.quantity(),
            money: line.money().minor(),
            selected: u8::from(line.is_selected()),
            exceptional,
            exceptional_info,
        }
    }

    /// A product that is not in the cart would be selected.
    const ABSENT: Self = Self { number: 0, money: 0, selected: 1, exceptional: 0, exceptional_info: "" };
}

fn exception(flag: Option<Flag>) -> (u8, &'static str) {
    match flag {
        None => (0, ""),
        Some(Flag::ShortStock) => (1, "商品当前库存不足"),
        Some(Flag::Gone | Flag::OffSale) => (2, "商品当前已下架不可购买"),
        Some(Flag::PriceChanged) => (3, "商品价格在加入购物车后有变动"),
        Some(Flag::OverPurchaseLimit) => (4, "商品数量超出每人限购数量"),
    }
}

/// The reply that shows one product of a cart.
#[derive(Serialize)]
pub(crate) struct GoodsInCart {
    #[serde(flatten)]
    outcome: Outcome<'static>,
    #[serde(flatten)]
    line: GoodsLine,
}

impl GoodsInCart {
    pub(crate) fn of(line: Option<&FoldedLine<'_>>) -> Self {
        Self { outcome: Outcome::SUCCESS, line: line.map_or(GoodsLine::ABSENT, GoodsLine::of) }
    }
}

/// The reply that shows the carts of all stores.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WholeCart<'a> {
    #[serde(flatten)]
    outcome: Outcome<'static>,
    store_cart_map: BTreeMap<i64, CartOfStore<'a>>,
    number: i64,
    money: i64,
}

#[derive(Serialize)]
struct CartOfStore<'a> {
    #[serde(flatten)]
    contents: Contents,
    store: Store<'a>,
}

impl<'a> WholeCart<'a> {
    /// `stores` are those that the lines are of.
    pub(crate) fn new(held: &'a [FoldedLine<'_>], stores: Vec<Store<'a>>, links: &Links) -> Self {
        let cart_of = |store: Store<'a>| {
            let of_store = held.iter().filter(|line| line.listing().store.get() == store.id);
            (store.id, CartOfStore { contents: Contents::of(of_store, links), store })
        };
        let carts: BTreeMap<_, _> = stores.into_iter().map(cart_of).collect();
        Self {
            outcome: Outcome::SUCCESS,
            number: carts.values().map(|cart| cart.contents.number).sum(),
            money: carts.values().map(|cart| cart.contents.money).sum(),
            store_cart_map: carts,
        }
    }
}
