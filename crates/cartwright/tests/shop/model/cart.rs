//! A cart by the rules of the design, as plainly as they can be written; knows nothing of the code it checks.

use serde_json::Value;

use super::Outcome;
use super::goods::{Goods, price};

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line {
    /// 0 until the shop has shown the line.
    pub(crate) id: i64,
    pub(crate) listing: i64,
    pub(crate) sku: i64,
    pub(crate) quantity: i64,
    pub(crate) is_selected: bool,
    pub(crate) notes: String,
    pub(crate) extra: Option<Value>,
    pub(crate) price_when_added: i64,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Cart {
    /// Oldest first.
    pub(crate) lines: Vec<Line>,
    /// Address, shipping method, payment method.
    pub(crate) references: [Option<i64>; 3],
    /// The greatest line id so far.
    last_id: i64,
}

/// What a client may say beside a quantity.
#[derive(Clone, Debug, Default)]
pub(crate) struct Extras {
    pub(crate) notes: Option<String>,
    pub(crate) extra: Option<Value>,
}

impl Cart {
    /// Adds to a SKU's line, which is made when missing.
    pub(crate) fn add(
        &mut self,
        goods: &Goods,
        (listing, sku): (i64, Option<i64>),
        pieces: i64,
        extras: Extras,
    ) -> Result<(), Outcome> {
        let sku = goods.choose(listing, sku)?;
        let wanted = self.held(listing, sku) + pieces;
        goods.against(listing, sku, wanted)?;
        self.put(goods, (listing, sku), wanted, extras);
        Ok(())
    }

    /// Makes a SKU's line hold so many pieces; lowering always works.
    pub(crate) fn set_sku(
        &mut self,
        goods: &Goods,
        (listing, sku): (i64, i64),
        pieces: i64,
        extras: Extras,
    ) -> Result<(), Outcome> {
        goods.choose(listing, Some(sku))?;
        if pieces > self.held(listing, sku) {
            goods.against(listing, sku, pieces)?;
        }
        self.put(goods, (listing, sku), pieces, extras);
        Ok(())
    }

    /// Makes the lines of a product hold so many pieces: more go to the first SKU, fewer are taken.
    pub(crate) fn set_product(&mut self, goods: &Goods, listing: i64, pieces: i64) -> Result<(), Outcome> {
        let missing = pieces - self.total(listing);
        if missing > 0 {
            self.add(goods, (listing, None), missing, Extras::default())
        } else {
            goods.choose(listing, None)?;
            self.take(goods, listing, -missing)
        }
    }

    /// Takes from the first SKU's line, then from the others, newest first; as far as there are any.
    pub(crate) fn take(&mut self, goods: &Goods, listing: i64, pieces: i64) -> Result<(), Outcome> {
        let first = goods.choose(listing, None)?;
        let mut pieces = pieces;
        let mut order: Vec<usize> = (0..self.lines.len()).rev().collect();
        order.sort_by_key(|at| self.lines[*at].sku != first);
        for at in order {
            let line = &mut self.lines[at];
            if line.listing == listing {
                let taken = pieces.min(line.quantity);
                line.quantity -= taken;
                pieces -= taken;
            }
        }
        self.lines.retain(|line| line.quantity > 0);
        Ok(())
    }

    /// Removes the lines that are meant; refused when there are none.
    pub(crate) fn remove(&mut self, is_meant: impl Fn(&Line) -> bool) -> Result<(), Outcome> {
        let before = self.lines.len();
        self.lines.retain(|line| !is_meant(line));
        if self.lines.len() < before { Ok(()) } else { Err(Outcome::Absent) }
    }

    /// Selects or unselects the lines that are meant; none is no error.
    pub(crate) fn select(&mut self, is_selected: bool, is_meant: impl Fn(&Line) -> bool) {
        for line in self.lines.iter_mut().filter(|line| is_meant(line)) {
            line.is_selected = is_selected;
        }
    }

    /// Sets quantity or notes of one line: both or, when the quantity is refused, neither.
    pub(crate) fn edit(
        &mut self,
        goods: &Goods,
        id: i64,
        quantity: Option<i64>,
        notes: Option<String>,
    ) -> Result<(), Outcome> {
        let line = self.lines.iter_mut().find(|line| line.id == id).ok_or(Outcome::Absent)?;
        let quantity = quantity.unwrap_or(line.quantity);
        if quantity > line.quantity {
            goods.against(line.listing, line.sku, quantity)?;
        }
        line.quantity = quantity;
        line.notes = notes.unwrap_or_else(|| line.notes.clone());
        Ok(())
    }

    /// Takes in a guest's cart: quantities summed and clipped, what the customer said of a line kept.
    pub(crate) fn merge(&mut self, goods: &Goods, guest: Self) {
        for line in guest.lines {
            let most = goods.most(line.listing, line.sku);
            let known = self.lines.iter_mut().find(|own| (own.listing, own.sku) == (line.listing, line.sku));
            match known {
                Some(own) if own.quantity < most => {
                    own.quantity = most.min(own.quantity + line.quantity);
                    if own.notes.is_empty() {
                        own.notes = line.notes;
                    }
                    own.extra = own.extra.take().or(line.extra);
                }
                None if most > 0 => {
                    self.lines.push(Line { id: 0, quantity: line.quantity.min(most), ..line });
                }
                _ => {}
            }
        }
    }

    /// Pieces of a SKU under a listing.
    fn held(&self, listing: i64, sku: i64) -> i64 {
        self.lines.iter().filter(|line| (line.listing, line.sku) == (listing, sku)).map(|l| l.quantity).sum()
    }

    /// Pieces of a listing over its SKUs.
    pub(crate) fn total(&self, listing: i64) -> i64 {
        self.lines.iter().filter(|line| line.listing == listing).map(|line| line.quantity).sum()
    }

    fn put(&mut self, goods: &Goods, (listing, sku): (i64, i64), quantity: i64, extras: Extras) {
        let at = self.lines.iter().position(|line| (line.listing, line.sku) == (listing, sku));
        let at = at.unwrap_or_else(|| {
            self.lines.push(Line {
                id: 0,
                listing,
                sku,
                quantity: 0,
                is_selected: true,
                notes: String::new(),
                extra: None,
                price_when_added: price(goods.sku(listing, sku)),
            });
            self.lines.len() - 1
        });
        let line = &mut self.lines[at];
        line.quantity = quantity;
        line.notes = extras.notes.unwrap_or_else(|| line.notes.clone());
        line.extra = extras.extra.or_else(|| line.extra.take());
    }

    /// Gives new lines the ids that the shop shows, oldest first. They count up and never come again.
    pub(crate) fn learn_ids(&mut self, shown: &[i64]) {
        for (line, id) in self.lines.iter_mut().zip(shown).filter(|(line, _)| line.id == 0) {
            assert!(*id > self.last_id, "line {id} comes after {}", self.last_id);
            (line.id, self.last_id) = (*id, *id);
        }
    }
}
