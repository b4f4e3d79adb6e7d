//! Times as texts.

use domain::time::Timestamp;
use jiff::fmt::temporal::DateTimePrinter;

/// Writes without the detours of `format!`: a cart shows two times per line.
const PRINTER: DateTimePrinter = DateTimePrinter::new().precision(Some(6));

/// UTC with six decimals and `Z`, whatever the fraction (RFC 3339).
pub fn rfc3339(time: Timestamp) -> String {
    let time = jiff::Timestamp::from_microsecond(time.micros()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    PRINTER.timestamp_to_string(&time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_decimals_always() {
        assert_eq!(rfc3339(Timestamp::from_micros(1_700_000_000_000_000)), "2023-11-14T22:13:20.000000Z");
        assert_eq!(rfc3339(Timestamp::from_micros(1_700_000_000_000_001)), "2023-11-14T22:13:20.000001Z");
    }
}
