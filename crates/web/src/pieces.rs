//! Pieces of replies that say only what the catalogue says: JSON written once and copied until the offer changes.

use std::sync::{Arc, Weak};

use domain::id::{ListingId, SkuId};
use domain::product::{Listing, Product};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use serde::ser::{Serialize, SerializeStruct, Serializer};

/// Bytes of text kept in memory.
const KEPT: u64 = 32 * 1024 * 1024;
/// About as long is a piece.
const USUAL: u64 = 512;

const WRITABLE: &str = "wire structs have texts for keys";

/// The JSON of what a dialect says of an offer.
#[derive(Clone, Debug)]
pub struct Piece {
    /// The base of its links, then the JSON: side by side they come from memory together.
    text: Arc<str>,
    base: usize,
}

/// A piece with all that it was written from.
#[derive(Clone)]
struct Written {
    piece: Piece,
    listing: Listing,
    /// Keeps its place in memory from being another product's, but not the product: the same place is the same product.
    product: Weak<Product>,
}

impl Piece {
    /// The members of this object and those of another.
    pub fn with<T: Serialize>(&self, more: &T) -> Joined {
        let (text, more) = (self.json(), serde_json::to_string(more).expect(WRITABLE));
        debug_assert!(more.len() > 2, "an object without members has no place behind a comma");
        let members = text.strip_suffix('}').unwrap_or(text);
        Joined([members, ",", more.strip_prefix('{').unwrap_or(&more)].concat())
    }

    fn base(&self) -> &str {
        &self.text[..self.base]
    }

    fn json(&self) -> &str {
        &self.text[self.base..]
    }
}

impl Serialize for Piece {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        raw(self.json(), serializer)
    }
}

/// The JSON of two objects with members as one object.
#[derive(Debug)]
pub struct Joined(String);

impl Serialize for Joined {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        raw(&self.0, serializer)
    }
}

/// Writes JSON as it is, as `RawValue` does, by the private name that `serde_json` knows it by: `RawValue::from_string` would
/// parse the whole text again, a twentieth of what the server does for a cart.
fn raw<S: Serializer>(json: &str, serializer: S) -> Result<S::Ok, S::Error> {
    const RAW: &str = "$serde_json::private::RawValue";
    let mut raw = serializer.serialize_struct(RAW, 1)?;
    raw.serialize_field(RAW, json)?;
    raw.end()
}

/// The pieces written so far.
pub(crate) struct Pieces(Cache<Key, Written, ByLength>);

/// What a piece is in its dialect, and of which SKU under which listing.
type Key = (&'static str, ListingId, SkuId);

#[derive(Clone)]
struct ByLength;

impl Weighter<Key, Written> for ByLength {
    fn weight(&self, _: &Key, written: &Written) -> u64 {
        written.piece.text.len() as u64 + 200
    }
}

impl Default for Pieces {
    fn default() -> Self {
        Self(Cache::with_weighter(usize::try_from(KEPT / USUAL).unwrap_or(usize::MAX), KEPT, ByLength))
    }
}

impl Pieces {
    /// The piece as it was written, or as it is written now when the offer is another.
    pub(crate) fn piece<T: Serialize>(
        &self,
        key: Key,
        listing: Listing,
        product: &Arc<Product>,
        base: &str,
        write: impl FnOnce() -> T,
    ) -> Piece {
        let is_same = |written: &Written| {
            let Written { piece, listing: of, product: from } = written;
            Weak::as_ptr(from) == Arc::as_ptr(product) && *of == listing && piece.base() == base
        };
        #[cfg(feature = "broken")]
        let is_same = |written: &Written| app::broken::is("total") || is_same(written);
        if let Some(written) = self.0.get(&key).filter(is_same) {
            return written.piece;
        }
        let json = serde_json::to_string(&write()).expect(WRITABLE);
        let piece = Piece { text: [base, &json].concat().into(), base: base.len() };
        self.0.insert(key, Written { piece: piece.clone(), listing, product: Arc::downgrade(product) });
        piece
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_objects_with_members_are_joined_to_one() {
        let joined = Joined([r#"{"a":"1""#, r#""b":[2]}"#].join(","));
        assert_eq!(serde_json::to_string(&[joined]).unwrap(), r#"[{"a":"1","b":[2]}]"#);
    }
}
