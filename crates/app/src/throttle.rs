//! Slows what is guessed: failed logins, registrations and one-time codes, per name and per address. Attempts are counted in
//! the database, so that all servers of a shop know of them.

use std::net::IpAddr;
use std::num::NonZeroU32;

use domain::throttle::Limit;
use store::throttle;
use store::token::Hash;

use crate::session::hash;
use crate::{Ctx, Error, Result, Settings};

/// Under which keys an attempt counts.
pub(crate) struct Throttle(Vec<(Hash, Limit)>);

impl Throttle {
    /// The address alone.
    pub(crate) fn of_address(settings: &Settings, address: IpAddr) -> Self {
        let limit = limit(settings, settings.attempts_per_address);
        Self(vec![(hash(&format!("address {address}")), limit)])
    }

    /// The address, and what is tried from it: a name, or a phone number.
    pub(crate) fn of_name(settings: &Settings, address: IpAddr, kind: &str, name: &str) -> Self {
        // The address always goes first, so that no two servers wait for each other's rows.
        let mut keys = Self::of_address(settings, address);
        keys.0.push((hash(&format!("{kind} {name}")), limit(settings, settings.attempts)));
        keys
    }

    /// Refuses while one of the keys has no attempt left; counts nothing.
    pub(crate) async fn check(&self, ctx: &Ctx) -> Result<()> {
        for (key, limit) in &self.0 {
            let full_at = ctx.app.store().throttle(key).await?;
            if let Some(seconds) = full_at.and_then(|full_at| limit.wait(full_at, ctx.now)) {
                return Err(Error::Throttled { seconds });
            }
        }
        Ok(())
    }

    /// Counts an attempt under each key, or refuses and counts none when one of them has none left.
    pub(crate) async fn count(&self, ctx: &Ctx) -> Result<()> {
        let counts = self.0.iter().map(|(key, limit)| throttle::count(key, *limit, ctx.now));
        match ctx.app.store().apply(counts.chain([throttle::sweep(ctx.now)]).collect()).await {
            // Others have used up the last one since the check.
            Err(store::Error::Refused(_)) => {
                self.check(ctx).await?;
                Err(Error::Throttled { seconds: 1 })
            }
            counted => Ok(counted.map(drop)?),
        }
    }
}

fn limit(settings: &Settings, attempts: NonZeroU32) -> Limit {
    let every = i64::try_from(settings.attempt_every.as_micros()).unwrap_or(i64::MAX);
    Limit { attempts, every }
}
