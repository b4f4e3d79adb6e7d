//! What a deed may know of the request it serves: the shop, the time, who asks and under which condition.

use std::sync::atomic::{AtomicI64, Ordering};

use domain::id::OwnerId;
use domain::time::Timestamp;
use store::idempotency::Key;

use crate::session::Session;
use crate::{App, Error, Result};

/// One request as deeds see it.
#[derive(Clone)]
pub struct Ctx {
    /// The shop.
    pub app: App,
    /// When the request came in.
    pub now: Timestamp,
    /// Who asks; `None` for nobody.
    pub session: Option<Session>,
    /// The cart's version that the caller has seen (`If-Match`).
    pub seen: Option<i64>,
    /// The idempotency key that this request's change commits under.
    pub key: Option<Key>,
}

impl Ctx {
    /// A request without any condition.
    pub fn new(app: &App, session: Option<Session>) -> Self {
        Self { app: app.clone(), now: app.now(), session, seen: None, key: None }
    }

    /// Who asks, or the error that says to log in.
    pub fn session(&self) -> Result<&Session> {
        self.session.as_ref().ok_or(Error::NotLoggedIn)
    }

    /// Whose cart this is about.
    pub fn owner(&self) -> Result<OwnerId> {
        self.session().map(|session| session.owner)
    }
}

/// Where the time comes from.
#[derive(Debug, Default)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    System,
    /// A clock that tests set, in microseconds since the Unix epoch.
    Fixed(AtomicI64),
}

impl Clock {
    /// A clock that stands still.
    pub fn fixed(at: Timestamp) -> Self {
        Self::Fixed(AtomicI64::new(at.micros()))
    }

    /// The time now.
    pub fn now(&self) -> Timestamp {
        match self {
            Self::Fixed(micros) => Timestamp::from_micros(micros.load(Ordering::Relaxed)),
            Self::System => {
                let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
                let micros = since.map_or(0, |since| i64::try_from(since.as_micros()).unwrap_or(i64::MAX));
                Timestamp::from_micros(micros)
            }
        }
    }
}
