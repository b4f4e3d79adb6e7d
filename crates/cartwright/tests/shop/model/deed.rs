//! Everything that a shopper can do to a cart, in each dialect's words and by the model's rules.

use std::collections::BTreeMap;

use axum::http::Method;
use serde_json::{Map, Value, json};
use web::testing::Reply;

use super::Outcome;
use super::cart::{Cart, Extras, Line};
use super::goods::Goods;
use crate::client::{Call, Dialect, anqicms, hamgam, lexi, mt, sku_rid, wangmarket};

/// A write, with what a client says in it.
#[derive(Clone, Debug)]
pub(crate) enum Deed {
    MtAdd {
        listing: i64,
        nums: i64,
    },
    MtPut {
        listing: i64,
        nums: i64,
    },
    MtPatch {
        listing: i64,
        nums: Option<i64>,
    },
    MtDelete {
        listing: i64,
    },
    WangmarketChange {
        listing: i64,
        by: i64,
    },
    WangmarketSelectGoods {
        listing: i64,
        is_selected: bool,
    },
    WangmarketSelectStore {
        store: i64,
        is_selected: bool,
    },
    WangmarketClear {
        store: i64,
    },
    HamgamAdd {
        listing: i64,
        quantity: Option<i64>,
        notes: Option<String>,
    },
    HamgamEdit {
        line: i64,
        quantity: Option<i64>,
        notes: Option<String>,
    },
    HamgamRemove {
        line: i64,
    },
    HamgamClear,
    /// By their place in [`REFERENCES`]; null clears.
    HamgamReferences {
        references: BTreeMap<usize, Option<i64>>,
    },
    AnqicmsAdd {
        listing: i64,
        sku: Option<i64>,
        quantity: i64,
        extra: Option<i64>,
    },
    AnqicmsUpdate {
        listing: i64,
        sku: Option<i64>,
        quantity: i64,
        extra: Option<i64>,
    },
    AnqicmsRemove {
        line: i64,
    },
    LexiPut {
        sku: i64,
        quantity: i64,
    },
    LexiEdit {
        sku: i64,
        quantity: i64,
    },
    LexiRemove {
        sku: i64,
    },
}

use Deed::{
    AnqicmsAdd, AnqicmsRemove, AnqicmsUpdate, HamgamAdd, HamgamClear, HamgamEdit, HamgamReferences,
    HamgamRemove, LexiEdit, LexiPut, LexiRemove, MtAdd, MtDelete, MtPatch, MtPut, WangmarketChange,
    WangmarketClear, WangmarketSelectGoods, WangmarketSelectStore,
};

/// The store whose cart wangmarket's replies show.
pub(crate) const SHOWN_STORE: i64 = 1;

const REFERENCES: [&str; 3] = ["address", "shipping_method", "payment_method"];

/// The fields that have a value.
fn fields<const N: usize>(fields: [(&str, Value); N]) -> Value {
    fields
        .into_iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| (name.to_owned(), value))
        .collect::<Map<_, _>>()
        .into()
}

fn extra(number: Option<i64>) -> Option<Value> {
    number.map(|number| json!({ "number": number }))
}

fn extras(number: Option<i64>) -> Extras {
    Extras { extra: extra(number), notes: None }
}

impl Deed {
    /// The request.
    pub(crate) fn call(&self) -> Call {
        let of_store = |form: String| format!("{form}&storeid={SHOWN_STORE}");
        let item = |listing: &i64, sku: &Option<i64>, quantity: &i64, number: Option<i64>| {
            fields([
                ("archive_id", json!(listing)),
                ("sku_id", json!(sku)),
                ("quantity", json!(quantity)),
                ("order_extra", json!(extra(number))),
            ])
        };
        match self {
            MtAdd { listing, nums } => {
                mt(Method::POST, "", json!({"nums": nums, "distributor_product_id": listing}))
            }
            MtPut { listing, nums } => {
                let body = json!({"nums": nums, "distributor_product_id": listing});
                mt(Method::PUT, &format!("{listing}/"), body)
            }
            MtPatch { listing, nums } => {
                mt(Method::PATCH, &format!("{listing}/"), fields([("nums", json!(nums))]))
            }
            MtDelete { listing } => mt(Method::DELETE, &format!("{listing}/"), Value::Null),
            WangmarketChange { listing, by } => {
                wangmarket("change", &of_store(format!("goodsid={listing}&changeNumber={by}")))
            }
            WangmarketSelectGoods { listing, is_selected } => wangmarket(
                "goodsCartSelected",
                &of_store(format!("goodsid={listing}&selected={}", i64::from(*is_selected))),
            ),
            WangmarketSelectStore { store, is_selected } => wangmarket(
                "storeCartSelected",
                &format!("storeid={store}&selected={}", i64::from(*is_selected)),
            ),
            WangmarketClear { store } => wangmarket("clearStoreCart", &format!("storeid={store}")),
            HamgamAdd { listing, quantity, notes } => {
                let body =
                    [("product", json!(listing)), ("quantity", json!(quantity)), ("notes", json!(notes))];
                hamgam(Method::POST, "/items", fields(body))
            }
            HamgamEdit { line, quantity, notes } => {
                let body = fields([("quantity", json!(quantity)), ("notes", json!(notes))]);
                hamgam(Method::PATCH, &format!("/items/{line}"), body)
            }
            HamgamRemove { line } => hamgam(Method::DELETE, &format!("/items/{line}"), Value::Null),
            HamgamClear => hamgam(Method::DELETE, "", Value::Null),
            HamgamReferences { references } => {
                let named = references.iter().map(|(at, new)| (REFERENCES[*at].to_owned(), json!(new)));
                let body: Map<_, _> = named.collect();
                hamgam(Method::PATCH, "", body.into())
            }
            AnqicmsAdd { listing, sku, quantity, extra } => {
                anqicms("add", item(listing, sku, quantity, *extra))
            }
            AnqicmsUpdate { listing, sku, quantity, extra } => {
                anqicms("update", item(listing, sku, quantity, extra.filter(|_| sku.is_some())))
            }
            AnqicmsRemove { line } => anqicms("remove", json!({ "id": line })),
            LexiPut { sku, quantity } => {
                lexi(Method::POST, "", json!({"rid": sku_rid(*sku), "quantity": quantity}))
            }
            LexiEdit { sku, quantity } => {
                lexi(Method::PUT, "", json!({"rid": sku_rid(*sku), "quantity": quantity}))
            }
            LexiRemove { sku } => lexi(Method::POST, "/remove", json!({"rids": [sku_rid(*sku)]})),
        }
    }

    /// The same by the rules. A cart that refuses is as it was.
    pub(crate) fn apply(&self, cart: &mut Cart, goods: &Goods) -> Result<(), Outcome> {
        let holds = |cart: &Cart, listing: i64| {
            if cart.total(listing) > 0 { Ok(()) } else { Err(Outcome::Absent) }
        };
        match self.clone() {
            MtAdd { listing, nums } => cart.add(goods, (listing, None), nums, Extras::default()),
            MtPut { listing, nums } | MtPatch { listing, nums: Some(nums) } => {
                holds(cart, listing)?;
                cart.set_product(goods, listing, nums)
            }
            MtPatch { listing, nums: None } => holds(cart, listing),
            MtDelete { listing } => cart.remove(|line| line.listing == listing),
            WangmarketChange { listing, by } if by > 0 => {
                cart.add(goods, (listing, None), by, Extras::default())
            }
            WangmarketChange { listing, by } => cart.take(goods, listing, -by),
            WangmarketSelectGoods { listing, is_selected } => {
                cart.select(is_selected, |line| line.listing == listing);
                Ok(())
            }
            WangmarketSelectStore { store, is_selected } => {
                cart.select(is_selected, |line| goods.store_of(line.listing) == store);
                Ok(())
            }
            WangmarketClear { store } => {
                let is_meant = |line: &Line| store == 0 || goods.store_of(line.listing) == store;
                cart.lines.retain(|line| !is_meant(line));
                Ok(())
            }
            HamgamAdd { listing, quantity, notes } => {
                let extras = Extras { notes, extra: None };
                cart.add(goods, (listing, None), quantity.unwrap_or(1), extras)
            }
            HamgamEdit { line, quantity, notes } => cart.edit(goods, line, quantity, notes),
            HamgamRemove { line } | AnqicmsRemove { line } => cart.remove(|known| known.id == line),
            HamgamClear => {
                cart.lines.clear();
                Ok(())
            }
            HamgamReferences { references } => {
                for (at, new) in references {
                    cart.references[at] = new;
                }
                Ok(())
            }
            AnqicmsAdd { listing, sku, quantity, extra } => {
                cart.add(goods, (listing, sku), quantity, extras(extra))
            }
            AnqicmsUpdate { listing, sku: Some(sku), quantity, extra } => {
                cart.set_sku(goods, (listing, sku), quantity, extras(extra))
            }
            AnqicmsUpdate { listing, sku: None, quantity, .. } => cart.set_product(goods, listing, quantity),
            LexiPut { sku, quantity } => {
                cart.set_sku(goods, (goods.own_listing(sku)?, sku), quantity, Extras::default())
            }
            LexiEdit { sku, quantity } => {
                let own = goods.own_listing(sku)?;
                let of_sku = || cart.lines.iter().filter(|line| line.sku == sku);
                let line = of_sku().find(|line| line.listing == own).or_else(|| of_sku().next());
                let id = line.ok_or(Outcome::Absent)?.id;
                cart.edit(goods, id, Some(quantity), None)
            }
            LexiRemove { sku } => {
                goods.own_listing(sku)?;
                cart.lines.retain(|line| line.sku != sku);
                Ok(())
            }
        }
    }

    /// Whether a reply says what came of it, in its dialect's way.
    pub(crate) fn is_answered(&self, outcome: Result<(), Outcome>, reply: &Reply) -> bool {
        let dialect = self.call().dialect;
        let Err(outcome) = outcome else { return dialect.is_done(reply) };
        let is_under = |field: &str| reply.status == 400 && reply.json().get(field).is_some();
        let blames_product = matches!(outcome, Outcome::Unknown | Outcome::OffSale);
        match (dialect, self, outcome) {
            (Dialect::Mt | Dialect::Hamgam, _, Outcome::Absent) => reply.status == 404,
            (Dialect::Mt, MtAdd { .. }, _) if blames_product => is_under("distributor_product_id"),
            (Dialect::Mt, ..) => is_under("nums"),
            (Dialect::Hamgam, HamgamAdd { .. }, _) if blames_product => is_under("product"),
            (Dialect::Hamgam, ..) => is_under("quantity"),
            (Dialect::Wangmarket, ..) => {
                let sentence = match outcome {
                    Outcome::Unknown | Outcome::Absent => "操作的商品不存在！",
                    Outcome::OffSale => "操作的商品已下架！",
                    Outcome::Short => "增加失败，商品库存不足",
                };
                let body = reply.json();
                reply.status == 200 && body["result"] == 0 && body["info"] == sentence
            }
            (Dialect::Lexi, ..) => {
                let status = match outcome {
                    Outcome::Unknown | Outcome::Absent => json!({"code": 404, "message": "Not Found"}),
                    Outcome::OffSale => json!({"code": 400, "message": "商品已下架"}),
                    Outcome::Short => return reply.json()["status"]["code"] == 400,
                };
                reply.status == 200 && reply.json() == json!({"status": status, "success": false})
            }
            (Dialect::Anqicms, ..) => {
                let body = reply.json();
                reply.status == 200
                    && body["code"] == -1
                    && body["msg"].as_str().is_some_and(|m| !m.is_empty())
            }
        }
    }

    /// Which part of the cart a reply shows, as the model has it; null for none.
    pub(crate) fn shown(&self, outcome: Result<(), Outcome>, cart: &Cart, goods: &Goods) -> Value {
        match (self, outcome) {
            (WangmarketClear { .. } | MtDelete { .. }, _) => Value::Null,
            (WangmarketSelectStore { store, .. }, _) => super::shown::of_store(*store, cart, goods),
            (WangmarketChange { .. } | WangmarketSelectGoods { .. }, _) => {
                super::shown::of_store(SHOWN_STORE, cart, goods)
            }
            (MtAdd { listing, .. } | MtPut { listing, .. } | MtPatch { listing, .. }, Ok(())) => {
                json!({"nums": cart.total(*listing), "distributor_product_id": listing})
            }
            (_, Ok(())) if self.call().dialect == Dialect::Hamgam => {
                super::shown::whole(Dialect::Hamgam, cart, goods)
            }
            (LexiPut { sku, .. }, Ok(())) => {
                let quantity = cart
                    .lines
                    .iter()
                    .find(|line| line.sku == *sku && goods.own_listing(*sku) == Ok(line.listing));
                let line = json!({"rid": sku_rid(*sku), "quantity": quantity.map(|line| line.quantity)});
                json!({"data": {"cart": line, "item_count": cart.lines.len()}})
            }
            (LexiRemove { .. }, Ok(())) => json!({"data": {"item_count": cart.lines.len()}}),
            _ => Value::Null,
        }
    }
}
