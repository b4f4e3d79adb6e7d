//! Disks that are full, and disks that are slow: what was acknowledged is there, what cannot be is said, and it goes on by
//! itself when the disk is well again.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use postgres_server::Postgres;
use tempfile::TempDir;

use crate::adders::Adders;
use crate::client::{DIALECTS, Dialect, Headers, Reply, Shopper, lexi};
use crate::goods::UNCOUNTED;
use crate::ground::{Ground, Site};
use crate::prove::Prove;
use crate::scenario::{NotTried, Seen, Setting, StoreKind};

/// The small disk, in MiB, of a server and of PostgreSQL.
const SMALL: u32 = 48;
const SMALL_OF_POSTGRES: u32 = 160;
/// A log of a few files, of which some are there already when the disk is full.
const POSTGRES: &str = "min_wal_size = 64MB\nmax_wal_size = 64MB";
/// What a slow disk writes in a second.
const WRITES: u32 = 40;
/// Where the kernel lets groups of processes be held back from disks.
const GROUPS: &str = "/sys/fs/cgroup/blkio";
/// Reads that take longer wait for the disk.
const QUICK: Duration = Duration::from_millis(100);

/// Fills the disk under the database, and frees it again.
pub(crate) fn full(prove: &Prove, setting: Setting) -> Result<Seen> {
    let size = if setting.store == StoreKind::Sqlite { SMALL } else { SMALL_OF_POSTGRES };
    let Some(disk) = SmallDisk::mount(size)? else {
        bail!(NotTried("no file system may be mounted here"));
    };
    let mut postgres = match setting.store {
        StoreKind::Sqlite => None,
        StoreKind::Postgres => Some(Postgres::start_with(disk.path(), POSTGRES)?),
    };
    let site = match &postgres {
        None => Site { data: Some(disk.path().to_owned()), ..Site::default() },
        Some(postgres) => Site { database: Some(postgres.address()), ..Site::default() },
    };
    let ground = Ground::start_at(prove, setting, site)?;
    let adders = Adders::start(&ground)?;
    let (rounds, customer) = (prove.times(1, 10), ground.customer()?.0);
    let mut strange = Vec::new();
    for round in 0..rounds {
        let ballast = disk.fill()?;
        for dialect in DIALECTS {
            strange.extend(said_when_full(&ground, &customer, dialect, round)?);
        }
        fs::remove_file(ballast)?;
        if let Some(postgres) = &mut postgres {
            postgres.revive()?;
        }
        adders.wait_for_more(50)?;
    }
    let tally = adders.finish(&ground)?;
    Ok(Seen {
        done: format!("disk full under load {rounds} times"),
        seen: format!("{tally}; {} put off by 503{}", tally.put_off, strange.join("")),
        holds: tally.lost == 0 && tally.doubled == 0 && tally.put_off > 0 && strange.is_empty(),
    })
}

/// Waits for a write that finds no room, and tells what is wrong with how that is said, or with reading meanwhile.
fn said_when_full(
    ground: &Ground,
    customer: &Shopper,
    dialect: Dialect,
    round: usize,
) -> Result<Option<String>> {
    let add = match dialect {
        Dialect::Lexi => {
            lexi("POST", "/cart", serde_json::json!({"rid": ground.goods.rids[1], "quantity": 2}))
        }
        _ => dialect.add(UNCOUNTED, 1),
    };
    let since = Instant::now();
    let mut sent = 0;
    let reply = loop {
        // A key of its own takes room; what is only changed may find it where it is.
        let key = Some(format!("{round}-{dialect:?}-{sent}"));
        sent += 1;
        let reply =
            ground.client.send(ground.url(0), customer, &add, &Headers { key, ..Headers::default() })?;
        if reply.status >= 500 {
            break reply;
        }
        ensure!(since.elapsed() < Duration::from_secs(20), "{dialect:?} goes on writing on a full disk");
    };
    if !says_unavailable(dialect, &reply) {
        return Ok(Some(format!("; {dialect:?} says {} {}", reply.status, reply.body)));
    }
    let view = ground.send(0, customer, &dialect.view())?;
    // PostgreSQL may go down when its log finds no room, and come back with it.
    let is_down = ground.setting.store == StoreKind::Postgres && says_unavailable(dialect, &view);
    Ok((view.status != 200 && !is_down)
        .then(|| format!("; {dialect:?} does not show a cart: {}", view.status)))
}

/// Whether it is a 503 in the dialect's shape.
fn says_unavailable(dialect: Dialect, Reply { status, body, .. }: &Reply) -> bool {
    let is_said = match dialect {
        Dialect::Mt | Dialect::Hamgam => body["detail"].is_string(),
        Dialect::Wangmarket => body["info"].is_string(),
        Dialect::Anqicms => body["code"] == -1 && body["msg"].is_string(),
        Dialect::Lexi => body["status"]["code"] == 503,
    };
    *status == 503 && is_said
}

/// Makes the writes of the server slow, or those of PostgreSQL.
pub(crate) fn slow(prove: &Prove, setting: Setting) -> Result<Seen> {
    let folder = tempfile::tempdir()?;
    let postgres = match setting.store {
        StoreKind::Sqlite => None,
        StoreKind::Postgres => Some(Postgres::start_with(folder.path(), "fsync = on")?),
    };
    let site = Site { database: postgres.as_ref().map(Postgres::address), ..Site::default() };
    let ground = Ground::start_at(prove, setting, site)?;
    let customer = ground.customer()?.0;
    ground.done(0, &customer, &Dialect::Mt.add(UNCOUNTED, 1))?;
    let slowed = match &postgres {
        None => Slowed::slow(|| Ok(vec![ground.process(0)]), ground.data())?,
        Some(postgres) => Slowed::slow(|| Ok(postgres.processes()?), folder.path())?,
    };
    let Some(slowed) = slowed else {
        bail!(NotTried("no disk may be slowed down here"));
    };
    let adders = Adders::start(&ground)?;
    let (since, mut reads) = (Instant::now(), Vec::new());
    while since.elapsed() < Duration::from_secs(prove.times(4, 30) as u64) {
        for dialect in DIALECTS {
            let begun = Instant::now();
            ground.done(reads.len(), &customer, &dialect.view())?;
            reads.push(begun.elapsed());
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    drop(slowed);
    let tally = adders.finish(&ground)?;
    reads.sort_unstable();
    let slowest_read = reads[reads.len() * 99 / 100];
    let is_slow = tally.half > Duration::from_millis(10);
    if !is_slow {
        bail!(NotTried("the disk could not be slowed down"));
    }
    Ok(Seen {
        done: format!("{WRITES} writes a second at most"),
        seen: format!(
            "{tally}; adds took {} ms and {} ms (p50, p99), {} reads {} ms (p99)",
            tally.half.as_millis(),
            tally.most.as_millis(),
            reads.len(),
            slowest_read.as_millis()
        ),
        holds: tally.lost == 0 && tally.doubled == 0 && slowest_read < QUICK,
    })
}

/// A file system of its own, in memory. It is unmounted when dropped.
struct SmallDisk(TempDir);

impl SmallDisk {
    /// `None` where mounting is refused.
    fn mount(mebibytes: u32) -> Result<Option<Self>> {
        let disk = Self(tempfile::tempdir()?);
        let size = format!("size={mebibytes}m");
        let output =
            Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(disk.path()).output();
        Ok(output.is_ok_and(|output| output.status.success()).then_some(disk))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// A file that takes all the room there is.
    fn fill(&self) -> Result<PathBuf> {
        let path = self.path().join("ballast");
        let mut file = File::create(&path)?;
        for piece in [64 * 1024, 512] {
            loop {
                match file.write(&vec![0; piece]) {
                    Ok(_) => {}
                    Err(error) if error.kind() == ErrorKind::StorageFull => break,
                    Err(error) => bail!(error),
                }
            }
        }
        Ok(path)
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Whatever still has a file open there; where it was not mounted, nothing happens.
        let _ = Command::new("umount").arg("-l").arg(self.path()).output();
    }
}

/// Processes whose disk is slow until this is dropped. The kernel holds their writes back: a control group of its own, which
/// what they start is in as well.
struct Slowed {
    group: PathBuf,
}

impl Slowed {
    /// `None` where the kernel or its administrator does not offer that.
    fn slow(processes: impl Fn() -> Result<Vec<u32>>, folder: &Path) -> Result<Option<Self>> {
        let (root, first) = (Path::new(GROUPS), processes()?[0]);
        let slowed = Self { group: root.join(format!("prove-{first}")) };
        if !root.join("cgroup.procs").exists() || fs::create_dir(&slowed.group).is_err() {
            return Ok(None);
        }
        let limit = format!("{} {WRITES}", disk_of(folder)?);
        let is_limited = write(&slowed.group.join("blkio.throttle.write_iops_device"), &limit).is_ok();
        if !is_limited || write(&slowed.members(), &first.to_string()).is_err() {
            return Ok(None);
        }
        // What it has started before; some of that may have ended.
        for process in processes()? {
            let _ = write(&slowed.members(), &process.to_string());
        }
        Ok(Some(slowed))
    }

    fn members(&self) -> PathBuf {
        self.group.join("cgroup.procs")
    }
}

impl Drop for Slowed {
    fn drop(&mut self) {
        // Twice, for what was started meanwhile; an empty group may go.
        for _ in 0..2 {
            for process in fs::read_to_string(self.members()).unwrap_or_default().lines() {
                let _ = write(&Path::new(GROUPS).join("cgroup.procs"), process);
            }
        }
        let _ = fs::remove_dir(&self.group);
    }
}

fn write(file: &Path, text: &str) -> std::io::Result<()> {
    OpenOptions::new().write(true).open(file)?.write_all(text.as_bytes())
}

/// The device that holds a folder, as `8:0`.
fn disk_of(folder: &Path) -> Result<String> {
    let device = fs::metadata(folder).context("no folder")?.dev();
    let major = ((device >> 8) & 0xfff) | ((device >> 32) & !0xfff);
    let minor = (device & 0xff) | ((device >> 12) & !0xff);
    Ok(format!("{major}:{minor}"))
}
