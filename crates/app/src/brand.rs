//! What merchants do with brands, which all stores share. Who may is for the door to ask.

use domain::id::BrandId;
use store::brand as rows;

pub use store::brand::Edit;

use crate::catalogue::{Brand, Names, SHOWN};
use crate::heading::{self, Written};
use crate::{Ctx, Error, Result};

/// The brands that the caller may see, in their order.
pub fn seen<'a>(ctx: &Ctx, names: &'a Names) -> Vec<&'a Brand> {
    let sees_hidden = heading::may_see_hidden(ctx);
    names.brands.iter().filter(|brand| sees_hidden || brand.status == SHOWN).collect()
}

/// Adds a brand.
pub async fn add(ctx: &Ctx, edit: Edit) -> Result<Brand> {
    if edit.name.is_none() {
        return Err(Error::BadField("name"));
    }
    let known = ctx.app.catalogue().names().await?;
    let mut taken = known.brands.iter().map(|brand| brand.named.rid.clone()).collect();
    let rid = ctx.app.entropy().short_rid(&mut taken);
    let id = BrandId::new(ctx.app.store().allocate("brand", 1).await?);
    let rid = match heading::write(ctx, &rid, [rows::add(id, &rid, edit, ctx.now)]).await? {
        Written::Now(rows) => return Ok(rows::written(&rows)?),
        Written::Before(rid) => rid,
    };
    let names = ctx.app.catalogue().names().await?;
    let added = names.brands.iter().find(|brand| brand.named.rid == rid);
    added.cloned().ok_or(Error::NoSuchHeading)
}
