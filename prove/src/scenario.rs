//! The scenarios, on what each is tried, and the row that it prints. A scenario is a file beside this one.

use std::fmt;

use anyhow::Result;

use crate::prove::Prove;
use crate::{attacks, body, clock, crash, disk, failover, histories, reads, storm};

/// Something that must hold whatever happens.
pub(crate) struct Scenario {
    /// As the table names it.
    pub(crate) name: &'static str,
    /// Where it is tried; a row for each.
    settings: &'static [Setting],
    /// Tries it once.
    run: fn(&Prove, Setting) -> Result<Seen>,
}

/// What a scenario is tried on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Setting {
    /// Where the shop remembers.
    pub(crate) store: StoreKind,
    /// Servers on one database; clients spread their requests over them.
    pub(crate) replicas: usize,
    /// What is broken on purpose, where a row is there to show that it would be noticed.
    pub(crate) broken: Option<&'static str>,
}

/// Where a shop remembers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StoreKind {
    Sqlite,
    Postgres,
}

/// What came of a scenario.
#[expect(clippy::struct_field_names, reason = "the fields are the columns of the table")]
pub(crate) struct Seen {
    /// What was done, with counts.
    pub(crate) done: String,
    /// What was seen.
    pub(crate) seen: String,
    /// Whether everything was as claimed.
    pub(crate) holds: bool,
}

/// A scenario on one setting.
pub(crate) struct Row {
    pub(crate) scenario: &'static Scenario,
    pub(crate) setting: Setting,
}

const SQLITE: Setting = Setting { store: StoreKind::Sqlite, replicas: 1, broken: None };
const POSTGRES: Setting = Setting { store: StoreKind::Postgres, replicas: 1, broken: None };
const REPLICAS: Setting = Setting { store: StoreKind::Postgres, replicas: 3, broken: None };

/// The order of the table: rows of one setting follow each other, since they share its servers.
const ORDER: [Setting; 3] = [SQLITE, POSTGRES, REPLICAS];

const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "histories",
        settings: &[
            SQLITE,
            POSTGRES,
            REPLICAS,
            SQLITE.broken("lost-update"),
            POSTGRES.broken("lost-update"),
            REPLICAS.broken("doubled-key"),
            REPLICAS.broken("moved-token"),
        ],
        run: histories::run,
    },
    Scenario {
        name: "reads",
        settings: &[SQLITE, POSTGRES, REPLICAS, REPLICAS.broken("stale-read")],
        run: reads::run,
    },
    Scenario {
        name: "stock",
        settings: &[SQLITE, POSTGRES, REPLICAS, SQLITE.broken("stock"), REPLICAS.broken("stock")],
        run: attacks::stock,
    },
    Scenario {
        name: "limits",
        settings: &[SQLITE, POSTGRES, REPLICAS, SQLITE.broken("limit")],
        run: attacks::limits,
    },
    Scenario {
        name: "totals",
        settings: &[SQLITE, POSTGRES, REPLICAS, SQLITE.broken("total")],
        run: attacks::totals,
    },
    Scenario { name: "server killed", settings: &[SQLITE, REPLICAS], run: crash::server },
    Scenario { name: "PostgreSQL killed", settings: &[POSTGRES, REPLICAS], run: crash::postgres },
    Scenario { name: "failover", settings: &[REPLICAS], run: failover::synchronous },
    Scenario { name: "failover, replication cut", settings: &[POSTGRES], run: failover::cut },
    Scenario { name: "disk full", settings: &[SQLITE, POSTGRES, REPLICAS], run: disk::full },
    Scenario { name: "disk slow", settings: &[SQLITE], run: disk::slow },
    Scenario { name: "clock backwards", settings: &[SQLITE, REPLICAS], run: clock::backwards },
    Scenario { name: "storm", settings: &[SQLITE, POSTGRES], run: storm::storm },
    Scenario { name: "bodies", settings: &[SQLITE], run: body::bodies },
];

impl Seen {
    /// Nothing can be said here, and why.
    pub(crate) fn not_tried(why: &str) -> Self {
        Self { done: "not tried".to_owned(), seen: why.to_owned(), holds: true }
    }
}

impl Setting {
    /// The same with something broken on purpose.
    const fn broken(self, what: &'static str) -> Self {
        Self { broken: Some(what), ..self }
    }
}

/// All rows; last come those that are broken on purpose.
pub(crate) fn rows() -> Vec<Row> {
    let mut rows: Vec<Row> = SCENARIOS
        .iter()
        .flat_map(|scenario| scenario.settings.iter().map(move |setting| Row { scenario, setting: *setting }))
        .collect();
    rows.sort_by_key(|row| ORDER.iter().position(|setting| *setting == row.setting).unwrap_or(ORDER.len()));
    rows
}

impl fmt::Display for StoreKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        })
    }
}

/// The first lines of the table.
pub(crate) const HEAD: &str =
    "| scenario | store | replicas | what was done | seen | holds |\n|---|---|---|---|---|---|";

/// What is seen is told at this length, in characters, where all is as it should be.
const SHORT: usize = 120;

impl Row {
    /// Tries the scenario.
    pub(crate) fn run(&self, prove: &Prove) -> Result<Seen> {
        (self.scenario.run)(prove, self.setting)
    }

    /// Whether it was as claimed; of what is broken on purpose, whether that was noticed.
    pub(crate) fn holds(&self, outcome: &Result<Seen>) -> bool {
        outcome.as_ref().is_ok_and(|seen| seen.holds == self.setting.broken.is_none())
    }

    /// A line of the table.
    pub(crate) fn print(&self, outcome: &Result<Seen>) -> String {
        let Setting { store, replicas, broken } = self.setting;
        let name = self.scenario.name;
        let name = broken.map_or_else(|| name.to_owned(), |broken| format!("{name}, broken: {broken}"));
        let (done, seen) = match outcome {
            Ok(Seen { done, seen, .. }) => (done.as_str(), seen.clone()),
            Err(error) => ("it broke off", format!("{error:#}").replace('\n', " ")),
        };
        let (holds, most) = if self.holds(outcome) { ("yes", SHORT) } else { ("NO", usize::MAX) };
        let seen: String = seen.chars().take(most).collect();
        format!("| {name} | {store} | {replicas} | {done} | {seen} | {holds} |")
    }
}
