//! The audit log on the wire.

use app::audit::{Entry, Page};
use domain::audit::{Field, Told};
use serde::{Serialize, Serializer};

use crate::wire::number::Number;

/// A stretch of the log.
#[derive(Serialize)]
pub(crate) struct Log<'a> {
    entries: Vec<ShownEntry<'a>>,
    next: Option<i64>,
}

#[derive(Serialize)]
struct ShownEntry<'a> {
    account: Option<&'a str>,
    after: Option<Shown>,
    before: Option<Shown>,
    created_at: i64,
    field: &'static str,
    id: i64,
    name: &'a str,
    rid: &'a str,
    sku_rid: Option<&'a str>,
}

impl<'a> Log<'a> {
    pub(crate) fn new(page: &'a Page) -> Self {
        let shown = |entry: &'a Entry| ShownEntry {
            account: entry.account.as_deref(),
            after: entry.after.map(|value| Shown(entry.field.told(value))),
            before: entry.before.map(|value| Shown(entry.field.told(value))),
            created_at: entry.at.seconds(),
            field: Field::name(entry.field),
            id: entry.id,
            name: &entry.title,
            rid: &entry.product,
            sku_rid: entry.sku.as_deref(),
        };
        Self { entries: page.entries.iter().map(shown).collect(), next: page.next }
    }
}

/// A value: an amount, a percentage or a number as a number, a status as a word.
struct Shown(Told);

impl Serialize for Shown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Told::Amount(amount) => Number::from(amount).serialize(serializer),
            Told::Rate(rate) => Number::from(rate).serialize(serializer),
            Told::Count(count) => serializer.serialize_i64(count),
            Told::Word(word) => serializer.serialize_str(word),
        }
    }
}
