//! Every kept input is tried once, in an ordinary test: what was found and mended stays mended. For a moment, so are inputs
//! that are made of the kept ones by chance, without sight of what they reach; `scripts/fuzz` draws with it.

mod mutate;

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use fuzz::{TARGETS, Target};

use crate::mutate::Mutations;

/// How long inputs are drawn for all targets at the same time: on two cores two seconds for each.
const MOMENT: Duration = Duration::from_secs(9);

#[test]
fn no_kept_input_breaks_a_promise_and_none_that_is_made_of_them() {
    let seed = mutate::seed();
    // Shown only when something fails.
    println!("CARTWRIGHT_FUZZ_SEED={seed} draws the same inputs again");
    thread::scope(|scope| {
        for (name, make) in TARGETS {
            scope.spawn(move || {
                let mut target = make();
                let files = kept(name);
                assert!(files.len() > 5, "{name} has hardly any");
                for file in &files {
                    println!("{name}: {}", file.display());
                    target(&fs::read(file).expect("a file"));
                }
                let inputs = files.iter().map(|file| fs::read(file).expect("a file")).collect();
                let tried = draw(&mut target, name, Mutations::new(inputs, seed));
                println!("{name}: {tried} drawn");
            });
        }
    });
}

/// Tries inputs for a moment; how many.
fn draw(target: &mut Target, name: &'static str, mutations: Mutations) -> usize {
    let since = Instant::now();
    let inputs = mutations.take_while(|_| since.elapsed() < MOMENT);
    let tries = inputs.map(|input| Trial { name, input }).map(|trial| target(&trial.input));
    tries.count()
}

/// The kept inputs of a target.
fn kept(name: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name);
    let files = fs::read_dir(folder).expect("a folder");
    let mut files: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
    files.sort();
    files
}

/// An input that is kept with the other findings when its target breaks over it.
struct Trial {
    name: &'static str,
    input: Vec<u8>,
}

impl Drop for Trial {
    fn drop(&mut self) {
        if thread::panicking() {
            let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("fuzz").join("findings");
            let file = folder.join(format!("{}-drawn", self.name));
            let written = fs::create_dir_all(&folder).and_then(|()| fs::write(&file, &self.input));
            println!("{}: {written:?} {}", self.name, file.display());
        }
    }
}
