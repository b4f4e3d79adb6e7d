//! Pages of twenty by number, and the trailing slash that Django insists on.

use axum::extract::OriginalUri;
use axum::http::header::LOCATION;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use web::fields;

use crate::error::Error;

/// Items on a page.
const SIZE: usize = 20;

/// The items of the page that the query names. An empty list has a first page.
pub(crate) fn page_of<T>(items: Vec<T>, uri: &Uri) -> Result<Vec<T>, Error> {
    let query = fields::form(uri.query().unwrap_or_default().as_bytes());
    let last = items.len().div_ceil(SIZE).max(1);
    let number = match query.get("page").and_then(|page| page.as_str()) {
        None | Some("") => 1,
        Some("last") => last,
        Some(text) => text.trim().parse().map_err(|_| Error::InvalidPage)?,
    };
    if !(1..=last).contains(&number) {
        return Err(Error::InvalidPage);
    }
    Ok(items.into_iter().skip((number - 1) * SIZE).take(SIZE).collect())
}

/// Sends the client to the same path with a slash behind it.
pub(crate) async fn with_slash(OriginalUri(uri): OriginalUri) -> Response {
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let location = format!("{}/{query}", uri.path());
    (StatusCode::MOVED_PERMANENTLY, [(LOCATION, location)]).into_response()
}
