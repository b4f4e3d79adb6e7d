//! Chinese as it is typed on a Latin keyboard: in full pinyin, or by the first letter of each character.

use pinyin::ToPinyin;

use super::words::Unit;

/// Characters that one spelling goes on for.
const LONGEST: usize = 12;

/// The letters of the longest syllable.
pub(super) const LONGEST_SYLLABLE: usize = 6;

/// How parts of a text are spelled, from each of its characters on.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Spellings {
    /// `hongniu`, `niu`.
    pub(super) full: Vec<String>,
    /// `hn`; of two characters or more.
    pub(super) initials: Vec<String>,
}

/// The spellings in a text. Of several readings of a character the most common one counts.
pub(super) fn spellings(units: &[Unit]) -> Spellings {
    let mut spellings = Spellings::default();
    let syllables: Vec<_> = units.iter().map(syllable).collect();
    for from in 0..syllables.len() {
        let together: Vec<&str> =
            syllables[from..].iter().take(LONGEST).map_while(Option::as_deref).collect();
        if !together.is_empty() {
            spellings.full.push(together.concat());
        }
        if together.len() > 1 {
            spellings.initials.push(together.iter().map(|syllable| &syllable[..1]).collect());
        }
    }
    spellings
}

/// In the letters a to z, with v for ü.
fn syllable(unit: &Unit) -> Option<String> {
    let Unit::Sign(sign) = unit else { return None };
    let syllable = sign.to_pinyin()?.plain().replace('ü', "v");
    syllable.bytes().all(|letter| letter.is_ascii_lowercase()).then_some(syllable)
}

/// What was typed, as one spelling: its words without gaps, if they are letters a to z.
pub(super) fn typed(units: &[Unit]) -> Option<String> {
    let mut letters = String::new();
    for unit in units {
        match unit {
            Unit::Word(word) if word.bytes().all(|letter| letter.is_ascii_lowercase()) => letters += word,
            Unit::Word(_) | Unit::Sign(_) => return None,
        }
    }
    (2..=LONGEST * LONGEST_SYLLABLE).contains(&letters.len()).then_some(letters)
}

#[cfg(test)]
mod tests {
    use super::super::words::units;
    use super::*;

    #[test]
    fn a_text_is_spelled_from_each_character_on() {
        let spelled = spellings(&units("红牛 abc 绿"));
        assert_eq!(spelled.full, ["hongniu", "niu", "lv"]);
        assert_eq!(spelled.initials, ["hn"]);
        assert_eq!(typed(&units("hong niu")).as_deref(), Some("hongniu"));
        for other in ["h", "红牛", "hong 3", "راید"] {
            assert_eq!(typed(&units(other)), None, "{other}");
        }
    }
}
