//! A copy into PostgreSQL whose process is killed: the half is no shop, and the next run makes it the whole one.

use std::fmt::Write;
use std::process::{Command, Stdio};

use postgres_server::Postgres;

use crate::server::{Folder, Server, agent, fixture, text};
use crate::shop::{database, get, guest, json};

/// Products, each with a row in several tables.
const PRODUCTS: usize = 1200;
/// Rows that are copied before the shop's name is, and in the second of three batches.
const HELD: [(&str, i64); 2] = [("change_log", 1), ("sku", 700)];

/// A shop in a file, and the tokens of guests with something in their carts.
fn shop() -> (Folder, Vec<String>) {
    let folder = Folder::with_file();
    let mut csv = "Handle,Title,Variant Price\n".to_owned();
    for number in 0..PRODUCTS {
        writeln!(csv, "p{number},Product {number},9.50").expect("a text grows");
    }
    folder.write("many.csv", &csv);
    folder.succeed(&["import", "many.csv", "--store", "Tea"]);
    let server = folder.serve();
    let tokens: Vec<_> = (0..10).map(|_| guest(&server)).collect();
    for (token, number) in tokens.iter().zip(1..) {
        for product in 1..=number {
            let form = format!("product={product}&quantity={number}");
            let added = server.post("/api/shop/cart/items", &format!("Token {token}"), &form);
            assert_eq!(added.status, 200, "{}", added.body);
        }
    }
    assert_eq!(server.stop().code(), Some(0));
    (folder, tokens)
}

/// Kills a copy in the middle of the transaction that writes a row (SIGKILL).
fn copy_until(postgres: &Postgres, address: &str, mut copy: Command, (table, id): (&str, i64)) {
    postgres.hold(address, table, id).expect("a table");
    let mut copying = copy.stdout(Stdio::null()).spawn().expect("the program starts");
    postgres.wait_until_held(address).expect("it comes to that row");
    copying.kill().expect("it is ours");
    assert_eq!(copying.wait().expect("it ends").code(), None, "it has ended before the kill");
    postgres.release(address, table).expect("it is held");
}

/// What a copy said of each table.
fn tables(printed: &str) -> Vec<&str> {
    printed.lines().filter(|line| line.contains(" rows of ") && !line.contains(" tables are in ")).collect()
}

#[test]
fn a_copy_that_is_killed_is_no_shop_before_it_has_gone_on_to_its_end() {
    let Some(database) = database() else { return };
    let (source, tokens) = shop();
    let server = source.serve();
    let carts = |server: &Server| -> Vec<_> {
        let cart = |token| get(&agent(), &format!("{}/api/shop/cart", server.url), token).expect("an answer");
        tokens.iter().map(|token| json(&cart(token).1)).collect()
    };
    let before = carts(&server);
    assert_eq!(before[9]["quantity"], 100);
    assert_eq!(server.stop().code(), Some(0));
    let from = format!("sqlite:{}", source.database().display());
    let copy = |to: &str| source.succeed(&["copy", "--from", &from, "--to", to]);
    let undisturbed = copy("sqlite:undisturbed.db");

    let address = database.make();
    let words = ["copy", "--from", &from, "--to", &address];
    let target = Folder::on(&address);
    target.succeed(&["migrate"]);
    let refused = |words: &[&str]| {
        let error = target.fail(1, words);
        assert!(error.contains("is not finished: run `cartwright copy` again"), "{words:?}: {error}");
    };
    for row in HELD {
        copy_until(&database.postgres, &address, source.command(&words), row);
        refused(&["serve", "--listen", "127.0.0.1:0"]);
        refused(&["copy", "--from", &address, "--to", "sqlite:new.db"]);
    }
    refused(&["import", &fixture("tea-and-mountain.csv")]);
    refused(&["token", "issue", "--account", "li@example.com"]);
    refused(&["reindex"]);
    refused(&["backup", "half.db"]);
    refused(&["migrate"]);
    let found = target.run(&["doctor"]);
    assert_eq!(found.status.code(), Some(1));
    assert!(text(&found.stdout).contains("is not finished: run `cartwright copy` again"), "{found:?}");
    let printed = copy(&address);
    assert_eq!(tables(&printed), tables(&undisturbed));
    assert!(printed.contains("the same as in"), "{printed}");
    let server = target.serve();
    assert_eq!(carts(&server), before);
}
