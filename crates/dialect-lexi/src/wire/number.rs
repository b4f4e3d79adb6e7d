//! Amounts, rates and weights: numbers without needless decimals in most places, texts with two decimals in some.

use domain::money::{BasisPoints, Money};
use serde::{Serialize, Serializer};

/// An amount, a percentage or a weight as a number: `1388`, `18.52`, `5.3`, `0.125`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Number {
    parts: i64,
    /// How many of them make one.
    of_one: i64,
}

/// An amount as a text: `1234.50`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Text(Money);

impl From<Money> for Number {
    fn from(amount: Money) -> Self {
        Self { parts: amount.minor(), of_one: 100 }
    }
}

impl From<BasisPoints> for Number {
    fn from(rate: BasisPoints) -> Self {
        Self { parts: rate.get(), of_one: 100 }
    }
}

impl Number {
    /// A weight in kilograms, to the gram.
    pub(crate) fn kilograms(grams: i64) -> Self {
        Self { parts: grams, of_one: 1000 }
    }
}

impl Text {
    /// A weight in kilograms, half a hundredth up.
    pub(crate) fn kilograms(grams: i64) -> Self {
        Self(Money::from_minor(grams.saturating_add(5).div_euclid(10)))
    }
}

impl From<Money> for Text {
    fn from(amount: Money) -> Self {
        Self(amount)
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.parts % self.of_one == 0 {
            return serializer.serialize_i64(self.parts / self.of_one);
        }
        #[expect(clippy::cast_precision_loss, reason = "prices end far below 2^53 hundredths")]
        serializer.serialize_f64(self.parts as f64 / self.of_one as f64)
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
    }

    #[test]
    fn weights_are_numbers_to_the_gram_and_texts_to_ten() {
        for (grams, number, text) in [
            (2500, "2.5", "2.50"),
            (2125, "2.125", "2.13"),
            (4, "0.004", "0.00"),
            (0, "0", "0.00"),
            (100_000_000, "100000", "100000.00"),
            (99_999_999, "99999.999", "100000.00"),
        ] {
            assert_eq!(serde_json::to_string(&Number::kilograms(grams)).unwrap(), number);
            let shown = serde_json::to_string(&Text::kilograms(grams)).unwrap();
            assert_eq!(shown, format!("\"{text}\""));
        }
    }
}
