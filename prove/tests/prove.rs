//! The program from outside, as far as no server is needed for it.

use std::process::Command;

#[test]
fn without_a_server_it_says_what_builds_one() {
    let ran =
        Command::new(env!("CARGO_BIN_EXE_prove")).args(["--server", "nowhere"]).output().expect("it starts");
    assert!(!ran.status.success());
    let said = String::from_utf8_lossy(&ran.stderr);
    assert!(said.contains("no program at nowhere; scripts/prove builds it"), "{said}");
}
