//! Folding of text, so that what looks the same is found the same.

/// Lower case, Arabic and Persian letter variants folded, zero-width characters and NUL dropped, blanks
/// collapsed.
pub fn fold(text: &str) -> String {
    let letters = text.chars().flat_map(char::to_lowercase).filter_map(|letter| match letter {
        'ي' | 'ى' => Some('ی'),
        'ك' => Some('ک'),
        'ة' => Some('ه'),
        '\0' | '\u{200c}' | '\u{200d}' | '\u{feff}' => None,
        '０'..='９' => char::from_u32(letter as u32 - '０' as u32 + '0' as u32),
        '۰'..='۹' => char::from_u32(letter as u32 - '۰' as u32 + '0' as u32),
        other => Some(other),
    });
    letters.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn variants_fold_to_one_form() {
        assert_eq!(fold("  SHENGFEIHUO  手电筒 "), "shengfeihuo 手电筒");
        assert_eq!(fold("a\0b"), "ab");
        assert_eq!(fold("پراید"), fold("پرايد"));
        assert_eq!(fold("می\u{200c}خواهم ۱۲"), "میخواهم 12");
    }
}
