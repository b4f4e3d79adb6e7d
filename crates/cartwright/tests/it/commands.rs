//! Commands beside a running server: accounts, tokens, backup, doctor, migrate.

use std::fs::File;
use std::process::Output;
use std::sync::atomic::{AtomicBool, Ordering};

use store::testing::SmallDisk;

use crate::server::{Folder, fixture, text};

pub(crate) fn add_account(folder: &Folder, words: &[&str], password: &str) -> Output {
    let words = [&["account", "add", "--password-stdin"], words].concat();
    let password = File::open(folder.write("password", password)).expect("a file of ours");
    folder.finish(folder.command(&words).stdin(password))
}

#[test]
fn an_account_can_log_in_and_its_token_works_at_once() {
    let folder = Folder::new();
    let server = folder.serve();
    let added =
        add_account(&folder, &["--email", "Wang@Example.com", "--username", "xiaowang"], "long enough\n");
    assert_eq!(text(&added.stdout), "account 1 added: xiaowang\n", "{}", text(&added.stderr));

    let login = server.post("/api/login", "", "email=wang@example.com&password=long+enough");
    assert!(login.body.contains("\"code\":0"), "{}", login.body);
    for name in ["wang@example.com", "xiaowang"] {
        let printed = folder.succeed(&["token", "issue", "--account", name, "--ttl", "1h"]);
        let token = printed.trim_end();
        assert_eq!(printed, format!("{token}\n"));
        assert!(token.len() == 40 && token.bytes().all(|byte| byte.is_ascii_hexdigit()), "{token}");
        let cart = server.post("/rest_api/mt_shop_cart/", &format!("Token {token}"), "");
        assert_eq!(cart.status, 400, "{}", cart.body);
    }
}

#[test]
fn accounts_that_cannot_be_are_refused_with_a_reason() {
    let folder = Folder::new();
    folder.succeed(&["import", &fixture("bazaar-parts.csv"), "--store", "Parts"]);
    let keeper = ["--email", "keeper@example.com", "--role", "merchant", "--store", "Parts"];
    assert!(add_account(&folder, &keeper, "long enough\n").status.success());
    for (words, password, expected) in [
        (&keeper[..], "long enough\n", "already"),
        (&["--email", "a@example.com"], "short\n", "6 to 128 characters"),
        (&["--email", "a@example.com"], "", "6 to 128 characters"),
        (&["--email", "nobody"], "long enough\n", "not an e-mail address"),
        (&["--phone", "12"], "long enough\n", "5 to 20 digits"),
        (&["--username", "a b"], "long enough\n", "no blanks"),
        (&["--email", "a@example.com", "--role", "merchant"], "long enough\n", "--store"),
        (
            &["--email", "a@example.com", "--role", "merchant", "--store", "Part"],
            "long enough\n",
            "there are: Parts",
        ),
        (&["--email", "a@example.com", "--store", "Parts"], "long enough\n", "--role merchant"),
        (&["--email", "a@example.com", "--role", "king"], "long enough\n", "operator"),
        (&[], "long enough\n", "--email"),
    ] {
        let refused = add_account(&folder, words, password);
        let error = text(&refused.stderr);
        assert!(!refused.status.success() && error.contains(expected), "{words:?}: {error}");
    }
    let error = folder.fail(1, &["token", "issue", "--account", "nobody@example.com"]);
    assert!(error.contains("there is no account nobody@example.com"), "{error}");
    let error = folder.fail(2, &["token", "issue", "--account", "keeper@example.com", "--ttl", "soon"]);
    assert!(error.contains("30d"), "{error}");
}

#[test]
fn a_backup_of_a_busy_server_is_a_whole_shop() {
    let folder = Folder::with_file();
    folder.succeed(&["import", &fixture("bazaar-parts.csv")]);
    let server = folder.serve();
    let reply = server.post("/shop/api/login/getToken.json", "", "");
    let token = reply.body.split('"').rev().nth(1).unwrap().to_owned();
    let authorization = format!("Token {token}");
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                let added =
                    server.post("/rest_api/mt_shop_cart/", &authorization, "nums=1&distributor_product_id=4");
                assert_eq!(added.status, 201, "{}", added.body);
            }
        });
        for copy in ["first.db", "second.db"] {
            let printed = folder.succeed(&["backup", copy]);
            assert!(printed.contains(copy), "{printed}");
        }
        is_over.store(true, Ordering::Relaxed);
    });
    let error = folder.fail(1, &["backup", "first.db"]);
    assert!(error.contains("first.db exists already"), "{error}");
    let error = folder.fail(1, &["backup", "nowhere/first.db"]);
    assert!(error.contains("is the folder there"), "{error}");
    assert!(!folder.path("first.db.partial").exists());

    let restored = Folder::with_file();
    std::fs::create_dir(restored.data()).unwrap();
    std::fs::copy(folder.path("second.db"), restored.database()).unwrap();
    assert!(restored.succeed(&["doctor"]).contains("all is well"));
    let server = restored.serve();
    let cart = server.get(&format!("/shop/api/cart/getCart.json?token={token}"));
    assert!(cart.body.contains("\"goodsid\":4") || cart.body.contains("\"4\":"), "{}", cart.body);
}

#[test]
fn the_doctor_tells_what_there_is_and_what_is_set() {
    let folder = Folder::new();
    folder.succeed(&["import", &fixture("bazaar-parts.csv")]);
    let report =
        folder.succeed(&["doctor", "--cached-carts", "7", "--sms-url", "https://sms.example/secret"]);
    for expected in [
        "none is running in this folder",
        "tables    up to date: 0001_shop",
        "17 products",
        "files     0 without a row",
        "cached_carts = 7 (option)",
        "listen = 127.0.0.1:8080 (default)",
        "sms_url = set (option)",
        "all is well",
    ] {
        assert!(report.contains(expected), "{expected}: {report}");
    }
    let _server = folder.serve();
    assert!(folder.succeed(&["doctor"]).contains("server    one is running"));
}

#[test]
fn the_doctor_tells_what_is_strange_and_what_no_server_would_take() {
    let folder = Folder::new();
    folder.succeed(&["migrate"]);
    let report = folder.succeed(&["doctor", "--sms", "log", "--guest-cart-ttl", "1d"]);
    for expected in ["whoever reads the log", "--guest-cart-ttl", "free in ./data", "all is well"] {
        assert!(report.contains(expected), "{expected}: {report}");
    }
    for (words, expected) in [
        (&["--sms", "webhook"], "needs --sms-url"),
        (&["--lexi-require-signature", "true"], "needs --lexi-apps"),
    ] {
        let report = folder.run(&[&["doctor"], &words[..]].concat());
        assert_eq!(report.status.code(), Some(1));
        assert!(text(&report.stdout).contains(expected), "{}", text(&report.stdout));
    }
    let Some(_disk) = SmallDisk::mount(&folder.path("small"), 4) else { return };
    folder.succeed(&["migrate", "--data", "small"]);
    let report = folder.succeed(&["doctor", "--data", "small"]);
    assert!(report.contains("little space is left in small: make room"), "{report}");
}

#[test]
fn the_doctor_leaves_an_older_database_as_it_is() {
    let folder = Folder::with_file();
    folder.succeed(&["migrate"]);
    store::testing::make_older(&folder.database());
    for _ in 0..2 {
        let report = folder.run(&["doctor"]);
        assert_eq!(report.status.code(), Some(1));
        let report = text(&report.stdout);
        assert!(report.contains("older than this program: run `cartwright migrate` for 00"), "{report}");
    }
}

#[test]
fn a_shop_that_is_not_there_is_not_made_by_looking_at_it() {
    let folder = Folder::with_file();
    for words in [&["backup", "copy.db"][..], &["token", "issue", "--account", "a@example.com"]] {
        let error = folder.fail(1, words);
        assert!(error.contains("there is no database") && error.contains("--data"), "{error}");
    }
    let report = folder.run(&["doctor"]);
    assert_eq!(report.status.code(), Some(1));
    assert!(text(&report.stdout).contains("there is no database"), "{}", text(&report.stdout));
    assert!(!folder.data().exists());
}

#[test]
fn migrate_makes_the_tables_and_says_so() {
    let folder = Folder::with_file();
    assert!(folder.succeed(&["migrate"]).contains("cartwright.db is made: 0001_shop"));
    assert!(folder.succeed(&["migrate"]).contains("cartwright.db is up to date: 0001_shop"));
}
