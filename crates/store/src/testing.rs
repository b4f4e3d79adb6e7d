//! A database of its own for each test: a file in the test's folder, or a schema of the PostgreSQL database that
//! `CARTWRIGHT_TEST_DATABASE` names.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

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
