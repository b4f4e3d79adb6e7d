//! Every kept input is tried once, in an ordinary test: what was found and mended stays mended.

use std::fs;
use std::path::Path;
use std::thread;

use fuzz::TARGETS;

#[test]
fn no_kept_input_breaks_a_promise() {
    thread::scope(|scope| {
        for (name, make) in TARGETS {
            scope.spawn(move || {
                let mut target = make();
                let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name);
                let mut files: Vec<_> =
                    fs::read_dir(&folder).expect("a folder").collect::<Result<_, _>>().expect("files");
                assert!(files.len() > 5, "{name} has hardly any");
                files.sort_by_key(fs::DirEntry::path);
                for file in files {
                    // Shown only when the next line panics.
                    println!("{name}: {}", file.path().display());
                    target(&fs::read(file.path()).expect("a file"));
                }
            });
        }
    });
}
