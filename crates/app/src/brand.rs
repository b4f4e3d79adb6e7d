//! What merchants do with brands, which all stores share. Who may is for the door to ask.

use domain::id::BrandId;
use store::brand as rows;

pub use store::brand::Edit;

use crate::catalogue::Brand;
use crate::{Ctx, Error, Result, heading};

/// Adds a brand.
pub async fn add(ctx: &Ctx, edit: Edit) -> Result<Brand> {
    let name = edit.name.clone().ok_or(Error::BadField("name"))?;
    let known = ctx.app.catalogue().names().await?;
    let mut taken = known.brands.iter().map(|brand| brand.named.rid.clone()).collect();
    let rid = ctx.app.entropy().short_rid(&mut taken);
    let id = BrandId::new(ctx.app.store().allocate("brand", 1).await?);
    heading::write(ctx, [rows::add(id, &rid, edit, ctx.now)]).await?;
    // By its name: a repeat under a key has another number at hand.
    let names = ctx.app.catalogue().names().await?;
    let added = names.brands.iter().find(|brand| brand.named.name == name);
    added.cloned().ok_or(Error::NoSuchHeading)
}
