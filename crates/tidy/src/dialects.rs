//! All dialects have one shape, so that who knows one finds everything in the next.

use crate::workspace::{has, insist, rooms, rust_files};

/// What every dialect has.
const PARTS: [&str; 6] =
    ["src/lib.rs", "src/auth.rs", "src/error.rs", "src/page.rs", "src/wire", "tests/it/main.rs"];

#[test]
fn every_dialect_has_all_parts() {
    let mut offenders = Vec::new();
    for dialect in rooms().iter().filter(|room| room.starts_with("dialect-")) {
        let missing = PARTS.iter().filter(|part| !has(&format!("crates/{dialect}/{part}")));
        offenders.extend(missing.map(|part| format!("crates/{dialect}/{part} is missing")));
    }
    insist(
        &offenders,
        "lib.rs is the route table, auth.rs says who calls, error.rs answers every app::Error, page.rs cuts pages, \
         wire/ holds the formats, tests/it the tests. Give the dialect what it lacks.",
    );
}

#[test]
fn every_handler_file_has_its_wire_file() {
    let mut offenders = Vec::new();
    for file in rust_files() {
        // A handler is an async function; a file without one only helps others.
        let Some((dialect, noun)) = file.path.split_once("/src/") else { continue };
        let is_part = PARTS.iter().any(|part| part.strip_prefix("src/") == Some(noun)) || noun.contains('/');
        let is_handler =
            dialect.starts_with("crates/dialect-") && !is_part && file.text.contains("async fn ");
        if is_handler && !has(&format!("{dialect}/src/wire/{noun}")) {
            offenders.push(format!("{} has no wire/{noun}", file.path));
        }
    }
    insist(
        &offenders,
        "One noun, one file name in every room: put what its requests and replies look like into wire/<noun>.rs.",
    );
}
