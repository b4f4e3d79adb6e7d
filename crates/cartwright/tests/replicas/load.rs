//! Clients that add one piece after the other at whichever server answers, under a key for each, and know what was
//! acknowledged.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, Scope, ScopedJoinHandle};
use std::time::{Duration, Instant};

use crate::server::agent;
use crate::shop::add;

/// Clients at a time.
pub(crate) const CLIENTS: usize = 6;
/// A piece that no server takes in this time never is.
const PATIENCE: Duration = Duration::from_mins(1);

/// What a client saw.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) token: String,
    /// Pieces that a server said to have added.
    pub(crate) acknowledged: i64,
    /// Connections that broke and answers of 503; each was tried again under the same key.
    pub(crate) broken: usize,
    pub(crate) unavailable: usize,
    /// The longest time that one piece took.
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
    clients.map(|(at, token)| scope.spawn(move || add_until(stop, urls, at, token))).collect()
}

fn add_until(stop: &AtomicBool, urls: &[String], first: usize, token: String) -> Seen {
    let agent = agent();
    let mut seen = Seen { token, acknowledged: 0, broken: 0, unavailable: 0, longest: Duration::ZERO };
    let mut server = first;
    while !stop.load(Ordering::Relaxed) {
        let (key, begun) = (format!("{first} {}", seen.acknowledged), Instant::now());
        loop {
            // Each piece at another server, and so is each try.
            server += 1;
            match add(&agent, &urls[server % urls.len()], &seen.token, &key) {
                Some((200, _)) => break,
                Some((503, _)) => seen.unavailable += 1,
                Some(other) => panic!("{other:?}"),
                None => seen.broken += 1,
            }
            assert!(begun.elapsed() < PATIENCE, "no server takes a piece: {seen:?}");
            thread::sleep(Duration::from_millis(5));
        }
        seen.acknowledged += 1;
        seen.longest = seen.longest.max(begun.elapsed());
    }
    seen
}
