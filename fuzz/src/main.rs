//! Draws inputs for the target that `CARTWRIGHT_FUZZ` names, by what of the code they reach; `scripts/fuzz` starts it.
#![no_main]

use std::cell::RefCell;

use fuzz::{TARGETS, Target};
use libfuzzer_sys::fuzz_target;

thread_local! {
    static TARGET: RefCell<Target> = RefCell::new(named());
}

fn named() -> Target {
    let name = std::env::var("CARTWRIGHT_FUZZ").unwrap_or_default();
    let Some((_, make)) = TARGETS.iter().find(|(known, _)| *known == name) else {
        panic!("CARTWRIGHT_FUZZ names one of {:?}", TARGETS.map(|(name, _)| name));
    };
    make()
}

fuzz_target!(|input: &[u8]| TARGET.with_borrow_mut(|target| target(input)));
