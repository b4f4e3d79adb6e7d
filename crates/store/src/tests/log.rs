//! SQLite's write-ahead log, which a thread copies into the database file beside the writer.

use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::Duration;

use super::{NOW, OWNER, idempotency, stocked_file, write};
use crate::idempotency::{Key, Reply};

/// More than what is copied, in bytes, and less than what the writer would copy.
const LONG: usize = 140 << 20;

/// How often it has started over: a number in its header ("WAL File Format" of SQLite's documentation).
fn starts(log: &Path) -> u32 {
    let mut header = [0; 16];
    File::open(log).unwrap().read_exact(&mut header).unwrap();
    u32::from_be_bytes(*header.last_chunk().unwrap())
}

#[tokio::test]
async fn a_long_log_is_copied_into_the_database_file_and_starts_over() {
    let (store, folder) = stocked_file().await;
    let [database, log] = ["shop.db", "shop.db-wal"].map(|name| folder.path().join(name));
    let before = starts(&log);
    let key = Key { owner: OWNER, key: "k1".to_owned(), request: [0; 32] };
    let reply = Reply { status: 200, content_type: None, body: vec![7; LONG] };
    store.apply(vec![idempotency::complete(&key, &reply, false, NOW)]).await.unwrap();
    for tries in 0.. {
        write(&store, []).await.unwrap();
        if starts(&log) != before {
            break;
        }
        assert!(tries < 1000, "still the same log");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let database = fs::metadata(database).unwrap();
    assert!(database.len() > u64::try_from(LONG).unwrap());
    // Another process would take the database for its own if this one had lost SQLite's locks.
    let locks = fs::read_to_string("/proc/locks").unwrap();
    assert!(locks.contains(&format!(":{} ", database.ino())), "{locks}");
}
