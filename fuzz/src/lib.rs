//! What is fuzzed: each target takes bytes of a stranger and panics where the shop breaks a promise over them. How bytes
//! are drawn is not here, so that the kept ones are tried by an ordinary test, too.

mod credential;
mod door;
mod ground;
mod import;
mod picture;
mod query;
mod request;

use crate::door::{ANQICMS, HAMGAM, LEXI, MT, WANGMARKET};

/// Takes one input after the other.
pub type Target = Box<dyn FnMut(&[u8])>;

/// Makes a target, with a shop of its own.
pub type Make = fn() -> Target;

/// Every target by its name, which its folder in `corpus` has, too.
pub const TARGETS: [(&str, Make); 9] = [
    ("anqicms", || Box::new(request::target(&ANQICMS))),
    ("credential", || Box::new(credential::target())),
    ("hamgam", || Box::new(request::target(&HAMGAM))),
    ("import", || Box::new(import::target())),
    ("lexi", || Box::new(request::target(&LEXI))),
    ("mt", || Box::new(request::target(&MT))),
    ("picture", || Box::new(picture::target())),
    ("query", || Box::new(query::target())),
    ("wangmarket", || Box::new(request::target(&WANGMARKET))),
];
