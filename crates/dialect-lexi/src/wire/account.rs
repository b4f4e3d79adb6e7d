//! Accounts and their tokens on the wire.

use app::Ctx;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::account::Identifier;
use serde::Serialize;
use web::{Shop, credential};

use crate::auth::is_email;
use crate::error::Error;
use crate::wire::fields::{Fields, bad};

/// Who claims to be whom: in the body, or in the header.
pub(crate) struct Credentials {
    pub email: String,
    pub password: String,
}

impl FromRequestParts<Shop> for Credentials {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &Shop) -> Result<Self, Error> {
        let fields = Fields::of(parts).await?;
        let (email, password) = (fields.text("email")?, fields.secret("password")?);
        if let (Some(email), Some(password)) = (email, password) {
            return Ok(Self { email, password });
        }
        // Here a name need not be an address, since no token is expected.
        let basic = credential::basic(&parts.headers);
        let (email, password) = basic.filter(|(_, password)| !password.is_empty()).ok_or(Error::Bad)?;
        Ok(Self { email, password })
    }
}

/// Who wants an account, and under which names.
pub(crate) struct NewAccount {
    pub names: Vec<Identifier>,
    pub password: String,
}

impl FromRequestParts<Shop> for NewAccount {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &Shop) -> Result<Self, Error> {
        let fields = Fields::of(parts).await?;
        let email = fields.required_text("email")?;
        let password = fields.secret("password")?.ok_or(bad("password"))?;
        let mut names = vec![Identifier::parse_email(&email).map_err(app::Error::from)?];
        // Apps send the address as the user name, too.
        if let Some(name) = fields.text("username")?.filter(|name| !is_email(name)) {
            names.push(Identifier::parse_username(&name).map_err(app::Error::from)?);
        }
        Ok(Self { names, password })
    }
}

/// A token that was just issued.
#[derive(Serialize)]
pub(crate) struct Issued {
    created_at: i64,
    expiration: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    store_rid: Option<String>,
    token: String,
}

impl Issued {
    /// One that works for so many seconds.
    pub(crate) fn new(ctx: &Ctx, token: String, expiration: i64) -> Self {
        Self { created_at: ctx.now.seconds(), expiration, store_rid: None, token }
    }

    /// With the store that its owner keeps.
    pub(crate) fn of_store(self, store_rid: Option<String>) -> Self {
        Self { store_rid, ..self }
    }
}
