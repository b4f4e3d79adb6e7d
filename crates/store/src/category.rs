//! Categories, which all stores share: a tree, in which parent 0 is none.

use domain::id::{CategoryId, StoreId};
use domain::time::Timestamp;

use crate::shop::{Named, SHOWN, named_from};
use crate::sql::statements;
use crate::{Error, Refusal, Result, Row, Rows, Step, Store};

macro_rules! columns {
    () => {
        "id, '', name, created_at, parent_id, cover, description, sort_order, status"
    };
}

statements! {
    /// All categories.
    ALL_CATEGORIES = concat!("select ", columns!(), " from category order by sort_order, id");
    /// Categories with something on sale, of one store or of all.
    ON_SALE = "select id, '', name, created_at from category
        where exists (select 1 from shelf_count
            where store_id = $1 and category_id = category.id and brand_id = 0 and shelf in (1, 3) and listings > 0)
        order by id";
    /// Adds a category, unless its name is taken.
    ADD = concat!("insert into category (id, name, created_at, parent_id, cover, description, sort_order, status)
        values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing returning ", columns!());
    /// One row when it is there.
    IS_THERE = "select 1 from category where id = $1";
    /// One row when no other category has the name.
    NAME_IS_FREE = "select 1 where not exists (select 1 from category where name = $2 and id <> $1)";
    /// One row when the parent is there, and is neither the category nor below it.
    PARENT_FITS = "with recursive above (id) as (
            select id from category where id = $2
            union select category.parent_id from category join above on category.id = above.id)
        select 1 where exists (select 1 from above) and not exists (select 1 from above where id = $1)";
    /// Changes what is not null.
    UPDATE = concat!("update category set name = coalesce($2, name), parent_id = coalesce($3, parent_id),
            cover = coalesce($4, cover), description = coalesce($5, description),
            sort_order = coalesce($6, sort_order), status = coalesce($7, status)
        where id = $1 returning ", columns!());
    /// Takes it from products that are deleted themselves.
    RELEASE = "update product set category_id = null where category_id = $1 and is_deleted";
    /// One row when no product is in it, and no category.
    IS_UNUSED = "select 1 where not exists (select 1 from product where category_id = $1)
        and not exists (select 1 from category where parent_id = $1)";
    /// Deletes a category.
    DELETE = "delete from category where id = $1";
}

/// A category with what clients show of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Category {
    /// Number and name.
    pub named: Named,
    /// The category it belongs to; 0 is none.
    pub parent: i64,
    /// Address of a picture, or "".
    pub cover: String,
    /// Some words about it.
    pub description: String,
    /// Lesser ones come first.
    pub sort_order: i64,
    /// 1 is shown.
    pub status: i64,
}

/// What is said of a category; what is not said stays, or is nothing in a new one.
#[derive(Clone, Debug, Default)]
pub struct Edit {
    /// Name.
    pub name: Option<String>,
    /// The category it is to belong to; 0 is none.
    pub parent: Option<i64>,
    /// Address of a picture, or "".
    pub cover: Option<String>,
    /// Some words about it.
    pub description: Option<String>,
    /// Lesser ones come first.
    pub sort_order: Option<i64>,
    /// 1 is shown.
    pub status: Option<i64>,
}

impl Store {
    /// All categories, in their order.
    pub async fn categories(&self) -> Result<Vec<Category>> {
        self.read(ALL_CATEGORIES, Vec::new()).await?.iter().map(category_from).collect()
    }

    /// Categories with something on sale, of one store or of all.
    pub async fn categories_on_sale(&self, store: Option<StoreId>) -> Result<Vec<Named>> {
        // 0 counts all.
        let store = store.map_or(0, StoreId::get);
        self.read(ON_SALE, vec![store.into()]).await?.iter().map(named_from).collect()
    }
}

/// Adds a category; refused as taken when the name is, as misplaced when its parent is not there.
pub fn add(id: CategoryId, edit: Edit, now: Timestamp) -> Vec<Step> {
    let mut steps: Vec<_> = parent_fits(id, edit.parent).into_iter().collect();
    let params = vec![
        id.into(),
        edit.name.unwrap_or_default().into(),
        now.into(),
        edit.parent.unwrap_or_default().into(),
        edit.cover.unwrap_or_default().into(),
        edit.description.unwrap_or_default().into(),
        edit.sort_order.unwrap_or_default().into(),
        edit.status.unwrap_or(SHOWN).into(),
    ];
    steps.push(Step::new(ADD, params).or_refuse(Refusal::Taken));
    steps
}

/// Changes a category; refused as gone when it is, as misplaced when the parent is not there or lies within it, as taken
/// when the name is.
pub fn update(id: CategoryId, edit: Edit) -> Vec<Step> {
    let mut steps = vec![is_there(id)];
    steps.extend(parent_fits(id, edit.parent));
    let name = vec![id.into(), edit.name.clone().into()];
    steps.push(Step::new(NAME_IS_FREE, name).or_refuse(Refusal::Taken));
    let params = vec![
        id.into(),
        edit.name.into(),
        edit.parent.into(),
        edit.cover.into(),
        edit.description.into(),
        edit.sort_order.into(),
        edit.status.into(),
    ];
    steps.push(Step::new(UPDATE, params).or_refuse(Refusal::Gone));
    steps
}

/// A category as the last of the steps that added or changed it has left it.
pub fn written(rows: &[Rows]) -> Result<Category> {
    let row = rows.last().and_then(Rows::first);
    category_from(row.ok_or(Error::Unreadable("no category"))?)
}

fn is_there(id: CategoryId) -> Step {
    Step::new(IS_THERE, vec![id.into()]).or_refuse(Refusal::Gone)
}

fn parent_fits(id: CategoryId, parent: Option<i64>) -> Option<Step> {
    let parent = parent.filter(|parent| *parent != 0)?;
    Some(Step::new(PARENT_FITS, vec![id.into(), parent.into()]).or_refuse(Refusal::Misplaced))
}

/// Deletes a category; refused as gone when it is, as in use while products or categories are in it.
pub fn delete(id: CategoryId) -> [Step; 4] {
    [
        is_there(id),
        Step::new(RELEASE, vec![id.into()]),
        Step::new(IS_UNUSED, vec![id.into()]).or_refuse(Refusal::InUse),
        Step::new(DELETE, vec![id.into()]).or_refuse(Refusal::Gone),
    ]
}

fn category_from(row: Row<'_>) -> Result<Category> {
    Ok(Category {
        named: named_from(row)?,
        parent: row.int(4)?,
        cover: row.text(5)?.to_owned(),
        description: row.text(6)?.to_owned(),
        sort_order: row.int(7)?,
        status: row.int(8)?,
    })
}
