//! Slows what is guessed: failed logins, registrations and one-time codes, per name and per address.

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;

use domain::time::Timestamp;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use quick_cache::sync::Cache;

use crate::{Error, Result, Settings};

/// Names or addresses remembered at most.
const REMEMBERED: usize = 10_000;

/// The limits of one shop.
pub(crate) struct Throttles {
    /// Failures by account name, and codes by phone number.
    pub names: Throttle<String>,
    /// Failures, registrations and codes by address.
    pub addresses: Throttle<IpAddr>,
}

impl Throttles {
    pub(crate) fn new(settings: &Settings) -> Self {
        // The limiter notices the attempt after its burst: the last one that is let through is that one.
        let quota = |attempts: NonZeroU32| {
            let burst = NonZeroU32::new(attempts.get() - 1).unwrap_or(NonZeroU32::MIN);
            Quota::with_period(settings.attempt_every)
                .map_or(Quota::per_minute(burst), |quota| quota.allow_burst(burst))
        };
        Self {
            names: Throttle::new(quota(settings.attempts)),
            addresses: Throttle::new(quota(settings.attempts_per_address)),
        }
    }
}

/// Counts attempts under a key, and blocks the key while it has none left.
pub(crate) struct Throttle<K: Clone + Eq + Hash> {
    attempts: DefaultKeyedRateLimiter<K>,
    blocked: Cache<K, Timestamp>,
}

impl<K: Clone + Eq + Hash> Throttle<K> {
    fn new(quota: Quota) -> Self {
        Self { attempts: RateLimiter::keyed(quota), blocked: Cache::new(REMEMBERED) }
    }

    /// Refuses while the key is blocked; counts nothing.
    pub(crate) fn check(&self, key: &K, now: Timestamp) -> Result<()> {
        match self.blocked.get(key) {
            Some(until) if until > now => {
                let seconds = (until.micros() - now.micros()).div_euclid(1_000_000) + 1;
                Err(Error::Throttled { seconds: seconds.unsigned_abs() })
            }
            _ => Ok(()),
        }
    }

    /// Counts an attempt; the one that uses up the last blocks the key.
    pub(crate) fn count(&self, key: &K, now: Timestamp) {
        if self.attempts.len() > REMEMBERED {
            self.attempts.retain_recent();
        }
        if let Err(not_until) = self.attempts.check_key(key) {
            let wait = not_until.wait_time_from(DefaultClock::default().now());
            let seconds = i64::try_from(wait.as_secs()).unwrap_or(i64::MAX).saturating_add(1);
            self.blocked.insert(key.clone(), now.plus_seconds(seconds));
        }
    }
}
