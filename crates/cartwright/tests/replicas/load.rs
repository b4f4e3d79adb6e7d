//! Clients that add one piece after the other at whichever server answers, under a key for each, and then look at what there
//! is: their cart, which holds what was acknowledged, and what a search finds.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, Scope, ScopedJoinHandle};
use std::time::{Duration, Instant};

use ureq::Agent;

use crate::server::agent;
use crate::shop::{add, get, json};

/// Clients at a time.
pub(crate) const CLIENTS: usize = 6;
/// What no server answers in this time none ever does.
const PATIENCE: Duration = Duration::from_mins(1);
/// Where the tea is found.
const SEARCH: &str = "/api/shop/products?search=%E4%BA%91%E6%BA%AA&limit=1";

/// What a client saw.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) token: String,
    /// Pieces that a server said to have added.
    pub(crate) acknowledged: i64,
    /// Connections that broke and answers of 503; each was tried again, a piece under the same key.
    pub(crate) broken: usize,
    pub(crate) unavailable: usize,
    /// The longest time that one answer took.
    pub(crate) longest: Duration,
}

/// One client for each token, until they are told to stop.
pub(crate) fn start<'scope>(
    scope: &'scope Scope<'scope, '_>,
    urls: &'scope [String],
    tokens: Vec<String>,
    stop: &'scope AtomicBool,
) -> Vec<ScopedJoinHandle<'scope, Seen>> {
    let clients = tokens.into_iter().enumerate();
    clients.map(|(at, token)| scope.spawn(move || shop_until(stop, urls, at, token))).collect()
}

fn shop_until(stop: &AtomicBool, urls: &[String], first: usize, token: String) -> Seen {
    let seen = Seen { token, acknowledged: 0, broken: 0, unavailable: 0, longest: Duration::ZERO };
    let mut client = Client { agent: agent(), urls, server: first, seen };
    while !stop.load(Ordering::Relaxed) {
        let key = format!("{first} {}", client.seen.acknowledged);
        client.ask(|agent, url, token| add(agent, url, token, &key));
        client.seen.acknowledged += 1;
        let cart = client.ask(|agent, url, token| get(agent, &format!("{url}/api/shop/cart"), token));
        assert_eq!(json(&cart)["quantity"], client.seen.acknowledged, "{:?}", client.seen);
        let found = client.ask(|agent, url, token| get(agent, &format!("{url}{SEARCH}"), token));
        assert_eq!(json(&found)["count"], 1, "{found}");
    }
    client.seen
}

struct Client<'a> {
    agent: Agent,
    urls: &'a [String],
    server: usize,
    seen: Seen,
}

impl Client<'_> {
    /// Sends a request until it is answered, each time to another server.
    fn ask(&mut self, send: impl Fn(&Agent, &str, &str) -> Option<(u16, String)>) -> String {
        let begun = Instant::now();
        loop {
            self.server += 1;
            match send(&self.agent, &self.urls[self.server % self.urls.len()], &self.seen.token) {
                Some((200, body)) => {
                    self.seen.longest = self.seen.longest.max(begun.elapsed());
                    return body;
                }
                Some((503, _)) => self.seen.unavailable += 1,
                Some(other) => panic!("{other:?}"),
                None => self.seen.broken += 1,
            }
            assert!(begun.elapsed() < PATIENCE, "no server answers: {:?}", self.seen);
            thread::sleep(Duration::from_millis(5));
        }
    }
}
