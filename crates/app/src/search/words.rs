//! Words as the index knows them: characters of scripts without blanks one by one and in pairs, words of other scripts
//! whole and by their beginnings. It knows no language.

use domain::text::fold;
use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

/// Stands after the last unit of a title.
const END: char = '$';
/// Stands after the beginning of a word.
const MORE: char = '*';
/// Beginnings that are kept of a title, in units.
const LONGEST_START: usize = 6;
/// Beginnings that are kept of a word, in characters.
const LONGEST_BEGINNING: usize = 32;
/// What is kept of a word, in characters.
const LONGEST_WORD: usize = 100;

/// The smallest piece that is found by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// A character of a script that puts no blanks between words.
    Sign(char),
    /// Letters and digits of other scripts between what is neither.
    Word(String),
}

/// The units of a folded text, in order.
pub(super) fn units(folded: &str) -> Vec<Unit> {
    let mut units = Vec::new();
    let mut word = String::new();
    let end_word = |word: &mut String, units: &mut Vec<Unit>| {
        if !word.is_empty() {
            units.push(Unit::Word(word.chars().take(LONGEST_WORD).collect()));
            word.clear();
        }
    };
    for letter in folded.chars() {
        if is_sign(letter) {
            end_word(&mut word, &mut units);
            units.push(Unit::Sign(letter));
        } else if letter.is_alphanumeric() {
            word.push(letter);
        } else {
            end_word(&mut word, &mut units);
        }
    }
    end_word(&mut word, &mut units);
    units
}

/// Chinese, Japanese, Korean, and the scripts of South-East Asia.
pub(super) fn is_sign(letter: char) -> bool {
    matches!(letter,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3005}'..='\u{3007}'
        | '\u{3040}'..='\u{30fa}' | '\u{30fc}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// The terms of which each must stand at its place for these units to stand together; the last word may go on, where
/// that is asked for.
pub(super) fn phrase(units: &[Unit], may_go_on: bool) -> Vec<(usize, String)> {
    let mut terms = Vec::new();
    // Signs before this place are in a pair already.
    let mut paired = 0;
    for (at, unit) in units.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| &units[before]);
        let term = match (unit, before, units.get(at + 1)) {
            (Unit::Sign(_), ..) if at < paired => continue,
            (Unit::Sign(sign), _, Some(Unit::Sign(next))) => {
                paired = at + 2;
                (at, format!("{sign}{next}"))
            }
            (Unit::Sign(sign), Some(Unit::Sign(before)), _) => (at - 1, format!("{before}{sign}")),
            (Unit::Sign(single), ..) => (at, single.to_string()),
            (Unit::Word(word), _, None) if may_go_on && word.chars().count() <= LONGEST_BEGINNING => {
                (at, format!("{word}{MORE}"))
            }
            (Unit::Word(word), ..) => (at, word.clone()),
        };
        terms.push(term);
    }
    terms
}

/// What a title that is nothing but these units has as a term.
pub(super) fn whole(units: &[Unit]) -> String {
    let mut term = start(units);
    term.push(END);
    term
}

/// What a title that begins with these units has as a term.
pub(super) fn start(units: &[Unit]) -> String {
    let mut term = String::new();
    for unit in units {
        match unit {
            Unit::Sign(sign) => term.push(*sign),
            Unit::Word(word) => term.push_str(word),
        }
        term.push(' ');
    }
    term
}

/// What a title has as a term that begins with these units, of which the last goes on; nothing where it is no word.
pub(super) fn start_of_more(units: &[Unit]) -> Option<String> {
    let Some((Unit::Word(word), before)) = units.split_last() else { return None };
    Some(format!("{}{word}{MORE}", start(before)))
}

/// All such terms of a title. A long beginning is found as a phrase.
pub(super) fn starts(title: &[Unit]) -> Vec<String> {
    let mut terms = vec![whole(title)];
    for length in 1..=title.len().min(LONGEST_START) {
        terms.push(start(&title[..length]));
        if let Unit::Word(word) = &title[length - 1] {
            let before = start(&title[..length - 1]);
            terms.extend(beginnings(word).map(|begun| format!("{before}{begun}{MORE}")));
        }
    }
    terms
}

/// What a word may be cut to while it is typed.
fn beginnings(word: &str) -> impl Iterator<Item = &str> {
    let ends = word.char_indices().skip(1).map(|(end, _)| end).chain([word.len()]);
    ends.take(LONGEST_BEGINNING).map(|end| &word[..end])
}

/// Cuts texts for the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cutter {
    /// With the beginnings of words.
    Text,
    /// Without what is in very many texts anyway: beginnings of words, and signs alone where a pair has them.
    LongText,
}

impl Tokenizer for Cutter {
    type TokenStream<'a> = Cut;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Cut {
        let units = units(&fold(text));
        let mut terms = Vec::new();
        for (at, unit) in units.iter().enumerate() {
            match unit {
                Unit::Sign(sign) => {
                    let is_paired = at > 0 && matches!(units[at - 1], Unit::Sign(_));
                    if let Some(Unit::Sign(next)) = units.get(at + 1) {
                        terms.push((at, format!("{sign}{next}")));
                        if *self == Self::LongText {
                            continue;
                        }
                    }
                    if *self != Self::LongText || !is_paired {
                        terms.push((at, sign.to_string()));
                    }
                }
                Unit::Word(word) => {
                    if *self != Self::LongText {
                        terms.extend(beginnings(word).map(|begun| (at, format!("{begun}{MORE}"))));
                    }
                    terms.push((at, word.clone()));
                }
            }
        }
        Cut { terms: terms.into_iter(), token: Token::default() }
    }
}

/// The terms of one text.
pub(super) struct Cut {
    terms: std::vec::IntoIter<(usize, String)>,
    token: Token,
}

impl TokenStream for Cut {
    fn advance(&mut self) -> bool {
        let Some((position, text)) = self.terms.next() else { return false };
        self.token = Token { position, text, ..Token::default() };
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_stand_alone_and_words_together() {
        let text = |unit: &Unit| match unit {
            Unit::Sign(sign) => sign.to_string(),
            Unit::Word(word) => word.clone(),
        };
        for (from, expected) in [
            ("红牛 250ml", "红|牛|250ml"),
            ("t-shirt (m)", "t|shirt|m"),
            ("درب پراید", "درب|پراید"),
            ("4g手机", "4g|手|机"),
            ("!?", ""),
        ] {
            assert_eq!(units(from).iter().map(text).collect::<Vec<_>>().join("|"), expected, "{from}");
        }
    }

    #[test]
    fn what_a_phrase_asks_for_is_in_the_index() {
        let mut cutter = Cutter::Text;
        let mut stream = cutter.token_stream("红牛 Energy 饮料");
        let mut kept = Vec::new();
        while let Some(token) = stream.next() {
            kept.push((token.position, token.text.clone()));
        }
        for term in phrase(&units("红牛 energy 饮料"), false) {
            assert!(kept.contains(&term), "{term:?}");
        }
        let pairs = |text| phrase(&units(text), false).into_iter().map(|(at, pair)| format!("{at}{pair}"));
        assert_eq!(pairs("包").collect::<Vec<_>>(), ["0包"]);
        assert_eq!(pairs("四件套").collect::<Vec<_>>(), ["0四件", "1件套"]);
        assert_eq!(pairs("蓝牙耳机").collect::<Vec<_>>(), ["0蓝牙", "2耳机"]);
        let begun = phrase(&units("红牛 ener"), true);
        assert_eq!(begun, [(0, "红牛".to_owned()), (2, "ener*".to_owned())]);
        assert!(begun.iter().all(|term| kept.contains(term)));
    }

    #[test]
    fn titles_are_found_by_how_they_begin() {
        let kept = starts(&units("红牛 energy 饮料"));
        assert!(kept.contains(&whole(&units("红牛 energy 饮料"))));
        for begun in ["红", "红牛", "红牛 energy", "红牛energy饮"] {
            assert!(kept.contains(&start(&units(begun))), "{begun}");
            assert!(!kept.contains(&whole(&units(begun))), "{begun}");
        }
        assert!(kept.contains(&start_of_more(&units("红牛 ener")).expect("a word")));
        assert!(!kept.contains(&start(&units("红牛 ener"))));
        assert_eq!(start_of_more(&units("红牛")), None);
    }
}
