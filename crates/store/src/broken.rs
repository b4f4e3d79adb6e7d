//! What is broken on purpose, so that `prove` can show that it would notice: `CARTWRIGHT_BROKEN` names it. Built only with
//! the feature `broken`, which no shop is served with.

use crate::cart::CAN_ADD;
use crate::sql::Expect;
use crate::{Refusal, Result, Step, Store};

/// Whether this is what is broken.
pub fn is(name: &str) -> bool {
    std::env::var("CARTWRIGHT_BROKEN").is_ok_and(|broken| broken == name)
}

impl Store {
    /// The steps of a write without what is broken: with `stock` or `limit` the check whether there is room runs before the
    /// write and not within it, with `doubled-key` no key is claimed.
    pub(crate) async fn unguarded(&self, steps: Vec<Step>) -> Result<Vec<Step>> {
        let is_check = |step: &Step| step.sql.sqlite == CAN_ADD.sqlite && (is("stock") || is("limit"));
        let (checks, mut steps): (Vec<_>, Vec<_>) = steps.into_iter().partition(is_check);
        if !checks.is_empty() {
            self.apply(checks).await?;
        }
        if is("doubled-key") {
            steps.retain(|step| step.expect != Expect::Some(Refusal::AlreadyApplied));
        }
        Ok(steps)
    }
}
