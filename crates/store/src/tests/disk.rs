//! A disk that is full, below either database: writes are refused and nothing else is, until there is room again.

use std::path::Path;
use std::process::Command;

use super::{NOW, OWNER, idempotency, stock};
use crate::db::postgres::connection::{Connection, Place};
use crate::idempotency::{Key, Reply};
use crate::testing::{SmallDisk, options};
use crate::{Database, Error, Options, Store};

/// A database on a small disk; where it is PostgreSQL's, with all its tables there. `None` where the server cannot do that.
async fn on(disk: &Path, folder: &Path) -> Option<Options> {
    let known = options(folder);
    let Database::Postgres(address) = known.database.clone() else {
        return Some(Options::of_file(disk.join("shop.db")));
    };
    let (tables, space) = (disk.join("tables"), space(folder));
    std::fs::create_dir(&tables).unwrap();
    // The server runs as a user of its own.
    let _ = Command::new("chown").arg("postgres").arg(&tables).status();
    let mut connection = Connection::new(Place::parse(&address, None).unwrap());
    let made = connection.batch(&format!("create tablespace {space} location '{}'", tables.display())).await;
    if let Err(error) = made {
        eprintln!("skipped: the server cannot have tables on a disk of ours: {error}");
        return None;
    }
    Some(Options {
        database: Database::Postgres(format!("{address}%20-cdefault_tablespace%3D{space}")),
        ..known
    })
}

/// Takes the tables off the disk, which the server would miss.
async fn off(folder: &Path) {
    let Database::Postgres(address) = options(folder).database else { return };
    let mut connection = Connection::new(Place::parse(&address, None).unwrap());
    let schema = connection.one("select cast(current_schema() as text)", &[]).await.unwrap();
    let schema = schema.first().unwrap().text(0).unwrap().to_owned();
    connection.batch(&format!("drop schema {schema} cascade")).await.unwrap();
    connection.batch(&format!("drop tablespace {}", space(folder))).await.unwrap();
}

/// A name of the folder's own.
fn space(folder: &Path) -> String {
    let name = folder.file_name().unwrap().to_string_lossy().to_lowercase();
    format!("disk_{}", name.replace(['.', '-'], ""))
}

async fn keep(store: &Store, number: u64) -> Result<(), Error> {
    let key = Key { owner: OWNER, key: number.to_string(), request: [0; 32] };
    // Nothing that could be pressed together.
    let mut body = vec![0; 10_000];
    getrandom::fill(&mut body).unwrap();
    let reply = Reply { status: 200, content_type: None, body };
    store.apply(vec![idempotency::complete(&key, &reply, false, NOW)]).await.map(drop)
}

#[tokio::test]
async fn a_full_disk_refuses_writes_until_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = SmallDisk::mount(&folder.path().join("disk"), 8) else { return };
    let Some(options) = on(&folder.path().join("disk"), folder.path()).await else { return };
    let store = stock(Store::open(&options).unwrap()).await;
    let mut kept = 0;
    for round in 0..3 {
        disk.fill();
        let refused = loop {
            match keep(&store, kept).await {
                Ok(()) => kept += 1,
                Err(error) => break error,
            }
            assert!(kept < 10_000, "the disk is never full");
        };
        assert!(matches!(refused, Error::Unwritable(_)), "round {round}: {refused:?}");
        // Many at once, of which each is refused for itself.
        let many = futures_util::future::join_all((0..50).map(|more| keep(&store, 100_000 + more))).await;
        assert!(many.iter().any(Result::is_err));
        assert!(many.iter().all(|one| matches!(one, Ok(()) | Err(Error::Unwritable(_)))), "{many:?}");
        let known = |number: u64| Key { owner: OWNER, key: number.to_string(), request: [0; 32] };
        for number in 0..kept {
            assert!(store.idempotency_record(&known(number), NOW).await.unwrap().is_some(), "{number}");
        }
        assert!(store.idempotency_record(&known(kept), NOW).await.unwrap().is_none(), "refused and there");
        disk.clear();
        keep(&store, kept).await.unwrap();
        kept += 1;
    }
    assert_eq!(store.ailments().await.unwrap(), Vec::<String>::new());
    store.close();
    off(folder.path()).await;
}
