//! Where the bytes of uploaded files are: a folder, or a bucket that speaks S3. Never what they mean.

use std::ops::Range;
use std::path::{Path as FolderPath, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use domain::asset::FileName;
use futures_util::stream::{self, BoxStream, StreamExt, TryStreamExt};
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{Error as StoreError, GetOptions, GetResult, ObjectStore, ObjectStoreExt};
use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::{Error, Result};

/// The object that says which shop the files are of.
const MARK: &str = "shop";

/// The files of a shop; clones share them.
#[derive(Clone, Debug)]
pub struct Files {
    bucket: Arc<dyn ObjectStore>,
    /// The folder, where it is one.
    folder: Option<PathBuf>,
    /// Uploads share it; who removes files has it alone, so that none goes between an upload and its row.
    sweeping: Arc<RwLock<()>>,
}

impl Default for Files {
    /// In memory, gone with the process: for tests, and for commands that have no business with files.
    fn default() -> Self {
        Self::over(InMemory::new())
    }
}

/// A file that is there.
pub struct Found {
    result: GetResult,
}

impl Found {
    /// Bytes of the whole file.
    pub fn size(&self) -> u64 {
        self.result.meta.size
    }

    /// The bytes that were asked for.
    pub fn into_stream(self) -> BoxStream<'static, std::io::Result<Bytes>> {
        self.result.into_stream().map_err(std::io::Error::other).boxed()
    }
}

impl Files {
    /// In a folder, made when missing. What was put is on the disk before anybody hears of it.
    pub fn in_folder(folder: &FolderPath) -> std::io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        // The folder itself must outlive a power cut, too.
        std::fs::File::open(folder.join(".."))?.sync_all()?;
        let bucket = LocalFileSystem::new_with_prefix(folder).map_err(std::io::Error::other)?;
        Ok(Self { folder: Some(folder.to_owned()), ..Self::over(bucket.with_fsync(true)) })
    }

    /// In a bucket, such as `s3://bucket/folder`; endpoint, region and keys are the usual `AWS_*` variables.
    #[cfg(feature = "s3")]
    pub fn in_bucket(address: &str) -> std::io::Result<Self> {
        // Fails when another is chosen already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = object_store::aws::AmazonS3Builder::from_env().with_url(address);
        let bucket = builder.build().map_err(std::io::Error::other)?;
        let below = address.strip_prefix("s3://").and_then(|rest| rest.split_once('/'));
        let prefix = Path::from(below.map_or("", |(_, prefix)| prefix));
        Ok(Self::over(object_store::prefix::PrefixStore::new(bucket, prefix)))
    }

    fn over(bucket: impl ObjectStore) -> Self {
        Self { bucket: Arc::new(bucket), folder: None, sweeping: Arc::default() }
    }

    /// Held from before the first file is put until its row is committed.
    pub(crate) async fn uploading(&self) -> RwLockReadGuard<'_, ()> {
        self.sweeping.read().await
    }

    /// Held while it is found out which files have no row, and they are removed.
    pub(crate) async fn sweeping(&self) -> RwLockWriteGuard<'_, ()> {
        self.sweeping.write().await
    }

    /// Puts a file whole or not at all; the same again makes it new.
    pub(crate) async fn put(&self, name: &str, content: Bytes) -> Result<()> {
        self.bucket.put(&Path::from(name), content.into()).await.map_err(|error| unavailable(&error))?;
        Ok(())
    }

    /// A file, or some of its bytes; `None` where there is none.
    pub async fn get(&self, name: &FileName, range: Option<Range<u64>>) -> Result<Option<Found>> {
        let options = GetOptions { range: range.map(Into::into), ..GetOptions::default() };
        let result = self.bucket.get_opts(&Path::from(name.as_str()), options).await;
        Ok(if_there(result)?.map(|result| Found { result }))
    }

    /// Bytes of a file; `None` where there is none.
    pub async fn size(&self, name: &FileName) -> Result<Option<u64>> {
        let found = if_there(self.bucket.head(&Path::from(name.as_str())).await)?;
        Ok(found.map(|meta| meta.size))
    }

    /// When a file was put, in Unix seconds; `None` where there is none.
    pub(crate) async fn put_at(&self, name: &FileName) -> Result<Option<i64>> {
        let found = if_there(self.bucket.head(&Path::from(name.as_str())).await)?;
        Ok(found.map(|meta| meta.last_modified.timestamp()))
    }

    /// All files of ours with when each was put, in Unix seconds. What is beside our folders is none of our business.
    pub(crate) fn list(&self) -> BoxStream<'static, Result<(FileName, i64)>> {
        let bucket = Arc::clone(&self.bucket);
        let all = stream::iter(folders()).flat_map(move |folder| bucket.list(Some(&Path::from(folder))));
        let ours = all.try_filter_map(async |meta| {
            Ok(FileName::parse(meta.location.as_ref()).map(|name| (name, meta.last_modified.timestamp())))
        });
        ours.map_err(|error| unavailable(&error)).boxed()
    }

    /// Whether there is no file of ours.
    pub(crate) async fn is_empty(&self) -> Result<bool> {
        Ok(self.list().try_next().await?.is_none())
    }

    /// Which shop the files are of, where that is said.
    pub(crate) async fn shop(&self) -> Result<Option<String>> {
        let Some(found) = if_there(self.bucket.get(&Path::from(MARK)).await)? else { return Ok(None) };
        let text = found.bytes().await.map_err(|error| unavailable(&error))?;
        Ok(Some(String::from_utf8_lossy(&text).trim().to_owned()))
    }

    /// Says which shop the files are of.
    pub(crate) async fn name_shop(&self, id: &str) -> Result<()> {
        self.put(MARK, id.to_owned().into()).await
    }

    /// Removes what was put half into a folder before then, in Unix seconds; tells how many files.
    pub(crate) async fn remove_halves(&self, before: i64) -> Result<u64> {
        let Some(folder) = self.folder.clone() else { return Ok(0) };
        let removed = tokio::task::spawn_blocking(move || remove_halves(&folder, before)).await;
        let removed = removed.map_err(|error| Error::Internal(error.to_string()))?;
        removed.map_err(|error| Error::Unavailable(format!("the files: {error}")))
    }

    /// Removes a file; one that is gone already is fine.
    pub(crate) async fn remove(&self, name: &FileName) -> Result<()> {
        if_there(self.bucket.delete(&Path::from(name.as_str())).await).map(drop)
    }
}

/// What all names of files begin with.
fn folders() -> impl Iterator<Item = String> {
    (0..=u8::MAX).map(|first| format!("{first:02x}"))
}

/// `LocalFileSystem` writes beside the name, with a number behind it, and then renames.
fn remove_halves(folder: &FolderPath, before: i64) -> std::io::Result<u64> {
    let mut removed = 0;
    for name in folders() {
        let Ok(entries) = std::fs::read_dir(folder.join(&name)) else { continue };
        for entry in entries {
            let entry = entry?;
            let file = entry.file_name();
            let whole = file.to_str().and_then(|file| file.split_once('#'));
            if whole.is_none_or(|(whole, _)| FileName::parse(&format!("{name}/{whole}")).is_none()) {
                continue;
            }
            let put = entry.metadata()?.modified()?.duration_since(std::time::UNIX_EPOCH);
            if put.is_ok_and(|put| i64::try_from(put.as_secs()).is_ok_and(|put| put < before)) {
                std::fs::remove_file(entry.path())?;
                removed += 1;
            }
        }
    }
    Ok(removed)
}

fn if_there<T>(result: object_store::Result<T>) -> Result<Option<T>> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(StoreError::NotFound { .. }) => Ok(None),
        Err(error) => Err(unavailable(&error)),
    }
}

fn unavailable(error: &StoreError) -> Error {
    Error::Unavailable(format!("the files: {error}"))
}
