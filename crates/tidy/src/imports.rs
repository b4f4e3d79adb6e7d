//! The import table: which room may import which, and which room owns which library.

use std::fs;

use toml::{Table, Value};

use crate::workspace::{insist, rooms};

/// What each room may import of ours, in its tests too; `dialect` stands for every `dialect-*`.
const IMPORTS: [(&str, &[&str]); 7] = [
    ("domain", &[]),
    ("store", &["domain"]),
    ("app", &["domain", "store"]),
    ("web", &["domain", "app"]),
    ("dialect", &["domain", "app", "web"]),
    ("tidy", &[]),
    ("postgres-server", &[]),
];

/// Sees every other room.
const HOUSE: &str = "cartwright";

/// Libraries that only some rooms may use outside of tests.
const OWNERS: [(&str, &[&str]); 14] = [
    ("rusqlite", &["store"]),
    ("tokio-postgres", &["store"]),
    ("tokio-rustls", &["store"]),
    ("webpki-roots", &["store"]),
    ("tower-http", &["web"]),
    ("argon2", &["app"]),
    ("tantivy", &["app"]),
    ("image", &["app"]),
    ("object_store", &["app"]),
    ("clap", &[HOUSE]),
    ("fs4", &[HOUSE]),
    ("anyhow", &[HOUSE]),
    ("serde", &["web", "dialect", HOUSE]),
    ("serde_json", &["web", "dialect", HOUSE]),
];

#[test]
fn a_room_imports_only_the_rooms_below_it() {
    let mut offenders = Vec::new();
    for room in rooms().iter().filter(|room| *room != HOUSE) {
        let allowed =
            IMPORTS.iter().find(|(kind, _)| *kind == kind_of(room)).map_or(&[][..], |(_, rooms)| rooms);
        let ours = imports(room, &["dependencies", "build-dependencies", "dev-dependencies"]);
        let wrong = ours.iter().filter(|name| rooms().contains(name) && !allowed.contains(&name.as_str()));
        offenders.extend(wrong.map(|name| format!("{room} imports {name}")));
    }
    insist(
        &offenders,
        "Move what is shared down: its rules to domain, its meaning to app, its transport to web. \
         A new room needs a row in IMPORTS.",
    );
}

#[test]
fn a_library_stays_with_its_owner() {
    let mut offenders = Vec::new();
    for room in rooms() {
        let imports = imports(&room, &["dependencies", "build-dependencies"]);
        for (library, owners) in OWNERS {
            if imports.iter().any(|name| name == library) && !owners.contains(&kind_of(&room)) {
                offenders
                    .push(format!("{room} depends on {library}, which belongs to {}", owners.join(", ")));
            }
        }
    }
    insist(
        &offenders,
        "Ask the room that owns the library to do it, and import that room if it is below yours.",
    );
}

fn kind_of(room: &str) -> &str {
    if room.starts_with("dialect-") { "dialect" } else { room }
}

/// What the room's manifest names in these sections, ours and others'.
fn imports(room: &str, sections: &[&str]) -> Vec<String> {
    let manifest = format!("{}/../{room}/Cargo.toml", env!("CARGO_MANIFEST_DIR"));
    let manifest: Table = fs::read_to_string(manifest).unwrap().parse().unwrap();
    let tables = sections.iter().filter_map(|section| manifest.get(*section).and_then(Value::as_table));
    let name = |(key, value): (&String, &Value)| {
        value.get("package").and_then(Value::as_str).unwrap_or(key).to_owned()
    };
    tables.flatten().map(name).collect()
}
