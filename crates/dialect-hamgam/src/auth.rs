//! Who asks: an `Authorization: Token` header, read as DRF's token authentication reads it; never a cookie.

use std::net::IpAddr;

use app::Ctx;
use app::session::Session;
use axum::extract::FromRequestParts;
use axum::http::HeaderValue;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use web::{Shop, client_address};

use crate::error::Error;

/// Anybody; yet who shows a credential must show a good one, as everywhere in DRF.
pub(crate) struct Anyone(pub Ctx);

/// A shopper, customer or guest.
pub(crate) struct Shopper(pub Ctx);

impl FromRequestParts<Shop> for Anyone {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, shop: &Shop) -> Result<Self, Error> {
        let shows_token = token(parts)?.is_some();
        let session = session(shop, parts).await?;
        if shows_token && session.is_none() {
            return Err(Error::BadToken("Invalid token."));
        }
        Ok(Self(web::ctx(shop, parts, session)))
    }
}

impl FromRequestParts<Shop> for Shopper {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, shop: &Shop) -> Result<Self, Error> {
        let Anyone(ctx) = Anyone::from_request_parts(parts, shop).await?;
        ctx.session()?;
        Ok(Self(ctx))
    }
}

/// Whom the request's credential names.
pub(crate) async fn session(shop: &Shop, parts: &Parts) -> app::Result<Option<Session>> {
    match token(parts) {
        Ok(Some(token)) => shop.app.sessions().by_token(token, shop.app.now()).await,
        _ => Ok(None),
    }
}

/// The token of the header; `None` where there is no header or another scheme in it.
fn token(parts: &Parts) -> Result<Option<&str>, Error> {
    let header = parts.headers.get(AUTHORIZATION).map_or(&b""[..], HeaderValue::as_bytes);
    let mut words = header.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    if !words.next().is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"token")) {
        return Ok(None);
    }
    let sentence = match (words.next(), words.next()) {
        (Some(token), None) => match std::str::from_utf8(token) {
            Ok(token) => return Ok(Some(token)),
            Err(_) => "Invalid token header. Token string should not contain invalid characters.",
        },
        (None, _) => "Invalid token header. No credentials provided.",
        (Some(_), Some(_)) => "Invalid token header. Token string should not contain spaces.",
    };
    Err(Error::BadToken(sentence))
}

/// Where the request comes from.
pub(crate) struct Address(pub IpAddr);

impl FromRequestParts<Shop> for Address {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, shop: &Shop) -> Result<Self, Error> {
        Ok(Self(client_address(shop, parts)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;

    fn read(header: &[u8]) -> Result<Option<String>, String> {
        let header = HeaderValue::from_bytes(header).unwrap();
        let (parts, ()) = Request::builder().header(AUTHORIZATION, header).body(()).unwrap().into_parts();
        match token(&parts) {
            Ok(token) => Ok(token.map(ToOwned::to_owned)),
            Err(error) => Err(format!("{error:?}")),
        }
    }

    #[test]
    fn a_token_is_one_word_after_the_scheme() {
        for header in [&b"Token abc"[..], b"token abc", b" TOKEN \t abc "] {
            assert_eq!(read(header), Ok(Some("abc".to_owned())));
        }
        for header in [&b""[..], b"  ", b"Bearer abc", b"Tokenabc", b"abc", b"\xff abc"] {
            assert_eq!(read(header), Ok(None));
        }
        for (header, fault) in [
            (&b"Token"[..], "No credentials provided"),
            (b"Token a b", "should not contain spaces"),
            (b"Token \xff", "should not contain invalid characters"),
        ] {
            assert!(read(header).is_err_and(|error| error.contains(fault)));
        }
    }
}
