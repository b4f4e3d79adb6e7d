//! What goes over the wire.

pub(crate) mod cart;
pub(crate) mod goods;
pub(crate) mod goods_type;
pub(crate) mod login;
pub(crate) mod params;
pub(crate) mod store;

use serde::Serialize;

/// How every reply begins, and all that some have: whether it was done, and a sentence.
#[derive(Serialize)]
pub(crate) struct Outcome<'a> {
    result: u8,
    info: &'a str,
}

impl<'a> Outcome<'a> {
    /// It was done; replies that show a store's cart say it in English.
    pub(crate) const SUCCESS: Self = Self::done("成功");

    /// It was done, and this is what came of it.
    pub(crate) const fn done(info: &'a str) -> Self {
        Self { result: 1, info }
    }

    /// It was not, for this reason.
    pub(crate) const fn refused(info: &'a str) -> Self {
        Self { result: 0, info }
    }
}
