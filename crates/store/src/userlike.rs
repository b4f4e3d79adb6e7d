//! Likes: which customer likes which product, and how many do.

use std::collections::HashMap;

use domain::id::{OwnerId, ProductId};
use domain::time::Timestamp;

use crate::product::id_list;
use crate::sql::statements;
use crate::{Refusal, Result, Step, Store};

/// Rows over which the likes of one product are counted.
const SLOTS: u8 = 16;

macro_rules! counts {
    ($listed:literal) => {
        concat!(
            "select product_id, cast(sum(likes) as bigint) from like_count where product_id",
            $listed,
            " group by product_id"
        )
    };
}

statements! {
    /// Notes that a customer likes a product.
    ADD = "insert into userlike (owner_id, product_id, created_at) values ($1, $2, $3) on conflict do nothing";
    /// Forgets it.
    REMOVE = "delete from userlike where owner_id = $1 and product_id = $2";
    /// Counts one more.
    COUNT_UP = "insert into like_count (product_id, slot, likes) values ($1, $2, 1)
        on conflict (product_id, slot) do update set likes = like_count.likes + 1";
    /// Counts one less.
    COUNT_DOWN = "update like_count set likes = likes - 1 where product_id = $1 and slot = $2";
    /// How many like each of these products.
    COUNTS = counts!(" in (select value from json_each($1))"),
        postgres: counts!(" = any(array(select cast(value as bigint)
            from json_array_elements_text(cast($1 as json))))");
}

impl Store {
    /// How many like each of these products; a product that nobody likes is left out.
    pub async fn likes_of(&self, products: &[ProductId]) -> Result<HashMap<ProductId, i64>> {
        let rows = self.read(COUNTS, vec![id_list(products.iter().map(|id| id.get()))]).await?;
        rows.iter().map(|row| Ok((ProductId::new(row.int(0)?), row.int(1)?))).collect()
    }
}

/// Likes a product; refused as taken when the customer does already.
pub fn add(owner: OwnerId, product: ProductId, now: Timestamp) -> [Step; 2] {
    let like = Step::new(ADD, vec![owner.into(), product.into(), now.into()]).or_refuse(Refusal::Taken);
    [like, Step::new(COUNT_UP, vec![product.into(), slot(owner).into()])]
}

/// Likes a product no more; refused as gone when the customer does not.
pub fn remove(owner: OwnerId, product: ProductId) -> [Step; 2] {
    let like = Step::new(REMOVE, vec![owner.into(), product.into()]).or_refuse(Refusal::Gone);
    [like, Step::new(COUNT_DOWN, vec![product.into(), slot(owner).into()])]
}

/// Always the same for one shopper; owner ids are random, so all slots are used alike.
fn slot(owner: OwnerId) -> i64 {
    i64::from(owner.bytes()[0] % SLOTS)
}
