//! Several programs that find an empty database at the same time: one makes the tables, the others wait for it.

use std::fs;
use std::thread;

use crate::server::{Folder, Server};
use crate::shop::{REPLICAS, database};

#[test]
fn an_empty_database_is_migrated_once_however_many_begin() {
    let Some(database) = database() else { return };
    for _ in 0..3 {
        let address = database.make();
        let folders: Vec<_> = (0..REPLICAS + 2).map(|_| Folder::on(&address)).collect();
        let (serving, migrating) = folders.split_at(REPLICAS);
        let servers: Vec<Server> = thread::scope(|scope| {
            for folder in migrating {
                scope.spawn(|| folder.succeed(&["migrate"]));
            }
            let serving = serving.iter();
            let serving = serving.map(|folder| scope.spawn(|| folder.start(&["serve", "--migrate"])));
            let servers: Vec<_> = serving.collect();
            servers.into_iter().map(|server| server.join().expect("a server")).collect()
        });
        let ids: Vec<_> = serving.iter().map(|folder| fs::read(folder.data().join("files/shop"))).collect();
        let id = ids[0].as_ref().expect("the shop is named");
        assert!(ids.iter().flatten().all(|other| other == id) && ids.iter().all(Result::is_ok), "{ids:?}");
        for server in servers {
            assert_eq!(server.get("/readyz").status, 200);
        }
    }
}

#[test]
fn a_server_that_is_not_told_to_does_not_migrate() {
    let Some(database) = database() else { return };
    let folder = Folder::on(&database.make());
    let error = folder.fail(1, &["serve", "--listen", "127.0.0.1:0"]);
    assert!(error.contains("run `cartwright migrate` for 0001_shop"), "{error}");
}
