//! Values as they cross between Rust and SQL.

use domain::id::{
    AccountId, AssetId, BrandId, CategoryId, LabelId, LineId, ListingId, MaterialId, OwnerId, ProductId,
    SkuId, StoreId,
};
use domain::money::{BasisPoints, Money};
use domain::time::Timestamp;

use crate::{Error, Result};

/// One value of a parameter or a column.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing.
    Null,
    /// A number, or a boolean as 0 and 1.
    Int(i64),
    /// A text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A shopper's id, without the cost of a vector.
    Owner(OwnerId),
    /// Everybody's value for one parameter of a statement for many shoppers; on PostgreSQL only.
    List(Vec<Value>),
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Int(i64::from(truth))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<&[u8; 32]> for Value {
    fn from(hash: &[u8; 32]) -> Self {
        Self::Bytes(hash.to_vec())
    }
}

impl From<OwnerId> for Value {
    fn from(owner: OwnerId) -> Self {
        Self::Owner(owner)
    }
}

impl From<Timestamp> for Value {
    fn from(time: Timestamp) -> Self {
        Self::Int(time.micros())
    }
}

impl From<Money> for Value {
    fn from(amount: Money) -> Self {
        Self::Int(amount.minor())
    }
}

macro_rules! from_number {
    ($($name:ident),+) => {$(
        impl From<$name> for Value {
            fn from(id: $name) -> Self {
                Self::Int(id.get())
            }
        }
    )+};
}
from_number!(
    AccountId,
    AssetId,
    BrandId,
    CategoryId,
    LabelId,
    LineId,
    ListingId,
    MaterialId,
    ProductId,
    SkuId,
    StoreId,
    BasisPoints
);

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// The rows a statement gave, and how many it changed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    pub(crate) width: usize,
    pub(crate) values: Vec<Value>,
    pub(crate) changed: u64,
}

impl Rows {
    /// The rows in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Row<'_>> {
        self.values.chunks_exact(self.width.max(1)).map(Row)
    }

    /// The first row.
    pub fn first(&self) -> Option<Row<'_>> {
        self.iter().next()
    }

    /// How many rows came back, or were changed where none come back.
    pub fn count(&self) -> u64 {
        self.values.len().checked_div(self.width).map_or(self.changed, |rows| rows as u64)
    }
}

/// One row; columns are named by position, as the statement lists them.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a>(&'a [Value]);

impl<'a> Row<'a> {
    /// All its values.
    pub(crate) fn values(self) -> &'a [Value] {
        self.0
    }

    /// A number.
    pub fn int(&self, column: usize) -> Result<i64> {
        self.opt_int(column)?.ok_or(Error::Unreadable("null for a number"))
    }

    /// A number or nothing.
    pub fn opt_int(&self, column: usize) -> Result<Option<i64>> {
        match self.0.get(column) {
            Some(Value::Int(number)) => Ok(Some(*number)),
            Some(Value::Null) => Ok(None),
            _ => Err(Error::Unreadable("expected a number")),
        }
    }

    /// A boolean.
    pub fn bool(&self, column: usize) -> Result<bool> {
        self.int(column).map(|number| number != 0)
    }

    /// A text.
    pub fn text(&self, column: usize) -> Result<&'a str> {
        self.opt_text(column)?.ok_or(Error::Unreadable("null for a text"))
    }

    /// A text or nothing.
    pub fn opt_text(&self, column: usize) -> Result<Option<&'a str>> {
        match self.0.get(column) {
            Some(Value::Text(text)) => Ok(Some(text)),
            Some(Value::Null) => Ok(None),
            _ => Err(Error::Unreadable("expected a text")),
        }
    }

    /// Bytes or nothing.
    pub fn opt_bytes(&self, column: usize) -> Result<Option<&'a [u8]>> {
        match self.0.get(column) {
            Some(Value::Bytes(bytes)) => Ok(Some(bytes)),
            Some(Value::Null) => Ok(None),
            _ => Err(Error::Unreadable("expected bytes")),
        }
    }

    /// Bytes of a fixed length.
    pub fn bytes<const N: usize>(&self, column: usize) -> Result<[u8; N]> {
        let bytes = self.opt_bytes(column)?.ok_or(Error::Unreadable("null for bytes"))?;
        bytes.try_into().map_err(|_| Error::Unreadable("bytes of another length"))
    }

    /// A point in time.
    pub fn time(&self, column: usize) -> Result<Timestamp> {
        self.int(column).map(Timestamp::from_micros)
    }

    /// An amount.
    pub fn money(&self, column: usize) -> Result<Money> {
        self.int(column).map(Money::from_minor)
    }
}
