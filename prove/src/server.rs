//! A server as a process: started, awaited, killed. Dropping it kills it.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

/// A server that does not say by then that it listens never will.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running server.
pub(crate) struct Server {
    child: Child,
    /// Where it listens, as `http://127.0.0.1:PORT`.
    pub(crate) url: String,
}

impl Server {
    /// Starts the command, whose output goes into the log, and waits until it says where it listens.
    pub(crate) fn start(mut command: Command, log: &Path) -> Result<Self> {
        let out = log.with_extension("out");
        command.stdin(Stdio::null()).stdout(File::create(&out)?).stderr(File::create(log)?);
        let child = command.spawn().with_context(|| format!("{command:?} cannot be started"))?;
        let mut server = Self { child, url: String::new() };
        let started = Instant::now();
        loop {
            let printed = fs::read_to_string(&out)?;
            if let Some(url) = printed.lines().next().filter(|_| printed.contains('\n')) {
                let url = url.split_whitespace().last().unwrap_or_default();
                url.clone_into(&mut server.url);
                return Ok(server);
            }
            if let Some(status) = server.child.try_wait()? {
                bail!("a server ended with {status}: {}", last_words(log));
            }
            ensure!(started.elapsed() < PATIENCE, "a server does not start: {}", last_words(log));
            sleep(Duration::from_millis(5));
        }
    }

    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a command to its end, which must be a good one, and returns what it printed.
pub(crate) fn finish(mut command: Command, input: &str) -> Result<String> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    child.stdin.take().context("it has an input")?.write_all(input.as_bytes())?;
    let output = child.wait_with_output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{command:?} ended with {}: {said}", output.status);
    Ok(String::from_utf8(output.stdout)?)
}

/// The end of a log.
fn last_words(log: &Path) -> String {
    let log = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(5)..].join(" ")
}
