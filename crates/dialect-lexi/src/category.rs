//! Handlers of `/categories`.

use app::category;
use axum::response::Response;
use domain::id::CategoryId;
use web::Links;

use crate::auth::{Keeper, Visitor};
use crate::error::Error;
use crate::page::Page;
use crate::wire::category::{CategoryPage, Said, ShownCategory};
use crate::wire::envelope::{created_as, deleted, found};
use crate::wire::fields::{Fields, Id};

/// How many rows the list has where nobody says.
const USUAL: i64 = 100;

/// A page of categories, of all or of those within one.
pub(crate) async fn list(Visitor(ctx): Visitor, links: Links, query: Fields) -> Result<Response, Error> {
    let names = ctx.app.catalogue().names().await?;
    let categories = category::seen(&ctx, &names, query.lenient_integer("pid"));
    Ok(found(CategoryPage::new(&categories, Page::of(&query, USUAL), &links)))
}

/// Those beside a category, which is among them.
pub(crate) async fn siblings(Visitor(ctx): Visitor, links: Links, query: Fields) -> Result<Response, Error> {
    let names = ctx.app.catalogue().names().await?;
    let id = query.lenient_integer("id").or_else(|| query.lenient_integer("cid"));
    let all = category::seen(&ctx, &names, None);
    let of = id.and_then(|id| all.iter().find(|category| category.named.id == id));
    let parent = match (id, of) {
        (Some(_), None) => return Err(Error::NotFound),
        (_, of) => of.map_or(0, |category| category.parent),
    };
    let categories = category::seen(&ctx, &names, Some(parent));
    Ok(found(CategoryPage::new(&categories, Page::of(&query, USUAL), &links)))
}

/// Adds a category.
pub(crate) async fn add(Keeper(ctx): Keeper, links: Links, Said(edit): Said) -> Result<Response, Error> {
    let category = category::add(&ctx, edit).await?;
    Ok(created_as(ShownCategory::new(&category, &links)))
}

/// Changes what is said of a category.
pub(crate) async fn update(
    Keeper(ctx): Keeper,
    links: Links,
    Id(id): Id,
    Said(edit): Said,
) -> Result<Response, Error> {
    let category = category::update(&ctx, CategoryId::new(id), edit).await?;
    Ok(found(ShownCategory::new(&category, &links)))
}

/// Deletes a category that nothing is in.
pub(crate) async fn remove(Keeper(ctx): Keeper, Id(id): Id) -> Result<Response, Error> {
    category::delete(&ctx, CategoryId::new(id)).await?;
    Ok(deleted())
}
