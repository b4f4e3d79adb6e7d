//! Money in whole minor units; never a float.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Mul, Sub};
use std::str::FromStr;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::limits::MAX_PRICE;

/// An amount in minor units (fen, cents) of the deployment's one currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money(i64);

/// Why a price could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PriceError {
    /// Not a decimal number.
    #[error("expected a decimal number such as 19.90")]
    NotANumber,
    /// More decimals than the currency has.
    #[error("expected at most two decimals")]
    TooPrecise,
    /// Negative, or above [`MAX_PRICE`].
    #[error("expected a price from 0 to 99999999.99")]
    OutOfRange,
}

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// From minor units.
    pub const fn from_minor(minor: i64) -> Self {
        Self(minor)
    }

    /// In minor units.
    pub const fn minor(self) -> i64 {
        self.0
    }

    /// Reads a price written in major units with up to two decimals: `19.9` is 1990 minor units.
    pub fn parse_price(text: &str) -> Result<Self, PriceError> {
        let major = Decimal::from_str(text.trim()).map_err(|_| PriceError::NotANumber)?;
        let minor = major.checked_mul(Decimal::ONE_HUNDRED).ok_or(PriceError::OutOfRange)?;
        if !minor.fract().is_zero() {
            return Err(PriceError::TooPrecise);
        }
        match minor.to_i64() {
            Some(minor @ 0..=MAX_PRICE) => Ok(Self(minor)),
            _ => Err(PriceError::OutOfRange),
        }
    }
}

impl Add for Money {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Money {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

/// A price times a quantity.
impl Mul<i64> for Money {
    type Output = Self;
    fn mul(self, quantity: i64) -> Self {
        Self(self.0 * quantity)
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

/// Major units with two decimals: `19.90`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let minor = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", minor / 100, minor % 100)
    }
}

/// A percentage in hundredths of a per cent: 12.5 % is 1250.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BasisPoints(i64);

impl BasisPoints {
    /// From hundredths of a per cent.
    pub const fn new(hundredths: i64) -> Self {
        Self(hundredths)
    }

    /// In hundredths of a per cent.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// So much of an amount, half to even.
    pub const fn of(self, amount: Money) -> Money {
        let (whole, rest) = (amount.0 * self.0 / 10_000, amount.0 * self.0 % 10_000);
        let is_up = rest > 5000 || (rest == 5000 && whole % 2 == 1);
        Money(whole + is_up as i64)
    }

    /// Reads a percentage from 0 to 100 with up to two decimals, or `None`.
    pub fn parse_percent(text: &str) -> Option<Self> {
        let rate = Money::parse_price(text).ok()?;
        (rate.minor() <= 10_000).then(|| Self(rate.minor()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_read_exactly() {
        for (text, minor) in
            [("0", 0), ("19.9", 1990), ("19.90", 1990), (" 5 ", 500), ("99999999.99", MAX_PRICE)]
        {
            assert_eq!(Money::parse_price(text), Ok(Money(minor)), "{text}");
        }
    }

    #[test]
    fn what_is_no_price_is_refused() {
        use PriceError::{NotANumber, OutOfRange, TooPrecise};
        for (text, error) in [
            ("", NotANumber),
            ("1,5", NotANumber),
            ("NaN", NotANumber),
            ("1.005", TooPrecise),
            ("-1", OutOfRange),
            ("100000000", OutOfRange),
        ] {
            assert_eq!(Money::parse_price(text), Err(error), "{text:?}");
        }
    }

    #[test]
    fn a_share_is_rounded_half_to_even() {
        for (amount, rate, share) in
            [(10_000, 530, 530), (123_450, 150, 1852), (50, 100, 0), (150, 100, 2), (151, 100, 2), (1, 1, 0)]
        {
            assert_eq!(BasisPoints(rate).of(Money(amount)), Money(share), "{rate} of {amount}");
        }
    }

    #[test]
    fn money_shows_two_decimals() {
        assert_eq!(Money(1990).to_string(), "19.90");
        assert_eq!(Money(-5).to_string(), "-0.05");
    }
}
