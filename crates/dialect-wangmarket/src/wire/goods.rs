//! Goods on the wire: exactly the document's fields, in its order.

use std::borrow::Cow;
use std::sync::Arc;

use app::catalogue::{Filter, Offered, Order, PageQuery};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::cart::Offer;
use domain::id::{CategoryId, ListingId, StoreId};
use domain::product::{Listing, Picture, Product, Sku, Standing};
use domain::text::fold;
use serde::Serialize;
use web::{Links, Piece, Shop};

use crate::error::Error;
use crate::page::{Page, Paging};
use crate::wire::Outcome;
use crate::wire::params::Params;

/// Which goods a list is about.
pub(crate) struct Wanted {
    pub paging: Paging,
    pub query: PageQuery,
}

impl FromRequestParts<Shop> for Wanted {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &Shop) -> Result<Self, Error> {
        let params = Params::of(parts).await?;
        let (store, category) = (params.number("storeid")?, params.number("typeid")?);
        let text = Some(fold(params.text("title"))).filter(|title| !title.is_empty());
        let order = match params.number("orderBy")? {
            2 => Order::Newest,
            0 if text.is_some() => Order::Relevance,
            _ => Order::BestSold,
        };
        let paging = Paging::read(&params)?;
        if store < 1 {
            return Err(Error::Missing("您要查哪个店铺的商品"));
        }
        let filter = Filter {
            store: Some(StoreId::new(store)),
            category: (category > 0).then(|| CategoryId::new(category)),
            ..Filter::default()
        };
        Ok(Self {
            paging,
            query: PageQuery { text, filter, order, limit: paging.limit(), offset: paging.offset() },
        })
    }
}

/// Which goods to show.
pub(crate) struct Named(pub ListingId);

impl FromRequestParts<Shop> for Named {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &Shop) -> Result<Self, Error> {
        match Params::of(parts).await?.number("goodsid")? {
            id @ 1.. => Ok(Self(ListingId::new(id))),
            _ => Err(Error::Missing("请传入要查看的商品id")),
        }
    }
}

/// An offer; money in fen.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Goods<'a> {
    id: i64,
    title: &'a str,
    inventory: i64,
    putaway: u8,
    sale: i64,
    units: &'a str,
    price: i64,
    original_price: i64,
    addtime: i64,
    storeid: i64,
    typeid: i64,
    titlepic: Cow<'a, str>,
    user_buy_restrict: i64,
}

/// Goods as carts and lists show them.
pub(crate) fn goods(listing: &Listing, product: &Arc<Product>, first: &Sku, links: &Links) -> Piece {
    links.piece("wangmarket goods", (listing, product, first.id), || {
        Goods::new(listing, product, first, links)
    })
}

impl<'a> Goods<'a> {
    fn new(listing: &Listing, product: &'a Product, first: &Sku, links: &Links) -> Self {
        Self {
            id: listing.id.get(),
            title: &product.title,
            inventory: first.shown_stock(),
            putaway: u8::from(listing.standing(product) == Some(Standing::OnSale)),
            sale: product.sales,
            units: &product.units,
            price: first.effective_price().minor(),
            original_price: first.price.minor(),
            addtime: product.created_at.seconds(),
            storeid: listing.store.get(),
            typeid: product.category.map_or(0, CategoryId::get),
            titlepic: links.absolute(product.cover().unwrap_or_default()),
            user_buy_restrict: product.purchase_limit,
        }
    }
}

/// A page of goods.
#[derive(Serialize)]
pub(crate) struct GoodsPage {
    #[serde(flatten)]
    outcome: Outcome<'static>,
    list: Vec<Piece>,
    page: Page,
}

impl GoodsPage {
    pub(crate) fn new(found: &app::catalogue::Page, paging: Paging, links: &Links) -> Self {
        let goods = |Offered { listing, product }: &Offered| {
            Some(goods(listing, product, product.first_sku()?, links))
        };
        Self {
            outcome: Outcome::SUCCESS,
            list: found.offers.iter().filter_map(goods).collect(),
            page: paging.page(found.total),
        }
    }
}

/// One offer with its pictures and its long text.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Detail<'a> {
    #[serde(flatten)]
    outcome: Outcome<'static>,
    goods: Piece,
    goods_image_list: Vec<GoodsImage<'a>>,
    goods_data: GoodsData<'a>,
}

/// A picture; pictures count from 1 within their goods.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GoodsImage<'a> {
    id: usize,
    goodsid: i64,
    rank: usize,
    image_url: Cow<'a, str>,
}

/// The long text, HTML.
#[derive(Serialize)]
struct GoodsData<'a> {
    id: i64,
    detail: &'a str,
}

impl<'a> Detail<'a> {
    pub(crate) fn new(offer: &'a Offer, content: &'a str, links: &Links) -> Self {
        let (listing, product) = (offer.listing(), offer.product());
        let id = listing.id.get();
        let image = |(rank, picture): (usize, &'a Picture)| GoodsImage {
            id: rank,
            goodsid: id,
            rank,
            image_url: links.absolute(&picture.url),
        };
        Self {
            outcome: Outcome::SUCCESS,
            goods: goods(listing, product, offer.sku(), links),
            goods_image_list: (1..).zip(&product.pictures).map(image).collect(),
            goods_data: GoodsData { id, detail: content },
        }
    }
}
