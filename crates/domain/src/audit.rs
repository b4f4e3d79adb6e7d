//! What the audit log keeps: changes of price, stock, status and commission; never who made them.

use std::fmt;

use crate::id::SkuId;
use crate::money::{BasisPoints, Money};
use crate::product::{Product, Sku, Standing, Status};

/// What can change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// The regular price, in minor units.
    Price,
    /// The promotion price, in minor units.
    SalePrice,
    /// Pieces in stock.
    Stock,
    /// What a distributing store earns, in basis points.
    CommissionRate,
    /// Where the product stands, as [`crate::product::Status::code`]; nothing once it is deleted.
    Status,
    /// Where a store that distributes the product has it, as [`crate::product::Standing::code`]; nothing while it does
    /// not have it.
    Listing,
}

impl Field {
    const NAMES: [(Self, &str); 6] = [
        (Self::Price, "price"),
        (Self::SalePrice, "sale_price"),
        (Self::Stock, "stock"),
        (Self::CommissionRate, "commission_rate"),
        (Self::Status, "status"),
        (Self::Listing, "listing"),
    ];

    /// Its name, which the store keeps.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(field, _)| *field == self).map_or("", |(_, name)| name)
    }

    /// What a value of it means.
    pub fn told(self, value: i64) -> Told {
        match self {
            Self::Price | Self::SalePrice => Told::Amount(Money::from_minor(value)),
            Self::Stock => Told::Count(value),
            Self::CommissionRate => Told::Rate(BasisPoints::new(value)),
            Self::Status => Told::Word(match Status::from_code(value) {
                Some(Status::Draft) => "draft",
                Some(Status::Warehouse) => "warehouse",
                Some(Status::OnSale) => "on_sale",
                Some(Status::OffSale) => "off_sale",
                None => "unknown",
            }),
            Self::Listing => Told::Word(match Standing::from_code(value) {
                Some(Standing::InWarehouse) => "warehouse",
                Some(Standing::OnSale) => "on_sale",
                Some(Standing::OffSale) => "off_sale",
                None => "unknown",
            }),
        }
    }

    /// Reads what [`Field::name`] wrote.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(_, known)| *known == name).map(|(field, _)| *field)
    }
}

/// A value as people read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// Money.
    Amount(Money),
    /// A percentage.
    Rate(BasisPoints),
    /// Pieces.
    Count(i64),
    /// Where something stands.
    Word(&'static str),
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Amount(amount) => amount.fmt(f),
            Self::Rate(rate) => write!(f, "{}%", Money::from_minor(rate.get())),
            Self::Count(count) => count.fmt(f),
            Self::Word(word) => word.fmt(f),
        }
    }
}

/// One value that changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Whose value, unless it is the product's own.
    pub sku: Option<SkuId>,
    /// What.
    pub field: Field,
    /// What it was; `None` if it was not there.
    pub before: Option<i64>,
    /// What it is; `None` if it is there no more.
    pub after: Option<i64>,
}

/// What changed of a product and its SKUs. Of a new product only its status counts as a change.
pub fn changes(before: Option<&Product>, after: &Product) -> Vec<Changed> {
    let status = |product: &Product| (!product.is_deleted).then(|| product.status.code());
    let (was, is) = (before.and_then(status), status(after));
    let mut changes = Vec::new();
    if was != is {
        changes.push(Changed { sku: None, field: Field::Status, before: was, after: is });
    }
    let Some(before) = before else { return changes };
    for sku in &after.skus {
        let known = before.sku(sku.id).map(values);
        for (at, (field, is)) in values(sku).into_iter().enumerate() {
            let was = known.map(|known| known[at].1);
            if was != Some(is) {
                changes.push(Changed { sku: Some(sku.id), field, before: was, after: Some(is) });
            }
        }
    }
    changes
}

fn values(sku: &Sku) -> [(Field, i64); 4] {
    [
        (Field::Price, sku.price.minor()),
        (Field::SalePrice, sku.sale_price.minor()),
        (Field::Stock, sku.stock),
        (Field::CommissionRate, sku.commission_rate.get()),
    ]
}
