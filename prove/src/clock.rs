//! A clock that goes backwards under a running server: who is logged in stays so, who was logged out stays out, keys and the
//! order of changes hold.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use crate::adders::Adders;
use crate::client::{Call, Dialect, Headers, Outcome, Shopper, hamgam, wangmarket};
use crate::goods::{STORES, UNCOUNTED};
use crate::ground::{Ground, Site};
use crate::prove::Prove;
use crate::scenario::{NotTried, Seen, Setting};

/// Where the clock is set to, in seconds from the true time, one after the other.
const STEPS: [i32; 4] = [-10, -3600, 60, -86_400];
/// Every server has seen a change by then.
const SEEN_BY: Duration = Duration::from_secs(3);

/// Sets the clock of a server back and forth.
pub(crate) fn backwards(prove: &Prove, setting: Setting) -> Result<Seen> {
    let Some(library) = library() else {
        bail!(NotTried("the package faketime is not installed"));
    };
    let clock = tempfile::NamedTempFile::new()?;
    let set = |seconds: i32| fs::write(clock.path(), format!("{seconds:+}\n")).context("the clock");
    set(0)?;
    let environment = vec![
        ("LD_PRELOAD", library.display().to_string()),
        ("FAKETIME_TIMESTAMP_FILE", clock.path().display().to_string()),
        ("FAKETIME_NO_CACHE", "1".to_owned()),
        // Time only goes back on the wall.
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
    ];
    let ground = Ground::start_at(prove, setting, Site { environment, ..Site::default() })?;
    let adders = Adders::start(&ground)?;
    let witness = Witness::new(&ground)?;
    let mut faults = Vec::new();
    for (step, seconds) in STEPS.into_iter().enumerate() {
        set(seconds)?;
        adders.wait_for_more(50)?;
        if let Err(fault) = witness.look(&ground, step) {
            faults.push(format!("; at {seconds} s {fault:#}"));
        }
    }
    let tally = adders.finish(&ground)?;
    for replica in 0..setting.replicas {
        if ground.logged(replica)?.contains("panic") {
            faults.push("; a panic in the log".to_owned());
        }
    }
    Ok(Seen {
        done: format!("clock set to {STEPS:?} s under load"),
        seen: format!("{tally}{}", faults.join("")),
        holds: tally.lost == 0 && tally.doubled == 0 && faults.is_empty(),
    })
}

/// Debian's library that tells a process another time.
fn library() -> Option<PathBuf> {
    let folders = fs::read_dir("/usr/lib").ok()?.flatten().map(|entry| entry.path());
    let library = |folder: &PathBuf| folder.join("faketime/libfaketimeMT.so.1");
    folders.map(|folder| library(&folder)).find(|path| Path::is_file(path))
}

/// Who was there before the clock moved.
struct Witness {
    inside: Shopper,
    outside: Shopper,
    /// An add that was done, under this key.
    added: (Call, Headers),
}

impl Witness {
    fn new(ground: &Ground) -> Result<Self> {
        let ((inside, _), (outside, _)) = (ground.customer()?, ground.customer()?);
        let logout = wangmarket("/login/logout.json", "");
        ground.done(0, &outside, &logout)?;
        let call = hamgam("POST", "/items", json!({"product": UNCOUNTED, "quantity": 7}));
        let headers = Headers { key: Some("before".to_owned()), ..Headers::default() };
        let reply = ground.client.send(ground.url(0), &inside, &call, &headers)?;
        ensure!(call.dialect.outcome(&reply) == Outcome::Done, "{} {}", reply.status, reply.body);
        Ok(Self { inside, outside, added: (call, headers) })
    }

    fn look(&self, ground: &Ground, step: usize) -> Result<()> {
        let view = Dialect::Hamgam.view();
        let seen = ground.send(0, &self.inside, &view)?;
        ensure!(view.dialect.outcome(&seen) == Outcome::Done, "who was logged in is nobody");
        let seen = ground.send(0, &self.outside, &view)?;
        ensure!(view.dialect.outcome(&seen) == Outcome::Nobody, "who was logged out is somebody");
        let (call, headers) = &self.added;
        let again = ground.client.send(ground.url(0), &self.inside, call, headers)?;
        ensure!(again.is_replay, "a repeat is no repeat: {} {}", again.status, again.body);
        let rows = ground.done(0, &self.inside, &Dialect::Anqicms.view())?.body["data"].take();
        ensure!(rows[0]["quantity"] == 7, "a repeat added: {rows}");
        let (newcomer, _) = ground.customer()?;
        ground.done(0, &newcomer, &Dialect::Mt.add(UNCOUNTED, 1))?;
        // Another process, at the same time of day, changes the catalogue.
        let title = format!("Title {step}");
        ground.import(STORES[1], &format!("Handle,Title\nproduct-{UNCOUNTED},{title}\n"))?;
        let path = format!("/api/archive/detail?id={UNCOUNTED}");
        let detail = Call { dialect: Dialect::Anqicms, method: "GET", path, body: Value::Null };
        let since = Instant::now();
        while ground.done(0, &newcomer, &detail)?.body["data"]["title"] != title.as_str() {
            ensure!(since.elapsed() < SEEN_BY, "a change of the catalogue is not seen");
            sleep(Duration::from_millis(50));
        }
        Ok(())
    }
}
