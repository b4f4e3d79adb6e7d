//! What goes over the wire.

pub(crate) mod archive;
pub(crate) mod cart;
pub(crate) mod envelope;
pub(crate) mod fields;
pub(crate) mod language;
pub(crate) mod login;
