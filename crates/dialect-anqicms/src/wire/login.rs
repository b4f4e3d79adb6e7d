//! Logins on the wire.

use app::shopper::Grant;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::merge::MergedLine;
use serde::Serialize;
use web::Shop;

use crate::error::{Error, Flaw};
use crate::wire::fields::Fields;

/// Names that a customer may log in with; the first that is filled in counts.
const NAMES: [&str; 3] = ["user_name", "email", "phone"];

/// Who claims to be whom.
pub(crate) struct Credentials {
    pub name: String,
    pub password: String,
}

impl FromRequestParts<Shop> for Credentials {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &Shop) -> Result<Self, Error> {
        let fields = Fields::of_body(parts).await?;
        let mut name = None;
        for field in NAMES {
            name = name.or(fields.text(field)?);
        }
        let name = name.ok_or(Error::Field("user_name / email / phone", Flaw::Missing))?;
        let password = fields.text("password")?.ok_or(Error::Field("password", Flaw::Missing))?;
        Ok(Self { name, password })
    }
}

/// A customer who has just logged in.
#[derive(Serialize)]
pub(crate) struct Customer<'a> {
    id: i64,
    created_time: i64,
    user_name: &'a str,
    email: &'a str,
    phone: &'a str,
    status: u8,
    token: &'a str,
    /// Ours: what became of the guest's rows.
    merged: Vec<Merged>,
}

#[derive(Serialize)]
struct Merged {
    archive_id: i64,
    sku_id: i64,
    added: i64,
    /// Pieces that did not fit.
    clipped: i64,
}

impl<'a> From<&'a Grant> for Customer<'a> {
    fn from(grant: &'a Grant) -> Self {
        let account = &grant.account;
        Self {
            id: account.id.get(),
            created_time: account.created_at.seconds(),
            user_name: account.username.as_deref().unwrap_or_default(),
            email: account.email.as_deref().unwrap_or_default(),
            phone: account.phone.as_deref().unwrap_or_default(),
            status: 1,
            token: &grant.token,
            merged: grant.merged.iter().map(Merged::from).collect(),
        }
    }
}

impl From<&MergedLine> for Merged {
    fn from(merged: &MergedLine) -> Self {
        let (listing, sku) = (merged.line.listing, merged.line.sku);
        Self { archive_id: listing.get(), sku_id: sku.get(), added: merged.added, clipped: merged.clipped }
    }
}
