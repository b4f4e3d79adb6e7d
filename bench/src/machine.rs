//! Where and of what a run was made: without it a number says nothing.

use std::{
    fs::{self, File},
    io::Write,
    path::Path,
    process::Command,
    thread::available_parallelism,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};

/// The machine as lines of the report.
pub(crate) struct Machine {
    pub(crate) lines: Vec<String>,
}

impl Machine {
    /// Looks at this machine, and at the disk under the folder.
    pub(crate) fn look(folder: &Path) -> Result<Self> {
        let cores = available_parallelism().context("the cores cannot be counted")?;
        let processor = field("/proc/cpuinfo", "model name");
        let kib: u64 = field("/proc/meminfo", "MemTotal").trim_end_matches(" kB").parse().unwrap_or_default();
        let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
        let lines = vec![
            format!("date: {}", output("date", &["-u", "+%Y-%m-%d %H:%M UTC"])),
            format!("commit: {}", commit()),
            format!(
                "machine: {processor}, {cores} cores, {} MiB of memory, Linux {}",
                kib / 1024,
                kernel.trim()
            ),
            format!("load before the run: {}", load.split(' ').next().unwrap_or_default()),
            format!("an fsync of 4 KiB on its disk: {:.2} ms", fsync(folder)?.as_secs_f64() * 1e3),
        ];
        Ok(Self { lines })
    }
}

/// A `name : value` line's value, or a question mark.
fn field(file: &str, name: &str) -> String {
    let text = fs::read_to_string(file).unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with(name));
    line.and_then(|line| line.split_once(':')).map_or("?", |(_, value)| value.trim()).to_owned()
}

/// The commit that was built, as far as git knows; the results themselves are no change of it.
fn commit() -> String {
    let commit = output("git", &["rev-parse", "--short=12", "HEAD"]);
    let changes = output("git", &["status", "--porcelain", "--", ".", ":!bench/results.md"]);
    match (commit.is_empty(), changes.is_empty()) {
        (true, _) => "none yet".to_owned(),
        (false, true) => commit,
        (false, false) => format!("{commit} and uncommitted changes"),
    }
}

/// What a command prints, without the line's end; nothing when it fails.
fn output(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default()
}

/// The time that one appended page takes to be on the disk, on average.
fn fsync(folder: &Path) -> Result<Duration> {
    const TIMES: u32 = 100;
    let path = folder.join("fsync");
    let mut file = File::create(&path)?;
    let started = Instant::now();
    for _ in 0..TIMES {
        file.write_all(&[0; 4096])?;
        file.sync_data()?;
    }
    let each = started.elapsed() / TIMES;
    fs::remove_file(path)?;
    Ok(each)
}
