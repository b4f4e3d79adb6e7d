//! Values of JSON as a catalogue means them. A reader says `None` to what makes no sense; numbers also come as texts.

use std::ops::RangeInclusive;

use serde_json::Value;

/// A text of so many characters at most, without blanks around it.
pub(crate) fn text(longest: usize) -> impl Fn(&Value) -> Option<String> {
    move |value| {
        let text = digits(value).or_else(|| value.as_str().map(|text| text.trim().to_owned()))?;
        (text.chars().count() <= longest && !text.contains('\0')).then_some(text)
    }
}

/// Several texts with commas between them.
pub(crate) fn texts(most: usize, longest: usize) -> impl Fn(&Value) -> Option<String> {
    move |value| {
        let values = value.as_array().filter(|values| values.len() <= most)?;
        let mut texts = values.iter().map(text(longest)).collect::<Option<Vec<_>>>()?;
        texts.retain(|text| !text.is_empty());
        Some(texts.join(","))
    }
}

/// True or false, also as 1 and 0.
pub(crate) fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(truth) => Some(*truth),
        _ => match decimal(value)?.as_str() {
            "1" | "true" => Some(true),
            "0" | "false" => Some(false),
            _ => None,
        },
    }
}

/// A whole number.
pub(crate) fn whole(range: RangeInclusive<i64>) -> impl Fn(&Value) -> Option<i64> {
    move |value| decimal(value)?.parse().ok().filter(|number| range.contains(number))
}

/// Whole numbers from the least one, each once, but 0 as often as it comes.
pub(crate) fn numbers(least: i64, count: RangeInclusive<usize>) -> impl Fn(&Value) -> Option<Vec<i64>> {
    move |value| {
        let values = value.as_array().filter(|values| values.len() <= *count.end())?;
        let mut numbers = Vec::with_capacity(values.len());
        for value in values {
            let number = whole(least..=i64::MAX)(value)?;
            if number == 0 || !numbers.contains(&number) {
                numbers.push(number);
            }
        }
        count.contains(&numbers.len()).then_some(numbers)
    }
}

/// A decimal number to the letter, for whoever counts in something else than floats.
pub(crate) fn decimal(value: &Value) -> Option<String> {
    digits(value).or_else(|| value.as_str().map(|text| text.trim().to_owned()))
}

/// The shortest decimal text of a number, which is the one that was sent wherever that is precise enough.
fn digits(value: &Value) -> Option<String> {
    value.as_number().map(ToString::to_string)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_come_as_texts_and_texts_as_numbers() {
        for value in [json!(5), json!("5"), json!(" 5 ")] {
            assert_eq!(whole(0..=5)(&value), Some(5), "{value}");
            assert_eq!(text(1)(&value), Some("5".to_owned()), "{value}");
        }
        for value in [json!(6), json!(-1), json!(1.5), json!("1e0"), json!(true), json!([5]), json!({})] {
            assert_eq!(whole(0..=5)(&value), None, "{value}");
        }
    }

    #[test]
    fn a_text_is_measured_in_characters() {
        assert_eq!(text(2)(&json!("红茶")), Some("红茶".to_owned()));
        for value in [json!("红茶茶"), json!("a\0"), json!(true), json!(["a"])] {
            assert_eq!(text(2)(&value), None, "{value}");
        }
    }

    #[test]
    fn a_list_has_each_number_once() {
        assert_eq!(numbers(1, 1..=3)(&json!([7, "8", 7])), Some(vec![7, 8]));
        assert_eq!(numbers(0, 1..=5)(&json!([0, 7, "0", 7])), Some(vec![0, 7, 0]));
        for value in [json!([]), json!([1, 2, 3, 4]), json!([0]), json!([null]), json!("1,2"), json!(1)] {
            assert_eq!(numbers(1, 1..=3)(&value), None, "{value}");
        }
        assert_eq!(texts(3, 5)(&json!(["苹果", "", 5])), Some("苹果,5".to_owned()));
        assert_eq!(texts(1, 5)(&json!(["a", "b"])), None);
    }

    #[test]
    fn what_is_true_has_four_forms() {
        for (value, truth_of) in [
            (json!(true), Some(true)),
            (json!(1), Some(true)),
            (json!("false"), Some(false)),
            (json!("0"), Some(false)),
            (json!(2), None),
            (json!("yes"), None),
            (json!([]), None),
        ] {
            assert_eq!(truth(&value), truth_of, "{value}");
        }
    }
}
