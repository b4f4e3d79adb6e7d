//! Logins on the wire.

use std::net::IpAddr;

use app::shopper::{Grant, Login};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::Serialize;
use web::{Shop, client_address};

use crate::error::Error;
use crate::wire::Outcome;
use crate::wire::params::Params;

/// What somebody who logs in or registers says.
pub(crate) struct Credentials {
    pub token: String,
    username: String,
    password: String,
    address: IpAddr,
}

impl Credentials {
    pub(crate) fn login(&self) -> Login<'_> {
        Login { name: &self.username, password: &self.password, address: self.address }
    }
}

impl FromRequestParts<Shop> for Credentials {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, shop: &Shop) -> Result<Self, Error> {
        let params = Params::of(parts).await?;
        // One login serves all stores, but a number is a number.
        params.number("storeid")?;
        let text = |name, missing| match params.text(name) {
            "" => Err(Error::Missing(missing)),
            text => Ok(text.to_owned()),
        };
        Ok(Self {
            token: params.text("token").to_owned(),
            username: text("username", "请传入用户名")?,
            password: text("password", "请传入密码")?,
            address: client_address(shop, parts),
        })
    }
}

/// A login that succeeded.
#[derive(Serialize)]
pub(crate) struct LoggedIn<'a> {
    #[serde(flatten)]
    outcome: Outcome<'static>,
    token: &'a str,
    user: User<'a>,
}

/// Who logged in. What is not known is empty.
#[derive(Serialize)]
struct User<'a> {
    id: i64,
    username: &'a str,
    nickname: &'a str,
    head: &'static str,
    email: &'a str,
    phone: &'a str,
}

impl<'a> LoggedIn<'a> {
    pub(crate) fn new(grant: &'a Grant) -> Self {
        let account = &grant.account;
        Self {
            outcome: Outcome::SUCCESS,
            token: &grant.token,
            user: User {
                id: account.id.get(),
                username: account.username.as_deref().unwrap_or_else(|| account.display_name()),
                nickname: account.display_name(),
                head: "",
                email: account.email.as_deref().unwrap_or_default(),
                phone: account.phone.as_deref().unwrap_or_default(),
            },
        }
    }
}
