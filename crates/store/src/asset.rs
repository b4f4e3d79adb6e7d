//! Uploaded files: what is known of each. The bytes are kept elsewhere.

pub use domain::asset::Asset;
use domain::id::{AssetId, StoreId};

use crate::product::id_list;
use crate::sql::statements;
use crate::{Result, Row, Step, Store};

macro_rules! find {
    ($listed:literal) => {
        concat!(
            "select id, store_id, file, filename, kind, bytes, width, height, created_at from asset where id",
            $listed
        )
    };
}

statements! {
    /// Assets by number.
    FIND = find!(" in (select value from json_each($1))"),
        postgres: find!(" in (select cast(value as bigint)
            from json_array_elements_text(cast($1 as json)))");
    /// Adds an asset.
    ADD = "insert into asset (id, store_id, file, filename, kind, bytes, width, height, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
}

impl Store {
    /// Assets by number, in any order.
    pub async fn assets(&self, ids: &[AssetId]) -> Result<Vec<Asset>> {
        let rows = self.read(FIND, vec![id_list(ids.iter().map(|id| id.get()))]).await?;
        rows.iter().map(|row| asset_from(row, 0)).collect()
    }
}

/// Adds an asset.
pub fn add(asset: &Asset) -> Step {
    let params = vec![
        asset.id.into(),
        asset.store.into(),
        asset.file.as_str().into(),
        asset.filename.as_str().into(),
        asset.kind.into(),
        asset.bytes.into(),
        asset.width.into(),
        asset.height.into(),
        asset.created_at.into(),
    ];
    Step::new(ADD, params)
}

/// Reads an asset from nine columns.
pub(crate) fn asset_from(row: Row<'_>, at: usize) -> Result<Asset> {
    Ok(Asset {
        id: AssetId::new(row.int(at)?),
        store: row.opt_int(at + 1)?.map(StoreId::new),
        file: row.text(at + 2)?.to_owned(),
        filename: row.text(at + 3)?.to_owned(),
        kind: row.int(at + 4)?,
        bytes: row.int(at + 5)?,
        width: row.int(at + 6)?,
        height: row.int(at + 7)?,
        created_at: row.time(at + 8)?,
    })
}
