//! Times as texts.

use domain::time::Timestamp;

/// UTC with six decimals and `Z`, whatever the fraction (RFC 3339).
pub fn rfc3339(time: Timestamp) -> String {
    let time = jiff::Timestamp::from_microsecond(time.micros()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    format!("{time:.6}")
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
