//! Stores on the wire.

use app::catalogue::Named;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::id::StoreId;
use serde::Serialize;
use web::Shop;

use crate::error::Error;
use crate::wire::Outcome;
use crate::wire::params::Params;

/// A store that is open; there is no other state.
const OPEN: u8 = 1;

/// Which store a request is about.
pub(crate) struct Wanted(pub StoreId);

impl FromRequestParts<Shop> for Wanted {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &Shop) -> Result<Self, Error> {
        match Params::of(parts).await?.number("storeid")? {
            id @ 1.. => Ok(Self(StoreId::new(id))),
            _ => Err(Error::Missing("请传入店铺编号")),
        }
    }
}

/// A store. What the shop does not keep is empty.
#[derive(Serialize)]
pub(crate) struct Store<'a> {
    pub id: i64,
    name: &'a str,
    head: &'static str,
    notice: &'static str,
    state: u8,
    contacts: &'static str,
    phone: &'static str,
    address: &'static str,
    addtime: i64,
    sale: i64,
}

impl<'a> Store<'a> {
    /// Another process may have opened the store so lately that its name is not known here yet.
    pub(crate) fn new(id: StoreId, store: Option<&'a Named>, sales: i64) -> Self {
        Self {
            id: id.get(),
            name: store.map_or("", |store| &store.name),
            head: "",
            notice: "",
            state: OPEN,
            contacts: "",
            phone: "",
            address: "",
            addtime: store.map_or(0, |store| store.created_at.seconds()),
            sale: sales,
        }
    }
}

/// The reply that shows one.
#[derive(Serialize)]
pub(crate) struct Shown<'a> {
    #[serde(flatten)]
    outcome: Outcome<'static>,
    store: Store<'a>,
}

impl<'a> Shown<'a> {
    pub(crate) fn new(store: Store<'a>) -> Self {
        Self { outcome: Outcome::SUCCESS, store }
    }
}
