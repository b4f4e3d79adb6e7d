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

/// The first moment (UTC) of a day written `2026-01-31`.
pub fn day(text: &str) -> Option<Timestamp> {
    let is_day = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let date: jiff::civil::Date = if is_day { text.parse().ok()? } else { return None };
    let start = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(Timestamp::from_micros(start.timestamp().as_microsecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_has_ten_signs() {
        assert_eq!(day("2023-11-14").map(Timestamp::seconds), Some(1_699_920_000));
        for other in ["", "2023-11-1", "2023-13-01", "2023-02-30", "20231114", "2023-11-14T00", "0000000000"]
        {
            assert_eq!(day(other), None, "{other}");
        }
    }

    #[test]
    fn six_decimals_always() {
        assert_eq!(rfc3339(Timestamp::from_micros(1_700_000_000_000_000)), "2023-11-14T22:13:20.000000Z");
        assert_eq!(rfc3339(Timestamp::from_micros(1_700_000_000_000_001)), "2023-11-14T22:13:20.000001Z");
    }
}
