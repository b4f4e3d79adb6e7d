//! What goes over the wire.

pub(crate) mod cart;
mod fields;
mod image;
pub(crate) mod one_time_code;
pub(crate) mod product;
