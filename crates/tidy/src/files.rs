//! What holds for every file, whatever is in it.

use crate::workspace::{File, files, insist, rust_files};

/// Past this many lines a file is two files.
const WALL: usize = 600;

/// What must not merge, in two parts so that this list does not find itself.
const MARKS: [&str; 6] = [
    concat!("todo", "!"),
    concat!("unimplemented", "!"),
    concat!("dbg", "!"),
    concat!("#[", "allow("),
    concat!("#![", "allow("),
    concat!("#[", "ignore"),
];

/// How a statement begins, and what else its literal holds.
const STATEMENTS: [(&str, &str); 4] =
    [("select", ""), ("insert into", ""), ("update", " set "), ("delete from", "")];

/// Folders of somebody's machine.
const LOCAL_FOLDERS: [&str; 2] = [concat!("/", "work/"), concat!("/", "root/")];

#[test]
fn every_file_says_what_it_is() {
    let offenders = paths_of(rust_files(), |file| !file.text.starts_with("//!"));
    insist(
        &offenders,
        "Begin with `//!`: one sentence on what the room or noun is, and what it must never do.",
    );
}

#[test]
fn no_file_is_longer_than_the_wall() {
    let offenders = paths_of(rust_files(), |file| file.text.lines().count() > WALL);
    insist(&offenders, "Split it along its nouns; 100 to 300 lines is the habit, 600 the wall.");
}

#[test]
fn nothing_is_left_for_later() {
    let offenders = lines_of(rust_files(), |line| MARKS.iter().any(|mark| line.contains(mark)));
    insist(
        &offenders,
        "Finish it or leave it out; a lint that is wrong here gets #[expect(lint, reason = \"…\")], \
         a test that cannot run goes.",
    );
}

#[test]
fn only_the_store_knows_sql() {
    // Servers are told by statements that they should switch.
    let rooms = ["crates/store/", "crates/postgres-server/", "bench/"];
    let may_hold = |path: &str| rooms.iter().any(|room| path.starts_with(room));
    let offenders = paths_of(rust_files(), |file| !may_hold(&file.path) && holds_statement(&file.text));
    insist(
        &offenders,
        "Put the question into crates/store, a const on top of its noun's file, and call what asks it.",
    );
}

#[test]
fn no_file_names_a_folder_of_somebodys_machine() {
    // In an address or a relative path a letter, digit or mark stands before the slash.
    let is_inner = |before: &str| before.ends_with(|c: char| c.is_alphanumeric() || "._-})".contains(c));
    let names = |line: &str, folder: &str| line.match_indices(folder).any(|(at, _)| !is_inner(&line[..at]));
    let offenders = lines_of(files(), |line| LOCAL_FOLDERS.iter().any(|folder| names(line, folder)));
    insist(&offenders, "Write the path from the workspace's root, or take it as an option.");
}

#[test]
fn a_statement_is_recognised() {
    let holds =
        |verb: &str, rest: &str| holds_statement(&format!("const QUESTION: &str = \"{verb} {rest}\";"));
    assert!(holds("select", "id from cart"));
    assert!(holds("\\\n    update", "cart\n    set version = 1"));
    assert!(!holds("update", "failed"));
    assert!(!holds_statement("// \"select"));
}

fn paths_of(files: Vec<File>, is_wrong: impl Fn(&File) -> bool) -> Vec<String> {
    files.into_iter().filter(is_wrong).map(|file| file.path).collect()
}

fn lines_of(files: Vec<File>, is_wrong: impl Fn(&str) -> bool) -> Vec<String> {
    let mut lines = Vec::new();
    for File { path, text } in files {
        let wrong = text.lines().zip(1..).filter(|(line, _)| is_wrong(line));
        lines.extend(wrong.map(|(line, number)| format!("{path}:{number}: {}", line.trim())));
    }
    lines
}

/// Whether a string literal of this source begins with a statement. Comments may quote what they like.
fn holds_statement(source: &str) -> bool {
    let code: Vec<&str> = source.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    code.join(" ").split('"').skip(1).any(|literal| {
        let literal = literal.trim_start_matches([' ', '\\']);
        let begins = |verb| literal.strip_prefix(verb).is_some_and(|rest: &str| rest.starts_with(' '));
        STATEMENTS.iter().any(|(verb, rest)| begins(*verb) && literal.contains(rest))
    })
}
