//! Words as the index knows them: characters of scripts without blanks one by one and in pairs, words of other scripts
//! whole and by their beginnings. It knows no language.

use domain::text::fold;
use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

/// Stands before the first word of a title.
const START: &str = "^";
/// Stands after its last.
const END: &str = "$";
/// Stands after the beginning of a word.
const MORE: char = '*';
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

/// Which ends of a title a phrase must reach, and how its last word stands.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bounds {
    /// It begins the title.
    pub(super) starts: bool,
    /// It ends the title.
    pub(super) ends: bool,
    /// Its last word may go on.
    pub(super) may_go_on: bool,
}

/// The terms of which each must stand at its place for these units to stand together.
pub(super) fn phrase(units: &[Unit], bounds: Bounds) -> Vec<(usize, String)> {
    let mut terms = Vec::new();
    if bounds.starts {
        terms.push((0, START.to_owned()));
    }
    let is_signs = |at: usize| matches!(units.get(at), Some(Unit::Sign(_)));
    for (at, unit) in units.iter().enumerate() {
        let term = match (unit, units.get(at + 1)) {
            (Unit::Sign(first), Some(Unit::Sign(second))) => format!("{first}{second}"),
            // The pair before has it.
            (Unit::Sign(_), _) if at > 0 && is_signs(at - 1) => continue,
            (Unit::Sign(single), _) => single.to_string(),
            (Unit::Word(word), None) if bounds.may_go_on && word.chars().count() <= LONGEST_BEGINNING => {
                format!("{word}{MORE}")
            }
            (Unit::Word(word), _) => word.clone(),
        };
        terms.push((at + 1, term));
    }
    if bounds.ends {
        terms.push((units.len() + 1, END.to_owned()));
    }
    terms
}

/// Cuts texts for the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cutter {
    /// With its ends marked.
    Title,
    /// Without.
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
                        terms.push((at + 1, format!("{sign}{next}")));
                        if *self == Self::LongText {
                            continue;
                        }
                    }
                    if *self != Self::LongText || !is_paired {
                        terms.push((at + 1, sign.to_string()));
                    }
                }
                Unit::Word(word) => {
                    let ends = word.char_indices().skip(1).map(|(end, _)| end).chain([word.len()]);
                    let begun = |end| (at + 1, format!("{}{MORE}", &word[..end]));
                    if *self != Self::LongText {
                        terms.extend(ends.take(LONGEST_BEGINNING).map(begun));
                    }
                    terms.push((at + 1, word.clone()));
                }
            }
        }
        if *self == Self::Title {
            terms.insert(0, (0, START.to_owned()));
            terms.push((units.len() + 1, END.to_owned()));
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
        let mut cutter = Cutter::Title;
        let mut stream = cutter.token_stream("红牛 Energy 饮料");
        let mut kept = Vec::new();
        while let Some(token) = stream.next() {
            kept.push((token.position, token.text.clone()));
        }
        for may_go_on in [false, true] {
            let bounds = Bounds { starts: true, ends: true, may_go_on };
            for term in phrase(&units("红牛 energy 饮料"), bounds) {
                assert!(kept.contains(&term), "{term:?}");
            }
        }
        let begun = phrase(&units("红牛 ener"), Bounds { may_go_on: true, ..Bounds::default() });
        assert_eq!(begun, [(1, "红牛".to_owned()), (3, "ener*".to_owned())]);
        assert!(begun.iter().all(|term| kept.contains(term)));
    }
}
