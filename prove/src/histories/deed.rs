//! What a shopper's client does, in its dialect's words and by the rules, and which part of the cart the answer shows.

use serde_json::{Value, json};

use super::cart::{Cart, Line};
use crate::client::{Call, Dialect, Outcome, anqicms, hamgam, lexi, mt, wangmarket};
use crate::goods::{Goods, ITEMS, first_of};
use crate::ground::PASSWORD;

/// An operation without its dialect, by items' numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    Look,
    /// At one product.
    LookAt {
        listing: i64,
    },
    Add {
        item: usize,
        pieces: i64,
    },
    SetItem {
        item: usize,
        pieces: i64,
    },
    /// The same where an item that is not there is an error.
    EditItem {
        item: usize,
        pieces: i64,
    },
    SetProduct {
        listing: i64,
        pieces: i64,
    },
    EditLine {
        line: i64,
        pieces: i64,
    },
    Take {
        listing: i64,
        pieces: i64,
    },
    RemoveItem {
        item: usize,
    },
    RemoveProduct {
        listing: i64,
    },
    RemoveLine {
        line: i64,
    },
    Clear,
    SelectProduct {
        listing: i64,
        is_selected: bool,
    },
    SelectStore {
        store: i64,
        is_selected: bool,
    },
    /// The guest of this number becomes the customer.
    LogIn {
        guest: usize,
    },
}

/// A line, or the lines of a product, as a dialect shows it; what it does not show is the same for all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    /// The item's number, or the product's in dialects that know products.
    pub(crate) what: i64,
    pub(crate) pieces: i64,
    /// The line's number, else 0.
    pub(crate) line: i64,
    /// Selected, as far as it shows.
    pub(crate) is_selected: bool,
}

/// The store whose cart wangmarket's replies show.
const SHOWN_STORE: i64 = 2;

impl Deed {
    /// Whether it changes nothing.
    pub(crate) fn is_look(&self) -> bool {
        matches!(self, Self::Look | Self::LookAt { .. })
    }

    /// The line that it is about, by its id.
    pub(crate) fn line_mut(&mut self) -> Option<&mut i64> {
        match self {
            Self::EditLine { line, .. } | Self::RemoveLine { line } => Some(line),
            _ => None,
        }
    }

    /// The request. `name` is what the customer logs in with.
    pub(crate) fn call(&self, dialect: Dialect, goods: &Goods, name: &str) -> Call {
        let rid = |item: usize| &goods.rids[item];
        let anqicms_item = |item: usize, pieces: i64| {
            let (listing, sku) = (ITEMS[item].listing, goods.skus[item]);
            json!({"archive_id": listing, "sku_id": sku, "quantity": pieces})
        };
        let selected = |is_selected: bool| i64::from(is_selected);
        match (*self, dialect) {
            (Self::Look, _) => dialect.view(),
            (Self::LookAt { listing }, Dialect::Mt) => mt("GET", &format!("{listing}/"), Value::Null),
            (Self::LookAt { listing }, _) => {
                let store = ITEMS[first_of(listing)].store;
                wangmarket("/cart/getGoodsCart.json", &format!("goodsid={listing}&storeid={store}"))
            }
            (Self::Add { item, pieces }, Dialect::Anqicms) => anqicms("add", anqicms_item(item, pieces)),
            (Self::Add { item, pieces }, _) => dialect.add(ITEMS[item].listing, pieces),
            (Self::SetItem { item, pieces }, Dialect::Anqicms) => {
                anqicms("update", anqicms_item(item, pieces))
            }
            (Self::SetItem { item, pieces }, _) => {
                lexi("POST", "/cart", json!({"rid": rid(item), "quantity": pieces}))
            }
            (Self::EditItem { item, pieces }, _) => {
                lexi("PUT", "/cart", json!({"rid": rid(item), "quantity": pieces}))
            }
            (Self::SetProduct { listing, pieces }, Dialect::Anqicms) => {
                anqicms("update", json!({"archive_id": listing, "quantity": pieces}))
            }
            (Self::SetProduct { listing, pieces }, _) => {
                mt("PUT", &format!("{listing}/"), json!({"nums": pieces, "distributor_product_id": listing}))
            }
            (Self::EditLine { line, pieces }, _) => {
                hamgam("PATCH", &format!("/items/{line}"), json!({ "quantity": pieces }))
            }
            (Self::Take { listing, pieces }, _) => dialect.add(listing, -pieces),
            (Self::RemoveItem { item }, _) => lexi("POST", "/cart/remove", json!({"rids": [rid(item)]})),
            (Self::RemoveProduct { listing }, _) => mt("DELETE", &format!("{listing}/"), Value::Null),
            (Self::RemoveLine { line }, Dialect::Anqicms) => anqicms("remove", json!({ "id": line })),
            (Self::RemoveLine { line }, _) => hamgam("DELETE", &format!("/items/{line}"), Value::Null),
            (Self::Clear, Dialect::Hamgam) => hamgam("DELETE", "", Value::Null),
            (Self::Clear, Dialect::Wangmarket) => wangmarket("/cart/clearStoreCart.json", "storeid=0"),
            (Self::Clear, _) => lexi("DELETE", "/cart", Value::Null),
            (Self::SelectProduct { listing, is_selected }, _) => wangmarket(
                "/cart/goodsCartSelected.json",
                &format!("goodsid={listing}&storeid={SHOWN_STORE}&selected={}", selected(is_selected)),
            ),
            (Self::SelectStore { store, is_selected }, _) => wangmarket(
                "/cart/storeCartSelected.json",
                &format!("storeid={store}&selected={}", selected(is_selected)),
            ),
            (Self::LogIn { .. }, Dialect::Wangmarket) => {
                wangmarket("/login/login.json", &format!("username={name}&password={PASSWORD}"))
            }
            (Self::LogIn { .. }, Dialect::Anqicms) => {
                let body = json!({"email": name, "password": PASSWORD});
                Call { path: "/api/login".to_owned(), ..anqicms("", body) }
            }
            (Self::LogIn { .. }, _) => {
                lexi("POST", "/auth/login", json!({"email": name, "password": PASSWORD}))
            }
        }
    }

    /// The same by the rules, on a cart that counts the write already. Logging in is about two carts, and not told here.
    pub(crate) fn apply(&self, dialect: Dialect, cart: &mut Cart) -> Outcome {
        match *self {
            Self::LookAt { listing } | Self::SetProduct { listing, .. }
                if dialect == Dialect::Mt && cart.total(listing) == 0 =>
            {
                Outcome::Absent
            }
            Self::Look | Self::LookAt { .. } | Self::LogIn { .. } => Outcome::Done,
            Self::Add { item, pieces } => cart.set(item, cart.held(item) + pieces),
            Self::EditItem { item, .. } if cart.held(item) == 0 => Outcome::Absent,
            Self::SetItem { item, pieces } | Self::EditItem { item, pieces } => cart.set(item, pieces),
            Self::SetProduct { listing, pieces } => cart.set_product(listing, pieces),
            Self::EditLine { line, pieces } => match cart.lines.iter().find(|known| known.id == line) {
                Some(known) => cart.set(known.item, pieces),
                None => Outcome::Absent,
            },
            Self::Take { listing, pieces } => cart.take(listing, pieces),
            Self::RemoveProduct { listing } => cart.remove(|line| line.listing() == listing),
            Self::RemoveLine { line } => match cart.remove(|known| known.id == line) {
                // anqicms tells refusals apart by sentences only.
                Outcome::Absent if dialect == Dialect::Anqicms => Outcome::Refused,
                outcome => outcome,
            },
            Self::RemoveItem { item } => {
                cart.remove(|line| line.item == item);
                Outcome::Done
            }
            Self::Clear => {
                cart.lines.clear();
                Outcome::Done
            }
            Self::SelectProduct { listing, is_selected } => {
                cart.select(is_selected, |line| line.listing() == listing)
            }
            Self::SelectStore { store, is_selected } => {
                cart.select(is_selected, |line| ITEMS[line.item].store == store)
            }
        }
    }

    /// The part of a cart that the answer shows once it is done; `None` for none.
    pub(crate) fn shown(&self, dialect: Dialect, cart: &Cart) -> Option<Vec<Shown>> {
        let of_item =
            |line: &Line| Shown { what: line.item as i64, pieces: line.pieces, line: 0, is_selected: true };
        match (dialect, *self) {
            (_, Self::LogIn { .. }) | (Dialect::Wangmarket, Self::Clear) => None,
            (Dialect::Hamgam, _) => {
                let of_line = |line: &Line| Shown { what: line.listing(), line: line.id, ..of_item(line) };
                Some(cart.lines.iter().map(of_line).collect())
            }
            (Dialect::Anqicms, Self::Look) => {
                let of_line = |line: &Line| Shown { line: line.id, ..of_item(line) };
                Some(cart.lines.iter().rev().map(of_line).collect())
            }
            (Dialect::Lexi, Self::Look) => Some(cart.lines.iter().map(of_item).collect()),
            (Dialect::Lexi, Self::SetItem { item, .. } | Self::EditItem { item, .. }) => {
                Some(cart.lines.iter().filter(|line| line.item == item).map(of_item).collect())
            }
            (Dialect::Mt, Self::Look) => {
                let unmarked = |shown: Shown| Shown { is_selected: true, ..shown };
                Some(folded(cart, None).into_iter().map(unmarked).collect())
            }
            (Dialect::Mt, Self::SetProduct { listing, .. } | Self::LookAt { listing }) => {
                Some(vec![total(cart, listing)])
            }
            (Dialect::Mt, Self::Add { item, .. }) => Some(vec![total(cart, ITEMS[item].listing)]),
            (Dialect::Wangmarket, Self::Look) => Some(by_number(folded(cart, None))),
            (Dialect::Wangmarket, Self::LookAt { listing }) => {
                let held = folded(cart, None).into_iter().find(|shown| shown.what == listing);
                Some(vec![held.unwrap_or_else(|| total(cart, listing))])
            }
            (Dialect::Wangmarket, Self::SelectStore { store, .. }) => {
                Some(by_number(folded(cart, Some(store))))
            }
            (Dialect::Wangmarket, _) => Some(by_number(folded(cart, Some(SHOWN_STORE)))),
            _ => None,
        }
    }

    /// The same as a reply has it; `None` where it is not to be found.
    pub(crate) fn read(&self, dialect: Dialect, goods: &Goods, body: &Value) -> Option<Vec<Shown>> {
        let pieces_of = |row: &Value, name: &str| row[name].as_i64();
        let of_rid = |row: &Value| {
            let item = goods.rids.iter().position(|rid| row["rid"] == rid.as_str())?;
            Some(Shown { what: item as i64, pieces: pieces_of(row, "quantity")?, line: 0, is_selected: true })
        };
        let of_mt = |row: &Value| {
            let what = row["distributor_product_id"].as_i64()?;
            Some(Shown { what, pieces: pieces_of(row, "nums")?, line: 0, is_selected: true })
        };
        match (dialect, self) {
            (Dialect::Hamgam, _) => {
                let of_line = |row: &Value| {
                    let (what, line) = (row["product"]["id"].as_i64()?, row["id"].as_i64()?);
                    Some(Shown { what, pieces: pieces_of(row, "quantity")?, line, is_selected: true })
                };
                body["items"].as_array()?.iter().map(of_line).collect()
            }
            (Dialect::Anqicms, Self::Look) => {
                let of_line = |row: &Value| {
                    let item = goods.skus.iter().position(|sku| row["sku_id"] == *sku)?;
                    let (pieces, line) = (pieces_of(row, "quantity")?, row["cart_id"].as_i64()?);
                    Some(Shown { what: item as i64, pieces, line, is_selected: true })
                };
                body["data"].as_array()?.iter().map(of_line).collect()
            }
            (Dialect::Lexi, Self::Look) => body["data"]["items"].as_array()?.iter().map(of_rid).collect(),
            // A repeat may find that somebody else has removed the line.
            (Dialect::Lexi, Self::SetItem { .. }) if body["data"]["cart"].is_null() => Some(Vec::new()),
            (Dialect::Lexi, Self::SetItem { .. }) => Some(vec![of_rid(&body["data"]["cart"])?]),
            (Dialect::Lexi, Self::EditItem { .. }) if body["data"].is_null() => Some(Vec::new()),
            (Dialect::Lexi, Self::EditItem { .. }) => Some(vec![of_rid(&body["data"])?]),
            (Dialect::Mt, Self::Look) => body.as_array()?.iter().map(of_mt).collect(),
            (Dialect::Mt, Self::SetProduct { .. } | Self::Add { .. } | Self::LookAt { .. }) => {
                Some(vec![of_mt(body)?])
            }
            (Dialect::Wangmarket, Self::Look) => {
                let stores = body["storeCartMap"].as_object()?.values().map(of_store);
                Some(by_number(stores.collect::<Option<Vec<_>>>()?.concat()))
            }
            (Dialect::Wangmarket, Self::LookAt { listing }) => {
                let (pieces, is_selected) = (pieces_of(body, "number")?, body["selected"] == 1);
                Some(vec![Shown { what: *listing, pieces, line: 0, is_selected }])
            }
            (Dialect::Wangmarket, _) => Some(by_number(of_store(body)?)),
            _ => None,
        }
    }
}

/// The lines of each product as one, in the order of their first lines.
fn folded(cart: &Cart, store: Option<i64>) -> Vec<Shown> {
    let mut folded: Vec<Shown> = Vec::new();
    for line in cart.lines.iter().filter(|line| store.is_none_or(|store| ITEMS[line.item].store == store)) {
        match folded.iter_mut().find(|known| known.what == line.listing()) {
            Some(known) => {
                known.pieces += line.pieces;
                known.is_selected &= line.is_selected;
            }
            None => folded.push(Shown {
                what: line.listing(),
                pieces: line.pieces,
                line: 0,
                is_selected: line.is_selected,
            }),
        }
    }
    folded
}

fn total(cart: &Cart, listing: i64) -> Shown {
    Shown { what: listing, pieces: cart.total(listing), line: 0, is_selected: true }
}

fn by_number(mut shown: Vec<Shown>) -> Vec<Shown> {
    shown.sort_by_key(|shown| shown.what);
    shown
}

/// A store's cart in wangmarket.
fn of_store(cart: &Value) -> Option<Vec<Shown>> {
    let of_goods = |(listing, row): (&String, &Value)| {
        let (what, pieces) = (listing.parse().ok()?, row["number"].as_i64()?);
        Some(Shown { what, pieces, line: 0, is_selected: row["selected"] == 1 })
    };
    cart["goodsCartMap"].as_object()?.iter().map(of_goods).collect()
}
