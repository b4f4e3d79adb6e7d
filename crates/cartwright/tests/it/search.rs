//! Search in a served shop: it follows an import, outlives its folder, and is made anew by `reindex`.

use std::fs;
use std::time::{Duration, Instant};

use crate::server::{Folder, Server, fixture};

/// Asks for doors, in Persian.
const DOORS: &str = "/api/shop/products?search=%D8%AF%D8%B1%D8%A8&limit=1";

/// How many the shop finds.
fn found(server: &Server) -> String {
    let reply = server.get(DOORS);
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.body.split([':', ',']).nth(1).unwrap_or_default().to_owned()
}

#[test]
fn an_import_beside_a_server_is_found_within_a_second() {
    let folder = Folder::new();
    let server = folder.serve();
    assert_eq!(found(&server), "0");
    folder.succeed(&["import", &fixture("bazaar-parts.csv")]);
    let imported = Instant::now();
    while found(&server) != "4" {
        assert!(imported.elapsed() < Duration::from_secs(1), "{}", found(&server));
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn everything_is_found_again_whatever_became_of_the_index() {
    let folder = Folder::new();
    folder.succeed(&["import", &fixture("bazaar-parts.csv")]);
    let server = folder.serve();
    assert_eq!(found(&server), "4");
    // In the middle of its life.
    server.kill();
    let server = folder.serve();
    assert_eq!(found(&server), "4");
    server.kill();

    let index = folder.data().join("search");
    for file in fs::read_dir(&index).unwrap() {
        let file = file.unwrap().path();
        let bytes = fs::read(&file).unwrap();
        fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
    }
    let server = folder.serve();
    assert_eq!(found(&server), "4");
    server.kill();

    fs::remove_dir_all(&index).unwrap();
    assert_eq!(found(&folder.serve()), "4");
}

#[test]
fn it_is_made_anew_at_will_also_beside_a_server() {
    assert!(Folder::with_file().fail(1, &["reindex"]).contains("there is no database"));
    let folder = Folder::new();
    folder.succeed(&["import", &fixture("bazaar-parts.csv")]);
    let server = folder.serve();
    assert_eq!(found(&server), "4");
    let printed = folder.succeed(&["reindex"]);
    assert!(printed.starts_with("17 products are in the search index, made in "), "{printed}");
    assert_eq!(found(&server), "4");
    server.kill();
    folder.succeed(&["reindex"]);
    assert_eq!(found(&folder.serve()), "4");
}
