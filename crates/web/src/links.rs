//! Absolute addresses: of this server as the client sees it, and of the client.

use std::borrow::Cow;
use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::header::HOST;
use axum::http::request::Parts;
use axum::http::uri::Authority;
use domain::id::SkuId;
use domain::product::{Listing, Product};
use serde::Serialize;

use crate::{Piece, Shop};

/// Makes absolute addresses, and the pieces of replies that hold them.
#[derive(Clone)]
pub struct Links {
    base: String,
    shop: Shop,
}

impl Links {
    /// For one request.
    pub fn new(shop: &Shop, parts: &Parts) -> Self {
        let base = shop.outside.public_url.clone().unwrap_or_else(|| {
            let host = parts.headers.get(HOST).and_then(|host| host.to_str().ok());
            let host = host.or_else(|| parts.uri.authority().map(Authority::as_str));
            format!("http://{}", host.filter(|host| is_host(host)).unwrap_or("localhost"))
        });
        Self { base, shop: shop.clone() }
    }

    /// An address that is absolute already, or a path of this server; "" stays "".
    pub fn absolute<'a>(&self, address: &'a str) -> Cow<'a, str> {
        if address.is_empty() || address.contains("://") {
            return Cow::Borrowed(address);
        }
        let slash = if address.starts_with('/') { "" } else { "/" };
        Cow::Owned(self.here(&[slash, address]))
    }

    /// What a dialect says of one SKU under a listing, as JSON that is written anew only when the offer has changed.
    /// `kind` names the piece among all pieces of all dialects.
    pub fn piece<T: Serialize>(
        &self,
        kind: &'static str,
        (listing, product, sku): (&Listing, &Arc<Product>, SkuId),
        write: impl FnOnce() -> T,
    ) -> Piece {
        self.shop.pieces.piece((kind, listing.id, sku), *listing, product, &self.base, write)
    }

    /// A path of this server, put together from pieces.
    pub fn here(&self, path: &[&str]) -> String {
        let mut address = self.base.clone();
        for piece in path {
            address.push_str(piece);
        }
        address
    }
}

fn is_host(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':' | b'[' | b']' | b'_')
        })
}

impl FromRequestParts<Shop> for Links {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, shop: &Shop) -> Result<Self, Infallible> {
        Ok(Self::new(shop, parts))
    }
}

/// Where the request comes from, as rate limits see it.
pub fn client_address(shop: &Shop, parts: &Parts) -> IpAddr {
    let forwarded = || {
        let header = parts.headers.get("x-forwarded-for")?.to_str().ok()?;
        header.rsplit(',').next()?.trim().parse().ok()
    };
    let peer = || parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
    let forwarded = if shop.outside.trusts_forwarded_for { forwarded() } else { None };
    forwarded.or_else(peer).unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST))
}
