//! Uploaded files on the wire.

use std::borrow::Cow;

use app::Ctx;
use app::asset::{Shelf, Upload};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::asset::{self, PICTURE, UPLOADS};
use domain::product::Picture;
use serde::Serialize;
use web::{Links, Shop, fields};

use crate::auth::{keeper, uploading};
use crate::error::Error;

/// Files that somebody who may do so uploads.
pub(crate) struct Uploads {
    pub ctx: Ctx,
    pub uploads: Vec<Upload>,
}

impl FromRequestParts<Shop> for Uploads {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, shop: &Shop) -> Result<Self, Error> {
        let (session, form) = uploading(shop, parts).await?;
        // Who may not upload hears that first, whatever is in the form.
        let ctx = keeper(web::ctx(shop, parts, session))?;
        let files = form.map_err(|_| Error::Bad)?.into_iter().filter(|part| part.name == "file");
        let upload = |part: fields::Part| Upload {
            filename: part.filename.unwrap_or_default(),
            content: part.content,
        };
        Ok(Self { ctx, uploads: files.map(upload).collect() })
    }
}

/// A page of files.
#[derive(Serialize)]
pub(crate) struct AssetPage<'a> {
    assets: Vec<Asset<'a>>,
    count: i64,
    next: Option<String>,
    prev: Option<String>,
}

impl<'a> AssetPage<'a> {
    pub(crate) fn new(
        shelf: &'a Shelf,
        (next, prev): (Option<String>, Option<String>),
        links: &Links,
    ) -> Self {
        let assets = shelf.assets.iter().map(|asset| Asset::new(asset, links)).collect();
        Self { assets, count: shelf.total, next, prev }
    }
}

/// What to upload with, and where.
#[derive(Serialize)]
pub(crate) struct UpToken {
    pub up_endpoint: String,
    pub up_token: String,
}

/// A file.
#[derive(Serialize)]
pub(crate) struct Asset<'a> {
    created_at: i64,
    filename: &'a str,
    filepath: &'a str,
    id: i64,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<i64>,
    view_url: Cow<'a, str>,
}

impl<'a> Asset<'a> {
    pub(crate) fn new(asset: &'a asset::Asset, links: &Links) -> Self {
        Self {
            created_at: asset.created_at.seconds(),
            filename: &asset.filename,
            filepath: &asset.file,
            id: asset.id.get(),
            kind: Some(asset.kind),
            view_url: links.here(&[&asset.path()]).into(),
        }
    }

    /// A picture of a product; where only its address is known, it has this number and this age.
    pub(crate) fn picture(picture: &'a Picture, id: i64, created_at: i64, links: &Links) -> Self {
        if let Some(asset) = &picture.asset {
            return Self::new(asset, links);
        }
        let address = &picture.url;
        Self {
            created_at,
            filename: address.rsplit('/').next().unwrap_or_default(),
            filepath: address.split_once(UPLOADS).map_or(address, |(_, path)| path),
            id,
            kind: Some(PICTURE),
            view_url: links.absolute(address),
        }
    }

    /// Without its type.
    pub(crate) fn untyped(self) -> Self {
        Self { kind: None, ..self }
    }
}
