//! The rules of the shop as pure values and functions; never I/O, SQL, a wire format or the clock.

pub mod account;
pub mod asset;
pub mod audit;
pub mod cart;
pub mod id;
pub mod limits;
pub mod merge;
pub mod money;
pub mod offering;
pub mod product;
pub mod publishing;
pub mod text;
pub mod throttle;
pub mod time;
