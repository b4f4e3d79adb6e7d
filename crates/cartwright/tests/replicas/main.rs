//! Several servers on one PostgreSQL, as processes: what one of them does the others know, and none of them is missed.

#[expect(dead_code, reason = "the tests of the commands use the rest")]
#[path = "../it/phone.rs"]
mod phone;
#[expect(dead_code, reason = "the tests of the commands use the rest")]
#[path = "../it/server.rs"]
mod server;

mod copy;
mod failover;
mod load;
mod migrations;
mod restart;
mod search;
mod shared;
mod shop;
mod tls;
