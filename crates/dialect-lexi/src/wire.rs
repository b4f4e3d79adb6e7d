//! What goes over the wire.

pub(crate) mod account;
pub(crate) mod asset;
pub(crate) mod audit;
pub(crate) mod brand;
pub(crate) mod cart;
pub(crate) mod category;
pub(crate) mod distribution;
pub(crate) mod envelope;
pub(crate) mod fields;
pub(crate) mod number;
pub(crate) mod offering;
pub(crate) mod official;
pub(crate) mod product;
pub(crate) mod publishing;
pub(crate) mod signature;
pub(crate) mod sku;
pub(crate) mod userlike;
pub(crate) mod values;
pub(crate) mod wishlist;
