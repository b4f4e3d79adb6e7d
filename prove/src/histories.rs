//! Histories: many clients of one shopper do random things at the same time, in all dialects and on all servers, and what
//! they were told is held against the rules. Between two shoppers nothing is compared.

mod cart;
mod checker;
mod deed;
mod plan;

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use self::checker::{Act, Operation, Told, Who, check};
use self::deed::Deed;
use self::plan::{KNOWN_LINE, Planned, plan};
use crate::client::{DIALECTS, Headers, Outcome, Shopper};
use crate::ground::Ground;
use crate::prove::Prove;
use crate::random::Random;
use crate::scenario::{Seen, Setting};
use crate::totals::adds_up;

/// Clients of one shopper.
const CLIENTS: usize = 4;
/// Shoppers at a time.
const AT_ONCE: usize = 6;
/// How long a client that hangs up has waited at most.
const SHORT_PATIENCE: [u64; 3] = [1, 3, 8];

/// What all shoppers did.
#[derive(Default)]
struct Sum {
    operations: AtomicUsize,
    lost: AtomicUsize,
    replays: AtomicUsize,
    refused: AtomicUsize,
}

/// Tries histories of many shoppers.
pub(crate) fn run(prove: &Prove, setting: Setting) -> Result<Seen> {
    let ground = prove.ground(setting)?;
    let ground: &Ground = &ground;
    let shoppers = if setting.broken.is_some() { 60 } else { prove.times(24, 200) };
    let seed = prove.seed;
    // What each client does, without repeats and logins.
    let each = prove.times(10, 40);
    let (next, sum, findings) = (AtomicUsize::new(0), Sum::default(), Mutex::new(Vec::new()));
    let live_all = || -> Result<()> {
        loop {
            let shopper = next.fetch_add(1, Ordering::Relaxed);
            // One broken history is enough.
            if shopper >= shoppers || !findings.lock().expect("no client panics").is_empty() {
                return Ok(());
            }
            let mut random = Random::new(seed ^ (shopper as u64) << 32);
            if let Some(text) = live(ground, &mut random, each, &sum)? {
                findings.lock().expect("no client panics").push((shopper, text));
            }
        }
    };
    thread::scope(|scope| {
        let lives: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(live_all)).collect();
        lives.into_iter().try_for_each(|life| life.join().expect("no client panics"))
    })?;
    let of = |count: &AtomicUsize| count.load(Ordering::Relaxed);
    let done = format!(
        "{} shoppers, {CLIENTS} clients each: {} operations, {} refused, {} without a reply, {} answered as before",
        of(&next).min(shoppers),
        of(&sum.operations),
        of(&sum.refused),
        of(&sum.lost),
        of(&sum.replays)
    );
    let findings = findings.into_inner().expect("no client panics");
    // What was never answered is explained by any order.
    let is_answered = of(&sum.lost) * 5 < of(&sum.operations);
    Ok(match findings.first() {
        None if !is_answered => Seen { done, seen: "too little was answered".to_owned(), holds: false },
        None => Seen { done, seen: "every history is linearizable".to_owned(), holds: true },
        Some((shopper, text)) => {
            let file = keep(prove, setting, *shopper, text)?;
            let seen = format!("shopper {shopper}'s is not linearizable: {}", file.display());
            Seen { done, seen, holds: false }
        }
    })
}

/// A shopper's life; the text tells a history that no order explains.
fn live(ground: &Ground, random: &mut Random, each: usize, sum: &Sum) -> Result<Option<String>> {
    let (customer, name) = ground.customer()?;
    let guests = [ground.guest()?, ground.guest()?];
    let plans = plan(random, CLIENTS, each);
    let begun = Instant::now();
    let person = Person { ground, customer, guests, name, begun, named: Mutex::default() };
    let mut history = thread::scope(|scope| {
        let live = |(number, plan)| {
            let (person, random) = (&person, random.split());
            scope.spawn(move || person.follow(number, plan, random))
        };
        let clients: Vec<_> = plans.into_iter().enumerate().map(live).collect();
        clients.into_iter().map(|client| client.join().expect("no client panics")).collect::<Result<Vec<_>>>()
    })?
    .concat();
    // What is left, in every dialect.
    let look = |dialect| {
        let act = Act { who: Who::Customer, dialect, deed: Deed::Look, key: None, version: None };
        Planned { act, hangs_up: false, wants_version: false }
    };
    history.extend(person.follow(CLIENTS, DIALECTS.map(look).to_vec(), random.split())?);
    history.sort_by_key(|operation| operation.began);

    let told = |operation: &&Operation| operation.told.is_some();
    sum.operations.fetch_add(history.len(), Ordering::Relaxed);
    sum.lost.fetch_add(history.len() - history.iter().filter(told).count(), Ordering::Relaxed);
    for (_, told) in history.iter().filter_map(|operation| operation.told.as_ref()) {
        sum.replays.fetch_add(usize::from(told.is_replay), Ordering::Relaxed);
        sum.refused.fetch_add(usize::from(told.outcome != Outcome::Done), Ordering::Relaxed);
    }
    Ok(check(&history).err().map(|broken| broken.print(&history)))
}

/// A shopper with all that their clients share.
struct Person<'a> {
    ground: &'a Ground,
    customer: Shopper,
    guests: [Shopper; 2],
    name: String,
    begun: Instant,
    /// The line that the first request under a key has named: a repeat is the same request.
    named: Mutex<HashMap<u8, i64>>,
}

impl Person<'_> {
    /// Does what is planned, one after the other.
    fn follow(&self, client: usize, plan: Vec<Planned>, mut random: Random) -> Result<Vec<Operation>> {
        let mut known = Known::default();
        let mut operations = Vec::with_capacity(plan.len());
        for Planned { mut act, hangs_up, wants_version } in plan {
            known.complete(&mut act, wants_version, &mut random);
            if let (Some(key), Some(line)) = (act.key, act.deed.line_mut()) {
                *line = *self.named.lock().expect("no client panics").entry(key).or_insert(*line);
            }
            let replica = random.below(self.ground.setting.replicas);
            let patience = hangs_up.then(|| Duration::from_millis(random.one_of(&SHORT_PATIENCE)));
            let operation = self.operate(client, replica, act, patience)?;
            if let (Who::Customer, Some((_, told))) = (act.who, &operation.told) {
                known.learn(told);
            }
            operations.push(operation);
        }
        Ok(operations)
    }

    fn operate(
        &self,
        client: usize,
        replica: usize,
        act: Act,
        patience: Option<Duration>,
    ) -> Result<Operation> {
        let shopper = match act.who {
            Who::Customer => &self.customer,
            Who::Guest(guest) => &self.guests[guest],
        };
        let Ground { goods, .. } = self.ground;
        let call = act.deed.call(act.dialect, goods, &self.name);
        let key = act.key.map(|key| format!("key {key}"));
        let headers = Headers { key, version: act.version, patience };
        let began = self.begun.elapsed();
        let reply = self.ground.client.send(self.ground.url(replica), shopper, &call, &headers);
        let ended = self.begun.elapsed();
        let told = match reply {
            // Nobody knows what a server did that has failed.
            Ok(reply) if reply.status < 500 => {
                let outcome = act.dialect.outcome(&reply);
                if act.deed == Deed::Look && outcome == Outcome::Done {
                    adds_up(act.dialect, &reply.body).with_context(|| format!("{call:?}"))?;
                }
                let shown = act.deed.read(act.dialect, goods, &reply.body);
                let told = Told { outcome, version: reply.version, is_replay: reply.is_replay, shown };
                Some((ended, told))
            }
            Ok(_) | Err(_) => None,
        };
        Ok(Operation { client, replica, act, began, told })
    }
}

/// What a client knows of the customer's cart.
#[derive(Default)]
struct Known {
    lines: Vec<i64>,
    version: i64,
}

impl Known {
    fn learn(&mut self, told: &Told) {
        let lines = told.shown.iter().flatten().map(|shown| shown.line).filter(|line| *line != 0);
        let lines: Vec<_> = lines.collect();
        if !lines.is_empty() {
            self.lines = lines;
        }
        self.version = told.version.unwrap_or(self.version);
    }

    /// Fills in what shows only now.
    fn complete(&self, act: &mut Act, wants_version: bool, random: &mut Random) {
        act.version = wants_version.then_some(self.version);
        if let Some(line) = act.deed.line_mut().filter(|line| **line == KNOWN_LINE) {
            let known = self.lines.get(random.below(self.lines.len() + 1));
            *line = known.copied().unwrap_or_else(|| random.between(1, 20));
        }
    }
}

/// Writes a broken history to a file.
fn keep(prove: &Prove, setting: Setting, shopper: usize, text: &str) -> Result<PathBuf> {
    let Setting { store, replicas, broken } = setting;
    let broken = broken.map(|broken| format!("-{broken}")).unwrap_or_default();
    let file = prove
        .options
        .findings
        .join(format!("history-{store}-{replicas}{broken}-{}-{shopper}.txt", prove.seed));
    fs::create_dir_all(&prove.options.findings)?;
    fs::write(
        &file,
        format!("seed {}, shopper {shopper}, {store}, {replicas} servers\n\n{text}", prove.seed),
    )?;
    if broken.is_empty() {
        println!("\n{text}");
    }
    Ok(file)
}
