//! Wishlists: which products a customer has put aside, newest first.

use domain::id::{OwnerId, ProductId};
use domain::time::Timestamp;

use crate::product::id_list;
use crate::sql::statements;
use crate::{Refusal, Result, Step, Store};

macro_rules! add {
    ($number:literal, $listed:literal) => {
        concat!(
            "insert into wishlist (owner_id, product_id, created_at) select $1, ",
            $number,
            ", $3 from ",
            $listed,
            " where true on conflict do nothing"
        )
    };
}
macro_rules! remove {
    ($listed:literal) => {
        concat!("delete from wishlist where owner_id = $1 and product_id", $listed)
    };
}
macro_rules! has_all {
    ($number:literal, $listed:literal) => {
        concat!(
            "select 1 where not exists (select 1 from ",
            $listed,
            " where ",
            $number,
            " not in (select product_id from wishlist where owner_id = $1))"
        )
    };
}
/// What the public may still see of it.
macro_rules! shown {
    () => {
        "from wishlist join listing on listing.id = wishlist.product_id
        where wishlist.owner_id = $1 and listing.shelf in (1, 3)"
    };
}

statements! {
    /// Puts products aside; those that are there stay where they are.
    ADD = add!("value", "json_each($2)"),
        postgres: add!("cast(value as bigint)", "json_array_elements_text(cast($2 as json))");
    /// Puts products back.
    REMOVE = remove!(" in (select value from json_each($2))"),
        postgres: remove!(" = any(array(select cast(value as bigint)
            from json_array_elements_text(cast($2 as json))))");
    /// One row when all of these products are there.
    HAS_ALL = has_all!("value", "json_each($2)"),
        postgres: has_all!("cast(value as bigint)", "json_array_elements_text(cast($2 as json))");
    /// A page, newest first.
    PAGE = concat!("select wishlist.product_id ", shown!(),
        " order by wishlist.created_at desc, wishlist.product_id desc limit $2 offset $3");
    /// How many there are.
    COUNT = concat!("select count(*) ", shown!());
}

impl Store {
    /// Products on the wishlist that are on sale, newest first.
    pub async fn wishlist(&self, owner: OwnerId, limit: i64, offset: i64) -> Result<Vec<ProductId>> {
        let rows = self.read(PAGE, vec![owner.into(), limit.into(), offset.into()]).await?;
        rows.iter().map(|row| row.int(0).map(ProductId::new)).collect()
    }

    /// How many of them there are.
    pub async fn wishlist_count(&self, owner: OwnerId) -> Result<i64> {
        let rows = self.read(COUNT, vec![owner.into()]).await?;
        rows.first().map_or(Ok(0), |row| row.int(0))
    }
}

/// Puts products aside.
pub fn add(owner: OwnerId, products: &[ProductId], now: Timestamp) -> Step {
    Step::new(ADD, vec![owner.into(), id_list(products.iter().map(|id| id.get())), now.into()])
}

/// Puts products back; none there is no error, but refused as gone when one of the secret ones is not.
pub fn remove(owner: OwnerId, products: &[ProductId], secret: &[ProductId]) -> Vec<Step> {
    let params = |products: &[ProductId]| vec![owner.into(), id_list(products.iter().map(|id| id.get()))];
    let mut steps = Vec::new();
    if !secret.is_empty() {
        steps.push(Step::new(HAS_ALL, params(secret)).or_refuse(Refusal::Gone));
    }
    steps.push(Step::new(REMOVE, params(products)));
    steps
}
