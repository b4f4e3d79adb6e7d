//! Settings: the file behind the options, and errors that say which key, which value and what instead.

use crate::server::{Folder, text};

#[test]
fn the_file_in_the_working_folder_is_read() {
    let folder = Folder::with_file();
    folder.write("cartwright.toml", "data = \"./elsewhere\"\npublic_url = \"https://shop.example\"\n");
    let server = folder.serve();
    assert!(folder.path("elsewhere/cartwright.db").is_file() && !folder.data().exists());
    let settings = folder.succeed(&["doctor"]);
    assert!(settings.contains("public_url = https://shop.example (file)"), "{settings}");
    let report = folder.finish(folder.command(&["doctor"]).env("CARTWRIGHT_PUBLIC_URL", "http://b.example"));
    let settings = text(&report.stdout);
    assert!(settings.contains("public_url = http://b.example (environment)"), "{settings}");
    assert_eq!(server.stop().code(), Some(0));
}

#[test]
fn apps_that_must_sign_are_known_by_the_file_and_their_secrets_are_not_shown() {
    let folder = Folder::new();
    folder.write("cartwright.toml", "[lexi]\nrequire_signature = true\napps = [\"phone:a secret\"]\n");
    let server = folder.serve();
    assert!(server.get("/products").body.contains("\"code\":601"));
    // SHA-1 of app_key=phone&nonce_str=n-1&timestamp=1546121488a secret.
    let sign = "16f2872dd66b92b739319b8c8ec16f0ac05c1af9";
    let signed = format!("/products?app_key=phone&nonce_str=n-1&timestamp=1546121488&sign={sign}");
    assert!(server.get(&signed).body.contains("\"code\":200"));
    assert_eq!(server.get("/healthz").status, 200);
    let settings = folder.succeed(&["doctor"]);
    assert!(settings.contains("lexi_apps = (secret) (file)"), "{settings}");
    assert!(!settings.contains("a secret") && !server.logged().contains("a secret"));
    assert_eq!(server.stop().code(), Some(0));
}

#[test]
fn wrong_settings_are_told() {
    for (file, words, code, expected) in [
        ("lisen = \"x\"", &["serve"][..], 2, "cartwright.toml: unknown key \"lisen\""),
        ("cached_carts = -1", &["serve"], 2, "cartwright.toml: invalid value '-1' for '--cached-carts"),
        ("log_format = \"loud\"", &["serve"], 2, "cartwright.toml: invalid value 'loud'"),
        ("data = ", &["serve"], 2, "cartwright.toml is not TOML"),
        ("", &["serve", "--config", "other.toml"], 2, "there is no other.toml"),
        (
            "",
            &["serve", "--database", "postgres://u:secret@127.0.0.1:1/shop"],
            1,
            "PostgreSQL at 127.0.0.1:1/shop",
        ),
        ("", &["serve", "--database", "shop.db"], 1, "expected sqlite:PATH"),
        ("", &["serve", "--files", "cartwright.toml"], 1, "choose another with --files"),
        ("", &["serve", "--files", "ftp://files.example"], 1, "--files ftp://files.example"),
        ("", &["serve", "--log", "a=b=c"], 1, "expected a filter"),
        ("", &["serve", "--sms", "webhook"], 1, "--sms-url"),
        ("[lexi]\nrequire_signature = true", &["serve"], 1, "--lexi-apps"),
        ("[lexi]\napps = \"app\"", &["serve"], 2, "KEY:SECRET"),
        ("", &["serve", "--public-url", "shop.example"], 2, "https://shop.example"),
        ("", &["serve", "--guest-token-ttl", "30"], 2, "30d"),
        ("", &["serve", "--listen", "nowhere"], 1, "cannot listen on nowhere"),
        ("", &["sell"], 2, "unrecognized subcommand"),
    ] {
        let folder = Folder::with_file();
        folder.write("cartwright.toml", file);
        let error = folder.fail(code, words);
        assert!(error.contains(expected), "{file} {words:?}: {error}");
    }
}

#[test]
fn files_of_another_shop_are_not_served() {
    let folder = Folder::with_file();
    assert_eq!(folder.serve().stop().code(), Some(0));
    assert_eq!(folder.serve().stop().code(), Some(0), "the second start finds its own");
    let other = ["--database", "sqlite:typo.db"];
    let error = folder.fail(1, &[&["serve"], &other[..]].concat());
    assert!(error.contains("data/files are another shop's: choose the right ones with --files"), "{error}");
    let report = folder.run(&[&["doctor"], &other[..]].concat());
    let report = (report.status.code(), text(&report.stdout));
    assert!(report.0 == Some(1) && report.1.contains("data/files are another shop's"), "{report:?}");
    assert!(folder.succeed(&["doctor"]).contains("all is well"));
}

#[test]
fn every_option_tells_its_variable() {
    let folder = Folder::new();
    for words in [&["serve"][..], &["demo"], &["import"], &["account", "add"], &["token", "issue"]] {
        let help = folder.succeed(&[words, &["--help"]].concat());
        let options = help.lines().filter(|line| line.trim_start().starts_with("--")).count();
        let variables = help.matches("[env: CARTWRIGHT_").count();
        assert!(
            options > 4 && options == variables,
            "{words:?}: {options} options, {variables} variables\n{help}"
        );
    }
}
