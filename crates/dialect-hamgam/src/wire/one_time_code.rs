//! Login by phone on the wire.

use app::one_time_code::TTL;
use app::shopper::Grant;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::Serialize;
use web::{Shop, credential};

use crate::error::Error;
use crate::wire::fields::Body;

/// The cookie that ties a code to the client that asked for it.
pub(crate) const SESSION: &str = "otp_session";

/// The phone number to which a code goes.
pub(crate) struct SignIn(pub String);

impl FromRequestParts<Shop> for SignIn {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &Shop) -> Result<Self, Error> {
        let mut body = Body::of(parts).await?;
        let mobile_number = body.required_text("mobile_number");
        body.finish(mobile_number.map(Self))
    }
}

/// The code that came.
pub(crate) struct Code(pub String);

impl FromRequestParts<Shop> for Code {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &Shop) -> Result<Self, Error> {
        let mut body = Body::of(parts).await?;
        let code = body.required_text("code");
        body.finish(code.map(Self))
    }
}

/// The secret of the session, or a text that is nobody's.
pub(crate) struct Secret(pub String);

impl FromRequestParts<Shop> for Secret {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &Shop) -> Result<Self, Error> {
        Ok(Self(credential::cookie(&parts.headers, SESSION).unwrap_or_default().to_owned()))
    }
}

/// A code is on its way.
#[derive(Serialize)]
pub(crate) struct Sent {
    ttl: i64,
}

impl Default for Sent {
    fn default() -> Self {
        Self { ttl: TTL }
    }
}

/// A login that succeeded.
#[derive(Serialize)]
pub(crate) struct Token {
    token: String,
}

impl From<Grant> for Token {
    fn from(grant: Grant) -> Self {
        Self { token: grant.token }
    }
}
