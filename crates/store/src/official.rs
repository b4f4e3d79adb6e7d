//! Labels and materials, which the operator names for all stores.

use domain::time::Timestamp;

use crate::sql::statements;
use crate::{Error, Refusal, Result, Row, Rows, Sql, Step, Store};

statements! {
    /// All labels.
    LABELS = "select id, name, sort_order from label order by sort_order, id";
    /// All materials.
    MATERIALS = "select id, name, sort_order from material order by sort_order, id";
    /// Adds a label, unless its name is taken.
    ADD_LABEL = "insert into label (id, name, sort_order, created_at) values ($1, $2, $3, $4)
        on conflict do nothing returning id, name, sort_order";
    /// Adds a material, unless its name is taken.
    ADD_MATERIAL = "insert into material (id, name, sort_order, created_at) values ($1, $2, $3, $4)
        on conflict do nothing returning id, name, sort_order";
    /// One row when the label is there.
    LABEL_IS_THERE = "select 1 from label where id = $1";
    /// One row when the material is there.
    MATERIAL_IS_THERE = "select 1 from material where id = $1";
    /// One row when no other label has the name.
    LABEL_IS_FREE = "select 1 where not exists (select 1 from label where name = $2 and id <> $1)";
    /// One row when no other material has the name.
    MATERIAL_IS_FREE = "select 1 where not exists (select 1 from material where name = $2 and id <> $1)";
    /// Changes of a label what is not null.
    UPDATE_LABEL = "update label set name = coalesce($2, name), sort_order = coalesce($3, sort_order)
        where id = $1 returning id, name, sort_order";
    /// Changes of a material what is not null.
    UPDATE_MATERIAL = "update material set name = coalesce($2, name), sort_order = coalesce($3, sort_order)
        where id = $1 returning id, name, sort_order";
    /// Takes a label from products that are deleted themselves.
    RELEASE_LABEL = "delete from product_label where label_id = $1
        and exists (select 1 from product where product.id = product_label.product_id and product.is_deleted)";
    /// Takes a material from products that are deleted themselves.
    RELEASE_MATERIAL = "update product set material_id = null where material_id = $1 and is_deleted";
    /// One row when no product has the label.
    LABEL_IS_UNUSED = "select 1 where not exists (select 1 from product_label where label_id = $1)";
    /// One row when no product has the material.
    MATERIAL_IS_UNUSED = "select 1 where not exists (select 1 from product where material_id = $1)";
    /// Deletes a label.
    DELETE_LABEL = "delete from label where id = $1";
    /// Deletes a material.
    DELETE_MATERIAL = "delete from material where id = $1";
}

/// A label or a material.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// Small counted number.
    pub id: i64,
    /// Name.
    pub name: String,
    /// Lesser ones come first.
    pub sort_order: i64,
}

/// What is said of a term; what is not said stays, or is nothing in a new one.
#[derive(Clone, Debug, Default)]
pub struct Edit {
    /// Name.
    pub name: Option<String>,
    /// Lesser ones come first.
    pub sort_order: Option<i64>,
}

/// Which terms are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What products may be called.
    Label,
    /// What they may be made of.
    Material,
}

impl Kind {
    /// Whose numbers they have.
    pub fn counter(self) -> &'static str {
        match self {
            Self::Label => "label",
            Self::Material => "material",
        }
    }

    fn choose(self, label: &'static Sql, material: &'static Sql) -> &'static Sql {
        match self {
            Self::Label => label,
            Self::Material => material,
        }
    }
}

impl Store {
    /// All labels or all materials, in their order.
    pub async fn terms(&self, kind: Kind) -> Result<Vec<Term>> {
        self.read(kind.choose(LABELS, MATERIALS), Vec::new()).await?.iter().map(term_from).collect()
    }
}

/// Adds a term; refused as taken when the name is.
pub fn add(kind: Kind, id: i64, edit: Edit, now: Timestamp) -> Step {
    let (name, sort_order) = (edit.name.unwrap_or_default(), edit.sort_order.unwrap_or_default());
    let params = vec![id.into(), name.into(), sort_order.into(), now.into()];
    Step::new(kind.choose(ADD_LABEL, ADD_MATERIAL), params).or_refuse(Refusal::Taken)
}

/// Changes a term; refused as gone when it is, as taken when the name is.
pub fn update(kind: Kind, id: i64, edit: Edit) -> [Step; 3] {
    let name = vec![id.into(), edit.name.clone().into()];
    let params = vec![id.into(), edit.name.into(), edit.sort_order.into()];
    [
        Step::new(kind.choose(LABEL_IS_THERE, MATERIAL_IS_THERE), vec![id.into()]).or_refuse(Refusal::Gone),
        Step::new(kind.choose(LABEL_IS_FREE, MATERIAL_IS_FREE), name).or_refuse(Refusal::Taken),
        Step::new(kind.choose(UPDATE_LABEL, UPDATE_MATERIAL), params).or_refuse(Refusal::Gone),
    ]
}

/// Deletes a term; refused as in use while products have it, as gone when it is.
pub fn delete(kind: Kind, id: i64) -> [Step; 3] {
    let unused = kind.choose(LABEL_IS_UNUSED, MATERIAL_IS_UNUSED);
    [
        Step::new(kind.choose(RELEASE_LABEL, RELEASE_MATERIAL), vec![id.into()]),
        Step::new(unused, vec![id.into()]).or_refuse(Refusal::InUse),
        Step::new(kind.choose(DELETE_LABEL, DELETE_MATERIAL), vec![id.into()]).or_refuse(Refusal::Gone),
    ]
}

/// A term as the last of the steps that added or changed it has left it.
pub fn written(rows: &[Rows]) -> Result<Term> {
    let row = rows.last().and_then(Rows::first);
    term_from(row.ok_or(Error::Unreadable("no label and no material"))?)
}

fn term_from(row: Row<'_>) -> Result<Term> {
    Ok(Term { id: row.int(0)?, name: row.text(1)?.to_owned(), sort_order: row.int(2)? })
}
