//! What merchants do with categories, which all stores share. Who may is for the door to ask.

use domain::id::CategoryId;
use store::category as rows;

pub use store::category::Edit;

use crate::catalogue::Category;
use crate::{Ctx, Error, Result, heading};

/// Adds a category.
pub async fn add(ctx: &Ctx, edit: Edit) -> Result<Category> {
    let name = edit.name.clone().ok_or(Error::BadField("name"))?;
    let id = CategoryId::new(ctx.app.store().allocate("category", 1).await?);
    heading::write(ctx, rows::add(id, edit, ctx.now)).await?;
    // By its name: a repeat under a key has another number at hand.
    shown(ctx, |category| category.named.name == name).await
}

/// Changes what is said of a category.
pub async fn update(ctx: &Ctx, id: CategoryId, edit: Edit) -> Result<Category> {
    heading::write(ctx, rows::update(id, edit)).await?;
    shown(ctx, |category| category.named.id == id.get()).await
}

/// Deletes a category that no product and no other category is in.
pub async fn delete(ctx: &Ctx, id: CategoryId) -> Result<()> {
    heading::write(ctx, rows::delete(id)).await
}

async fn shown(ctx: &Ctx, is_it: impl Fn(&Category) -> bool) -> Result<Category> {
    let names = ctx.app.catalogue().names().await?;
    names.categories.iter().find(|category| is_it(category)).cloned().ok_or(Error::NoSuchHeading)
}
