//! `import`: all or nothing, repeatable, and seen by a running server within a second.

use std::time::{Duration, Instant};

use crate::server::{Folder, Server, fixture, text};

fn count(server: &Server) -> String {
    let page = server.get("/api/shop/products?limit=1").body;
    page.split([':', ',']).nth(1).unwrap_or_default().to_owned()
}

#[test]
fn a_running_server_sees_the_import_within_a_second() {
    let folder = Folder::new();
    let server = folder.serve();
    assert_eq!(count(&server), "0");
    let printed = folder.succeed(&["import", &fixture("bazaar-parts.csv"), "--store", "Parts"]);
    assert!(
        printed.contains("into \"Parts\": 17 new, 0 changed, 0 unchanged products; 25 new SKUs"),
        "{printed}"
    );
    let imported = Instant::now();
    while count(&server) != "16" {
        assert!(imported.elapsed() < Duration::from_secs(1), "{}", count(&server));
        std::thread::sleep(Duration::from_millis(20));
    }
    let printed = folder.succeed(&["import", &fixture("bazaar-parts.csv"), "--store", "Parts"]);
    assert!(printed.contains("0 new, 0 changed, 17 unchanged products; 0 new SKUs"), "{printed}");
}

#[test]
fn a_dry_run_writes_nothing() {
    let folder = Folder::new();
    let printed = folder.succeed(&["import", &fixture("bazaar-parts.csv"), "--dry-run"]);
    assert!(printed.contains("would be imported into \"Default\": 17 new"), "{printed}");
    assert!(printed.contains("nothing was written"), "{printed}");
    assert!(folder.succeed(&["doctor"]).contains("contents  0 products, 0 SKUs"));
}

#[test]
fn problems_are_told_with_their_lines_and_nothing_is_written() {
    let folder = Folder::new();
    folder.write("wrong.csv", "Handle,Title,Variant Price\ntea,Tea,5\npot,,five\n");
    let output = folder.run(&["import", "wrong.csv"]);
    assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(1), ""));
    assert_eq!(
        text(&output.stderr),
        "wrong.csv:3: column \"Variant Price\": expected a decimal number such as 19.90, found \"five\"\n\
         wrong.csv:3: column \"Title\": expected a title, found \"\"\n\
         cartwright: nothing was imported: mend wrong.csv and import it again\n"
    );
    assert!(folder.succeed(&["doctor"]).contains("contents  0 products"));
    let error = folder.fail(1, &["import", "missing.csv"]);
    assert!(error.contains("cannot open missing.csv"), "{error}");
    assert!(folder.fail(2, &["import", "wrong.csv", "--store", ""]).contains("--store"));
}
