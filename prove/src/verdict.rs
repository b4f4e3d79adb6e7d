//! What rows come to, each and all of them. A row that was not tried neither holds nor fails, and is never counted as one that
//! does.

use std::fmt;

/// What came of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Holds,
    Fails,
    /// The machine does not let us.
    NotTried,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Holds => "yes",
            Self::Fails => "NO",
            Self::NotTried => "not tried",
        })
    }
}

/// All of them in a sentence.
pub(crate) fn sum(verdicts: &[Verdict]) -> String {
    let held = format!("{} of {} rows hold", count(verdicts, Verdict::Holds), verdicts.len());
    match count(verdicts, Verdict::NotTried) {
        0 => held,
        1 => format!("{held}, 1 was not tried"),
        several => format!("{held}, {several} were not tried"),
    }
}

/// Whether a run may end well: a short one with what could be tried, a release needs all.
pub(crate) fn is_enough(verdicts: &[Verdict], is_short: bool) -> bool {
    count(verdicts, Verdict::Fails) == 0 && (is_short || count(verdicts, Verdict::NotTried) == 0)
}

fn count(verdicts: &[Verdict], which: Verdict) -> usize {
    verdicts.iter().filter(|verdict| **verdict == which).count()
}

#[cfg(test)]
mod tests {
    use super::Verdict::{Fails, Holds, NotTried};
    use super::*;

    #[test]
    fn what_was_not_tried_is_counted_apart() {
        assert_eq!(sum(&[Holds, Holds]), "2 of 2 rows hold");
        assert_eq!(sum(&[Holds, NotTried]), "1 of 2 rows hold, 1 was not tried");
        assert_eq!(sum(&[NotTried, Fails, NotTried]), "0 of 3 rows hold, 2 were not tried");
    }

    #[test]
    fn only_a_short_run_does_without_a_row() {
        for (verdicts, short, long) in [
            (&[Holds, Holds], true, true),
            (&[Holds, NotTried], true, false),
            (&[Holds, Fails], false, false),
        ] {
            assert_eq!(
                (is_enough(verdicts, true), is_enough(verdicts, false)),
                (short, long),
                "{verdicts:?}"
            );
        }
    }
}
