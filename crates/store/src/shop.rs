//! The stores that own products.

use domain::id::StoreId;
use domain::time::Timestamp;

use crate::product::id_list;
use crate::sql::statements;
use crate::{Refusal, Result, Row, Step, Store};

macro_rules! sales {
    ($listed:literal) => {
        concat!(
            "select store_id, cast(sum(sales) as bigint) from shelf_count where store_id",
            $listed,
            " and category_id = 0 and brand_id = 0 and is_own group by store_id"
        )
    };
}

statements! {
    /// All stores.
    STORES = "select id, rid, name, created_at from store order by id";
    /// Real and shown sales over the products of each of these stores.
    SALES = sales!(" in (select value from json_each($1))"),
        postgres: sales!(" = any(array(select cast(value as bigint)
            from json_array_elements_text(cast($1 as json))))");
    /// Adds a store.
    ADD_STORE = "insert into store (id, rid, name, created_at) values ($1, $2, $3, $4)
        on conflict do nothing returning id";
    /// Makes servers that start at the same time wait for each other.
    LOCK = "update counter set next_value = next_value where name = 'store'";
    /// Which shop this is.
    SHOP = "select id from shop";
    /// Says so, once.
    NAME_SHOP = "insert into shop (id) select $1 where not exists (select 1 from shop)";
}

/// The status of a category or a brand that is shown.
pub const SHOWN: i64 = 1;

/// A store, a category or a brand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Small counted number.
    pub id: i64,
    /// Public digit string; empty for categories.
    pub rid: String,
    /// Name.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Store {
    /// All stores, oldest first.
    pub async fn stores(&self) -> Result<Vec<Named>> {
        self.read(STORES, Vec::new()).await?.iter().map(named_from).collect()
    }

    /// Which shop this is; `None` before a server was started.
    pub async fn shop_id(&self) -> Result<Option<String>> {
        let rows = self.read(SHOP, Vec::new()).await?;
        rows.first().map(|row| row.text(0).map(ToOwned::to_owned)).transpose()
    }

    /// Pieces sold, as shown, over the products of each of these stores that has any.
    pub async fn sales_of(&self, stores: &[StoreId]) -> Result<Vec<(StoreId, i64)>> {
        let rows = self.read(SALES, vec![id_list(stores.iter().map(|id| id.get()))]).await?;
        rows.iter().map(|row| Ok((StoreId::new(row.int(0)?), row.int(1)?))).collect()
    }
}

pub(crate) fn named_from(row: Row<'_>) -> Result<Named> {
    Ok(Named {
        id: row.int(0)?,
        rid: row.text(1)?.to_owned(),
        name: row.text(2)?.to_owned(),
        created_at: row.time(3)?,
    })
}

/// Adds a store; refused as taken when the name is.
pub fn add_store(id: StoreId, rid: &str, name: &str, now: Timestamp) -> Step {
    Step::new(ADD_STORE, vec![id.into(), rid.into(), name.into(), now.into()]).or_refuse(Refusal::Taken)
}

/// Says which shop this is, where nothing says so yet.
pub fn name_shop(id: &str) -> [Step; 2] {
    [Step::new(LOCK, Vec::new()), Step::new(NAME_SHOP, vec![id.into()])]
}
