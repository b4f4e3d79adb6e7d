//! Brands, which all stores share.

use domain::id::BrandId;
use domain::time::Timestamp;

use crate::shop::{Named, SHOWN, named_from};
use crate::sql::statements;
use crate::{Error, Refusal, Result, Row, Rows, Step, Store};

macro_rules! columns {
    () => {
        "id, rid, name, created_at, features, description, logo, banner, is_recommended, sort_order, status"
    };
}

statements! {
    /// All brands.
    ALL_BRANDS = concat!("select ", columns!(), " from brand order by sort_order, id");
    /// Adds a brand, unless its name or its public id is taken.
    ADD = concat!("insert into brand (", columns!(), ")
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict do nothing returning ", columns!());
}

/// A brand with what clients show of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brand {
    /// Number, public id and name.
    pub named: Named,
    /// What speaks for it, in a few words.
    pub features: String,
    /// Some words about it.
    pub description: String,
    /// Address of a picture, or "".
    pub logo: String,
    /// Address of a wide picture, or "".
    pub banner: String,
    /// Shown among the recommended brands.
    pub is_recommended: bool,
    /// Lesser ones come first.
    pub sort_order: i64,
    /// 1 is shown.
    pub status: i64,
}

/// What is said of a new brand; what is not said is nothing.
#[derive(Clone, Debug, Default)]
pub struct Edit {
    /// Name.
    pub name: Option<String>,
    /// What speaks for it, in a few words.
    pub features: Option<String>,
    /// Some words about it.
    pub description: Option<String>,
    /// Address of a picture.
    pub logo: Option<String>,
    /// Address of a wide picture.
    pub banner: Option<String>,
    /// Shown among the recommended brands.
    pub is_recommended: Option<bool>,
    /// Lesser ones come first.
    pub sort_order: Option<i64>,
    /// 1 is shown, and so is one of which nothing is said.
    pub status: Option<i64>,
}

impl Store {
    /// All brands, in their order.
    pub async fn brands(&self) -> Result<Vec<Brand>> {
        self.read(ALL_BRANDS, Vec::new()).await?.iter().map(brand_from).collect()
    }
}

/// Adds a brand; refused as taken when the name is.
pub fn add(id: BrandId, rid: &str, edit: Edit, now: Timestamp) -> Step {
    let params = vec![
        id.into(),
        rid.into(),
        edit.name.unwrap_or_default().into(),
        now.into(),
        edit.features.unwrap_or_default().into(),
        edit.description.unwrap_or_default().into(),
        edit.logo.unwrap_or_default().into(),
        edit.banner.unwrap_or_default().into(),
        edit.is_recommended.unwrap_or_default().into(),
        edit.sort_order.unwrap_or_default().into(),
        edit.status.unwrap_or(SHOWN).into(),
    ];
    Step::new(ADD, params).or_refuse(Refusal::Taken)
}

/// A brand as the last of the steps, which added it, has left it.
pub fn written(rows: &[Rows]) -> Result<Brand> {
    let row = rows.last().and_then(Rows::first);
    brand_from(row.ok_or(Error::Unreadable("no brand"))?)
}

fn brand_from(row: Row<'_>) -> Result<Brand> {
    Ok(Brand {
        named: named_from(row)?,
        features: row.text(4)?.to_owned(),
        description: row.text(5)?.to_owned(),
        logo: row.text(6)?.to_owned(),
        banner: row.text(7)?.to_owned(),
        is_recommended: row.bool(8)?,
        sort_order: row.int(9)?,
        status: row.int(10)?,
    })
}
