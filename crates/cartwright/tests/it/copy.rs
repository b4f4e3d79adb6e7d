//! `copy`: the shop moves to another database, which is served from then on.

use std::process::{Command, Stdio};

use crate::disk::{guest, pieces};
use crate::server::{Folder, fixture, text};

#[test]
fn a_shop_moves_and_goes_on_where_it_was() {
    let folder = Folder::with_file();
    folder.succeed(&["import", &fixture("bazaar-parts.csv")]);
    let server = folder.serve();
    let token = guest(&server);
    let change = format!("token={token}&goodsid=4&changeNumber=3&storeid=1");
    assert_eq!(server.post("/cart/change.json", "", &change).status, 200);
    let from = format!("sqlite:{}", folder.database().display());
    let words = ["copy", "--from", &from, "--to", "sqlite:new.db"];
    let error = folder.fail(1, &words);
    assert!(error.contains("another server has this shop open"), "{error}");
    assert_eq!(server.stop().code(), Some(0));

    let printed = folder.succeed(&words);
    assert!(
        printed.contains("17 rows of product ") && printed.contains("next: run `cartwright serve`"),
        "{printed}"
    );
    let error = folder.fail(1, &words);
    assert!(error.contains("holds this shop already"), "{error}");
    let server = folder.start(&["serve", "--database", "sqlite:new.db"]);
    assert_eq!(pieces(&server, &token), 3);
    assert_eq!(server.post("/cart/change.json", "", &change).status, 200);
    assert_eq!(pieces(&server, &token), 6);
}

#[test]
fn how_far_a_copy_is_shows_on_a_terminal_and_nowhere_else() {
    let folder = Folder::with_file();
    folder.succeed(&["import", &fixture("bazaar-parts.csv")]);
    let words = ["copy", "--from", "sqlite:data/cartwright.db", "--to"];
    let quiet = folder.run(&[&words[..], &["sqlite:quiet.db"]].concat());
    assert_eq!((quiet.status.code(), text(&quiet.stderr).as_str()), (Some(0), ""));

    let program = env!("CARGO_BIN_EXE_cartwright");
    let run = format!("stty cols 120; {program} copy --from sqlite:data/cartwright.db --to sqlite:shown.db");
    let mut on_terminal = Command::new("script");
    on_terminal.args(["--quiet", "--return", "--command", &run, "/dev/null"]).current_dir(folder.path(""));
    let shown = folder.finish(on_terminal.stdin(Stdio::null()));
    let printed = text(&shown.stdout);
    assert_eq!(shown.status.code(), Some(0), "{printed}");
    assert!(printed.contains(" rows, "), "{printed:?}");
}

#[test]
fn what_cannot_be_copied_is_told() {
    let folder = Folder::with_file();
    for (from, to, expected) in [
        ("sqlite:nowhere.db", "sqlite:new.db", "there is no database nowhere.db"),
        ("sqlite:a.db", "sqlite:a.db", "the same database"),
        ("mysql:a", "sqlite:a.db", "--from mysql:a: expected sqlite:PATH"),
        ("sqlite:a.db", "a.db", "--to a.db: expected sqlite:PATH"),
    ] {
        let error = folder.fail(1, &["copy", "--from", from, "--to", to]);
        assert!(error.contains(expected), "{from} {to}: {error}");
    }
    assert!(!folder.path("new.db").exists());
    let error = folder.fail(1, &["migrate", "--citus"]);
    assert!(error.contains("--database"), "{error}");
}
