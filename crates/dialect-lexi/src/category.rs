//! Handlers of `/categories`.

use axum::extract::State;
use axum::response::Response;
use web::{Links, Shop};

use crate::error::Error;
use crate::page::Page;
use crate::wire::category::CategoryPage;
use crate::wire::envelope::found;
use crate::wire::fields::Fields;

/// How many rows the list has where nobody says.
const USUAL: i64 = 100;

/// A page of categories, of all or of those within one.
pub(crate) async fn list(State(shop): State<Shop>, links: Links, query: Fields) -> Result<Response, Error> {
    let names = shop.app.catalogue().names().await?;
    let categories = names.categories_within(query.lenient_integer("pid"));
    Ok(found(CategoryPage::new(&categories, Page::of(&query, USUAL), &links)))
}

/// Those beside a category, which is among them.
pub(crate) async fn siblings(
    State(shop): State<Shop>,
    links: Links,
    query: Fields,
) -> Result<Response, Error> {
    let names = shop.app.catalogue().names().await?;
    let id = query.lenient_integer("id").or_else(|| query.lenient_integer("cid"));
    let of = id.and_then(|id| names.categories.iter().find(|category| category.named.id == id));
    let parent = match (id, of) {
        (Some(_), None) => return Err(Error::NotFound),
        (_, of) => of.map_or(0, |category| category.parent),
    };
    let categories = names.categories_within(Some(parent));
    Ok(found(CategoryPage::new(&categories, Page::of(&query, USUAL), &links)))
}
