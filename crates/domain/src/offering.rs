//! Steps that a store takes with what is complete: on sale, off sale, out of the catalogue. A store that distributes
//! another store's product moves its own listing only; what is stored or shown is no matter here.

use crate::product::{Listing, Product, Standing, Status};

/// What a store may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// Put it on sale.
    Up,
    /// Take it off sale.
    Down,
    /// Delete its own product, or give another store's back.
    Remove,
}

/// What comes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The product stands here.
    Product(Status),
    /// The product is deleted.
    Deleted,
    /// The listing stands here, or is given back.
    Listing(Option<Standing>),
}

/// Why it is not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// What has no SKU cannot be bought, and what was not on sale cannot be taken off.
    #[error("not a step that the product can take now")]
    IllegalStep,
    /// Other stores may be selling it.
    #[error("the product is distributed")]
    Distributed,
}

impl Move {
    /// Decides. Where a thing stands already is no error.
    pub fn of(self, product: &Product, listing: &Listing) -> Result<Next, Refused> {
        if self == Self::Up && product.skus.is_empty() {
            return Err(Refused::IllegalStep);
        }
        if listing.is_distributed() {
            return match (self, listing.status) {
                (Self::Up, _) => Ok(Next::Listing(Some(Standing::OnSale))),
                (Self::Down, Some(Standing::InWarehouse)) => Err(Refused::IllegalStep),
                (Self::Down, _) => Ok(Next::Listing(Some(Standing::OffSale))),
                (Self::Remove, _) => Ok(Next::Listing(None)),
            };
        }
        let next = match self {
            Self::Up => Status::OnSale,
            Self::Down => Status::OffSale,
            Self::Remove if product.is_distributed => return Err(Refused::Distributed),
            Self::Remove => return Ok(Next::Deleted),
        };
        if product.status.may_become(next) { Ok(Next::Product(next)) } else { Err(Refused::IllegalStep) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{ListingId, ProductId, SkuId, StoreId};
    use crate::publishing::{draft, new_sku};
    use crate::time::Timestamp;

    #[test]
    fn a_product_goes_up_and_down_and_away() {
        use Status::{Draft, OffSale, OnSale, Warehouse};
        let own = listing(1, Some(Standing::OnSale));
        for (of, status, next) in [
            (Move::Up, Draft, Ok(Next::Product(OnSale))),
            (Move::Up, Warehouse, Ok(Next::Product(OnSale))),
            (Move::Up, OnSale, Ok(Next::Product(OnSale))),
            (Move::Up, OffSale, Ok(Next::Product(OnSale))),
            (Move::Down, Draft, Err(Refused::IllegalStep)),
            (Move::Down, Warehouse, Err(Refused::IllegalStep)),
            (Move::Down, OnSale, Ok(Next::Product(OffSale))),
            (Move::Down, OffSale, Ok(Next::Product(OffSale))),
            (Move::Remove, Draft, Ok(Next::Deleted)),
            (Move::Remove, OnSale, Ok(Next::Deleted)),
        ] {
            assert_eq!(of.of(&Product { status, ..product() }, &own), next, "{of:?} {status:?}");
        }
        let bare = Product { skus: Vec::new(), status: Draft, ..product() };
        assert_eq!(Move::Up.of(&bare, &own), Err(Refused::IllegalStep));
        let distributed = Product { is_distributed: true, ..product() };
        assert_eq!(Move::Remove.of(&distributed, &own), Err(Refused::Distributed));
        assert_eq!(Move::Down.of(&distributed, &own), Ok(Next::Product(OffSale)));
    }

    #[test]
    fn a_distributing_store_moves_its_listing_only() {
        use Standing::{InWarehouse, OffSale, OnSale};
        let product = Product { is_distributed: true, ..product() };
        for (of, standing, next) in [
            (Move::Up, InWarehouse, Ok(Next::Listing(Some(OnSale)))),
            (Move::Up, OffSale, Ok(Next::Listing(Some(OnSale)))),
            (Move::Down, OnSale, Ok(Next::Listing(Some(OffSale)))),
            (Move::Down, InWarehouse, Err(Refused::IllegalStep)),
            (Move::Remove, OnSale, Ok(Next::Listing(None))),
        ] {
            assert_eq!(of.of(&product, &listing(7, Some(standing))), next, "{of:?} {standing:?}");
        }
    }

    #[test]
    fn an_offer_stands_where_both_let_it() {
        let standing = |status, listed| {
            let product = Product { status, ..product() };
            listing(7, listed).standing(&product)
        };
        assert_eq!(standing(Status::OnSale, Some(Standing::OnSale)), Some(Standing::OnSale));
        assert_eq!(standing(Status::OnSale, Some(Standing::InWarehouse)), Some(Standing::InWarehouse));
        assert_eq!(standing(Status::OnSale, Some(Standing::OffSale)), Some(Standing::OffSale));
        assert_eq!(standing(Status::OffSale, Some(Standing::OnSale)), Some(Standing::OffSale));
        assert_eq!(standing(Status::Warehouse, Some(Standing::OnSale)), Some(Standing::InWarehouse));
        assert_eq!(standing(Status::OnSale, None), None);
        let deleted = Product { is_deleted: true, ..product() };
        assert_eq!(listing(1, Some(Standing::OnSale)).standing(&deleted), None);
    }

    /// On sale, with one SKU.
    fn product() -> Product {
        let (id, store, now) = (ProductId::new(1), StoreId::new(1), Timestamp::from_micros(0));
        let skus = vec![new_sku(SkuId::new(1), String::new())];
        Product { status: Status::OnSale, skus, ..draft(id, store, String::new(), String::new(), now) }
    }

    fn listing(id: i64, status: Option<Standing>) -> Listing {
        Listing { id: ListingId::new(id), store: StoreId::new(2), product: product().id, status }
    }
}
