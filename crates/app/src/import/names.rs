//! Numbers for what an import makes: provisional while it compares, real ones when it writes.

use std::collections::{HashMap, HashSet};

use store::shop::Named;

/// Hands out provisional numbers, counted down from -1, so that comparing allocates nothing.
#[derive(Debug, Default)]
pub(super) struct Provisional(i64);

impl Provisional {
    /// The next provisional number.
    pub(super) fn next(&mut self) -> i64 {
        self.0 -= 1;
        self.0
    }

    /// How many were handed out.
    pub(super) fn count(&self) -> i64 {
        -self.0
    }
}

/// The real number in place of a provisional one, in a block that begins at `first`. A real one stays.
pub(super) fn settled(number: i64, first: i64) -> i64 {
    if number < 0 { first - 1 - number } else { number }
}

/// Stores, brands or categories by name; those that are missing get provisional numbers.
pub(super) struct Names {
    numbers: HashMap<String, i64>,
    provisional: Provisional,
    /// The public ids of those that are there.
    pub(super) rids: HashSet<String>,
    /// Those to be made, in the order of their numbers.
    pub(super) missing: Vec<String>,
}

impl Names {
    /// Those that are there.
    pub(super) fn new<'a>(known: impl Iterator<Item = &'a Named> + Clone) -> Self {
        let numbers = known.clone().map(|named| (named.name.clone(), named.id)).collect();
        let rids = known.map(|named| named.rid.clone()).collect();
        Self { numbers, provisional: Provisional::default(), rids, missing: Vec::new() }
    }

    /// The number of a name.
    pub(super) fn number(&mut self, name: &str) -> i64 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = self.provisional.next();
        self.numbers.insert(name.to_owned(), number);
        self.missing.push(name.to_owned());
        number
    }
}

#[cfg(test)]
mod tests {
    use domain::time::Timestamp;

    use super::*;

    #[test]
    fn missing_names_are_numbered_in_the_order_of_a_block() {
        let known = Named {
            id: 7,
            rid: String::new(),
            name: "Tea".to_owned(),
            created_at: Timestamp::from_micros(0),
        };
        let mut names = Names::new([known].iter());
        let numbers = ["Tea", "Pots", "Cups", "Pots"].map(|name| names.number(name));
        assert_eq!(numbers, [7, -1, -2, -1]);
        assert_eq!(names.missing, ["Pots", "Cups"]);
        assert_eq!(numbers.map(|number| settled(number, 30)), [7, 30, 31, 30]);
    }
}
