//! Idempotency keys: the same request under the same key is done once and answered the same.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::id::OwnerId;
use store::idempotency as records;
use tokio::sync::OwnedMutexGuard;

pub use store::idempotency::{Key, Reply};

use crate::{App, Ctx, Error, Result};

type Lock = Arc<tokio::sync::Mutex<()>>;

/// The keys whose requests run in this process.
#[derive(Default)]
pub(crate) struct Running(Mutex<HashMap<(OwnerId, String), Lock>>);

/// What to do with a request under a key.
pub enum Begun {
    /// Run it under the key, then hand the reply to [`Turn::complete`].
    Run(Turn),
    /// Answer this.
    Replay(Reply),
}

/// The right to run a key's request; others with the same key wait until it is dropped.
pub struct Turn {
    app: App,
    key: Key,
    held: Option<OwnedMutexGuard<()>>,
}

/// Waits for the key's turn, then tells whether the request was answered before.
pub async fn begin(app: &App, key: Key) -> Result<Begun> {
    let lock = app.running().lock(&key);
    let held = tokio::time::timeout(app.settings().key_wait, lock.lock_owned()).await;
    let turn = Turn { app: app.clone(), key, held: Some(held.map_err(|_| Error::KeyRunning)?) };
    match app.store().idempotency_record(&turn.key, app.now()).await? {
        Some(record) if record.request != turn.key.request => Err(Error::KeyReused),
        Some(records::Record { reply: Some(reply), .. }) => Ok(Begun::Replay(reply)),
        // Without a reply the process died between the change and the answer: the deed will find its key
        // claimed, leave the cart alone and show it as it is.
        _ => Ok(Begun::Run(turn)),
    }
}

/// Whether the change of the caller's key is in already, and only its reply was lost. Whoever decides by what is there now
/// asks this first: their own change may be against it.
pub(crate) async fn is_done(ctx: &Ctx) -> Result<bool> {
    let Some(key) = &ctx.key else { return Ok(false) };
    Ok(ctx.app.store().idempotency_record(key, ctx.now).await?.is_some())
}

impl Turn {
    /// The key that the change commits under.
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// Keeps the reply for the next request with the key. Where another server has kept one meanwhile, that is returned:
    /// it is everybody's.
    pub async fn complete(self, reply: &Reply, is_refusal: bool) -> Result<Option<Reply>> {
        let (store, now) = (self.app.store(), self.app.now());
        let kept = store.apply(vec![records::complete(&self.key, reply, is_refusal, now)]).await?;
        if kept.iter().any(|rows| rows.count() > 0) {
            return Ok(None);
        }
        Ok(store.idempotency_record(&self.key, now).await?.and_then(|record| record.reply))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.held.take();
        self.app.running().leave(&self.key);
    }
}

impl Running {
    fn lock(&self, key: &Key) -> Lock {
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(running.entry((key.owner, key.key.clone())).or_default())
    }

    /// Removes a key that nobody else waits for.
    fn leave(&self, key: &Key) {
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = (key.owner, key.key.clone());
        if running.get(&entry).is_some_and(|lock| Arc::strong_count(lock) == 1) {
            running.remove(&entry);
        }
    }
}
