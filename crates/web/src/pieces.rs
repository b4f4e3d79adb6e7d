//! Pieces of replies that say only what the catalogue says: JSON written once and copied until the offer changes.

use std::sync::{Arc, Weak};

use domain::id::{ListingId, SkuId};
use domain::product::{Listing, Product};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use serde::ser::{Serialize, SerializeStruct, Serializer};
use serde_json::value::{RawValue, to_raw_value};

/// Bytes of text kept in memory.
const KEPT: u64 = 32 * 1024 * 1024;
/// About as long is a piece.
const USUAL: u64 = 512;

const WRITABLE: &str = "wire structs have texts for keys";

/// The JSON of what a dialect says of an offer.
#[derive(Clone, Debug)]
pub struct Piece(Arc<Written>);

/// A piece with all that it was written from.
#[derive(Debug)]
struct Written {
    text: Box<RawValue>,
    listing: Listing,
    /// Keeps its place in memory from being another product's, but not the product: the same place is the same product.
    product: Weak<Product>,
    base: String,
}

impl Piece {
    /// The members of this object and those of another.
    pub fn with<T: Serialize>(&self, more: &T) -> Joined {
        let (text, more) = (self.0.text.get(), serde_json::to_string(more).expect(WRITABLE));
        debug_assert!(more.len() > 2, "an object without members has no place behind a comma");
        let members = text.strip_suffix('}').unwrap_or(text);
        Joined([members, ",", more.strip_prefix('{').unwrap_or(&more)].concat())
    }
}

/// The JSON of two objects with members as one object.
#[derive(Debug)]
pub struct Joined(String);

impl Serialize for Joined {
    /// As `RawValue` writes itself, by the private name that `serde_json` knows it by: `RawValue::from_string` would parse the
    /// whole text again, a twentieth of what the server does for a cart.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        const RAW: &str = "$serde_json::private::RawValue";
        let mut raw = serializer.serialize_struct(RAW, 1)?;
        raw.serialize_field(RAW, &self.0)?;
        raw.end()
    }
}

impl Serialize for Piece {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.text.serialize(serializer)
    }
}

/// The pieces written so far.
pub(crate) struct Pieces(Cache<Key, Piece, ByLength>);

/// What a piece is in its dialect, and of which SKU under which listing.
type Key = (&'static str, ListingId, SkuId);

#[derive(Clone)]
struct ByLength;

impl Weighter<Key, Piece> for ByLength {
    fn weight(&self, _: &Key, piece: &Piece) -> u64 {
        piece.0.text.get().len() as u64 + 200
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
        let is_same = |piece: &Piece| {
            let Written { listing: of, product: from, base: at, .. } = &*piece.0;
            Weak::as_ptr(from) == Arc::as_ptr(product) && *of == listing && at == base
        };
        #[cfg(feature = "broken")]
        let is_same = |piece: &Piece| app::broken::is("total") || is_same(piece);
        if let Some(piece) = self.0.get(&key).filter(is_same) {
            return piece;
        }
        let text = to_raw_value(&write()).expect(WRITABLE);
        let piece = Piece(Arc::new(Written {
            text,
            listing,
            product: Arc::downgrade(product),
            base: base.to_owned(),
        }));
        self.0.insert(key, piece.clone());
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
