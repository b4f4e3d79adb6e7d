//! Files and rows held against each other: whose files these are, which have no row, which rows have no file. Nothing is
//! removed from a place that is not surely this shop's.

use std::collections::HashSet;
use std::pin::pin;
use std::time::Duration;

use domain::asset::{FileName, PICTURE, Preset};
use futures_util::{StreamExt, TryStreamExt};

use crate::files::Files;
use crate::{App, Result};

/// How old a file without a row must be before it is swept away, in seconds.
const GRACE: i64 = 24 * 60 * 60;
/// How long after its start a server looks for files without a row the first time: a mistake should be seen before.
const FIRST_SWEEP: Duration = Duration::from_hours(1);
/// How often it does so.
const SWEEP_EVERY: Duration = Duration::from_hours(24);
/// Files looked at while no upload runs.
const BATCH: usize = 200;
/// More files than this without a row, and more than one of so many, are no leftovers but a mistake.
const FEW: u64 = 20;
const ONE_OF: u64 = 20;

/// Whose the files of a place are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// This shop's.
    Us,
    /// Another shop's.
    Another,
    /// There are files, and nothing says whose.
    Unknown,
    /// Nobody's: there are none.
    Nobody,
}

/// What does not fit together.
#[derive(Clone, Debug, Default)]
pub struct Mismatches {
    /// Files that a row names and that are not there, smaller copies among them.
    pub missing: Vec<String>,
    /// Files without a row that a server will sweep away.
    pub orphans: u64,
    /// All files.
    pub files: u64,
}

impl Mismatches {
    /// Whether so many files have no row that a server sweeps none of them away.
    pub fn are_too_many(&self) -> bool {
        self.orphans > FEW && self.orphans * ONE_OF > self.files
    }
}

/// Whose these files are.
pub async fn owner(app: &App, files: &Files) -> Result<Owner> {
    let us = app.store().shop_id().await?;
    Ok(match files.shop().await? {
        Some(shop) if us.is_some_and(|us| us == shop) => Owner::Us,
        Some(_) => Owner::Another,
        None if files.is_empty().await? => Owner::Nobody,
        None => Owner::Unknown,
    })
}

/// Draws the shop's id and its secret at the first start, and gives the id to a place where no files are yet.
pub async fn take_over(app: &App) -> Result<Owner> {
    let files = &app.settings().files;
    app.upload_key().await?;
    if app.store().shop_id().await?.is_none() {
        app.store().apply(store::shop::name_shop(&app.entropy().uuid()).into()).await?;
    }
    let owner = owner(app, files).await?;
    match app.store().shop_id().await? {
        Some(us) if owner == Owner::Nobody => {
            files.name_shop(&us).await?;
            Ok(Owner::Us)
        }
        _ => Ok(owner),
    }
}

/// Sweeps every day, for as long as the runtime lives.
pub async fn keep_sweeping(app: App) {
    tokio::time::sleep(FIRST_SWEEP).await;
    loop {
        match sweep(&app).await {
            Ok(0) => {}
            Ok(swept) => tracing::info!(swept, "files without a row are swept away"),
            Err(error) => tracing::warn!(%error, "files without a row are not swept away"),
        }
        tokio::time::sleep(SWEEP_EVERY).await;
    }
}

/// Removes files that have been without a row for a day: their uploads were cut off. Tells how many.
pub async fn sweep(app: &App) -> Result<u64> {
    let files = &app.settings().files;
    let owner = owner(app, files).await?;
    if owner != Owner::Us {
        tracing::warn!(?owner, "the files are not this shop's, none is swept away: see `cartwright doctor`");
        return Ok(0);
    }
    let (orphans, all) = orphans(app, files).await?;
    let found = Mismatches { orphans: orphans.len() as u64, files: all, ..Mismatches::default() };
    if found.are_too_many() {
        let (orphans, files) = (found.orphans, found.files);
        tracing::warn!(orphans, files, "too many files without a row to sweep any: see `cartwright doctor`");
        return Ok(0);
    }
    let mut swept = files.remove_halves(app.now().seconds() - GRACE).await?;
    for batch in orphans.chunks(BATCH) {
        let _alone = files.sweeping().await;
        for name in without_row(app, batch.to_vec()).await? {
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
    let mut last = String::new();
    let mut names = HashSet::new();
    let mut listed = files.list();
    while let Some((name, _)) = listed.try_next().await? {
        names.insert(name.as_str().to_owned());
    }
    loop {
        let named = app.store().asset_files(&last, BATCH as i64).await?;
        let Some(next) = named.last() else { break };
        last.clone_from(next);
        for name in named.iter().flat_map(|file| with_copies(file)) {
            // It may have been uploaded since the files were listed.
            if !names.contains(&name) && !is_there(files, &name).await? {
                found.missing.push(name);
            }
        }
    }
    let (orphans, all) = orphans(app, files).await?;
    Ok(Mismatches { orphans: orphans.len() as u64, files: all, ..found })
}

/// A file and, of a picture, its smaller copies.
fn with_copies(file: &str) -> Vec<String> {
    let is_picture = FileName::parse(file).is_some_and(|name| name.format().kind() == PICTURE);
    let copies = Preset::ALL.iter().filter(|_| is_picture).map(|preset| preset.file(file));
    std::iter::once(file.to_owned()).chain(copies).collect()
}

async fn is_there(files: &Files, name: &str) -> Result<bool> {
    match FileName::parse(name) {
        Some(name) => Ok(files.size(&name).await?.is_some()),
        None => Ok(false),
    }
}

/// Old files without a row, and how many files there are in all.
async fn orphans(app: &App, files: &Files) -> Result<(Vec<FileName>, u64)> {
    let (mut orphans, mut all) = (Vec::new(), 0);
    let mut batches = pin!(files.list().try_chunks(BATCH));
    while let Some(batch) = batches.next().await {
        let batch = batch.map_err(|cut| cut.1)?;
        all += batch.len() as u64;
        let old = batch.into_iter().filter(|(_, at)| is_old(app, *at)).map(|(name, _)| name);
        orphans.extend(without_row(app, old.collect()).await?);
    }
    Ok((orphans, all))
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
