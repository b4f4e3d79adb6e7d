//! Uploaded files: a file is put before its row is written, and what has no row is swept away.

mod sweep;
#[cfg(test)]
mod tests;

use bytes::Bytes;
use domain::account::Role;
use domain::asset::Asset;
use domain::id::{AccountId, AssetId, StoreId};
use domain::limits::{MAX_FILES, MAX_UPLOAD};
use sha2::{Digest, Sha256};
use store::{Refusal, asset as rows, idempotency};

use crate::entropy::{hex, unhex};
use crate::picture::{Prepared, prepare};
use crate::session::{Session, hash};
use crate::{App, Ctx, Error, Result};

pub use sweep::{Mismatches, Owner, compare, keep_sweeping, owner, sweep, take_over};

/// How long a token for uploads works, in seconds.
const UPLOAD_TTL: i64 = 60 * 60;
/// The longest name of a file that is kept, in characters.
const LONGEST_NAME: usize = 255;

/// A file as a client sends it.
#[derive(Clone, Debug)]
pub struct Upload {
    /// What the client calls it.
    pub filename: String,
    /// Its bytes.
    pub content: Bytes,
}

/// A stretch of the caller's files.
#[derive(Clone, Debug)]
pub struct Shelf {
    /// The one uploaded last first.
    pub assets: Vec<Asset>,
    /// How many there are in all.
    pub total: i64,
}

/// Keeps files: all of them, or none when one is no good. Each upload makes rows of its own, though the same content is
/// kept once.
pub async fn add(ctx: &Ctx, uploads: Vec<Upload>) -> Result<Vec<Asset>> {
    let store = keeper(ctx)?;
    if uploads.is_empty() || uploads.len() > MAX_FILES {
        return Err(Error::BadField("file"));
    }
    for upload in &uploads {
        match upload.content.len() {
            0 => return Err(Error::BadField("file")),
            1..=MAX_UPLOAD => {}
            _ => return Err(Error::TooLarge),
        }
    }
    let _unswept = ctx.app.settings().files.uploading().await;
    let first = ctx.app.store().allocate("asset", uploads.len() as i64).await?;
    let mut assets = Vec::new();
    for (upload, id) in uploads.into_iter().zip(first..) {
        // Put as soon as it is ready, so that one file at a time is in memory twice.
        let prepared = prepare(upload.content).await?;
        assets.push(Asset {
            id: AssetId::new(id),
            store,
            file: prepared.name.as_str().to_owned(),
            filename: filename(&upload.filename),
            kind: prepared.name.format().kind(),
            bytes: prepared.content.len() as i64,
            width: prepared.width.into(),
            height: prepared.height.into(),
            created_at: ctx.now,
        });
        put(ctx, prepared).await?;
    }
    let made = first.to_string();
    let claim = |key| idempotency::claim_making(key, Some(&made), ctx.now);
    let mut steps: Vec<_> = ctx.key.iter().map(claim).collect();
    steps.extend(assets.iter().map(rows::add));
    match ctx.app.store().apply(steps).await {
        Ok(_) => Ok(assets),
        // The rows are there, under this very key; only the reply was lost.
        Err(store::Error::Refused(Refusal::AlreadyApplied)) => added_before(ctx, assets.len()).await,
        Err(error) => Err(error.into()),
    }
}

async fn put(ctx: &Ctx, Prepared { name, content, thumbnails, .. }: Prepared) -> Result<()> {
    let files = &ctx.app.settings().files;
    // The copies first: where the file is, they are.
    for (copy, content) in thumbnails {
        files.put(&copy, content).await?;
    }
    files.put(name.as_str(), content).await
}

/// What was added under the request's key, whose record says the first number.
async fn added_before(ctx: &Ctx, count: usize) -> Result<Vec<Asset>> {
    let key = ctx.key.as_ref().ok_or_else(|| Error::Internal("claimed without a key".to_owned()))?;
    let record = ctx.app.store().idempotency_record(key, ctx.now).await?;
    let first = record.and_then(|record| record.made?.parse::<i64>().ok());
    let first = first.ok_or_else(|| Error::Internal("a key does not tell its files".to_owned()))?;
    let ids: Vec<_> = (first..).take(count).map(AssetId::new).collect();
    let mut assets = ctx.app.store().assets(&ids).await?;
    assets.sort_by_key(|asset| asset.id.get());
    Ok(assets)
}

/// So many of the caller's files, after the first `offset`.
pub async fn list(ctx: &Ctx, limit: i64, offset: i64) -> Result<Shelf> {
    let store = keeper(ctx)?;
    let assets = ctx.app.store().asset_page(store, limit, offset).await?;
    Ok(Shelf { assets, total: ctx.app.store().asset_count(store).await? })
}

/// Whose files the caller keeps: a store's, or an operator's, which all stores may use.
fn keeper(ctx: &Ctx) -> Result<Option<StoreId>> {
    match ctx.session()?.customer()?.role {
        Role::Merchant(store) => Ok(Some(store)),
        Role::Operator => Ok(None),
        Role::Customer => Err(Error::Forbidden),
    }
}

/// The last part of a path, without signs that nobody sees.
fn filename(sent: &str) -> String {
    let last = sent.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = last.chars().filter(|sign| !sign.is_control()).take(LONGEST_NAME).collect();
    if name.trim().is_empty() { "file".to_owned() } else { name.trim().to_owned() }
}

/// A token with which the caller uploads for an hour and does nothing else. Nothing is written: it says itself whom it
/// names, until when and within which session, with a seal that only the shop's servers can set.
pub async fn upload_token(ctx: &Ctx) -> Result<String> {
    keeper(ctx)?;
    let session = ctx.session()?;
    let (account, end) = (session.customer()?.id, ctx.now.plus_seconds(UPLOAD_TTL).seconds());
    let of = session.token.map_or_else(String::new, |hash| hex(&hash));
    let names = format!("{account}-{end}-{of}");
    Ok(format!("{names}-{}", seal(&ctx.app, &names).await?))
}

/// Whom a token for uploads names, as long as the session lives that it was given to.
pub async fn uploader(app: &App, token: &str) -> Result<Option<Session>> {
    let Some((names, given)) = token.rsplit_once('-') else { return Ok(None) };
    // Hashes are compared, so that the time it takes tells nothing of the seal.
    if hash(given) != hash(&seal(app, names).await?) {
        return Ok(None);
    }
    let mut parts = names.split('-');
    let (Some(account), Some(end), Some(of)) = (parts.next(), parts.next(), parts.next()) else {
        return Ok(None);
    };
    let (Ok(account), Ok(end)) = (account.parse(), end.parse::<i64>()) else { return Ok(None) };
    if app.now().seconds() >= end {
        return Ok(None);
    }
    // Who showed a password has no session that could end.
    if !of.is_empty() {
        let Some(of) = unhex(of) else { return Ok(None) };
        if app.sessions().by_hash(&of, app.now()).await?.is_none() {
            return Ok(None);
        }
    }
    let account = app.store().account_by_id(AccountId::new(account)).await?;
    Ok(account.map(|account| Session::without_token(account.into())))
}

/// Hashed twice, since a hash of key and text alone could be carried on to a longer text.
async fn seal(app: &App, text: &str) -> Result<String> {
    let key = app.upload_key().await?;
    let inner = Sha256::new().chain_update(key).chain_update(text).finalize();
    Ok(hex(&Sha256::new().chain_update(key).chain_update(inner).finalize()))
}
