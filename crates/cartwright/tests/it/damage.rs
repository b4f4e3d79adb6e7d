//! A damaged database is refused with what to do about it, never repaired and never made anew.

use std::fs::{self, File};

use crate::server::{Folder, fixture, text};

/// A shop that was stopped properly, so that everything is in the one file.
fn shop() -> Folder {
    let folder = Folder::with_file();
    for name in ["tea-and-mountain.csv", "field-and-home.csv", "bazaar-parts.csv"] {
        folder.succeed(&["import", &fixture(name)]);
    }
    assert_eq!(folder.serve().stop().code(), Some(0));
    folder
}

/// Spoils a stretch of the database, and returns what is in it now.
fn overwrite(folder: &Folder, at: usize, length: usize) -> Vec<u8> {
    let mut bytes = fs::read(folder.database()).expect("a database");
    bytes[at..at + length].fill(0xA5);
    fs::write(folder.database(), &bytes).expect("a writable database");
    bytes
}

#[test]
fn a_damaged_database_is_refused_and_left_alone() {
    // The header; the first page's tree; a page in the middle.
    for (at, length) in [(0, 16), (100, 200), (4096 * 5, 4096 * 3)] {
        let folder = shop();
        let damaged = overwrite(&folder, at, length);
        let error = folder.fail(1, &["serve", "--listen", "127.0.0.1:0"]);
        assert!(error.contains("the database is damaged"), "{at}: {error}");
        assert!(error.contains("cartwright doctor") && error.contains("backup"), "{at}: {error}");

        let report = folder.run(&["doctor"]);
        assert_eq!(report.status.code(), Some(1), "{at}");
        let report = text(&report.stdout);
        assert!(report.contains("the database is damaged") && report.contains("to mend"), "{at}: {report}");
        assert_eq!(fs::read(folder.database()).unwrap(), damaged, "{at}: somebody wrote to it");
    }
}

#[test]
fn a_log_torn_by_a_crash_is_normal() {
    let folder = Folder::with_file();
    folder.succeed(&["import", &fixture("bazaar-parts.csv")]);
    let server = folder.serve();
    server.post("/shop/api/login/getToken.json", "", "");
    server.kill();
    let log = folder.data().join("cartwright.db-wal");
    let length = fs::metadata(&log).unwrap().len();
    File::options().write(true).open(&log).unwrap().set_len(length - 1000).unwrap();
    let server = folder.serve();
    assert_eq!(server.get("/readyz").status, 200);
    assert!(folder.succeed(&["doctor"]).contains("17 products"));
}
