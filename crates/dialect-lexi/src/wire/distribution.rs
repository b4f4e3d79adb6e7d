//! For which store a merchant acts.

use app::product;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::id::StoreId;
use web::Shop;

use crate::auth::Keeper;
use crate::error::Error;
use crate::wire::fields::Fields;

/// The store that a merchant keeps, or that an operator names as `sid`.
pub(crate) struct KeptStore(pub StoreId);

impl FromRequestParts<Shop> for KeptStore {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, shop: &Shop) -> Result<Self, Error> {
        let Keeper(ctx) = Keeper::from_request_parts(parts, shop).await?;
        let named = match Fields::of(parts).await?.text("sid")? {
            Some(rid) => Some(product::store_by_rid(&ctx, &rid).await?),
            None => None,
        };
        Ok(Self(product::kept_store(&ctx, named)?))
    }
}
