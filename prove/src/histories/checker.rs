//! Whether a shopper's history is linearizable: whether there is an order of its operations, each at a moment between its
//! beginning and its end, in which every one of them was answered as the rules say. The search is the one of Wing and
//! Gong, with the states remembered that were met before (Lowe).

#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::fmt;
use std::time::Duration;

use super::cart::Cart;
use super::deed::{Deed, Shown};
use crate::client::{Dialect, Outcome};

/// The most operations of one history.
const MOST: usize = 256;

/// For how long after a login other servers may take the guest's token for the guest's, whose cart is empty by then.
const LAG: Duration = Duration::from_secs(1);

/// Whose cart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    Customer,
    /// One of the guests who log in as the customer some time.
    Guest(usize),
}

/// What a client asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Act {
    pub(crate) who: Who,
    pub(crate) dialect: Dialect,
    pub(crate) deed: Deed,
    /// Its idempotency key, by number.
    pub(crate) key: Option<u8>,
    /// The version that it wants the cart to have.
    pub(crate) version: Option<i64>,
}

/// What a client was told.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) outcome: Outcome,
    pub(crate) version: Option<i64>,
    pub(crate) is_replay: bool,
    /// The part of the cart that the reply shows.
    pub(crate) shown: Option<Vec<Shown>>,
}

/// An act with what came of it.
#[derive(Clone, Debug)]
pub(crate) struct Operation {
    pub(crate) client: usize,
    pub(crate) replica: usize,
    pub(crate) act: Act,
    /// Since the history began.
    pub(crate) began: Duration,
    /// When the reply was there, and what it said; `None` when it was lost. Then the act is done at any time later,
    /// or never.
    pub(crate) told: Option<(Duration, Told)>,
}

/// All that a shopper has, after some operations.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct State {
    customer: Cart,
    guests: [Guest; 2],
    /// Keys whose change is made, one bit each.
    keys: u128,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Guest {
    cart: Cart,
    /// The login, by its place in the history, since which the token names the customer.
    moved_by: Option<usize>,
}

/// Operations by their places in a history, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Done([u128; MOST / 128]);

impl Done {
    fn has(self, at: usize) -> bool {
        self.0[at / 128] & (1 << (at % 128)) != 0
    }

    fn with(mut self, at: usize) -> Self {
        self.0[at / 128] |= 1 << (at % 128);
        self
    }

    fn count(self) -> u32 {
        self.0.iter().map(|bits| bits.count_ones()).sum()
    }
}

/// Where no order goes on.
#[derive(Debug)]
pub(crate) struct Broken {
    /// The operations that the longest order has explained.
    explained: Done,
    state: State,
}

/// Looks for an order. The operations come in the order in which they began.
pub(crate) fn check(history: &[Operation]) -> Result<(), Box<Broken>> {
    assert!(history.len() <= MOST, "a history has {MOST} operations at most");
    let broken = Broken { explained: Done::default(), state: State::default() };
    let mut search = Search { history, met: HashSet::new(), furthest: broken };
    if search.goes_on(Done::default(), &State::default()) { Ok(()) } else { Err(search.furthest.into()) }
}

struct Search<'a> {
    history: &'a [Operation],
    met: HashSet<(Done, State)>,
    furthest: Broken,
}

impl Search<'_> {
    /// Whether the operations that are not done can follow on this state.
    fn goes_on(&mut self, done: Done, state: &State) -> bool {
        let open = |at: &usize| !done.has(*at);
        let ends = |at: usize| self.history[at].told.as_ref().map(|(ended, _)| *ended);
        // Who began after another one has ended, comes after it.
        let Some(first_end) = (0..self.history.len()).filter(open).filter_map(ends).min() else {
            return true;
        };
        if !self.met.insert((done, state.clone())) {
            return false;
        }
        if done.count() >= self.furthest.explained.count() {
            self.furthest = Broken { explained: done, state: state.clone() };
        }
        for at in (0..self.history.len()).filter(open) {
            let operation = &self.history[at];
            if operation.began > first_end {
                break;
            }
            let Some(after) = state.after(self.history, at) else { continue };
            // A login of an empty cart may be one of a full cart later; all else that changes nothing now never will.
            let is_login = matches!(operation.act.deed, Deed::LogIn { .. });
            let changes_nothing = after == *state && !is_login && operation.told.is_some();
            if self.goes_on(done.with(at), &after) {
                return true;
            }
            // What fits and changes nothing might as well come now: if the rest does not follow, it follows on nothing.
            if changes_nothing {
                return false;
            }
        }
        false
    }
}

impl State {
    /// What it is after an operation, if it can have been answered like that now.
    fn after(&self, history: &[Operation], at: usize) -> Option<Self> {
        let Operation { act, began, told, .. } = &history[at];
        let told = told.as_ref().map(|(_, told)| told);
        let mut after = self.clone();
        if let Deed::LogIn { guest } = act.deed {
            after.log_in(guest, (act.dialect == Dialect::Wangmarket).then_some(at));
            return told.is_none_or(|told| told.outcome == Outcome::Done).then_some(after);
        }
        if told.is_some_and(|told| told.outcome == Outcome::Running) {
            return Some(after);
        }
        let key = act.key.map_or(0, |key| 1_u128 << key);
        let is_repeat = key & self.keys != 0;
        if let Some(told) = told.filter(|told| told.is_replay) {
            // The change is in, or was refused for good. Or it is this one, and a repeat at another server was answered
            // faster. The words are those of the first that was answered, unless those were lost.
            let is_first = |other: &Operation| {
                let first = other.told.as_ref().map(|(_, first)| first);
                other.act.key == act.key
                    && first.is_none_or(|first| !first.is_replay && first.says_the_same(told))
            };
            if !is_repeat && told.outcome == Outcome::Done {
                after.keys |= key;
                if after.act(act) != Outcome::Done {
                    return None;
                }
            }
            return history.iter().any(is_first).then_some(after);
        }
        let outcome = after.act(act);
        if is_repeat || outcome != Outcome::Done {
            after = self.clone();
        } else {
            after.keys |= key;
        }
        let Some(told) = told else { return Some(after) };
        let outcome = if is_repeat && told.outcome == Outcome::Done { Outcome::Done } else { outcome };
        let fits =
            told.outcome == outcome && (outcome != Outcome::Done || told.fits(act, after.cart(act.who)));
        (fits || self.may_lag(history, act, *began, told)).then_some(after)
    }

    /// Does an act on its cart; says how it is answered.
    fn act(&mut self, act: &Act) -> Outcome {
        let cart = self.cart_mut(act.who);
        if act.version.is_some_and(|version| version != cart.version) {
            return Outcome::Moved;
        }
        if !act.deed.is_look() {
            cart.count();
        }
        act.deed.apply(act.dialect, cart)
    }

    /// The guest's cart goes into the customer's; wangmarket's token is the customer's from now on.
    fn log_in(&mut self, guest: usize, moved_by: Option<usize>) {
        let guest = &mut self.guests[guest];
        if guest.moved_by.is_none() {
            self.customer.merge(&std::mem::take(&mut guest.cart));
            guest.moved_by = moved_by;
        }
    }

    fn cart(&self, who: Who) -> &Cart {
        match who {
            Who::Guest(guest) if self.guests[guest].moved_by.is_none() => &self.guests[guest].cart,
            Who::Guest(_) | Who::Customer => &self.customer,
        }
    }

    fn cart_mut(&mut self, who: Who) -> &mut Cart {
        match who {
            Who::Guest(guest) if self.guests[guest].moved_by.is_none() => &mut self.guests[guest].cart,
            Who::Guest(_) | Who::Customer => &mut self.customer,
        }
    }

    /// Whether a look with a guest's token shows the guest's cart shortly after it has gone.
    fn may_lag(&self, history: &[Operation], act: &Act, began: Duration, told: &Told) -> bool {
        let Who::Guest(guest) = act.who else { return false };
        let Some(login) = self.guests[guest].moved_by else { return false };
        let ended = history[login].told.as_ref().map(|(ended, _)| *ended);
        let is_soon = ended.is_none_or(|ended| began < ended + LAG);
        act.deed.is_look() && is_soon && told.fits(act, &Cart::default())
    }
}

impl Told {
    fn says_the_same(&self, other: &Self) -> bool {
        (self.outcome, &self.shown) == (other.outcome, &other.shown)
    }

    /// Whether it is what a client is told of this cart.
    fn fits(&self, act: &Act, cart: &Cart) -> bool {
        self.version.is_none_or(|version| version == cart.version)
            && act.deed.shown(act.dialect, cart).is_none_or(|shown| self.shown.as_ref() == Some(&shown))
    }
}

impl Broken {
    /// The history in the order of its beginnings, with a mark at what no order has explained.
    pub(crate) fn print(&self, history: &[Operation]) -> String {
        let line = |(at, operation): (usize, &Operation)| {
            let mark = if self.explained.has(at) { " " } else { "?" };
            format!("{mark} {operation}\n")
        };
        let operations: String = history.iter().enumerate().map(line).collect();
        format!("{operations}\nNo order explains those with a mark. Before them: {:#?}\n", self.state)
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { client, replica, act, began, told } = self;
        write!(f, "{:>9.3} ms ", began.as_secs_f64() * 1000.0)?;
        match told {
            Some((ended, _)) => write!(f, "to {:>9.3} ms", ended.as_secs_f64() * 1000.0)?,
            None => write!(f, "and no reply   ")?,
        }
        write!(f, "  client {client}, replica {replica}: {:?} {:?} {:?}", act.who, act.dialect, act.deed)?;
        if let Some(key) = act.key {
            write!(f, " key {key}")?;
        }
        if let Some(version) = act.version {
            write!(f, " if version {version}")?;
        }
        let Some((_, Told { outcome, version, is_replay, shown })) = told else { return Ok(()) };
        write!(f, " -> {outcome:?}")?;
        if *is_replay {
            write!(f, " as before")?;
        }
        if let Some(version) = version {
            write!(f, ", version {version}")?;
        }
        if let Some(shown) = shown {
            write!(
                f,
                ", shown {}",
                shown
                    .iter()
                    .map(|shown| format!("{}×{}", shown.pieces, shown.what))
                    .collect::<Vec<_>>()
                    .join(" ")
            )?;
        }
        Ok(())
    }
}
