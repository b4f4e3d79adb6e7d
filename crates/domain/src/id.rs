//! Identities: small counted ids for old clients, unguessable owner ids for shoppers; never a bare integer.

use std::fmt;

macro_rules! counted_id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(i64);

        impl $name {
            /// Names a record; whether it exists is the store's to say.
            pub const fn new(id: i64) -> Self {
                Self(id)
            }

            /// The number that clients see.
            pub const fn get(self) -> i64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

counted_id! {
    /// A customer's account.
    AccountId,
    /// A store.
    StoreId,
    /// A category, shared by all stores.
    CategoryId,
    /// A brand.
    BrandId,
    /// A product.
    ProductId,
    /// A store's offer of a product; a product's own listing has the product's number.
    ListingId,
    /// A SKU: one variant of a product that can be bought.
    SkuId,
    /// A label, which the operator names for all stores.
    LabelId,
    /// A material, likewise.
    MaterialId,
    /// An uploaded file.
    AssetId,
    /// A cart line; counts up within its owner.
    LineId,
}

impl ProductId {
    /// The listing under which the product's own store offers it.
    pub const fn own_listing(self) -> ListingId {
        ListingId::new(self.0)
    }
}

/// Whose cart it is: 128 random bits that lead every key of what a shopper owns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OwnerId([u8; 16]);

impl OwnerId {
    /// Takes the bits as they are.
    pub const fn new(bits: [u8; 16]) -> Self {
        Self(bits)
    }

    /// The bits, as the store keeps them.
    pub const fn bytes(&self) -> &[u8; 16] {
        &self.0
    }
}
