//! What tests need of the machine: a database of its own for each, which is a file in the test's folder or a schema of the
//! PostgreSQL database that `CARTWRIGHT_TEST_DATABASE` names; a look at what such a file holds; and disks that are full when
//! the test says so.

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rusqlite::{Connection as Sqlite, OpenFlags};

use crate::db::postgres::connection::{Connection, Place};
use crate::{Database, Options};

/// The name of the database file.
const FILE: &str = "shop.db";

/// The database of a test's folder, which does not outlive a power cut.
///
/// # Panics
///
/// When `CARTWRIGHT_TEST_DATABASE` is no address of a database that answers.
pub fn options(folder: &Path) -> Options {
    let database = match std::env::var("CARTWRIGHT_TEST_DATABASE") {
        Ok(address) => Database::Postgres(schema(&address, folder)),
        Err(_) => Database::Sqlite(folder.join(FILE)),
    };
    Options { is_durable: false, ..Options::new(database) }
}

/// The address of the folder's schema, made when missing.
fn schema(address: &str, folder: &Path) -> String {
    let mut hasher = DefaultHasher::new();
    folder.hash(&mut hasher);
    let name = format!("test_{:x}", hasher.finish());
    let own = format!("{address}?options=-csearch_path%3D{name}");
    run(address, format!("create schema if not exists {name}"));
    own
}

/// Takes a listing off its shelf, where no list and no search finds it before all are shelved anew.
///
/// # Panics
///
/// When there is no such PostgreSQL database.
pub fn misplace(address: &str, listing: i64) {
    run(address, format!("update listing set shelf = null where id = {listing}"));
}

/// Runs a statement at an address.
fn run(address: &str, text: String) {
    let place = Place::parse(address, None).expect("an address");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let run = move || runtime.block_on(async { Connection::new(place).batch(&text).await });
    // A runtime does not start within another one, on the same thread.
    std::thread::spawn(run).join().expect("a thread").expect("a database that takes it");
}

/// A small file system of its own, which is gone when it is dropped.
pub struct SmallDisk(PathBuf);

impl SmallDisk {
    /// Mounts one of so many MiB over a folder, made when missing; `None`, said on standard error, where that is not
    /// allowed.
    ///
    /// # Panics
    ///
    /// When the folder cannot be made.
    pub fn mount(folder: &Path, mebibytes: u32) -> Option<Self> {
        fs::create_dir_all(folder).expect("a folder of the test's");
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={mebibytes}m"), "tmpfs"])
            .arg(folder)
            .stderr(Stdio::null())
            .status();
        if mount.is_ok_and(|mount| mount.success()) {
            return Some(Self(folder.to_owned()));
        }
        eprintln!("skipped: who runs this test may not mount file systems");
        None
    }

    /// Takes all the room that is left.
    ///
    /// # Panics
    ///
    /// When the disk cannot be written at all.
    pub fn fill(&self) {
        let mut filler =
            File::options().create(true).append(true).open(self.0.join("filler")).expect("a file");
        // In pages, as the file system counts.
        while filler.write_all(&[0; 4096]).is_ok() {}
    }

    /// Gives it back.
    ///
    /// # Panics
    ///
    /// When it was not taken.
    pub fn clear(&self) {
        fs::remove_file(self.0.join("filler")).expect("a full disk");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily, since whatever a failed test has started may still be there.
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

/// Has a database file forget that it has seen the newest migration, as if a program before that had made it.
///
/// # Panics
///
/// When it is no database of a shop.
pub fn make_older(file: &Path) {
    let forget = "delete from migration where number = (select max(number) from migration)";
    Sqlite::open(file).expect("a database").execute(forget, []).expect("migrations");
}

/// Sees what the database file of a test's folder holds, from outside.
pub struct Watch(Sqlite);

impl Watch {
    /// Of a folder whose database is there and embedded.
    ///
    /// # Panics
    ///
    /// When it is not.
    pub fn of_folder(folder: &Path) -> Self {
        let file = Sqlite::open_with_flags(folder.join(FILE), OpenFlags::SQLITE_OPEN_READ_ONLY);
        Self(file.expect("an embedded database"))
    }

    /// Another number whenever somebody has changed something.
    pub fn version(&self) -> i64 {
        self.0.pragma_query_value(None, "data_version", |row| row.get(0)).expect("a number")
    }

    /// Another number for other rows in any table but these.
    pub fn contents(&self, but: &[&str]) -> u64 {
        let mut hasher = DefaultHasher::new();
        let mut tables =
            self.0.prepare("select name from sqlite_schema where type = 'table'").expect("a question");
        let tables = tables.query_map([], |row| row.get::<_, String>(0)).expect("an answer");
        for table in tables.map(|name| name.expect("a name")).filter(|name| !but.contains(&name.as_str())) {
            table.hash(&mut hasher);
            let mut rows = self.0.prepare(&format!("select * from {table}")).expect("a question");
            let columns = rows.column_count();
            let mut rows = rows.query([]).expect("an answer");
            while let Some(row) = rows.next().expect("a row") {
                for at in 0..columns {
                    format!("{:?}", row.get_ref(at).expect("a value")).hash(&mut hasher);
                }
            }
        }
        hasher.finish()
    }
}
