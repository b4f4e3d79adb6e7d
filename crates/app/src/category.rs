//! What merchants do with categories, which all stores share. Who may is for the door to ask.

use domain::id::CategoryId;
use store::{Step, category as rows};

pub use store::category::Edit;

use crate::catalogue::{Category, Names, SHOWN};
use crate::heading::{self, Written};
use crate::{Ctx, Error, Result};

/// The categories that the caller may see, in their order: of all, or of those within one.
pub fn seen<'a>(ctx: &Ctx, names: &'a Names, parent: Option<i64>) -> Vec<&'a Category> {
    let sees_hidden = heading::may_see_hidden(ctx);
    let is_seen = |category: &&Category| {
        (sees_hidden || category.status == SHOWN) && parent.is_none_or(|parent| category.parent == parent)
    };
    names.categories.iter().filter(is_seen).collect()
}

/// Adds a category.
pub async fn add(ctx: &Ctx, edit: Edit) -> Result<Category> {
    if edit.name.is_none() {
        return Err(Error::BadField("name"));
    }
    let id = CategoryId::new(ctx.app.store().allocate("category", 1).await?);
    write(ctx, id, rows::add(id, edit, ctx.now)).await
}

/// Changes what is said of a category.
pub async fn update(ctx: &Ctx, id: CategoryId, edit: Edit) -> Result<Category> {
    write(ctx, id, rows::update(id, edit)).await
}

/// Deletes a category that no product and no other category is in.
pub async fn delete(ctx: &Ctx, id: CategoryId) -> Result<()> {
    heading::write(ctx, &id.get().to_string(), rows::delete(id)).await.map(drop)
}

/// The category as the change left it, whatever others do to it meanwhile.
async fn write(ctx: &Ctx, id: CategoryId, change: Vec<Step>) -> Result<Category> {
    let id = match heading::write(ctx, &id.get().to_string(), change).await? {
        Written::Now(rows) => return Ok(rows::written(&rows)?),
        Written::Before(id) => id,
    };
    let names = ctx.app.catalogue().names().await?;
    let found = names.categories.iter().find(|category| category.named.id.to_string() == id);
    found.cloned().ok_or(Error::NoSuchHeading)
}
