//! A cart by the rules of the design, one operation after the other, as plainly as they can be written.

use crate::client::Outcome;
use crate::goods::{ITEMS, MOST_PIECES, first_of};

/// What a cart is after some writes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Cart {
    /// Counts the writes.
    pub(crate) version: i64,
    /// Oldest first.
    pub(crate) lines: Vec<Line>,
    /// The number that a line gets which the write in hand makes.
    next_line: i64,
}

/// Some pieces of an item.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Line {
    pub(crate) id: i64,
    pub(crate) item: usize,
    pub(crate) pieces: i64,
    pub(crate) is_selected: bool,
}

impl Line {
    pub(crate) fn listing(&self) -> i64 {
        ITEMS[self.item].listing
    }
}

impl Cart {
    /// Counts a write, which comes next.
    pub(crate) fn count(&mut self) {
        self.version += 1;
        self.next_line += 1;
    }

    /// Pieces of an item.
    pub(crate) fn held(&self, item: usize) -> i64 {
        self.lines.iter().find(|line| line.item == item).map_or(0, |line| line.pieces)
    }

    /// Pieces of a product over its items.
    pub(crate) fn total(&self, listing: i64) -> i64 {
        self.lines.iter().filter(|line| line.listing() == listing).map(|line| line.pieces).sum()
    }

    /// Makes the cart hold so many pieces of an item. Lowering always works.
    pub(crate) fn set(&mut self, item: usize, pieces: i64) -> Outcome {
        if pieces > self.held(item) && pieces > most(item) {
            return Outcome::Refused;
        }
        match self.lines.iter_mut().find(|line| line.item == item) {
            Some(line) => line.pieces = pieces,
            None => self.lines.push(Line { id: self.next_line, item, pieces, is_selected: true }),
        }
        Outcome::Done
    }

    /// Makes the items of a product hold so many pieces: more go to the first, fewer are taken.
    pub(crate) fn set_product(&mut self, listing: i64, pieces: i64) -> Outcome {
        let missing = pieces - self.total(listing);
        if missing <= 0 {
            return self.take(listing, -missing);
        }
        let first = first_of(listing);
        self.set(first, self.held(first) + missing)
    }

    /// Takes from the first item's line, then from the others, newest first; as far as there are any.
    pub(crate) fn take(&mut self, listing: i64, mut pieces: i64) -> Outcome {
        let first = first_of(listing);
        let mut places: Vec<usize> = (0..self.lines.len()).rev().collect();
        places.retain(|at| self.lines[*at].listing() == listing);
        places.sort_by_key(|at| self.lines[*at].item != first);
        for at in places {
            let taken = pieces.min(self.lines[at].pieces);
            self.lines[at].pieces -= taken;
            pieces -= taken;
        }
        self.lines.retain(|line| line.pieces > 0);
        Outcome::Done
    }

    /// Removes the lines that are meant; says whether there were any.
    pub(crate) fn remove(&mut self, is_meant: impl Fn(&Line) -> bool) -> Outcome {
        let before = self.lines.len();
        self.lines.retain(|line| !is_meant(line));
        if self.lines.len() < before { Outcome::Done } else { Outcome::Absent }
    }

    /// Selects or unselects the lines that are meant.
    pub(crate) fn select(&mut self, is_selected: bool, is_meant: impl Fn(&Line) -> bool) -> Outcome {
        self.lines.iter_mut().filter(|line| is_meant(line)).for_each(|line| line.is_selected = is_selected);
        Outcome::Done
    }

    /// Takes in a guest's cart: pieces summed and clipped. Nothing that fits is no write.
    pub(crate) fn merge(&mut self, guest: &Self) {
        let room = |cart: &Self, line: &Line| (most(line.item) - cart.held(line.item)).clamp(0, line.pieces);
        if guest.lines.iter().any(|line| room(self, line) > 0) {
            self.count();
        }
        for line in &guest.lines {
            let added = room(self, line);
            if added == 0 {
                continue;
            }
            match self.lines.iter_mut().find(|known| known.item == line.item) {
                Some(known) => known.pieces += added,
                None => self.lines.push(Line { id: self.next_line, pieces: added, ..line.clone() }),
            }
            self.next_line += 1;
        }
    }
}

/// The most pieces that one line may hold.
fn most(item: usize) -> i64 {
    ITEMS[item].stock.unwrap_or(MOST_PIECES).min(MOST_PIECES)
}
