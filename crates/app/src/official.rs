//! What the operator does with labels and materials. Who may is for the door to ask.

use store::{Step, official as rows};

pub use store::official::Edit;

use crate::catalogue::{Kind, Term};
use crate::heading::{self, Written};
use crate::{Ctx, Error, Result};

/// Adds a term.
pub async fn add(ctx: &Ctx, kind: Kind, edit: Edit) -> Result<Term> {
    if edit.name.is_none() {
        return Err(Error::BadField("name"));
    }
    let id = ctx.app.store().allocate(kind.counter(), 1).await?;
    write(ctx, kind, id, [rows::add(kind, id, edit, ctx.now)]).await
}

/// Changes what is said of a term.
pub async fn update(ctx: &Ctx, kind: Kind, id: i64, edit: Edit) -> Result<Term> {
    write(ctx, kind, id, rows::update(kind, id, edit)).await
}

/// Deletes a term that no product has.
pub async fn delete(ctx: &Ctx, kind: Kind, id: i64) -> Result<()> {
    heading::write(ctx, &id.to_string(), rows::delete(kind, id)).await.map(drop)
}

/// The term as the change left it, whatever others do to it meanwhile.
async fn write(ctx: &Ctx, kind: Kind, id: i64, change: impl IntoIterator<Item = Step>) -> Result<Term> {
    let id = match heading::write(ctx, &id.to_string(), change).await? {
        Written::Now(rows) => return Ok(rows::written(&rows)?),
        Written::Before(id) => id,
    };
    let terms = ctx.app.catalogue().terms(kind).await?;
    terms.into_iter().find(|term| term.id.to_string() == id).ok_or(Error::NoSuchHeading)
}
