//! What is broken on purpose, so that `prove` can show that it would notice: `CARTWRIGHT_BROKEN` names it. Built only with
//! the feature `broken`, which no shop is served with.

#[cfg(not(debug_assertions))]
compile_error!("the feature `broken` is for debug builds: it takes away what keeps carts right");

use crate::cart::CAN_ADD;
use crate::idempotency::CLAIM;
use crate::token::GUARD;
use crate::{Result, Sql, Step, Store};

/// Whether this is what is broken.
pub fn is(name: &str) -> bool {
    std::env::var("CARTWRIGHT_BROKEN").is_ok_and(|broken| broken == name)
}

impl Store {
    /// The steps of a cart's write without what is broken: with `stock` or `limit` the check whether there is room runs
    /// before the write and not within it, with `doubled-key` no key is claimed, with `moved-token` nobody looks whether
    /// the token still names the guest.
    pub(crate) async fn unguarded(&self, mut steps: Vec<Step>) -> Result<Vec<Step>> {
        let mut take =
            |sql: &Sql| -> Vec<Step> { steps.extract_if(.., |step| step.sql.sqlite == sql.sqlite).collect() };
        if is("stock") || is("limit") {
            let checks = take(CAN_ADD);
            self.apply(checks).await?;
        }
        if is("doubled-key") {
            take(CLAIM);
        }
        if is("moved-token") {
            take(GUARD);
        }
        Ok(steps)
    }
}
