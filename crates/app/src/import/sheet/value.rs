//! What the text of a cell means; each function gives a value or says what it expected.

use domain::limits::{MAX_LINE_QUANTITY, MAX_STOCK};
use domain::money::{BasisPoints, Money};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// The most characters of a title.
const LONGEST_TITLE: usize = 500;
/// The most characters of handles, names, codes and option values.
const LONGEST_SHORT_TEXT: usize = 255;
/// The most characters of a picture's address.
const LONGEST_ADDRESS: usize = 2048;
/// The most grams that a SKU weighs.
const HEAVIEST: i64 = 1_000_000_000;

/// A handle.
pub(super) fn handle(text: &str) -> Result<String, String> {
    if text.is_empty() || text.contains(char::is_control) {
        return Err("expected a handle such as green-tea".to_owned());
    }
    short_text(text)
}

/// A title.
pub(super) fn title(text: &str) -> Result<String, String> {
    if text.is_empty() {
        return Err("expected a title".to_owned());
    }
    at_most(LONGEST_TITLE, text)
}

/// A name or an option value; may be empty.
pub(super) fn short_text(text: &str) -> Result<String, String> {
    at_most(LONGEST_SHORT_TEXT, text)
}

/// A code or barcode; may be empty. Shopify exports them with an apostrophe, so that spreadsheets leave them alone.
pub(super) fn code(text: &str) -> Result<String, String> {
    short_text(text.strip_prefix('\'').unwrap_or(text))
}

fn at_most(most: usize, text: &str) -> Result<String, String> {
    if text.chars().count() > most {
        return Err(format!("expected at most {most} characters"));
    }
    Ok(text.to_owned())
}

/// The address of a picture: of the web, or a path of this server.
pub(super) fn address(text: &str) -> Result<String, String> {
    let starts =
        |scheme: &str| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    let is_path = text.starts_with('/') && !text.starts_with("//");
    if !(starts("https://") || starts("http://") || is_path) {
        return Err("expected an address that begins with https://".to_owned());
    }
    if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err("expected one address without blanks".to_owned());
    }
    at_most(LONGEST_ADDRESS, text)
}

/// Tags separated by commas, each trimmed.
pub(super) fn keywords(text: &str) -> String {
    text.split(',').map(str::trim).filter(|tag| !tag.is_empty()).collect::<Vec<_>>().join(",")
}

/// `true` or `false` in any case, or `default` when empty.
pub(super) fn flag_or(default: bool) -> impl Fn(&str) -> Result<bool, String> {
    move |text| match text.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        "" => Ok(default),
        _ => Err("expected true or false".to_owned()),
    }
}

/// A whole number from 0 to `most`; empty is 0.
pub(super) fn up_to(most: i64) -> impl Fn(&str) -> Result<i64, String> {
    move |text| if text.is_empty() { Ok(0) } else { whole(0, most, text) }
}

/// The position of a picture among those of its product.
pub(super) fn position(text: &str) -> Result<i64, String> {
    whole(1, MAX_LINE_QUANTITY, text)
}

/// Pieces in stock; empty is 0, and so is what was oversold.
pub(super) fn stock(text: &str) -> Result<i64, String> {
    match text {
        "" => Ok(0),
        _ => whole(-MAX_STOCK, MAX_STOCK, text).map(|stock| stock.max(0)),
    }
}

fn whole(least: i64, most: i64, text: &str) -> Result<i64, String> {
    let number = text.parse().ok().filter(|number| (least..=most).contains(number));
    number.ok_or_else(|| format!("expected a whole number from {least} to {most}"))
}

/// Whether to sell on without stock; empty is no.
pub(super) fn may_oversell(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "continue" => Ok(true),
        "deny" | "" => Ok(false),
        _ => Err("expected \"deny\" or \"continue\"".to_owned()),
    }
}

/// A price.
pub(super) fn price(text: &str) -> Result<Money, String> {
    Money::parse_price(text).map_err(|error| error.to_string())
}

/// A percentage, with or without the sign.
pub(super) fn percent(text: &str) -> Result<BasisPoints, String> {
    BasisPoints::parse_percent(text.strip_suffix('%').unwrap_or(text))
        .ok_or_else(|| "expected a percentage from 0 to 100 with at most two decimals".to_owned())
}

/// A weight, rounded to whole grams; empty is 0.
pub(super) fn grams(text: &str) -> Result<i64, String> {
    if text.is_empty() {
        return Ok(0);
    }
    let grams = text.parse::<Decimal>().ok().and_then(|grams| grams.round().to_i64());
    grams
        .filter(|grams| (0..=HEAVIEST).contains(grams))
        .ok_or_else(|| format!("expected a weight in grams from 0 to {HEAVIEST}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_have_an_end() {
        assert_eq!(title(&"红".repeat(500)), Ok("红".repeat(500)));
        assert_eq!(title(&"红".repeat(501)), Err("expected at most 500 characters".to_owned()));
        assert!(title("").is_err());
        assert!(handle(&"a".repeat(255)).is_ok());
        for wrong in ["", "a\nb", &"a".repeat(256)] {
            assert!(handle(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn numbers_stay_in_their_range() {
        assert_eq!(up_to(5)(""), Ok(0));
        assert_eq!(up_to(5)("5"), Ok(5));
        for wrong in ["6", "-1", "1.5", "five", "99999999999999999999"] {
            assert_eq!(up_to(5)(wrong), Err("expected a whole number from 0 to 5".to_owned()), "{wrong}");
        }
        assert_eq!(stock("-3"), Ok(0));
        assert!(stock("1000000001").is_err());
        assert!(position("0").is_err());
    }

    #[test]
    fn weights_are_whole_grams() {
        for (text, expected) in [("", 0), ("250", 250), ("453.592", 454), ("0.0", 0)] {
            assert_eq!(grams(text), Ok(expected), "{text:?}");
        }
        for wrong in ["-1", "1kg", "2000000000"] {
            assert!(grams(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn words_are_read_in_any_case() {
        assert_eq!(flag_or(true)(""), Ok(true));
        assert_eq!(flag_or(true)("FALSE"), Ok(false));
        assert_eq!(flag_or(false)("True"), Ok(true));
        assert!(flag_or(true)("yes").is_err());
        assert_eq!(may_oversell("Continue"), Ok(true));
        assert_eq!(may_oversell("deny"), Ok(false));
        assert_eq!(may_oversell(""), Ok(false));
        assert!(may_oversell("maybe").is_err());
    }

    #[test]
    fn addresses_are_of_the_web_or_of_this_server() {
        for right in ["https://a.example/b.jpg", "HTTP://a.example/图.jpg", "/files/b.jpg"] {
            assert_eq!(address(right), Ok(right.to_owned()));
        }
        for wrong in ["b.jpg", "//a.example/b.jpg", "javascript:alert(1)", "https://a.example/b c.jpg"] {
            assert!(address(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn codes_lose_the_apostrophe_of_spreadsheets() {
        assert_eq!(code("'0042"), Ok("0042".to_owned()));
        assert_eq!(code("0042"), Ok("0042".to_owned()));
    }

    #[test]
    fn percentages_may_have_their_sign() {
        assert_eq!(percent("12.5"), Ok(BasisPoints::new(1250)));
        assert_eq!(percent("100%"), Ok(BasisPoints::new(10000)));
        assert!(percent("100.01").is_err());
        assert!(percent("-1").is_err());
    }

    #[test]
    fn tags_are_trimmed() {
        assert_eq!(keywords(" Pot, Plants ,,茶"), "Pot,Plants,茶");
        assert_eq!(keywords(""), "");
    }
}
