//! A shopper's cart: lines as stored, and the same priced with the live catalogue; no writes happen here.

use std::sync::Arc;

use crate::id::{LineId, ListingId, OwnerId, SkuId, StoreId};
use crate::limits::{MAX_LINE_QUANTITY, MAX_LINES};
use crate::money::Money;
use crate::product::{Listing, Product, Sku, Standing};
use crate::time::Timestamp;

/// A cart as stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Cart {
    /// Whose it is.
    pub owner: OwnerId,
    /// Counts the writes; 0 before the first one. The `ETag` of replies that show the cart.
    pub version: i64,
    /// References into the client's own records: delivery address, shipping and payment method.
    pub references: References,
    /// When the first write made it; `None` before that.
    pub created_at: Option<Timestamp>,
    /// When it was last written.
    pub updated_at: Option<Timestamp>,
    /// The lines, oldest first.
    pub lines: Vec<Line>,
}

/// Records of the client's own that a checkout needs; each is positive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct References {
    /// Delivery address.
    pub address: Option<i64>,
    /// Shipping method.
    pub shipping_method: Option<i64>,
    /// Payment method.
    pub payment_method: Option<i64>,
}

/// Some pieces of one SKU under one listing.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Counts up within the owner.
    pub id: LineId,
    /// The offer it was taken from.
    pub listing: ListingId,
    /// What is bought.
    pub sku: SkuId,
    /// Pieces, 1 or more.
    pub quantity: i64,
    /// Whether a checkout takes it.
    pub is_selected: bool,
    /// The shopper's note.
    pub notes: String,
    /// A JSON document of the client's own, as it was sent.
    pub order_extra: Option<String>,
    /// The effective price when the line was made.
    pub price_when_added: Money,
    /// When the line was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Cart {
    /// The cart of a shopper who has not written to it yet.
    pub fn empty(owner: OwnerId) -> Self {
        Self {
            owner,
            version: 0,
            references: References::default(),
            created_at: None,
            updated_at: None,
            lines: Vec::new(),
        }
    }

    /// Pieces of a listing over all its SKUs.
    pub fn quantity_of(&self, listing: ListingId) -> i64 {
        self.lines.iter().filter(|line| line.listing == listing).map(|line| line.quantity).sum()
    }

    /// One line by its id.
    pub fn line(&self, id: LineId) -> Option<&Line> {
        self.lines.iter().find(|line| line.id == id)
    }
}

/// What a line says about the catalogue: listing, product and which of its SKUs.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    listing: Listing,
    product: Arc<Product>,
    sku: usize,
}

impl Offer {
    /// `None` when the product has no such SKU or the listing is not one of the product's.
    pub fn new(listing: Listing, product: Arc<Product>, sku: SkuId) -> Option<Self> {
        let sku = product.skus.iter().position(|known| known.id == sku)?;
        (listing.product == product.id).then_some(Self { listing, product, sku })
    }

    /// The store's offer.
    pub fn listing(&self) -> &Listing {
        &self.listing
    }

    /// The product offered.
    pub fn product(&self) -> &Arc<Product> {
        &self.product
    }

    /// The variant of it.
    pub fn sku(&self) -> &Sku {
        &self.product.skus[self.sku]
    }

    /// Whether it can be bought as far as its status goes.
    pub fn is_on_sale(&self) -> bool {
        self.listing.standing(&self.product) == Some(Standing::OnSale)
    }

    /// Whether there is nothing to be bought any more: the product was deleted, or the store has given it back.
    pub fn is_gone(&self) -> bool {
        self.listing.standing(&self.product).is_none()
    }
}

/// What a shopper should know about a line before paying, gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flag {
    /// The product was deleted, or the store offers it no longer.
    Gone,
    /// The product or its listing is not on sale.
    OffSale,
    /// More pieces than the stock.
    ShortStock,
    /// The effective price is not what it was when the line was made.
    PriceChanged,
    /// More pieces of the product than one customer may buy.
    OverPurchaseLimit,
}

/// What stands against putting more of a SKU into a cart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Against {
    /// The product was deleted, was never offered, or the store offers it no longer.
    Gone,
    /// The product or its listing is not on sale.
    OffSale,
    /// More pieces than the stock.
    ShortStock,
    /// More pieces than one line may hold.
    LineFull,
    /// More lines than one cart may hold.
    CartFull,
}

impl Cart {
    /// What stands against a line of the offered SKU holding `wanted` pieces, when that is more than now.
    pub fn against(&self, offer: &Offer, wanted: i64) -> Option<Against> {
        let (product, sku) = (offer.product(), offer.sku());
        let has_line = self.lines.iter().any(|line| (line.listing, line.sku) == (offer.listing().id, sku.id));
        if offer.is_gone() || product.is_unpublished() {
            Some(Against::Gone)
        } else if !offer.is_on_sale() {
            Some(Against::OffSale)
        } else if wanted > MAX_LINE_QUANTITY {
            Some(Against::LineFull)
        } else if wanted > sku.most_in_a_line() {
            Some(Against::ShortStock)
        } else if !has_line && self.lines.len() as i64 >= MAX_LINES {
            Some(Against::CartFull)
        } else {
            None
        }
    }

    /// Pieces of one SKU under one listing.
    pub fn quantity_of_sku(&self, listing: ListingId, sku: SkuId) -> i64 {
        self.lines
            .iter()
            .find(|line| (line.listing, line.sku) == (listing, sku))
            .map_or(0, |line| line.quantity)
    }
}

/// A cart with what the catalogue says of each line now.
#[derive(Clone, Debug)]
pub struct PricedCart {
    cart: Arc<Cart>,
    offers: Vec<Offer>,
}

impl PricedCart {
    /// `offers` holds one offer for each line, in the order of the lines.
    pub fn new(cart: Arc<Cart>, offers: Vec<Offer>) -> Self {
        debug_assert_eq!(cart.lines.len(), offers.len());
        Self { cart, offers }
    }

    /// The cart as stored.
    pub fn cart(&self) -> &Cart {
        &self.cart
    }

    /// The lines, oldest first.
    pub fn lines(&self) -> impl DoubleEndedIterator<Item = PricedLine<'_>> + ExactSizeIterator {
        self.cart.lines.iter().zip(&self.offers).map(|(line, offer)| PricedLine { line, offer })
    }

    /// The lines of each listing folded into one, ordered by the age of its first line.
    pub fn folded(&self) -> Vec<FoldedLine<'_>> {
        let mut folded: Vec<FoldedLine<'_>> = Vec::new();
        for line in self.lines() {
            match folded.iter_mut().find(|known| known.listing().id == line.line.listing) {
                Some(known) => known.lines.push(line),
                None => folded.push(FoldedLine { lines: vec![line] }),
            }
        }
        folded
    }

    /// The folded line of one listing.
    pub fn folded_line(&self, listing: ListingId) -> Option<FoldedLine<'_>> {
        let lines: Vec<_> = self.lines().filter(|line| line.line.listing == listing).collect();
        (!lines.is_empty()).then_some(FoldedLine { lines })
    }

    /// The folded lines of one store.
    pub fn of_store(&self, store: StoreId) -> Vec<FoldedLine<'_>> {
        let mut folded = self.folded();
        folded.retain(|line| line.listing().store == store);
        folded
    }

    /// Pieces over all lines.
    pub fn quantity(&self) -> i64 {
        self.cart.lines.iter().map(|line| line.quantity).sum()
    }

    /// Sum of the regular prices over all lines.
    pub fn subtotal(&self) -> Money {
        self.lines().map(|line| line.subtotal()).sum()
    }

    /// What promotions take off over all lines.
    pub fn discount(&self) -> Money {
        self.lines().map(|line| line.discount()).sum()
    }
}

/// A line with its offer.
#[derive(Clone, Copy, Debug)]
pub struct PricedLine<'a> {
    /// As stored.
    pub line: &'a Line,
    /// As offered now.
    pub offer: &'a Offer,
}

impl PricedLine<'_> {
    /// Regular price times quantity.
    pub fn subtotal(&self) -> Money {
        self.offer.sku().price * self.line.quantity
    }

    /// Effective price times quantity.
    pub fn total(&self) -> Money {
        self.offer.sku().effective_price() * self.line.quantity
    }

    /// What promotions take off one piece.
    pub fn unit_discount(&self) -> Money {
        self.offer.sku().price - self.offer.sku().effective_price()
    }

    /// What promotions take off the line.
    pub fn discount(&self) -> Money {
        self.unit_discount() * self.line.quantity
    }

    /// The gravest flag of this line alone; the purchase limit counts a product's lines together.
    fn flag(&self) -> Option<Flag> {
        let (offer, sku) = (self.offer, self.offer.sku());
        if offer.is_gone() {
            Some(Flag::Gone)
        } else if !offer.is_on_sale() {
            Some(Flag::OffSale)
        } else if sku.is_tracked && !sku.may_oversell && self.line.quantity > sku.stock {
            Some(Flag::ShortStock)
        } else if sku.effective_price() != self.line.price_when_added {
            Some(Flag::PriceChanged)
        } else {
            None
        }
    }
}

/// All lines of one listing, seen as one by clients that know products only.
#[derive(Clone, Debug)]
pub struct FoldedLine<'a> {
    lines: Vec<PricedLine<'a>>,
}

impl FoldedLine<'_> {
    /// The store's offer.
    pub fn listing(&self) -> &Listing {
        self.lines[0].offer.listing()
    }

    /// The product offered.
    pub fn product(&self) -> &Arc<Product> {
        self.lines[0].offer.product()
    }

    /// Whether the offer can be bought as far as its status goes.
    pub fn is_on_sale(&self) -> bool {
        self.lines[0].offer.is_on_sale()
    }

    /// The SKU whose price, stock and picture stand for the product.
    pub fn first_sku(&self) -> &Sku {
        self.product().first_sku().unwrap_or_else(|| self.lines[0].offer.sku())
    }

    /// Pieces over the lines.
    pub fn quantity(&self) -> i64 {
        self.lines.iter().map(|line| line.line.quantity).sum()
    }

    /// Effective prices times quantities, over the lines.
    pub fn money(&self) -> Money {
        self.lines.iter().map(PricedLine::total).sum()
    }

    /// Whether all its lines are selected.
    pub fn is_selected(&self) -> bool {
        self.lines.iter().all(|line| line.line.is_selected)
    }

    /// The gravest flag among its lines, or of the product as a whole.
    pub fn flag(&self) -> Option<Flag> {
        let limit = self.product().purchase_limit;
        let over_limit = (limit > 0 && self.quantity() > limit).then_some(Flag::OverPurchaseLimit);
        self.lines.iter().filter_map(PricedLine::flag).chain(over_limit).min()
    }
}
