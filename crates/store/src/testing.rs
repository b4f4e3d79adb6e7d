//! What tests need of the machine: a database of its own for each, which is a file in the test's folder or a schema of the
//! PostgreSQL database that `CARTWRIGHT_TEST_DATABASE` names; and disks that are full when the test says so.

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::db::postgres::connection::{Connection, Place};
use crate::{Database, Options};

/// The database of a test's folder, which does not outlive a power cut.
///
/// # Panics
///
/// When `CARTWRIGHT_TEST_DATABASE` is no address of a database that answers.
pub fn options(folder: &Path) -> Options {
    let database = match std::env::var("CARTWRIGHT_TEST_DATABASE") {
        Ok(address) => Database::Postgres(schema(address, folder)),
        Err(_) => Database::Sqlite(folder.join("shop.db")),
    };
    Options { is_durable: false, ..Options::new(database) }
}

/// The address of the folder's schema, made when missing.
fn schema(address: String, folder: &Path) -> String {
    let mut hasher = DefaultHasher::new();
    folder.hash(&mut hasher);
    let name = format!("test_{:x}", hasher.finish());
    let own = format!("{address}?options=-csearch_path%3D{name}");
    let make = async move {
        let mut connection = Connection::new(Place::parse(&address, None)?);
        connection.batch(&format!("create schema if not exists {name}")).await
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    // A runtime does not start within another one, on the same thread.
    std::thread::spawn(move || runtime.block_on(make)).join().expect("a thread").expect("a schema");
    own
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
