//! The report: one table, the targets, and which of them were missed.

use std::fmt;

use crate::{
    load::{Database, Measured, Scenario},
    machine::Machine,
};

/// A server with the whole catalogue and nothing to do holds less than so many megabytes.
const IDLE_TARGET: f64 = 60.0;

/// A server is ready in less than so many seconds.
const READY_TARGET: f64 = 0.5;

/// Several servers on the same cores do at least this part of what one does.
const KEPT_TARGET: f64 = 0.75;

/// One scenario's row.
pub(crate) struct Row {
    pub(crate) scenario: Scenario,
    pub(crate) server: Measured,
    /// The same requests to a server that answers as many bytes from memory.
    pub(crate) ceiling: Measured,
    /// Bytes in a reply's body.
    pub(crate) body_bytes: f64,
    pub(crate) fsyncs: Option<f64>,
    /// Megabytes after the load.
    pub(crate) resident: f64,
    /// Bare upserts per second of as many clients of the same PostgreSQL.
    pub(crate) upserts: Option<f64>,
}

/// What several servers on one database do together.
pub(crate) struct Spread {
    pub(crate) scenario: Scenario,
    /// By how many servers there are, from one on.
    pub(crate) per_second: Vec<f64>,
}

/// A whole run.
pub(crate) struct Report {
    pub(crate) machine: Machine,
    /// How the run was made: sizes and durations.
    pub(crate) setting: String,
    /// Seconds; `None` when the shop of an earlier run was used.
    pub(crate) import_took: Option<f64>,
    pub(crate) ready_after: f64,
    pub(crate) idle_resident: f64,
    pub(crate) database: Database,
    pub(crate) rows: Vec<Row>,
    pub(crate) spreads: Vec<Spread>,
}

impl Row {
    fn ratio(&self) -> f64 {
        self.server.per_second / self.ceiling.per_second
    }

    /// What it came to, in a few words.
    pub(crate) fn summary(&self) -> String {
        let upserts = self.upserts.map(|upserts| self.server.per_second / upserts);
        let upserts = upserts.map_or(String::new(), |ratio| format!(", {ratio:.2} of pgbench"));
        format!("{:.0}/s, {:.2} of the ceiling{upserts}", self.server.per_second, self.ratio())
    }

    fn cells(&self, database: Database) -> [String; 12] {
        [
            self.scenario.name(),
            format!("{:.0}", self.server.per_second),
            format!("{:.2}", self.server.p50_ms),
            format!("{:.2}", self.server.p99_ms),
            format!("{:.0}", self.server.errors),
            self.fsyncs.map_or("?".to_owned(), |fsyncs| format!("{fsyncs:.0}")),
            format!("{:.0}", self.resident),
            format!("{:.0}", self.body_bytes),
            format!("{:.0}", self.ceiling.per_second),
            format!("{:.2}", self.ratio()),
            self.scenario.action.target(database).map_or(String::new(), |target| format!("{target:.2}")),
            self.upserts.map_or(String::new(), |upserts| format!("{:.2}", self.server.per_second / upserts)),
        ]
    }

    fn missed(&self, database: Database) -> Vec<String> {
        let (name, ratio) = (self.scenario.name(), self.ratio());
        let mut missed = Vec::new();
        // A ratio that is no number has missed as well.
        if let Some(target) = self.scenario.action.target(database)
            && (!ratio.is_finite() || ratio < target)
        {
            missed.push(format!("{name}: {ratio:.3} of the ceiling, at least {target:.2} wanted"));
        }
        if let Some(upserts) = self.upserts
            && self.server.per_second < upserts
        {
            let ratio = self.server.per_second / upserts;
            missed.push(format!(
                "{name}: {ratio:.2} of the {upserts:.0} upserts/s of pgbench, at least 1.0 wanted"
            ));
        }
        if self.server.errors > 0.0 {
            missed.push(format!(
                "{name}: {:.0} errors; the first: {}",
                self.server.errors, self.server.first_wrong
            ));
        }
        missed
    }
}

impl Spread {
    fn missed(&self) -> Vec<String> {
        let alone = self.per_second.first().copied().unwrap_or(f64::NAN);
        let worst = self.per_second.iter().copied().fold(f64::INFINITY, f64::min) / alone;
        let is_kept = worst.is_finite() && worst >= KEPT_TARGET;
        if is_kept {
            Vec::new()
        } else {
            vec![format!(
                "{}: several servers do {worst:.2} of what one does, at least {KEPT_TARGET} wanted",
                self.scenario.name()
            )]
        }
    }
}

impl Report {
    /// The targets that this run missed, in words.
    pub(crate) fn missed(&self) -> Vec<String> {
        let mut missed = Vec::new();
        if self.ready_after >= READY_TARGET {
            missed.push(format!("ready after {:.2} s, less than {READY_TARGET} s wanted", self.ready_after));
        }
        if self.idle_resident >= IDLE_TARGET {
            missed.push(format!(
                "{:.0} MB when idle, less than {IDLE_TARGET:.0} MB wanted",
                self.idle_resident
            ));
        }
        missed.extend(self.rows.iter().flat_map(|row| row.missed(self.database)));
        missed.extend(self.spreads.iter().flat_map(Spread::missed));
        missed
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# Results\n\nWritten by `scripts/bench`; `bench/README.md` says what is measured.\n")?;
        for line in &self.machine.lines {
            writeln!(f, "- {line}")?;
        }
        writeln!(f, "- {}", self.setting)?;
        if let Some(seconds) = self.import_took {
            writeln!(f, "- import: {seconds:.1} s")?;
        }
        writeln!(f, "- start to ready: {:.2} s (target: below {READY_TARGET} s)", self.ready_after)?;
        writeln!(f, "- idle: {:.0} MB (target: below {IDLE_TARGET:.0} MB)\n", self.idle_resident)?;
        let titles = [
            "scenario",
            "req/s",
            "p50 ms",
            "p99 ms",
            "errors",
            "fsyncs",
            "RSS MB",
            "body B",
            "ceiling/s",
            "ratio",
            "target",
            "of pgbench",
        ];
        table(f, titles, &self.rows.iter().map(|row| row.cells(self.database)).collect::<Vec<_>>())?;
        if !self.spreads.is_empty() {
            writeln!(f, "\nServers on one database, on the same cores, in turns:\n")?;
            let cells = |spread: &Spread| {
                let rate = |at: usize| spread.per_second.get(at).copied().unwrap_or(f64::NAN);
                let part = |at| format!("{:.2}", rate(at) / rate(0));
                let all = |at| format!("{:.0}", rate(at));
                [spread.scenario.name(), all(0), all(1), all(2), part(1), part(2)]
            };
            let titles = ["scenario", "one", "two", "three", "two of one", "three of one"];
            table(f, titles, &self.spreads.iter().map(cells).collect::<Vec<_>>())?;
        }
        match self.missed().as_slice() {
            [] => writeln!(f, "\nAll targets reached."),
            missed => writeln!(f, "\nMissed:\n\n- {}", missed.join("\n- ")),
        }
    }
}

/// An aligned Markdown table: the first column to the left, numbers to the right.
fn table<const N: usize>(f: &mut fmt::Formatter<'_>, titles: [&str; N], rows: &[[String; N]]) -> fmt::Result {
    let widths: [usize; N] = std::array::from_fn(|column| {
        rows.iter().map(|row| row[column].len()).chain([titles[column].len()]).max().unwrap_or_default()
    });
    let mut line = |cells: [&str; N]| {
        for (column, (cell, width)) in cells.iter().zip(widths).enumerate() {
            if column == 0 { write!(f, "| {cell:width$} |")? } else { write!(f, " {cell:>width$} |")? }
        }
        writeln!(f)
    };
    line(titles)?;
    let rules: [String; N] = std::array::from_fn(|column| match column {
        0 => "-".repeat(widths[0]),
        _ => "-".repeat(widths[column] - 1) + ":",
    });
    line(rules.each_ref().map(String::as_str))?;
    rows.iter().try_for_each(|row| line(row.each_ref().map(String::as_str)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::Action;

    fn measured(per_second: f64, errors: f64) -> Measured {
        Measured { per_second, p50_ms: 0.5, p99_ms: 2.0, errors, body_bytes: 0.0, first_wrong: String::new() }
    }

    fn report(rate: f64, errors: f64) -> Report {
        let row = Row {
            scenario: Scenario { action: Action::Get, dialect: "mt" },
            server: measured(rate, errors),
            ceiling: measured(100_000.0, 0.0),
            body_bytes: 700.0,
            fsyncs: Some(0.0),
            resident: 48.2,
            upserts: None,
        };
        let machine = Machine { lines: Vec::new() };
        let setting = String::new();
        Report {
            machine,
            setting,
            import_took: None,
            ready_after: 0.1,
            idle_resident: 41.0,
            database: Database::Sqlite,
            rows: vec![row],
            spreads: Vec::new(),
        }
    }

    #[test]
    fn the_table_is_aligned() {
        let text = report(70_000.0, 0.0).to_string();
        let table: Vec<&str> = text.lines().filter(|line| line.starts_with('|')).collect();
        assert_eq!(table.len(), 3);
        assert!(table.iter().all(|line| line.len() == table[0].len()), "{text}");
        assert!(text.ends_with("All targets reached.\n"), "{text}");
    }

    #[test]
    fn what_is_too_slow_or_wrong_is_named() {
        assert_eq!(report(59_000.0, 2.0).missed().len(), 2);
        assert_eq!(report(60_000.0, 0.0).missed().len(), 0);
        assert_eq!(report(f64::NAN, 0.0).missed().len(), 1);
    }
}
