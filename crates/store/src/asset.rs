//! Uploaded files: what is known of each. The bytes are kept elsewhere.

pub use domain::asset::Asset;
use domain::id::{AssetId, StoreId};

use crate::product::{id_list, text_list};
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
/// A store's, or those of no store.
macro_rules! of_store {
    ($columns:literal, $rest:literal) => {
        concat!("select ", $columns, " from asset where store_id is $1", $rest)
    };
    (postgres $columns:literal, $rest:literal) => {
        concat!(
            "select ",
            $columns,
            " from asset where (store_id = $1 or ($1 is null and store_id is null))",
            $rest
        )
    };
}
macro_rules! known {
    ($listed:literal) => {
        concat!("select distinct file from asset where file", $listed)
    };
}

statements! {
    /// Assets by number.
    FIND = find!(" in (select value from json_each($1))"),
        postgres: find!(" = any(array(select cast(value as bigint)
            from json_array_elements_text(cast($1 as json))))");
    /// A store's assets, newest first.
    PAGE = of_store!(
            "id, store_id, file, filename, kind, bytes, width, height, created_at",
            " order by id desc limit $2 offset $3"
        ),
        postgres: of_store!(
            postgres "id, store_id, file, filename, kind, bytes, width, height, created_at",
            " order by id desc limit $2 offset $3"
        );
    /// How many a store has.
    COUNT = of_store!("count(*)", ""), postgres: of_store!(postgres "count(*)", "");
    /// Which of these files an asset names.
    KNOWN = known!(" in (select value from json_each($1))"),
        postgres: known!(" = any(array(select value
            from json_array_elements_text(cast($1 as json))))");
    /// Files that assets name after one of them.
    FILES = "select distinct file from asset where file > $1 order by file limit $2";
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

    /// So many assets of a store, or of no store, after the first `offset`, newest first.
    pub async fn asset_page(&self, store: Option<StoreId>, limit: i64, offset: i64) -> Result<Vec<Asset>> {
        let rows = self.read(PAGE, vec![store.into(), limit.into(), offset.into()]).await?;
        rows.iter().map(|row| asset_from(row, 0)).collect()
    }

    /// How many assets a store has, or no store.
    pub async fn asset_count(&self, store: Option<StoreId>) -> Result<i64> {
        let rows = self.read(COUNT, vec![store.into()]).await?;
        rows.first().map_or(Ok(0), |row| row.int(0))
    }

    /// Which of these files an asset names.
    pub async fn known_files(&self, files: &[&str]) -> Result<Vec<String>> {
        let rows = self.read(KNOWN, vec![text_list(files)]).await?;
        rows.iter().map(|row| row.text(0).map(ToOwned::to_owned)).collect()
    }

    /// Up to `most` files that assets name after `last`, in order.
    pub async fn asset_files(&self, last: &str, most: i64) -> Result<Vec<String>> {
        let rows = self.read(FILES, vec![last.into(), most.into()]).await?;
        rows.iter().map(|row| row.text(0).map(ToOwned::to_owned)).collect()
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
