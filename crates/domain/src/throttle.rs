//! How often something may be tried: some times at once, then once in a while. One point in time says everything about
//! somebody's attempts: when all of them are earned back (the generic cell rate algorithm).

use std::num::NonZeroU32;

use crate::time::Timestamp;

/// A limit on attempts.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    /// How many are free at once.
    pub attempts: NonZeroU32,
    /// The time in which one is earned back, in microseconds.
    pub every: i64,
}

impl Limit {
    /// The latest point at which all attempts may be earned back, as long as one is left now.
    pub fn latest(self, now: Timestamp) -> Timestamp {
        let others = i64::from(self.attempts.get()) - 1;
        Timestamp::from_micros(now.micros().saturating_add(others.saturating_mul(self.every)))
    }

    /// Seconds until an attempt is left, by when all are earned back; `None` when one is left now.
    pub fn wait(self, full_at: Timestamp, now: Timestamp) -> Option<u64> {
        let micros = full_at.micros().saturating_sub(self.latest(now).micros());
        u64::try_from(micros).ok().filter(|micros| *micros > 0).map(|micros| micros.div_ceil(1_000_000))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_are_free_and_then_one_is_earned_at_a_time() {
        let now = Timestamp::from_micros(1_000_000_000);
        let wait = |attempts, full_in: i64| {
            let limit = Limit { attempts: NonZeroU32::new(attempts).unwrap(), every: 30_000_000 };
            limit.wait(now.plus_seconds(full_in), now)
        };
        for (attempts, full_in, seconds) in [
            (1, -1, None),
            (1, 0, None),
            (1, 1, Some(1)),
            (1, 30, Some(30)),
            (3, 60, None),
            (3, 61, Some(1)),
            (3, 90, Some(30)),
        ] {
            assert_eq!(wait(attempts, full_in), seconds, "{attempts} attempts, all earned in {full_in} s");
        }
        let endless = Limit { attempts: NonZeroU32::MAX, every: i64::MAX };
        assert_eq!(endless.wait(Timestamp::from_micros(i64::MAX), now), None);
    }
}
