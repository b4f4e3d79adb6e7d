//! Random plans: what each client of a shopper does, one thing after the other. Nothing here knows what comes of it.

use super::checker::{Act, Who};
use super::deed::Deed;
use crate::client::{ADDING, DIALECTS, Dialect};
use crate::goods::{ITEMS, SCARCE, first_of};
use crate::random::Random;

/// An act that is planned.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Planned {
    pub(crate) act: Act,
    /// Whether the client hangs up before it has a reply.
    pub(crate) hangs_up: bool,
    /// Whether it wants the cart to have the version that it has seen last.
    pub(crate) wants_version: bool,
}

/// A line that the client knows by then.
pub(crate) const KNOWN_LINE: i64 = 0;

/// How often a client hangs up, uses a key, and wants a version, times in a hundred.
const HANGS_UP: usize = 3;
const HAS_KEY: usize = 25;
const WANTS_VERSION: usize = 25;

/// What so many clients do, about so many things each.
pub(crate) fn plan(random: &mut Random, clients: usize, each: usize) -> Vec<Vec<Planned>> {
    let mut plans = vec![Vec::new(); clients];
    let mut repeats = Vec::new();
    let mut keys = 0..80;
    for plan in &mut plans {
        for at in 0..each {
            let mut planned = any(random);
            let is_write = !planned.act.deed.is_look();
            if is_write && !planned.wants_version && random.happens(HAS_KEY) {
                planned.act.key = keys.next();
                // By another client at about the same time, or later by anyone.
                let later = if random.happens(50) { 0 } else { 1 + random.below(4) };
                repeats.push((random.below(clients), at + later, Planned { hangs_up: false, ..planned }));
            }
            plan.push(planned);
        }
    }
    for (client, at, repeat) in repeats {
        let at = at.min(plans[client].len());
        plans[client].insert(at, repeat);
    }
    for guest in 0..2 {
        let dialect =
            if guest == 0 { Dialect::Wangmarket } else { random.one_of(&[Dialect::Anqicms, Dialect::Lexi]) };
        let act =
            Act { who: Who::Guest(guest), dialect, deed: Deed::LogIn { guest }, key: None, version: None };
        let client = random.below(clients);
        let at = random.between(each as i64 / 3, each as i64);
        plans[client].insert(
            usize::try_from(at).unwrap_or(each),
            Planned { act, hangs_up: false, wants_version: false },
        );
    }
    plans
}

fn any(random: &mut Random) -> Planned {
    let who = match random.below(10) {
        0..7 => Who::Customer,
        7 | 8 => Who::Guest(0),
        _ => Who::Guest(1),
    };
    let (dialect, deed) = match who {
        Who::Customer => by_customer(random),
        Who::Guest(guest) => by_guest(random, guest),
    };
    let wants_version =
        who == Who::Customer && matches!(deed, Deed::Add { .. }) && random.happens(WANTS_VERSION);
    let act = Act { who, dialect, deed, key: None, version: None };
    Planned { act, hangs_up: random.happens(HANGS_UP), wants_version }
}

fn by_customer(random: &mut Random) -> (Dialect, Deed) {
    let (item, pieces) = (any_item(random), random.between(1, 6));
    let listing = ITEMS[item].listing;
    let is_selected = random.happens(50);
    let line = KNOWN_LINE;
    match random.below(100) {
        0..19 => (random.one_of(&DIALECTS), Deed::Look),
        19..22 => (random.one_of(&[Dialect::Mt, Dialect::Wangmarket]), Deed::LookAt { listing }),
        22..45 => adding(random, item, pieces),
        45..51 => (random.one_of(&[Dialect::Anqicms, Dialect::Lexi]), Deed::SetItem { item, pieces }),
        51..55 => (Dialect::Lexi, Deed::EditItem { item, pieces }),
        55..61 => (random.one_of(&[Dialect::Anqicms, Dialect::Mt]), Deed::SetProduct { listing, pieces }),
        61..67 => (Dialect::Hamgam, Deed::EditLine { line, pieces }),
        67..76 => (Dialect::Wangmarket, Deed::Take { listing, pieces }),
        76..79 => (Dialect::Lexi, Deed::RemoveItem { item }),
        79..82 => (Dialect::Mt, Deed::RemoveProduct { listing }),
        82..86 => (random.one_of(&[Dialect::Hamgam, Dialect::Anqicms]), Deed::RemoveLine { line }),
        86..88 => (random.one_of(&[Dialect::Hamgam, Dialect::Wangmarket, Dialect::Lexi]), Deed::Clear),
        88..95 => (Dialect::Wangmarket, Deed::SelectProduct { listing, is_selected }),
        _ => (Dialect::Wangmarket, Deed::SelectStore { store: random.between(1, 2), is_selected }),
    }
}

/// What does not depend on what the cart holds: while the guest logs in, a client may look for it in the wrong cart. Once
/// the first guest's token names the customer, anqicms takes it for nobody's where it looks for guests.
fn by_guest(random: &mut Random, guest: usize) -> (Dialect, Deed) {
    let (item, pieces) = (any_item(random), random.between(1, 6));
    let listing = ITEMS[item].listing;
    let first = first_of(listing);
    let is_selected = random.happens(50);
    match random.below(100) {
        0..3 => (Dialect::Wangmarket, Deed::LookAt { listing }),
        3..25 if guest == 0 => (random.one_of(&ADDING[..3]), Deed::Look),
        3..25 => (random.one_of(&DIALECTS), Deed::Look),
        25..70 if guest == 0 => (random.one_of(&ADDING[..3]), Deed::Add { item: first, pieces }),
        25..70 => adding(random, item, pieces),
        70..80 => (Dialect::Lexi, Deed::SetItem { item, pieces }),
        80..90 => (Dialect::Wangmarket, Deed::Take { listing, pieces }),
        90..96 => (Dialect::Wangmarket, Deed::SelectProduct { listing, is_selected }),
        _ => (Dialect::Wangmarket, Deed::SelectStore { store: random.between(1, 2), is_selected }),
    }
}

/// Only anqicms can name a SKU where adding adds.
fn adding(random: &mut Random, item: usize, pieces: i64) -> (Dialect, Deed) {
    let dialect = random.one_of(&ADDING);
    let is_first = first_of(ITEMS[item].listing) == item;
    (if is_first { dialect } else { Dialect::Anqicms }, Deed::Add { item, pieces })
}

/// Often what there is little of.
fn any_item(random: &mut Random) -> usize {
    if random.happens(30) { first_of(SCARCE) } else { random.below(ITEMS.len()) }
}
