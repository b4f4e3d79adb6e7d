//! Clients that add one piece after the other, whatever happens to the servers, and give up on none: what was not answered is
//! sent again under its key. So in the end carts hold exactly what was answered with "done".

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail, ensure};
use serde_json::json;

use crate::client::{ADDING, Call, Client, Dialect, Headers, Outcome, Shopper, lexi};
use crate::goods::UNCOUNTED;
use crate::ground::Ground;

/// Each has a client in every dialect.
const SHOPPERS: usize = 3;
/// What is not answered by then never will be.
const PATIENCE: Duration = Duration::from_mins(1);
/// How long a client waits for one answer.
const ANSWER: Duration = Duration::from_secs(20);

/// The clients at work.
pub(crate) struct Adders {
    shared: Arc<Shared>,
    clients: Vec<JoinHandle<Result<Log>>>,
    shoppers: Vec<Shopper>,
}

struct Shared {
    client: Client,
    /// Of the servers as they are now.
    urls: RwLock<Vec<String>>,
    is_over: AtomicBool,
    answered: AtomicUsize,
}

/// What became of one client's pieces.
struct Log {
    shopper: usize,
    listing: i64,
    /// When each was done, and how long that took from its first try.
    done: Vec<(Instant, Duration)>,
    /// Tries whose answer was lost.
    lost: usize,
    /// Tries that were put off, by 409 or 503.
    put_off: usize,
}

/// What became of all.
pub(crate) struct Tally {
    /// Pieces that were answered with "done".
    pub(crate) done: i64,
    /// Tries whose answer was lost, and that were repeated.
    pub(crate) repeated: usize,
    /// Tries that were put off, by 409 or 503.
    pub(crate) put_off: usize,
    /// Pieces that were done and are in no cart.
    pub(crate) lost: i64,
    /// Pieces that are in a cart and were done once less.
    pub(crate) doubled: i64,
    /// The longest time in which nobody was answered.
    pub(crate) gap: Duration,
    /// How long adding took, half of the time and in all but one of a hundred.
    pub(crate) half: Duration,
    pub(crate) most: Duration,
}

impl Adders {
    /// Begins to add; the first pieces are in carts when it returns.
    pub(crate) fn start(ground: &Ground) -> Result<Self> {
        let shared = Arc::new(Shared {
            client: ground.client.clone(),
            urls: RwLock::new(ground.urls()),
            is_over: AtomicBool::new(false),
            answered: AtomicUsize::new(0),
        });
        let (mut clients, mut shoppers) = (Vec::new(), Vec::new());
        for shopper in 0..SHOPPERS {
            let guest = ground.guest()?;
            for dialect in ADDING {
                let (guest, shared) = (guest.clone(), Arc::clone(&shared));
                let call = move |_| dialect.add(UNCOUNTED, 1);
                let own = shopper + clients.len();
                clients.push(spawn(move || shared.add_on(&guest, own, (shopper, UNCOUNTED), call)));
            }
            let (own, shared, rid) =
                (shopper + clients.len(), Arc::clone(&shared), ground.goods.rids[0].clone());
            let lone = guest.clone();
            // It says how many there are, so nobody else may touch them.
            let call = move |number| lexi("POST", "/cart", json!({"rid": rid, "quantity": number}));
            clients.push(spawn(move || shared.add_on(&lone, own, (shopper, 1), call)));
            shoppers.push(guest);
        }
        let adders = Self { shared, clients, shoppers };
        adders.wait_for_more(adders.clients.len())?;
        Ok(adders)
    }

    /// Tells the clients where the servers are now.
    pub(crate) fn move_to(&self, ground: &Ground) {
        *self.shared.urls.write().unwrap_or_else(PoisonError::into_inner) = ground.urls();
    }

    /// Waits until so many more were done.
    pub(crate) fn wait_for_more(&self, count: usize) -> Result<()> {
        let (before, since) = (self.answered(), Instant::now());
        while self.answered() < before + count {
            ensure!(since.elapsed() < PATIENCE, "hardly anything is done any more");
            sleep(Duration::from_millis(2));
        }
        Ok(())
    }

    /// How many were done so far.
    pub(crate) fn answered(&self) -> usize {
        self.shared.answered.load(Ordering::Relaxed)
    }

    /// Waits for the last answers, and compares the carts with them.
    pub(crate) fn finish(self, ground: &Ground) -> Result<Tally> {
        self.shared.is_over.store(true, Ordering::Relaxed);
        let mut logs = Vec::new();
        for client in self.clients {
            let log = client.join().map_err(|_| anyhow!("a client broke"))?;
            logs.push(log.with_context(|| format!("the servers' last defects: {}", ground.defects()))?);
        }
        let mut expected = BTreeMap::new();
        for log in &logs {
            *expected.entry((log.shopper, log.listing)).or_insert(0) += log.done.len() as i64;
        }
        let (mut lost, mut doubled) = (0, 0);
        for replica in 0..ground.setting.replicas {
            let mut held = BTreeMap::new();
            for (shopper, guest) in self.shoppers.iter().enumerate() {
                let cart = ground.done(replica, guest, &Dialect::Anqicms.view())?;
                for row in cart.body["data"].as_array().context("rows")? {
                    let number = |name: &str| row[name].as_i64().with_context(|| format!("{name} of {row}"));
                    held.insert((shopper, number("id")?), number("quantity")?);
                }
            }
            let missing = expected.iter().map(|(at, pieces)| pieces - held.get(at).unwrap_or(&0));
            lost = lost.max(missing.filter(|pieces| *pieces > 0).sum());
            let more = held.iter().map(|(at, pieces)| pieces - expected.get(at).unwrap_or(&0));
            doubled = doubled.max(more.filter(|pieces| *pieces > 0).sum());
        }
        let mut done: Vec<_> = logs.iter().flat_map(|log| &log.done).copied().collect();
        done.sort_unstable();
        let gap = done.windows(2).map(|pair| pair[1].0 - pair[0].0).max().unwrap_or_default();
        let mut took: Vec<_> = done.iter().map(|(_, took)| *took).collect();
        took.sort_unstable();
        let part = |percent: usize| took.get(took.len() * percent / 100).copied().unwrap_or_default();
        Ok(Tally {
            done: done.len() as i64,
            repeated: logs.iter().map(|log| log.lost).sum(),
            put_off: logs.iter().map(|log| log.put_off).sum(),
            lost,
            doubled,
            gap,
            half: part(50),
            most: part(99),
        })
    }
}

impl Shared {
    /// Adds one after the other until it is over.
    fn add_on(
        &self,
        shopper: &Shopper,
        own: usize,
        (shopper_number, listing): (usize, i64),
        call: impl Fn(usize) -> Call,
    ) -> Result<Log> {
        let mut log = Log { shopper: shopper_number, listing, done: Vec::new(), lost: 0, put_off: 0 };
        for number in 1.. {
            if self.is_over.load(Ordering::Relaxed) {
                break;
            }
            let begun = Instant::now();
            self.add(shopper, own, number, &call(number), &mut log)?;
            log.done.push((Instant::now(), begun.elapsed()));
            self.answered.fetch_add(1, Ordering::Relaxed);
        }
        Ok(log)
    }

    /// Adds until it is done.
    fn add(&self, shopper: &Shopper, own: usize, number: usize, call: &Call, log: &mut Log) -> Result<()> {
        let headers =
            Headers { key: Some(format!("{own}-{number}")), patience: Some(ANSWER), ..Headers::default() };
        let begun = Instant::now();
        let mut last = String::new();
        for attempt in 0.. {
            if begun.elapsed() > PATIENCE {
                bail!("a piece is not added in a minute; at last: {last}");
            }
            let url = {
                let urls = self.urls.read().unwrap_or_else(PoisonError::into_inner);
                urls[(own + attempt) % urls.len()].clone()
            };
            match self.client.send(&url, shopper, call, &headers) {
                Ok(reply) if matches!(reply.status, 409 | 503) => {
                    log.put_off += 1;
                    last = format!("{} {}", reply.status, reply.body);
                    sleep(Duration::from_millis(20));
                }
                Ok(reply) => match call.dialect.outcome(&reply) {
                    Outcome::Done => return Ok(()),
                    outcome => bail!("{call:?} got {outcome:?}: {} {}", reply.status, reply.body),
                },
                Err(error) => {
                    log.lost += 1;
                    last = format!("{error:#}");
                    sleep(Duration::from_millis(10));
                }
            }
        }
        unreachable!("there is no last attempt")
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { done, repeated, lost, doubled, .. } = self;
        write!(f, "{done} adds answered, {repeated} repeated; lost {lost}, doubled {doubled}")
    }
}
