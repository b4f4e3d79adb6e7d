//! Uploaded files: what is known of each. The bytes are kept elsewhere.

use domain::id::{AssetId, StoreId};
use domain::time::Timestamp;

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

/// What is known of an uploaded file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// Small counted number.
    pub id: AssetId,
    /// Whose it is; `None` is an operator's, which every store may use.
    pub store: Option<StoreId>,
    /// Its path below `/_uploads/photos/`, made of its content.
    pub file: String,
    /// What the client called it.
    pub filename: String,
    /// 1 is a picture, 2 a film, 3 a text, 4 a sound, 5 anything else.
    pub kind: i64,
    /// Bytes.
    pub bytes: i64,
    /// Pixels, of a picture.
    pub width: i64,
    /// Pixels, of a picture.
    pub height: i64,
    /// When it was uploaded.
    pub created_at: Timestamp,
}

impl Asset {
    /// Where this server has it.
    pub fn path(&self) -> String {
        format!("/_uploads/photos/{}", self.file)
    }
}

impl Store {
    /// Assets by number, in any order.
    pub async fn assets(&self, ids: &[AssetId]) -> Result<Vec<Asset>> {
        let rows = self.read(FIND, vec![id_list(ids.iter().map(|id| id.get()))]).await?;
        rows.iter().map(asset_from).collect()
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

fn asset_from(row: Row<'_>) -> Result<Asset> {
    Ok(Asset {
        id: AssetId::new(row.int(0)?),
        store: row.opt_int(1)?.map(StoreId::new),
        file: row.text(2)?.to_owned(),
        filename: row.text(3)?.to_owned(),
        kind: row.int(4)?,
        bytes: row.int(5)?,
        width: row.int(6)?,
        height: row.int(7)?,
        created_at: row.time(8)?,
    })
}
