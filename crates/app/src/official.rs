//! What the operator does with labels and materials. Who may is for the door to ask.

use store::official as rows;

pub use store::official::Edit;

use crate::catalogue::{Kind, Term};
use crate::{Ctx, Error, Result, heading};

/// Adds a term.
pub async fn add(ctx: &Ctx, kind: Kind, edit: Edit) -> Result<Term> {
    let name = edit.name.clone().ok_or(Error::BadField("name"))?;
    let id = ctx.app.store().allocate(kind.counter(), 1).await?;
    heading::write(ctx, [rows::add(kind, id, edit, ctx.now)]).await?;
    // By its name: a repeat under a key has another number at hand.
    shown(ctx, kind, |term| term.name == name).await
}

/// Changes what is said of a term.
pub async fn update(ctx: &Ctx, kind: Kind, id: i64, edit: Edit) -> Result<Term> {
    heading::write(ctx, rows::update(kind, id, edit)).await?;
    shown(ctx, kind, |term| term.id == id).await
}

/// Deletes a term that no product has.
pub async fn delete(ctx: &Ctx, kind: Kind, id: i64) -> Result<()> {
    heading::write(ctx, rows::delete(kind, id)).await
}

async fn shown(ctx: &Ctx, kind: Kind, is_it: impl Fn(&Term) -> bool) -> Result<Term> {
    let terms = ctx.app.catalogue().terms(kind).await?;
    terms.into_iter().find(|term| is_it(term)).ok_or(Error::NoSuchHeading)
}
