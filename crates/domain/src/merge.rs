//! What becomes of a guest's lines when the guest logs in: quantities summed, clipped, never refused.

use crate::cart::{Cart, Line};
use crate::id::{ListingId, SkuId};
use crate::limits::{MAX_LINE_QUANTITY, MAX_LINES};

/// What happened to one guest line.
#[derive(Clone, Debug, PartialEq)]
pub struct MergedLine {
    /// The guest's line.
    pub line: Line,
    /// Pieces that went into the customer's cart; 0 when none fitted.
    pub added: i64,
    /// Pieces that did not fit the stock or a limit.
    pub clipped: i64,
}

/// Decides how many pieces of each guest line the customer's cart takes.
///
/// `most` says how many pieces of a SKU one line may hold by its stock. What the customer already has is
/// never lowered, even where it is above the stock by now.
pub fn merge(
    customer: &Cart,
    guest: &Cart,
    mut most: impl FnMut(ListingId, SkuId) -> i64,
) -> Vec<MergedLine> {
    let mut room = MAX_LINES - customer.lines.len() as i64;
    let decide = |line: &Line| {
        let held = customer
            .lines
            .iter()
            .find(|known| (known.listing, known.sku) == (line.listing, line.sku))
            .map(|known| known.quantity);
        let most = most(line.listing, line.sku).min(MAX_LINE_QUANTITY);
        let mut added = line.quantity.min(most - held.unwrap_or(0)).max(0);
        if held.is_none() && added > 0 {
            if room <= 0 { added = 0 } else { room -= 1 }
        }
        MergedLine { line: line.clone(), added, clipped: line.quantity - added }
    };
    guest.lines.iter().map(decide).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{LineId, OwnerId};
    use crate::money::Money;
    use crate::time::Timestamp;

    fn cart(quantities: &[(i64, i64)]) -> Cart {
        let now = Timestamp::from_micros(0);
        let line = |(at, (sku, quantity)): (usize, &(i64, i64))| Line {
            id: LineId::new(i64::try_from(at).unwrap() + 1),
            listing: ListingId::new(1),
            sku: SkuId::new(*sku),
            quantity: *quantity,
            is_selected: true,
            notes: String::new(),
            order_extra: None,
            price_when_added: Money::ZERO,
            created_at: now,
            updated_at: now,
        };
        Cart {
            lines: quantities.iter().enumerate().map(line).collect(),
            ..Cart::empty(OwnerId::new([0; 16]))
        }
    }

    fn outcome(customer: &[(i64, i64)], guest: &[(i64, i64)], most: i64) -> Vec<(i64, i64)> {
        let merged = merge(&cart(customer), &cart(guest), |_, _| most);
        merged.iter().map(|line| (line.added, line.clipped)).collect()
    }

    #[test]
    fn quantities_are_summed_and_clipped() {
        assert_eq!(outcome(&[], &[(1, 2)], 10), [(2, 0)]);
        assert_eq!(outcome(&[(1, 9)], &[(1, 2)], 10), [(1, 1)]);
        assert_eq!(outcome(&[(1, 12)], &[(1, 2)], 10), [(0, 2)]);
        assert_eq!(outcome(&[], &[(1, 2)], 0), [(0, 2)]);
        assert_eq!(outcome(&[(1, 999_998)], &[(1, 5)], i64::MAX), [(1, 4)]);
    }

    #[test]
    fn lines_past_the_limit_stay_out() {
        let full: Vec<_> = (1..=500).map(|sku| (sku, 1)).collect();
        assert_eq!(outcome(&full, &[(501, 1), (7, 1)], 10), [(0, 1), (1, 0)]);
        assert_eq!(outcome(&full[1..], &[(501, 1), (502, 1)], 10), [(1, 0), (0, 1)]);
    }
}
