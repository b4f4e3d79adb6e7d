//! Uploaded files: what is known of each, and where this server has them. Never their bytes.

use crate::id::{AssetId, StoreId};
use crate::time::Timestamp;

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
