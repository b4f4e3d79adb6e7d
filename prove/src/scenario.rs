//! The scenarios, on what each is tried, and the row that it prints. A scenario is a file beside this one.

use std::fmt;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::prove::Prove;
use crate::verdict::Verdict;
use crate::{attacks, body, clock, crash, disk, failover, histories, reads, storm};

/// Something that must hold whatever happens.
pub(crate) struct Scenario {
    /// As the table names it.
    pub(crate) name: &'static str,
    /// Where it is tried; a row for each.
    settings: &'static [Setting],
    /// Where a long run tries it besides.
    long: &'static [Setting],
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

/// That a scenario cannot be tried here, and why.
#[derive(Debug)]
pub(crate) struct NotTried(pub(crate) &'static str);

/// A scenario on one setting.
pub(crate) struct Row {
    pub(crate) scenario: &'static Scenario,
    pub(crate) setting: Setting,
    /// Whether a short run has it, too.
    pub(crate) is_short: bool,
}

/// A row that is done with.
pub(crate) struct Tried {
    pub(crate) outcome: Result<Seen>,
    took: Duration,
}

const SQLITE: Setting = Setting { store: StoreKind::Sqlite, replicas: 1, broken: None };
const POSTGRES: Setting = Setting { store: StoreKind::Postgres, replicas: 1, broken: None };
const REPLICAS: Setting = Setting { store: StoreKind::Postgres, replicas: 3, broken: None };

/// The order of the table: rows of one setting follow each other, since they share its servers.
const ALL: &[Setting] = &[SQLITE, POSTGRES, REPLICAS];

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
        long: &[],
        run: histories::run,
    },
    Scenario {
        name: "reads",
        settings: &[SQLITE, POSTGRES, REPLICAS, REPLICAS.broken("stale-read")],
        long: &[],
        run: reads::run,
    },
    Scenario {
        name: "stock",
        settings: &[SQLITE, POSTGRES, REPLICAS, SQLITE.broken("stock"), REPLICAS.broken("stock")],
        long: &[],
        run: attacks::stock,
    },
    Scenario {
        name: "limits",
        settings: &[SQLITE, POSTGRES, REPLICAS, SQLITE.broken("limit"), REPLICAS.broken("limit")],
        long: &[],
        run: attacks::limits,
    },
    Scenario {
        name: "totals",
        settings: &[SQLITE, POSTGRES, REPLICAS, SQLITE.broken("total"), REPLICAS.broken("total")],
        long: &[],
        run: attacks::totals,
    },
    Scenario { name: "server killed", settings: ALL, long: &[], run: crash::server },
    Scenario { name: "PostgreSQL killed", settings: &[POSTGRES, REPLICAS], long: &[], run: crash::postgres },
    Scenario { name: "failover", settings: &[REPLICAS], long: &[POSTGRES], run: failover::synchronous },
    Scenario { name: "failover, replication cut", settings: &[POSTGRES], long: &[], run: failover::cut },
    Scenario { name: "disk full", settings: ALL, long: &[], run: disk::full },
    Scenario { name: "disk slow", settings: &[SQLITE], long: &[POSTGRES, REPLICAS], run: disk::slow },
    Scenario { name: "clock backwards", settings: ALL, long: &[], run: clock::backwards },
    Scenario { name: "storm", settings: &[SQLITE, POSTGRES], long: &[REPLICAS], run: storm::storm },
    Scenario { name: "bodies", settings: &[SQLITE], long: &[POSTGRES, REPLICAS], run: body::bodies },
];

impl Setting {
    /// The same with something broken on purpose.
    const fn broken(self, what: &'static str) -> Self {
        Self { broken: Some(what), ..self }
    }
}

/// All rows; last come those that are broken on purpose.
pub(crate) fn rows() -> Vec<Row> {
    let of = |scenario: &'static Scenario| {
        let row = move |is_short| move |setting: &Setting| Row { scenario, setting: *setting, is_short };
        scenario.settings.iter().map(row(true)).chain(scenario.long.iter().map(row(false)))
    };
    let mut rows: Vec<Row> = SCENARIOS.iter().flat_map(of).collect();
    rows.sort_by_key(|row| ALL.iter().position(|setting| *setting == row.setting).unwrap_or(ALL.len()));
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

impl fmt::Display for NotTried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// The first lines of the table.
pub(crate) const HEAD: &str =
    "| scenario | store | replicas | what was done | seen | seconds | holds |\n|---|---|---|---|---|---|---|";

/// What is seen is told at this length, in characters, where all is as it should be.
const SHORT: usize = 120;

impl Row {
    /// Tries the scenario.
    pub(crate) fn run(&self, prove: &Prove) -> Tried {
        let since = Instant::now();
        let outcome = (self.scenario.run)(prove, self.setting);
        Tried { outcome, took: since.elapsed() }
    }

    /// Whether trying it is waiting, mostly.
    pub(crate) fn waits(&self) -> bool {
        self.scenario.name == "bodies"
    }

    /// Whether it was as claimed; of what is broken on purpose, whether that was noticed.
    pub(crate) fn verdict(&self, outcome: &Result<Seen>) -> Verdict {
        match outcome {
            Ok(seen) if seen.holds == self.setting.broken.is_none() => Verdict::Holds,
            Err(error) if error.is::<NotTried>() => Verdict::NotTried,
            Ok(_) | Err(_) => Verdict::Fails,
        }
    }

    /// A line of the table.
    pub(crate) fn print(&self, Tried { outcome, took }: &Tried) -> String {
        let Setting { store, replicas, broken } = self.setting;
        let name = self.scenario.name;
        let name = broken.map_or_else(|| name.to_owned(), |broken| format!("{name}, broken: {broken}"));
        let verdict = self.verdict(outcome);
        let (done, seen) = match outcome {
            Ok(Seen { done, seen, .. }) => (done.as_str(), seen.clone()),
            Err(error) => {
                let done = if verdict == Verdict::NotTried { "nothing" } else { "it broke off" };
                (done, format!("{error:#}").replace('\n', " "))
            }
        };
        let most = if verdict == Verdict::Holds { SHORT } else { usize::MAX };
        let seen: String = seen.chars().take(most).collect();
        format!("| {name} | {store} | {replicas} | {done} | {seen} | {} | {verdict} |", took.as_secs())
    }
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    fn row(broken: Option<&'static str>) -> Row {
        Row { scenario: &SCENARIOS[0], setting: Setting { broken, ..SQLITE }, is_short: true }
    }

    #[test]
    fn a_row_that_was_not_tried_neither_holds_nor_fails() {
        for broken in [None, Some("lost-update")] {
            let row = row(broken);
            let seen = |holds| Ok(Seen { done: String::new(), seen: String::new(), holds });
            let is_sound = broken.is_none();
            assert_eq!(row.verdict(&seen(is_sound)), Verdict::Holds);
            assert_eq!(row.verdict(&seen(!is_sound)), Verdict::Fails);
            assert_eq!(row.verdict(&Err(anyhow!("a server ended"))), Verdict::Fails);
            assert_eq!(row.verdict(&Err(anyhow!(NotTried("not here")))), Verdict::NotTried);
        }
        let tried = Tried { outcome: Err(anyhow!(NotTried("not here"))), took: Duration::from_secs(3) };
        assert_eq!(
            row(None).print(&tried),
            "| histories | SQLite | 1 | nothing | not here | 3 | not tried |"
        );
    }

    #[test]
    fn a_row_of_long_runs_is_in_no_short_one() {
        let is_short = |name: &str, setting: Setting| {
            let rows = rows().into_iter();
            let mut rows = rows.filter(|row| row.scenario.name == name && row.setting == setting);
            let found = rows.next().map(|row| row.is_short);
            assert!(rows.next().is_none(), "{name} is there twice");
            found
        };
        assert_eq!(is_short("bodies", SQLITE), Some(true));
        assert_eq!(is_short("bodies", REPLICAS), Some(false));
        assert_eq!(is_short("PostgreSQL killed", SQLITE), None);
    }
}
