//! Inputs made of kept ones by chance: bits turned, pieces cut out and doubled, two in one, and words of the dictionary. A seed
//! makes them again.

use std::hash::{BuildHasher, RandomState};

/// So many changes are made to one input at most.
const CHANGES: usize = 4;

/// Where the random choices of a run begin: where `CARTWRIGHT_FUZZ_SEED` says, else anywhere.
pub(crate) fn seed() -> u64 {
    let wanted = std::env::var("CARTWRIGHT_FUZZ_SEED").ok().and_then(|seed| seed.parse().ok());
    wanted.unwrap_or_else(|| RandomState::new().hash_one("fuzz") % 1_000_000_000)
}

/// One input after the other, without an end.
pub(crate) struct Mutations {
    kept: Vec<Vec<u8>>,
    words: Vec<Vec<u8>>,
    state: u64,
}

impl Mutations {
    pub(crate) fn new(kept: Vec<Vec<u8>>, seed: u64) -> Self {
        let words = include_str!("../../words.dict").lines().filter_map(word).collect();
        Self { kept, words, state: seed }
    }

    fn change(&mut self, input: &mut Vec<u8>) {
        let (one, other) = (self.below(input.len() + 1), self.below(input.len() + 1));
        let piece = one.min(other)..one.max(other);
        match self.below(6) {
            0 if !input.is_empty() => {
                let at = self.below(input.len());
                input[at] ^= 1 << self.below(8);
            }
            1 => drop(input.drain(piece)),
            2 => {
                let double = input[piece.clone()].to_vec();
                input.splice(piece.end..piece.end, double);
            }
            3 => {
                let tail = self.below(self.kept.len());
                let from = self.below(self.kept[tail].len() + 1);
                input.truncate(one);
                input.extend_from_slice(&self.kept[tail][from..]);
            }
            4 => {
                let word = self.below(self.words.len());
                input.splice(piece, self.words[word].iter().copied());
            }
            _ => {
                let word = self.below(self.words.len());
                input.splice(one..one, self.words[word].iter().copied());
            }
        }
    }

    /// A number below the end (splitmix64).
    fn below(&mut self, end: usize) -> usize {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % end.max(1) as u64).expect("below a usize")
    }
}

impl Iterator for Mutations {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        let at = self.below(self.kept.len());
        let mut input = self.kept[at].clone();
        for _ in 0..=self.below(CHANGES) {
            self.change(&mut input);
        }
        Some(input)
    }
}

/// A line of the dictionary, which may be a comment.
fn word(line: &str) -> Option<Vec<u8>> {
    let mut letters = line.trim().strip_prefix('"')?.strip_suffix('"')?.bytes();
    let mut word = Vec::new();
    while let Some(letter) = letters.next() {
        let is_escape = letter == b'\\';
        word.push(match if is_escape { letters.next()? } else { letter } {
            b'x' if is_escape => {
                let digits = [letters.next()?, letters.next()?];
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
            }
            letter => letter,
        });
    }
    Some(word)
}

#[test]
fn a_seed_makes_the_same_inputs_again() {
    let drawn = |seed| Mutations::new(vec![b"GET /".to_vec(), b"POST /\n\n{}".to_vec()], seed).take(100);
    assert!(drawn(1).eq(drawn(1)));
    assert!(drawn(1).ne(drawn(2)));
}

#[test]
fn words_are_read_as_libfuzzer_reads_them() {
    assert_eq!(word(r#""a\"\\\x0d\x0A""#), Some(b"a\"\\\r\n".to_vec()));
    assert_eq!(word("# a comment"), None);
}
