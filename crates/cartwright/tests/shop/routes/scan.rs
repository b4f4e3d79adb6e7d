//! What the route tables in the code say, compared with the table of these tests.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::{ROUTES, Route};

/// Room, verb and path of each literal that begins with a slash and has something behind it, as a route has.
fn scan(room: &str, source: &str) -> BTreeSet<(String, String, String)> {
    let code: String = source.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices("\"/") {
        let (path, rest) = code[at + 1..].split_once('"').expect("a literal ends");
        if !rest.trim_start().starts_with(',') {
            continue;
        }
        let mut verbs = verbs_of(rest);
        if verbs.is_empty() {
            verbs.push("");
        }
        found.extend(verbs.iter().map(|verb| (room.to_owned(), (*verb).to_owned(), path.to_owned())));
    }
    found
}

/// Every name that is called before the parenthesis around the path closes.
fn verbs_of(rest: &str) -> Vec<&str> {
    let mut depth = 0;
    let end = rest.find(|sign| {
        depth += i32::from(sign == '(') - i32::from(sign == ')');
        depth < 0
    });
    let calls = rest[..end.unwrap_or(rest.len())].split('(');
    let mut names: Vec<_> =
        calls.map(|call| call.rsplit(|sign: char| !sign.is_alphanumeric()).next()).collect();
    names.pop();
    names.into_iter().flatten().collect()
}

fn crates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn the_table_has_every_route_that_the_code_has() {
    let mut in_code =
        scan("house", &fs::read_to_string(crates().join("cartwright/src/lib.rs")).expect("a file"));
    for room in fs::read_dir(crates()).expect("a folder") {
        let room = room.expect("an entry").path();
        let name = room.file_name().and_then(|name| name.to_str()).expect("a name");
        if let Some(dialect) = name.strip_prefix("dialect-") {
            in_code.extend(scan(dialect, &fs::read_to_string(room.join("src/lib.rs")).expect("a file")));
        }
    }
    let row = |route: &Route| (route.room.to_owned(), route.verb.to_owned(), route.path.to_owned());
    let in_table: BTreeSet<_> = ROUTES.iter().map(row).collect();
    let missing: Vec<_> = in_code.difference(&in_table).collect();
    let stale: Vec<_> = in_table.difference(&in_code).collect();
    assert!(missing.is_empty(), "routes that are not in the table: {missing:#?}");
    assert!(stale.is_empty(), "routes that are in the table only: {stale:#?}");
}

#[test]
fn a_dialect_has_its_routes_in_its_lib_rs_only() {
    let mut folders = vec![crates()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.to_str().expect("a name");
            let is_rust = path.extension().is_some_and(|end| end == "rs");
            if path.is_dir() && (folder == crates() || !name.ends_with("/tests")) {
                folders.push(path);
            } else if name.contains("/dialect-") && is_rust && !name.ends_with("/src/lib.rs") {
                assert!(!fs::read_to_string(&path).expect("a file").contains(".route("), "{name}");
            }
        }
    }
}

#[test]
fn the_scan_sees_verbs_prefixes_and_unknown_helpers() {
    let code = concat!(
        "// .route(\"/no\", get(x))\n",
        "path.starts_with(\"/no\");\n",
        ".route(\"/a\", get(a::b).post(c)).nest(\"/p\", other)\n",
        "(\"/b/{id}\", on(D, e))",
    );
    let found: Vec<_> = scan("x", code).into_iter().map(|(_, verb, path)| format!("{verb} {path}")).collect();
    assert_eq!(found, [" /p", "get /a", "on /b/{id}", "post /a"]);
}
