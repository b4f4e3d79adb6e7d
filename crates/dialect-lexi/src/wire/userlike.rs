//! Likes on the wire.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use web::Shop;

use crate::error::Error;
use crate::wire::fields::Fields;

/// The product that a request names.
pub(crate) struct Liked {
    pub rid: String,
}

impl FromRequestParts<Shop> for Liked {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &Shop) -> Result<Self, Error> {
        Ok(Self { rid: Fields::of(parts).await?.required_text("rid")? })
    }
}
