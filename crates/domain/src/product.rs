//! Products, their SKUs, and the listings under which stores offer them.

use std::borrow::Cow;

use crate::asset::Asset;
use crate::id::{BrandId, CategoryId, ListingId, ProductId, SkuId, StoreId};
use crate::limits::{MAX_LINE_QUANTITY, UNTRACKED_STOCK};
use crate::money::{BasisPoints, Money};
use crate::time::Timestamp;

/// Where a product stands between a merchant's desk and the shop window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// Begun, without SKUs.
    Draft,
    /// Complete, not offered yet.
    Warehouse,
    /// Offered; sold out when no SKU has stock.
    OnSale,
    /// Taken down.
    OffSale,
}

impl Status {
    const CODES: [(Self, i64); 4] =
        [(Self::Draft, 0), (Self::Warehouse, 1), (Self::OnSale, 2), (Self::OffSale, 3)];

    /// The number the store keeps.
    pub fn code(self) -> i64 {
        Self::CODES.iter().find(|(status, _)| *status == self).map_or(0, |(_, code)| *code)
    }

    /// Reads what [`Status::code`] wrote.
    pub fn from_code(code: i64) -> Option<Self> {
        Self::CODES.iter().find(|(_, known)| *known == code).map(|(status, _)| *status)
    }

    /// Whether a product may go from here to there: a draft becomes complete in the warehouse or on sale, what is on
    /// sale is taken off or back into the warehouse, what is off sale may return to both. Nothing becomes a draft again,
    /// and what was not on sale is not taken off. Staying is no step, and always fine.
    pub fn may_become(self, next: Self) -> bool {
        use Status::{Draft, OffSale, OnSale, Warehouse};
        self == next
            || match next {
                Draft => false,
                Warehouse | OnSale => true,
                OffSale => self == OnSale,
            }
    }
}

/// How a product is made and what may be asked for: marks that some clients show.
#[expect(clippy::struct_excessive_bools, reason = "each is a mark of its own that a merchant sets")]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Making {
    /// What can be customised, in words.
    pub custom_details: String,
    /// Made to order.
    pub is_custom_made: bool,
    /// Customised on request.
    pub is_custom_service: bool,
    /// Nobody else makes it.
    pub is_proprietary: bool,
    /// Whether the days of making count holidays.
    pub is_made_holiday: bool,
    /// Days of making.
    pub made_cycle: i64,
}

/// A product as carts and lists need it; its long text stays in the store.
#[expect(clippy::struct_excessive_bools, reason = "each is a mark of its own that a merchant sets")]
#[derive(Clone, Debug, PartialEq)]
pub struct Product {
    /// Small counted id, also that of its own listing.
    pub id: ProductId,
    /// Unguessable public id: 10 to 12 digits.
    pub rid: String,
    /// The store that owns it.
    pub store: StoreId,
    /// Its category, when it has one.
    pub category: Option<CategoryId>,
    /// Its brand, when it has one.
    pub brand: Option<BrandId>,
    /// What identifies it within its store, and its place in URLs (slug).
    pub handle: String,
    /// Title.
    pub title: String,
    /// Short plain text.
    pub summary: String,
    /// What speaks for it, in a few words.
    pub features: String,
    /// How it is made.
    pub making: Making,
    /// Comma-separated keywords.
    pub keywords: String,
    /// The merchant's own code for it, where it has one beside those of its SKUs.
    pub id_code: String,
    /// Unit of measure, such as 个.
    pub units: String,
    /// Draft, in the warehouse, on sale or off sale.
    pub status: Status,
    /// Deleted products live on for the carts that hold them.
    pub is_deleted: bool,
    /// Shown among the recommended products.
    pub is_recommended: bool,
    /// Shipped without charge.
    pub has_free_postage: bool,
    /// Offered to other stores for distribution.
    pub is_distributed: bool,
    /// The most one customer may buy over all orders; 0 is no limit.
    pub purchase_limit: i64,
    /// Pieces really sold plus those the merchant adds for show.
    pub sales: i64,
    /// Times looked at, as the merchant set it.
    pub views: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When it was published: first put on sale, or last by step two of publishing where that says so.
    pub published_at: Option<Timestamp>,
    /// The SKUs by position; empty only in a draft.
    pub skus: Vec<Sku>,
    /// Its pictures by position.
    pub pictures: Vec<Picture>,
}

/// A picture of a product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Its address as the catalogue has it: absolute, or a path of this server.
    pub url: String,
    /// The uploaded file; `None` where only the address is known.
    pub asset: Option<Asset>,
}

impl From<String> for Picture {
    fn from(url: String) -> Self {
        Self { url, asset: None }
    }
}

impl From<Asset> for Picture {
    fn from(asset: Asset) -> Self {
        Self { url: asset.path(), asset: Some(asset) }
    }
}

/// One variant of a product that can be bought.
#[derive(Clone, Debug, PartialEq)]
pub struct Sku {
    /// Small counted id.
    pub id: SkuId,
    /// Unguessable public id: 10 to 12 digits.
    pub rid: String,
    /// The merchant's own code for it.
    pub id_code: String,
    /// EAN, UPC or the like.
    pub barcode: String,
    /// Address of its own picture; "" is none.
    pub cover: String,
    /// Colour, or empty.
    pub color: String,
    /// The other options joined, or empty.
    pub model: String,
    /// Weight in grams.
    pub grams: i64,
    /// Regular price.
    pub price: Money,
    /// Promotion price; 0 means no promotion.
    pub sale_price: Money,
    /// What a distributing store earns of the effective price.
    pub commission_rate: BasisPoints,
    /// Pieces in stock; means nothing when not tracked.
    pub stock: i64,
    /// Whether stock is counted at all.
    pub is_tracked: bool,
    /// Whether it sells on when the stock is used up.
    pub may_oversell: bool,
}

impl Sku {
    /// What a buyer pays: the sale price when 0 < sale price < price.
    pub fn effective_price(&self) -> Money {
        if Money::ZERO < self.sale_price && self.sale_price < self.price {
            self.sale_price
        } else {
            self.price
        }
    }

    /// The stock that clients see.
    pub fn shown_stock(&self) -> i64 {
        if self.is_tracked { self.stock } else { UNTRACKED_STOCK }
    }

    /// The most pieces one line may hold now, by stock and by the limit of a line.
    pub fn most_in_a_line(&self) -> i64 {
        if self.is_tracked && !self.may_oversell {
            self.stock.clamp(0, MAX_LINE_QUANTITY)
        } else {
            MAX_LINE_QUANTITY
        }
    }

    /// What a distributing store earns with one piece.
    pub fn commission(&self) -> Money {
        self.commission_rate.of(self.effective_price())
    }

    /// Model and colour as one text, trimmed.
    pub fn mode(&self) -> Cow<'_, str> {
        match (self.model.trim(), self.color.trim()) {
            (model, "") => Cow::Borrowed(model),
            ("", color) => Cow::Borrowed(color),
            (model, color) => Cow::Owned(format!("{model} {color}")),
        }
    }
}

impl Product {
    /// Whether the public sees it.
    pub fn is_on_sale(&self) -> bool {
        self.status == Status::OnSale && !self.is_deleted
    }

    /// Whether it was never for the public to see: a draft, or put straight into the warehouse.
    pub fn is_unpublished(&self) -> bool {
        match self.status {
            Status::Draft => true,
            Status::Warehouse => self.published_at.is_none(),
            Status::OnSale | Status::OffSale => false,
        }
    }

    /// Where its own store's offer stands; `None` once it is deleted.
    pub fn standing(&self) -> Option<Standing> {
        match self.status {
            _ if self.is_deleted => None,
            Status::Draft | Status::Warehouse => Some(Standing::InWarehouse),
            Status::OnSale => Some(Standing::OnSale),
            Status::OffSale => Some(Standing::OffSale),
        }
    }

    /// The SKU that stands for the product where a client knows products only.
    pub fn first_sku(&self) -> Option<&Sku> {
        self.skus.first()
    }

    /// One of its SKUs.
    pub fn sku(&self, id: SkuId) -> Option<&Sku> {
        self.skus.iter().find(|sku| sku.id == id)
    }

    /// The picture that stands for the product.
    pub fn cover(&self) -> Option<&str> {
        self.pictures.first().map(|picture| picture.url.as_str())
    }

    /// The picture of one of its SKUs.
    pub fn cover_of<'a>(&'a self, sku: &'a Sku) -> &'a str {
        if sku.cover.is_empty() { self.cover().unwrap_or_default() } else { &sku.cover }
    }

    /// Its own code, or that of its first SKU; "" where there is neither.
    pub fn main_code(&self) -> &str {
        let of_first = self.first_sku().map_or("", |sku| &sku.id_code);
        if self.id_code.is_empty() { of_first } else { &self.id_code }
    }

    /// The SKU with which a distributing store earns most; of several, the first.
    pub fn best_earning_sku(&self) -> Option<&Sku> {
        self.skus.iter().rev().max_by_key(|sku| sku.commission())
    }

    /// Whether any SKU can be bought now.
    pub fn is_in_stock(&self) -> bool {
        self.skus.iter().any(|sku| sku.most_in_a_line() > 0)
    }
}

/// A store's offer of a product: its own, or one it distributes for another store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listing {
    /// Own listings share the product's number; distributed ones have their own from the same space.
    pub id: ListingId,
    /// The store that offers it.
    pub store: StoreId,
    /// The product offered.
    pub product: ProductId,
    /// Where the offering store has it; `None` once it has given the product back. An own listing is always on sale,
    /// and its product says where it stands.
    pub status: Option<Standing>,
}

impl Listing {
    /// Where the offer stands, by the listing and its product together; `None` when there is no offer any more.
    pub fn standing(&self, product: &Product) -> Option<Standing> {
        Some(match (product.standing()?, self.status?) {
            (Standing::InWarehouse, _) | (_, Standing::InWarehouse) => Standing::InWarehouse,
            (Standing::OffSale, _) | (_, Standing::OffSale) => Standing::OffSale,
            (Standing::OnSale, Standing::OnSale) => Standing::OnSale,
        })
    }

    /// Whether it is a store's offer of another store's product.
    pub fn is_distributed(&self) -> bool {
        self.id != self.product.own_listing()
    }
}

/// Where an offer stands; only what is on sale is for the public.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Standing {
    /// Begun, or complete and not offered yet.
    InWarehouse,
    /// Offered, sold out or not.
    #[default]
    OnSale,
    /// Taken down: the product, or this store's offer of it.
    OffSale,
}

impl Standing {
    /// The number the store keeps.
    pub fn code(self) -> i64 {
        match self {
            Self::InWarehouse => 0,
            Self::OnSale => 1,
            Self::OffSale => 2,
        }
    }

    /// Reads what [`Standing::code`] wrote.
    pub fn from_code(code: i64) -> Option<Self> {
        [Self::InWarehouse, Self::OnSale, Self::OffSale].into_iter().find(|standing| standing.code() == code)
    }
}
