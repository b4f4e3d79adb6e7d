//! Amounts, rates and weights: numbers without needless decimals in most places, texts with two decimals in some.

use domain::money::{BasisPoints, Money};
use serde::{Serialize, Serializer};

/// An amount or a percentage as a number: `1388`, `18.52`, `5.3`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Number {
    hundredths: i64,
}

/// An amount as a text: `1234.50`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Text(Money);

impl From<Money> for Number {
    fn from(amount: Money) -> Self {
        Self { hundredths: amount.minor() }
    }
}

impl From<BasisPoints> for Number {
    fn from(rate: BasisPoints) -> Self {
        Self { hundredths: rate.get() }
    }
}

impl Number {
    /// A weight in kilograms.
    pub(crate) fn kilograms(grams: i64) -> Self {
        Self { hundredths: hundredths(grams) }
    }
}

impl Text {
    /// A weight in kilograms.
    pub(crate) fn kilograms(grams: i64) -> Self {
        Self(Money::from_minor(hundredths(grams)))
    }
}

/// Hundredths of a kilogram, half up.
fn hundredths(grams: i64) -> i64 {
    (grams + 5).div_euclid(10)
}

impl From<Money> for Text {
    fn from(amount: Money) -> Self {
        Self(amount)
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.hundredths % 100 == 0 {
            return serializer.serialize_i64(self.hundredths / 100);
        }
        #[expect(clippy::cast_precision_loss, reason = "prices end far below 2^53 hundredths")]
        serializer.serialize_f64(self.hundredths as f64 / 100.0)
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_decimals_that_they_need() {
        for (minor, text) in [
            (138_800, "1388"),
            (1852, "18.52"),
            (123_450, "1234.5"),
            (0, "0"),
            (1, "0.01"),
            (9_999_999_999, "99999999.99"),
        ] {
            assert_eq!(serde_json::to_string(&Number::from(Money::from_minor(minor))).unwrap(), text);
        }
        assert_eq!(serde_json::to_string(&Text::from(Money::from_minor(123_450))).unwrap(), "\"1234.50\"");
        assert_eq!(serde_json::to_string(&Text::kilograms(2500)).unwrap(), "\"2.50\"");
        assert_eq!(serde_json::to_string(&Number::kilograms(2500)).unwrap(), "2.5");
    }
}
