//! What the inspections read: the project's rooms and files, by their path from the workspace's root.

use std::{fs, path::Path};

/// A file of the project; what is no UTF-8 in it is replaced.
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// The rooms' names: every folder of `crates/` that has a manifest.
pub(crate) fn rooms() -> Vec<String> {
    let crates = entries("crates").into_iter().filter(|room| has(&format!("{room}/Cargo.toml")));
    crates.map(|room| room["crates/".len()..].to_owned()).collect()
}

/// Every file of the project: no build products, no local data.
pub(crate) fn files() -> Vec<File> {
    let mut files = Vec::new();
    let mut folders = vec![String::new()];
    while let Some(folder) = folders.pop() {
        for path in entries(&folder) {
            // In a worktree .git is a file.
            if ["target", "data", "demo-data", ".git"].contains(&path.as_str()) {
                continue;
            }
            if root().join(&path).is_file() {
                let text = String::from_utf8_lossy(&fs::read(root().join(&path)).unwrap()).into_owned();
                files.push(File { path, text });
            } else {
                folders.push(path);
            }
        }
    }
    files
}

/// Every Rust file of the project.
pub(crate) fn rust_files() -> Vec<File> {
    files()
        .into_iter()
        .filter(|file| Path::new(&file.path).extension().is_some_and(|end| end == "rs"))
        .collect()
}

/// Whether the project has this file or folder.
pub(crate) fn has(path: &str) -> bool {
    root().join(path).exists()
}

/// Fails with every offender and what to do instead.
pub(crate) fn insist(offenders: &[String], instead: &str) {
    assert!(offenders.is_empty(), "\n  {}\n\n{instead}\n", offenders.join("\n  "));
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn entries(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(root().join(folder)).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut paths: Vec<String> = names.map(|name| format!("{folder}/{name}")).collect();
    paths.sort();
    paths.into_iter().map(|path| path.trim_start_matches('/').to_owned()).collect()
}
