//! Randomness: ids, tokens and codes; from the system, or from a seed that tests choose.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::id::OwnerId;
use sha2::{Digest, Sha256};

/// Digits of the public ids of stores and brands.
const SHORT_RID: u32 = 9;

/// Where random bits come from.
#[derive(Debug, Default)]
pub enum Entropy {
    /// The operating system.
    #[default]
    System,
    /// A counter that is hashed: the same ids in every run of a test.
    Seeded(AtomicU64),
}

impl Entropy {
    /// A repeatable source.
    pub fn seeded(seed: u64) -> Self {
        Self::Seeded(AtomicU64::new(seed))
    }

    fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        match self {
            Self::System => getrandom::fill(&mut bytes).expect("the system has randomness"),
            Self::Seeded(counter) => {
                for chunk in bytes.chunks_mut(32) {
                    let hash = Sha256::digest(counter.fetch_add(1, Ordering::Relaxed).to_le_bytes());
                    chunk.copy_from_slice(&hash[..chunk.len()]);
                }
            }
        }
        bytes
    }

    /// A new shopper's id.
    pub(crate) fn owner_id(&self) -> OwnerId {
        OwnerId::new(*uuid::Builder::from_random_bytes(self.bytes()).as_uuid().as_bytes())
    }

    /// A secret in the shape of a UUID: 122 random bits.
    pub fn uuid(&self) -> String {
        uuid::Builder::from_random_bytes(self.bytes()).as_uuid().to_string()
    }

    /// A secret of 40 hexadecimal digits: 160 random bits.
    pub fn hex40(&self) -> String {
        hex(&self.bytes::<20>())
    }

    /// A key that nobody else knows.
    pub(crate) fn key(&self) -> [u8; 32] {
        self.bytes()
    }

    /// So many decimal digits, the first of them not zero when there are more than six.
    pub(crate) fn digits(&self, count: u32) -> String {
        let random = u64::from_le_bytes(self.bytes());
        let low = if count > 6 { 10u64.pow(count - 1) } else { 0 };
        // 64 random bits over at most 10^12 values: the bias is below 10^-7.
        let number = low + random % (10u64.pow(count) - low);
        format!("{number:0width$}", width = count as usize)
    }

    /// A public id of a store or a brand that none of `taken` has, which it joins.
    pub(crate) fn short_rid(&self, taken: &mut HashSet<String>) -> String {
        loop {
            let rid = self.digits(SHORT_RID);
            if taken.insert(rid.clone()) {
                return rid;
            }
        }
    }
}

/// Hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// What [`hex`] was made of.
pub(crate) fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}
