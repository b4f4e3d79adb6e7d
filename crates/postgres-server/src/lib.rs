//! PostgreSQL servers that a test starts, kills and promotes: programs of Debian's package on free ports of the loopback. A
//! server ends when it is dropped; nothing here knows the shop.

use std::fs::{self, File};
use std::io::{Error, Result, Write};
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// What does not happen by then never will.
const PATIENCE: Duration = Duration::from_secs(30);

/// The name that a primary knows its standby by.
const STANDBY: &str = "standby";

/// Nothing outlives a test, so nothing need reach the disk: a killed process leaves the system's memory of its files
/// whole. Whoever is cut off is noticed soon.
const SETTINGS: &str = "
listen_addresses = '127.0.0.1'
max_connections = 500
fsync = off
dynamic_shared_memory_type = mmap
wal_log_hints = on
wal_sender_timeout = 2s
wal_receiver_timeout = 2s
wal_retrieve_retry_interval = 200ms
";

/// The sessions that are held.
const HELD: &str = "from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'";

/// A server, or what a kill left of it.
pub struct Postgres {
    child: Child,
    programs: Programs,
    folder: PathBuf,
    port: u16,
}

/// Where the programs are, and as whom they run: a server refuses to be root.
#[derive(Clone)]
struct Programs {
    folder: PathBuf,
    user: Option<(u32, u32)>,
}

/// Whether the package is installed.
pub fn is_installed() -> bool {
    newest_programs().is_some()
}

/// Where one of the package's programs is.
pub fn program(name: &str) -> Result<PathBuf> {
    Ok(Programs::found()?.folder.join(name))
}

impl Postgres {
    /// Makes a database in the folder and serves it. The folder becomes the server's own, with the files that are in it,
    /// so it is a temporary one for nothing else.
    pub fn start(folder: &Path) -> Result<Self> {
        Self::start_with(folder, "")
    }

    /// The same with more lines of `postgresql.conf`.
    pub fn start_with(folder: &Path, settings: &str) -> Result<Self> {
        let programs = Programs::found()?;
        // The programs run elsewhere.
        let folder = &std::path::absolute(folder)?;
        programs.own(folder)?;
        let initdb = ["-A", "trust", "-U", "postgres", "--locale=C.UTF-8", "-E", "UTF8", "--no-sync", "-D"];
        programs.run("initdb", initdb.map(str::to_owned).into_iter().chain([data(folder)]))?;
        let settings = format!("{SETTINGS}unix_socket_directories = '{}'\n{settings}\n", folder.display());
        append(folder, &settings)?;
        Self::begin(programs, folder)
    }

    /// A copy that repeats every commit of this server before the commit is answered. It takes over with
    /// [`Postgres::promote`].
    pub fn standby(&self, folder: &Path) -> Result<Self> {
        self.programs.own(folder)?;
        let port = self.port.to_string();
        let from = ["-h", "127.0.0.1", "-p", &port, "-U", "postgres"];
        let how = ["-R", "-X", "stream", "-c", "fast", "--no-sync", "-C", "-S", STANDBY, "-D"];
        let words = from.into_iter().chain(how).map(str::to_owned).chain([data(folder)]);
        self.programs.run("pg_basebackup", words)?;
        let settings =
            format!("cluster_name = '{STANDBY}'\nunix_socket_directories = '{}'\n", folder.display());
        append(folder, &settings)?;
        let standby = Self::begin(self.programs.clone(), folder)?;
        self.set(&format!("synchronous_standby_names = 'FIRST 1 ({STANDBY})'"))?;
        wait("the standby does not follow", || {
            Ok(self.sql("select sync_state from pg_stat_replication")?.trim() == "sync")
        })?;
        Ok(standby)
    }

    /// Its address, for a user who may do everything.
    pub fn address(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Host and port.
    pub fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Runs a statement and returns what it printed, fields separated by `|`.
    pub fn sql(&self, statement: &str) -> Result<String> {
        self.sql_in(&self.address(), statement)
    }

    /// The same in another database of it.
    pub fn sql_in(&self, address: &str, statement: &str) -> Result<String> {
        let words = ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", address, "-c", statement];
        self.programs.run("psql", words.map(str::to_owned))
    }

    /// Changes a setting, such as `default_transaction_read_only = on`.
    pub fn set(&self, setting: &str) -> Result<()> {
        self.sql(&format!("alter system set {setting}"))?;
        self.reload()
    }

    /// Has the server read its files of settings and rules again.
    pub fn reload(&self) -> Result<()> {
        self.sql("select pg_reload_conf()").map(drop)
    }

    /// Its processes: first the one that starts the others as they are needed.
    pub fn processes(&self) -> Result<Vec<u32>> {
        let first = self.child.id();
        Ok([vec![first], children_of(first)?].concat())
    }

    /// From now on whoever writes the row with this id into a table waits, in the middle of a transaction.
    pub fn hold(&self, address: &str, table: &str, id: i64) -> Result<()> {
        let hold = "begin perform pg_sleep(3600); return new; end";
        self.sql_in(
            address,
            &format!(
                "create or replace function hold() returns trigger language plpgsql as $${hold}$$;
                create trigger hold before insert on {table} for each row when (new.id = {id}) execute function hold()"
            ),
        )?;
        Ok(())
    }

    /// Waits until somebody is held.
    pub fn wait_until_held(&self, address: &str) -> Result<()> {
        wait("nobody is held", || Ok(!self.sql_in(address, &format!("select 1 {HELD}"))?.is_empty()))
    }

    /// Ends the sessions of those who are held, and holds nobody else.
    pub fn release(&self, address: &str, table: &str) -> Result<()> {
        self.sql_in(address, &format!("select pg_terminate_backend(pid, 10000) {HELD}"))?;
        self.sql_in(address, &format!("drop trigger hold on {table}"))?;
        Ok(())
    }

    /// Ends every process of the server at once (SIGKILL), as a power cut does.
    pub fn kill(&mut self) -> Result<()> {
        let mut killed = children_of(self.child.id())?;
        // None of them may go on without the one that would clean up behind them.
        self.child.kill()?;
        self.child.wait()?;
        killed.retain(|pid| signal("KILL", *pid));
        wait("a killed process goes on", || Ok(killed.iter().all(|pid| !exists(*pid))))
    }

    /// Stops every process of the server where it is (SIGSTOP), as a machine does whose disk hangs.
    pub fn freeze(&self) -> Result<()> {
        self.signal_all("STOP")
    }

    /// Lets them go on.
    pub fn thaw(&self) -> Result<()> {
        self.signal_all("CONT")
    }

    fn signal_all(&self, name: &str) -> Result<()> {
        for pid in self.processes()? {
            signal(name, pid);
        }
        Ok(())
    }

    /// Starts it again after a kill, in its folder and on its port.
    pub fn restart(&mut self) -> Result<()> {
        self.child = spawn(&self.programs, &self.folder, self.port)?;
        self.wait_until_it_answers()
    }

    /// Waits until it answers, and starts it again where it has ended by itself.
    pub fn revive(&mut self) -> Result<()> {
        self.wait_until_it_answers().or_else(|_| self.restart())
    }

    /// Makes a standby the primary. It has no standby of its own then.
    pub fn promote(&self) -> Result<()> {
        self.programs
            .run("pg_ctl", ["promote".to_owned(), "-w".to_owned(), "-D".to_owned(), data(&self.folder)])?;
        Ok(())
    }

    fn begin(programs: Programs, folder: &Path) -> Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let child = spawn(&programs, folder, port)?;
        let mut server = Self { child, programs, folder: folder.to_owned(), port };
        server.wait_until_it_answers()?;
        Ok(server)
    }

    fn wait_until_it_answers(&mut self) -> Result<()> {
        let port = self.port.to_string();
        wait("the server does not answer", || {
            if let Some(status) = self.child.try_wait()? {
                let log = fs::read_to_string(self.folder.join("log"))?;
                return Err(Error::other(format!("the server ended with {status}: {log}")));
            }
            let asked = ["-q", "-h", "127.0.0.1", "-p", &port];
            Ok(self.programs.command("pg_isready").args(asked).status()?.success())
        })
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // At once, but leaving none of the system's memory behind. It may have been killed already.
        if let Ok(None) = self.child.try_wait()
            && signal("QUIT", self.child.id())
        {
            let is_gone = || Ok(self.child.try_wait()?.is_some());
            if wait("it goes on", is_gone).is_err() {
                let _ = self.kill();
            }
        }
        // What a killed one has left there stands in its lock file, behind the addresses.
        let lock = fs::read_to_string(self.folder.join("data/postmaster.pid")).unwrap_or_default();
        if let Some(id) = lock.lines().nth(6).and_then(|line| line.split_whitespace().nth(1)) {
            let _ = Command::new("ipcrm").args(["-m", id]).status();
        }
    }
}

impl Programs {
    fn found() -> Result<Self> {
        let folder =
            newest_programs().ok_or_else(|| Error::other("the package postgresql is not installed"))?;
        let is_root = fs::metadata("/proc/self")?.uid() == 0;
        let id = |kind: &str| -> Result<u32> {
            let output = Command::new("id").args([kind, "postgres"]).output()?;
            String::from_utf8_lossy(&output.stdout).trim().parse().map_err(Error::other)
        };
        let user = if is_root { Some((id("-u")?, id("-g")?)) } else { None };
        Ok(Self { folder, user })
    }

    fn command(&self, name: &str) -> Command {
        let mut command = Command::new(self.folder.join(name));
        if let Some((user, group)) = self.user {
            command.uid(user).gid(group);
        }
        // The tester's own folder may be closed to that user.
        command.current_dir("/").stdin(Stdio::null());
        command
    }

    fn run(&self, name: &str, words: impl IntoIterator<Item = String>) -> Result<String> {
        let output = self.command(name).args(words).output()?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(Error::other(format!("{name} ended with {}: {said}", output.status)));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Hands a folder and the files in it to the user.
    fn own(&self, folder: &Path) -> Result<()> {
        let Some((user, group)) = self.user else { return Ok(()) };
        for entry in fs::read_dir(folder)? {
            chown(entry?.path(), Some(user), Some(group))?;
        }
        chown(folder, Some(user), Some(group))
    }
}

fn newest_programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?.flatten().map(|entry| entry.path());
    let number = |path: &PathBuf| path.file_name()?.to_str()?.parse::<u32>().ok();
    let folder = versions.filter(|path| number(path).is_some()).max_by_key(number)?.join("bin");
    folder.join("initdb").is_file().then_some(folder)
}

fn data(folder: &Path) -> String {
    folder.join("data").display().to_string()
}

fn append(folder: &Path, settings: &str) -> Result<()> {
    let file = folder.join("data/postgresql.conf");
    File::options().append(true).open(file)?.write_all(settings.as_bytes())
}

fn spawn(programs: &Programs, folder: &Path, port: u16) -> Result<Child> {
    let log = File::options().create(true).append(true).open(folder.join("log"))?;
    let mut command = programs.command("postgres");
    command.args(["-D", &data(folder), "-p", &port.to_string()]);
    command.stdout(log.try_clone()?).stderr(log).spawn()
}

/// The processes whose parent this is.
fn children_of(parent: u32) -> Result<Vec<u32>> {
    let mut children = Vec::new();
    for entry in fs::read_dir("/proc")? {
        let Some(pid) = entry?.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        // Behind the name, which may hold anything, come the state and the parent.
        let Ok(stat) = fs::read_to_string(format!("/proc/{pid}/stat")) else { continue };
        let behind = stat.rsplit(')').next().unwrap_or_default();
        if behind.split_whitespace().nth(1).and_then(|text| text.parse().ok()) == Some(parent) {
            children.push(pid);
        }
    }
    Ok(children)
}

/// Whether the process was there to be told.
fn signal(name: &str, pid: u32) -> bool {
    let kill = Command::new("kill").args(["-s", name, &pid.to_string()]).stderr(Stdio::null()).status();
    kill.is_ok_and(|status| status.success())
}

fn exists(pid: u32) -> bool {
    Path::new(&format!("/proc/{pid}")).exists()
}

fn wait(what: &str, mut is_so: impl FnMut() -> Result<bool>) -> Result<()> {
    let end = Instant::now() + PATIENCE;
    while !is_so()? {
        if Instant::now() > end {
            return Err(Error::other(what));
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_promoted_standby_has_what_the_killed_primary_confirmed() {
        if !is_installed() {
            eprintln!("not tested: the package postgresql is not installed");
            return;
        }
        let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let mut primary = Postgres::start(folders[0].path()).unwrap();
        let standby = primary.standby(folders[1].path()).unwrap();
        primary.sql("create table kept (number bigint not null primary key)").unwrap();
        primary.sql("insert into kept (number) values (7)").unwrap();
        primary.kill().unwrap();
        assert!(primary.sql("select 1").is_err());
        standby.promote().unwrap();
        standby.sql("insert into kept (number) values (8)").unwrap();
        assert_eq!(standby.sql("select number from kept order by number").unwrap(), "7\n8\n");
        primary.restart().unwrap();
        assert_eq!(primary.sql("select number from kept").unwrap(), "7\n");
    }
}
