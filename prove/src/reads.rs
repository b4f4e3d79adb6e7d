//! Many look at a cart while others write to it: no look is older than a write that was acknowledged before it began, on
//! whichever server.

use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::client::{ADDING, Call, DIALECTS};
use crate::goods::UNCOUNTED;
use crate::prove::Prove;
use crate::random::Random;
use crate::scenario::{Seen, Setting};

const WRITERS: usize = 2;
const READERS: usize = 10;

/// Looks and writes for a while.
pub(crate) fn run(prove: &Prove, setting: Setting) -> Result<Seen> {
    let ground = prove.ground(setting)?;
    let (shopper, _) = ground.customer()?;
    // The version of the newest write that was answered.
    let (known, stale) = (AtomicI64::new(0), Mutex::new(None));
    let until = Instant::now() + Duration::from_secs(prove.times(2, 20) as u64);
    let is_over = || Instant::now() > until || stale.lock().expect("no client panics").is_some();
    let version = |replica: usize, call: &Call| -> Result<i64> {
        let reply = ground.done(replica, &shopper, call)?;
        reply.version.with_context(|| format!("{call:?} tells no version"))
    };
    let write = |mut random: Random| -> Result<usize> {
        let mut times = 0;
        while !is_over() {
            let call = random.one_of(&ADDING).add(UNCOUNTED, 1);
            known.fetch_max(version(random.below(setting.replicas), &call)?, Ordering::SeqCst);
            times += 1;
        }
        Ok(times)
    };
    let read = |mut random: Random| -> Result<usize> {
        let mut times = 0;
        while !is_over() {
            let call = random.one_of(&DIALECTS).view();
            let least = known.load(Ordering::SeqCst);
            let shown = version(random.below(setting.replicas), &call)?;
            if shown < least {
                let text = format!("{:?} shows version {shown} after {least} was acknowledged", call.dialect);
                stale.lock().expect("no client panics").get_or_insert(text);
            }
            times += 1;
        }
        Ok(times)
    };
    let mut random = prove.random();
    let (writes, looks) = thread::scope(|scope| {
        let writing = [(); WRITERS].map(|()| {
            let random = random.split();
            scope.spawn(|| write(random))
        });
        let reading = [(); READERS].map(|()| {
            let random = random.split();
            scope.spawn(|| read(random))
        });
        let sum = |clients: Vec<thread::ScopedJoinHandle<'_, Result<usize>>>| {
            clients.into_iter().map(|client| client.join().expect("no client panics")).sum::<Result<usize>>()
        };
        Ok::<_, anyhow::Error>((sum(writing.into())?, sum(reading.into())?))
    })?;
    let stale = stale.into_inner().expect("no client panics");
    let done = format!("{looks} looks of {READERS} clients beside {writes} writes of {WRITERS}");
    let holds = stale.is_none();
    let seen = stale.unwrap_or_else(|| "every look shows what was acknowledged before".to_owned());
    Ok(Seen { done, seen, holds })
}
