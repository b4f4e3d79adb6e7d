//! `restore`: a backup takes the place of the database whole or not at all, and never under a server.

use std::fs;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use crate::disk::{DOORS, OOLONG, found, guest, pieces};
use crate::server::{Folder, Server, fixture, text};

fn add(server: &Server, token: &str) {
    let added =
        server.post("/cart/change.json", "", &format!("token={token}&goodsid=4&changeNumber=1&storeid=1"));
    assert_eq!(added.status, 200, "{}", added.body);
}

#[test]
fn what_was_acknowledged_before_a_backup_is_there_after_its_restore() {
    let folder = Folder::with_file();
    folder.succeed(&["import", &fixture("bazaar-parts.csv")]);
    let server = folder.serve();
    let token = guest(&server);
    let (added, is_over) = (AtomicI64::new(0), AtomicBool::new(false));
    let before = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                add(&server, &token);
                added.fetch_add(1, Ordering::Relaxed);
            }
        });
        while added.load(Ordering::Relaxed) < 20 {
            std::thread::yield_now();
        }
        let before = added.load(Ordering::Relaxed);
        folder.succeed(&["backup", "copy.db"]);
        is_over.store(true, Ordering::Relaxed);
        before
    });
    folder.succeed(&["import", &fixture("tea-and-mountain.csv")]);
    while found(&server, OOLONG) == 0 {
        std::thread::yield_now();
    }
    let error = folder.fail(1, &["restore", "copy.db"]);
    assert!(error.contains("another server has this shop open"), "{error}");
    add(&server, &token);
    let after = pieces(&server, &token);
    assert_eq!(server.stop().code(), Some(0));

    let printed = folder.succeed(&["restore", "copy.db"]);
    assert!(printed.contains("cartwright.db is as copy.db was"), "{printed}");
    assert!(printed.contains("cartwright.db.replaced-1"), "{printed}");
    let server = folder.serve();
    let held = pieces(&server, &token);
    assert!((before..after).contains(&held), "{before} <= {held} < {after}");
    assert_eq!((found(&server, OOLONG), found(&server, DOORS)), (0, 4));
    add(&server, &token);
    assert_eq!(server.stop().code(), Some(0));
    assert!(folder.succeed(&["doctor"]).contains("all is well"));

    // What was there before is whole, too.
    folder.succeed(&["restore", "data/cartwright.db.replaced-1"]);
    assert_eq!(pieces(&folder.serve(), &token), after);
    assert!(folder.path("data/cartwright.db.replaced-2").is_file());
}

#[test]
fn a_database_that_was_killed_is_set_aside_with_its_log() {
    let folder = Folder::with_file();
    folder.succeed(&["import", &fixture("bazaar-parts.csv")]);
    folder.succeed(&["backup", "copy.db"]);
    let server = folder.serve();
    let token = guest(&server);
    add(&server, &token);
    server.kill();
    assert!(fs::metadata(folder.path("data/cartwright.db-wal")).unwrap().len() > 0);
    // Half of it is in its log.
    let error = folder.fail(1, &["restore", "data/cartwright.db"]);
    assert!(error.contains("is the database itself"), "{error}");
    folder.succeed(&["restore", "copy.db"]);
    assert!(!folder.path("data/cartwright.db-wal").exists());
    let error = folder.fail(1, &["restore", "data/cartwright.db.replaced-1"]);
    assert!(error.contains("part of which is in its log"), "{error}");
    let aside = format!("sqlite:{}", folder.path("data/cartwright.db.replaced-1").display());
    let server = folder.start(&["serve", "--data", "aside", "--database", &aside]);
    assert_eq!(pieces(&server, &token), 1);
}

#[test]
fn what_is_no_backup_changes_nothing() {
    let folder = Folder::with_file();
    folder.succeed(&["import", &fixture("bazaar-parts.csv")]);
    folder.succeed(&["backup", "copy.db"]);
    let known = fs::read(folder.database()).unwrap();
    let mut spoiled = fs::read(folder.path("copy.db")).unwrap();
    let middle = spoiled.len() / 2;
    spoiled[middle..middle + 4096].fill(0xA5);
    fs::write(folder.path("spoiled.db"), spoiled).unwrap();
    fs::write(folder.path("text.db"), "no database at all, but a text that is long enough".repeat(100))
        .unwrap();
    fs::write(folder.path("empty.db"), "").unwrap();
    for (file, expected) in [
        ("spoiled.db", "damaged"),
        ("text.db", "not a database"),
        ("empty.db", "no database of a shop"),
        ("nowhere.db", "No such file"),
    ] {
        let error = folder.fail(1, &["restore", file]);
        assert!(error.contains(expected) && error.contains(file), "{file}: {error}");
        assert_eq!(fs::read(folder.database()).unwrap(), known, "{file}");
    }
    folder.succeed(&["restore", "copy.db", "--database", "sqlite:other.db"]);
    assert_eq!(fs::read(folder.path("other.db")).unwrap(), fs::read(folder.path("copy.db")).unwrap());
    let error = folder.fail(1, &["restore", "copy.db", "--database", "postgres://db.example/shop"]);
    assert!(error.contains("pg_restore"), "{error}");
    assert!(!folder.path("data/cartwright.db.replaced-1").exists());
}

#[test]
fn a_restore_that_was_cut_off_is_finished_before_anything_else() {
    let folder = Folder::with_file();
    folder.succeed(&["import", &fixture("bazaar-parts.csv")]);
    folder.succeed(&["backup", "copy.db"]);
    // As a power cut leaves it after the old database was set aside.
    fs::rename(folder.database(), folder.path("data/cartwright.db.replaced-1")).unwrap();
    fs::copy(folder.path("copy.db"), folder.path("data/cartwright.db.restoring")).unwrap();
    for words in [&["serve", "--listen", "127.0.0.1:0"][..], &["migrate"]] {
        let error = folder.fail(1, words);
        assert!(error.contains("is not finished: run `cartwright restore` again"), "{error}");
    }
    assert!(!folder.database().exists());
    let report = text(&folder.run(&["doctor"]).stdout);
    assert!(report.contains("cartwright restore"), "{report}");
    folder.succeed(&["restore", "copy.db"]);
    assert!(folder.succeed(&["doctor"]).contains("17 products"));
}
