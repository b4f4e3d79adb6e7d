//! Handler of `/products/audit`.

use app::audit;
use axum::response::Response;

use crate::auth::Keeper;
use crate::error::Error;
use crate::page::{Page, USUAL};
use crate::wire::audit::Log;
use crate::wire::distribution::KeptStore;
use crate::wire::envelope::found;
use crate::wire::fields::Fields;

/// Who changed what of the store's products, newest first.
pub(crate) async fn list(
    Keeper(ctx): Keeper,
    KeptStore(store): KeptStore,
    query: Fields,
) -> Result<Response, Error> {
    let rid = Some(query.plain("rid")).filter(|rid| !rid.is_empty());
    let before = query.lenient_integer("before");
    let page = audit::page(&ctx, store, rid, before, Page::of(&query, USUAL).size).await?;
    Ok(found(Log::new(&page)))
}
