//! Uploaded files: a file is put before its row is written, and what has no row is swept away.

use std::collections::HashSet;
use std::time::Duration;

use bytes::Bytes;
use domain::account::Role;
use domain::asset::{Asset, FileName};
use domain::id::{AccountId, AssetId, StoreId};
use domain::limits::{MAX_FILES, MAX_UPLOAD};
use futures_util::{StreamExt, TryStreamExt};
use sha2::{Digest, Sha256};
use store::{Refusal, asset as rows, idempotency};

use crate::entropy::hex;
use crate::files::Files;
use crate::picture::{Prepared, prepare};
use crate::session::{Session, hash};
use crate::{App, Ctx, Error, Result};

#[cfg(test)]
mod tests;

/// How long a token for uploads works, in seconds.
const UPLOAD_TTL: i64 = 60 * 60;
/// How old a file without a row must be before it is swept away, in seconds.
const GRACE: i64 = 60 * 60;
/// How often files without a row are looked for.
const SWEEP_EVERY: Duration = Duration::from_hours(24);
/// Files looked at while no upload runs.
const BATCH: usize = 200;
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

/// What does not fit together.
#[derive(Clone, Debug, Default)]
pub struct Mismatches {
    /// Files that a row names and that are not there.
    pub missing: Vec<String>,
    /// Files without a row that a server will sweep away.
    pub orphans: u64,
}

/// Keeps files: all of them, or none when one is no good. Each upload makes rows of its own, though the same content is
/// kept once.
pub async fn add(ctx: &Ctx, uploads: Vec<Upload>) -> Result<Vec<Asset>> {
    let store = keeper(ctx)?;
    if uploads.is_empty() || uploads.len() > MAX_FILES {
        return Err(Error::BadField("file"));
    }
    let mut prepared = Vec::new();
    for upload in uploads {
        match upload.content.len() {
            0 => return Err(Error::BadField("file")),
            1..=MAX_UPLOAD => prepared.push((filename(&upload.filename), prepare(upload.content).await?)),
            _ => return Err(Error::TooLarge),
        }
    }
    let files = &ctx.app.settings().files;
    let _unswept = files.uploading().await;
    for (_, Prepared { name, content, thumbnails, .. }) in &prepared {
        // The copies first: where the file is, they are.
        for (copy, content) in thumbnails {
            files.put(copy, content.clone()).await?;
        }
        files.put(name.as_str(), content.clone()).await?;
    }
    let first = ctx.app.store().allocate("asset", prepared.len() as i64).await?;
    let asset = |((filename, prepared), id): ((String, Prepared), i64)| Asset {
        id: AssetId::new(id),
        store,
        file: prepared.name.as_str().to_owned(),
        filename,
        kind: prepared.name.format().kind(),
        bytes: prepared.content.len() as i64,
        width: prepared.width.into(),
        height: prepared.height.into(),
        created_at: ctx.now,
    };
    let assets: Vec<_> = prepared.into_iter().zip(first..).map(asset).collect();
    let mut steps: Vec<_> = ctx.key.iter().map(|key| idempotency::claim(key, ctx.now)).collect();
    steps.extend(assets.iter().map(rows::add));
    match ctx.app.store().apply(steps).await {
        Ok(_) => Ok(assets),
        // The rows are there, under this very key; only the reply was lost.
        Err(store::Error::Refused(Refusal::AlreadyApplied)) => {
            let files: Vec<_> = assets.iter().map(|asset| asset.file.as_str()).collect();
            Ok(ctx.app.store().assets_of_files(store, &files).await?)
        }
        Err(error) => Err(error.into()),
    }
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
/// names and until when, with a seal that only this process can set.
pub fn upload_token(ctx: &Ctx) -> Result<String> {
    keeper(ctx)?;
    let account = ctx.session()?.customer()?.id;
    let names = format!("{account}-{}", ctx.now.plus_seconds(UPLOAD_TTL).seconds());
    Ok(format!("{names}-{}", seal(&ctx.app, &names)))
}

/// Whom a token for uploads names.
pub async fn uploader(app: &App, token: &str) -> Result<Option<Session>> {
    let Some((names, given)) = token.rsplit_once('-') else { return Ok(None) };
    // Hashes are compared, so that the time it takes tells nothing of the seal.
    if hash(given) != hash(&seal(app, names)) {
        return Ok(None);
    }
    let Some((account, end)) = names.split_once('-') else { return Ok(None) };
    let (Ok(account), Ok(end)) = (account.parse(), end.parse::<i64>()) else { return Ok(None) };
    if app.now().seconds() >= end {
        return Ok(None);
    }
    let account = app.store().account_by_id(AccountId::new(account)).await?;
    Ok(account.map(|account| Session::without_token(account.into())))
}

/// Hashed twice, since a hash of key and text alone could be carried on to a longer text.
fn seal(app: &App, text: &str) -> String {
    let key = app.upload_key();
    let inner = Sha256::new().chain_update(key).chain_update(text).finalize();
    hex(&Sha256::new().chain_update(key).chain_update(inner).finalize())
}

/// Sweeps now and every day, for as long as the runtime lives.
pub async fn keep_sweeping(app: App) {
    loop {
        match sweep(&app).await {
            Ok(0) => {}
            Ok(swept) => tracing::info!(swept, "files without a row are swept away"),
            Err(error) => tracing::warn!(%error, "files without a row are not swept away"),
        }
        tokio::time::sleep(SWEEP_EVERY).await;
    }
}

/// Removes files that have been without a row for an hour: their uploads were cut off. Tells how many.
pub async fn sweep(app: &App) -> Result<u64> {
    let files = &app.settings().files;
    let mut swept = 0;
    let old = |(name, at)| std::future::ready(Ok(is_old(app, at).then_some(name)));
    let old = files.list().try_filter_map(old);
    let mut batches = std::pin::pin!(old.try_chunks(BATCH));
    while let Some(batch) = batches.next().await {
        let _alone = files.sweeping().await;
        for name in without_row(app, batch.map_err(|cut| cut.1)?).await? {
            // Somebody may have uploaded it again since it was listed.
            if let Some(at) = files.put_at(&name).await?
                && is_old(app, at)
            {
                files.remove(&name).await?;
                swept += 1;
            }
        }
    }
    Ok(swept)
}

/// Compares files and rows; changes nothing.
pub async fn compare(app: &App, files: &Files) -> Result<Mismatches> {
    let mut found = Mismatches::default();
    let mut names = HashSet::new();
    let mut old = Vec::new();
    let mut listed = files.list();
    while let Some(entry) = listed.next().await {
        let (name, at) = entry?;
        names.insert(name.as_str().to_owned());
        if is_old(app, at) {
            old.push(name);
        }
    }
    let mut last = String::new();
    loop {
        let named = app.store().asset_files(&last, BATCH as i64).await?;
        let Some(next) = named.last() else { break };
        last.clone_from(next);
        found.missing.extend(named.into_iter().filter(|file| !names.contains(file)));
    }
    for batch in old.chunks(BATCH) {
        found.orphans += without_row(app, batch.to_vec()).await?.len() as u64;
    }
    Ok(found)
}

fn is_old(app: &App, at: i64) -> bool {
    at < app.now().seconds() - GRACE
}

/// The files among these that no row names, copies by the files they are of.
async fn without_row(app: &App, names: Vec<FileName>) -> Result<Vec<FileName>> {
    let originals: Vec<_> = names.iter().map(FileName::original).collect();
    let known: HashSet<_> = app.store().known_files(&originals).await?.into_iter().collect();
    Ok(names.into_iter().filter(|name| !known.contains(name.original())).collect())
}
