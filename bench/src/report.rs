//! The report: one table, the targets, and which of them were missed.

use std::fmt;

use crate::{
    load::{Measured, Scenario},
    machine::Machine,
};

/// A server with the whole catalogue and nothing to do holds less than so many megabytes.
const IDLE_TARGET: f64 = 60.0;

/// A server is ready in less than so many seconds.
const READY_TARGET: f64 = 0.5;

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
    pub(crate) rows: Vec<Row>,
}

impl Row {
    fn ratio(&self) -> f64 {
        self.server.per_second / self.ceiling.per_second
    }

    fn cells(&self) -> [String; 11] {
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
            format!("{:.2}", self.scenario.action.target()),
        ]
    }

    fn missed(&self) -> Vec<String> {
        let (name, ratio, target) = (self.scenario.name(), self.ratio(), self.scenario.action.target());
        let mut missed = Vec::new();
        // A ratio that is no number has missed as well.
        if !ratio.is_finite() || ratio < target {
            missed.push(format!("{name}: {ratio:.3} of the ceiling, at least {target:.2} wanted"));
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
        missed.extend(self.rows.iter().flat_map(Row::missed));
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
        ];
        table(f, titles, &self.rows.iter().map(Row::cells).collect::<Vec<_>>())?;
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
        };
        let machine = Machine { lines: Vec::new() };
        let setting = String::new();
        Report { machine, setting, import_took: None, ready_after: 0.1, idle_resident: 41.0, rows: vec![row] }
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
