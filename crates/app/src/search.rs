//! Search: which listings a text finds, in any order. The index is made from the database, follows its changes, and is
//! made again when it is broken; it never answers for the database what a product is now.

mod hits;
mod index;
mod latin;
mod query;
#[cfg(test)]
mod relevance;
#[cfg(test)]
mod tests;
mod words;

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use domain::id::{ListingId, ProductId};
use store::Store;
use store::change::Change;
use store::listing::{Filter, Order};
use store::shelf::Stamp;
use tantivy::directory::RamDirectory;
use tantivy::{Searcher, TantivyError};
use tokio::runtime::Handle;
use tokio::sync::{OwnedMutexGuard, oneshot};
use tokio::time::timeout;

use crate::{Error, Result};
use index::{Fields, Opened, Place};

pub(crate) use hits::Found;

/// How long a search waits for an index that is being made, and a remaking for another process that writes.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long the index rests after it could not be written, on a full disk say. Searches find what it has meanwhile.
const REST: Duration = Duration::from_secs(5);
/// Products read from the database at a time.
const CHUNK: usize = 500;
/// Stamps of listings read at a time.
const STAMPS: i64 = 10_000;
/// Past so many changed products the whole catalogue is compared.
const MANY: usize = 1000;

/// How far the making of an index is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Products written.
    pub products: usize,
    /// Products to write.
    pub of: usize,
}

/// The search of one shop. Nothing is opened before something is searched for.
pub(crate) struct Search {
    store: Store,
    place: Place,
    heard: Mutex<Heard>,
    /// When it could not be written.
    failed_at: Mutex<Option<Instant>>,
    /// `None` until it is opened. Whoever holds it is the only one of this process that writes.
    opened: Arc<tokio::sync::Mutex<Option<Opened>>>,
}

/// What the index does not show yet.
#[derive(Debug, Default, PartialEq, Eq)]
struct Heard {
    products: BTreeSet<ProductId>,
    /// The whole catalogue is to be compared with the index.
    is_all: bool,
}

impl Heard {
    fn hear(&mut self, id: ProductId) {
        if self.products.len() < MANY {
            self.products.insert(id);
        } else {
            self.is_all = true;
        }
    }
}

/// What a rebuilding begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Start {
    WithWhatIsThere,
    Empty,
}

impl Search {
    /// The search over a store, in a folder or in memory.
    pub(crate) fn new(store: Store, folder: Option<PathBuf>) -> Self {
        let place = folder.map_or_else(|| Place::Memory(RamDirectory::create()), Place::Folder);
        // What happened while nobody listened is not known.
        let heard = Mutex::new(Heard { is_all: true, ..Heard::default() });
        Self { store, place, heard, failed_at: Mutex::default(), opened: Arc::default() }
    }

    /// Notes a change, which every search from now on shows.
    pub(crate) fn hear(&self, change: &Change) {
        match change {
            Change::Product(id) => self.heard().hear(ProductId::new(*id)),
            Change::Catalogue | Change::Unknown => self.heard().is_all = true,
            // The index knows what products are filed under by number.
            Change::Names | Change::Token(_) => {}
        }
    }

    /// The first listings of those that a text finds and a filter wants, so many at most.
    pub(crate) async fn find(
        self: &Arc<Self>,
        text: &str,
        (filter, order): (&Filter, Order),
        most: usize,
    ) -> Result<Found> {
        let mut found = self.find_once(text, (filter, order), most).await?;
        if let Err(error) = &found {
            tracing::warn!(%error, "the search index is broken");
            *self.opened.lock().await = None;
            found = self.find_once(text, (filter, order), most).await?;
        }
        found.map_err(internal)
    }

    async fn find_once(
        self: &Arc<Self>,
        text: &str,
        (filter, order): (&Filter, Order),
        most: usize,
    ) -> Result<tantivy::Result<Found>> {
        let (searcher, fields) = self.current().await?;
        let (text, filter) = (text.to_owned(), filter.clone());
        // What very many products have takes longer than other requests should wait.
        let find = move || query::find(&searcher, &fields, &text, (&filter, order), most);
        let found = tokio::task::spawn_blocking(find).await;
        Ok(found.unwrap_or_else(|panicked| Err(TantivyError::InternalError(panicked.to_string()))))
    }

    /// Brings the index up to what was heard, so that the next search need not wait for that.
    pub(crate) async fn catch_up(self: &Arc<Self>) -> Result<()> {
        self.current().await.map(drop)
    }

    /// Whether the index does not show all that was heard.
    pub(crate) fn lacks_something(&self) -> bool {
        *self.heard() != Heard::default()
    }

    /// The same, and it is to be written now.
    pub(crate) fn is_behind(&self) -> bool {
        self.lacks_something() && self.failed_at().is_none_or(|at| at.elapsed() > REST)
    }

    /// Makes the index anew from the database.
    pub(crate) async fn rebuild(
        self: &Arc<Self>,
        progress: impl FnMut(Progress) + Send + 'static,
    ) -> Result<()> {
        let opened = Arc::clone(&self.opened).lock_owned().await;
        self.work(opened, Start::Empty, progress).await
    }

    /// The index with all that was heard in it.
    async fn current(self: &Arc<Self>) -> Result<(Searcher, Fields)> {
        let current = async {
            let opened = Arc::clone(&self.opened).lock_owned().await;
            match &*opened {
                Some(opened) if !self.is_behind() => return Ok((opened.searcher(), opened.fields)),
                _ => self.work(opened, Start::WithWhatIsThere, |_| {}).await?,
            }
            let opened = self.opened.lock().await;
            opened.as_ref().map(|opened| (opened.searcher(), opened.fields)).ok_or_else(being_made)
        };
        timeout(PATIENCE, current).await.unwrap_or_else(|_| Err(being_made()))
    }

    /// Works on a thread of its own, to the end even when nobody waits for it any more. It is none of the runtime's, which
    /// would not end before it; an index that is not finished is as if it was not begun.
    async fn work(
        self: &Arc<Self>,
        mut opened: OwnedMutexGuard<Option<Opened>>,
        start: Start,
        mut progress: impl FnMut(Progress) + Send + 'static,
    ) -> Result<()> {
        let (search, runtime) = (Arc::clone(self), Handle::current());
        let (done, worked) = oneshot::channel();
        let work = move || {
            let heard = std::mem::take(&mut *search.heard());
            let was_open = opened.is_some();
            let brought = search.bring_up(&mut opened, &heard, start, &runtime, &mut progress);
            if brought.is_err() {
                let mut again = search.heard();
                again.is_all |= heard.is_all;
                again.products.extend(heard.products);
            }
            *search.failed_at() = matches!(brought, Err(Failed::Write(_))).then(Instant::now);
            let result = match brought {
                Ok(()) => Ok(()),
                Err(Failed::Store(error)) => Err(error.into()),
                // What we have will do until the other process has finished writing,
                Err(Failed::Busy) if was_open => Ok(()),
                Err(Failed::Busy) => {
                    *opened = None;
                    Err(being_made())
                }
                // or until there is room on the disk.
                Err(Failed::Write(error))
                    if start == Start::WithWhatIsThere
                        && opened.as_ref().is_some_and(Opened::has_listings) =>
                {
                    tracing::warn!(%error, "the search index cannot be written, searches find what it has");
                    Ok(())
                }
                Err(Failed::Open(error) | Failed::Write(error)) => {
                    *opened = None;
                    Err(Error::Unavailable(format!("the search index: {error}")))
                }
            };
            drop(opened);
            // Nobody may be waiting any more.
            let _ = done.send(result);
        };
        std::thread::Builder::new().name("search-index".to_owned()).spawn(work).map_err(internal)?;
        match worked.await {
            Ok(result) => result,
            // It panicked.
            Err(gone) => {
                self.heard().is_all = true;
                *self.opened.lock().await = None;
                Err(internal(gone))
            }
        }
    }

    /// Writes what differs between the index and the database; opened anew, since another process may have written.
    fn bring_up(
        &self,
        opened: &mut Option<Opened>,
        heard: &Heard,
        start: Start,
        runtime: &Handle,
        progress: &mut dyn FnMut(Progress),
    ) -> std::result::Result<(), Failed> {
        // What kept it from being written may be that it is broken.
        let is_checked = opened.is_none() || self.failed_at().is_some();
        let index = opened.insert(Opened::open(&self.place, is_checked).map_err(Failed::Open)?);
        let mut ids = heard.products.clone();
        // The folder may have been lost since.
        if heard.is_all || start == Start::Empty || !index.has_listings() {
            let known =
                if start == Start::Empty { HashMap::new() } else { index.stamps().map_err(Failed::Open)? };
            ids.extend(self.differing(known, runtime)?);
        }
        if ids.is_empty() && start == Start::WithWhatIsThere {
            return Ok(());
        }
        self.write(index, &Vec::from_iter(ids), start, runtime, progress)
    }

    /// Writes products as they are now.
    fn write(
        &self,
        index: &Opened,
        ids: &[ProductId],
        start: Start,
        runtime: &Handle,
        progress: &mut dyn FnMut(Progress),
    ) -> std::result::Result<(), Failed> {
        let patience = if start == Start::Empty { PATIENCE } else { Duration::ZERO };
        let writing = index.write(ids.len(), patience).map_err(|error| match error {
            TantivyError::LockFailure(..) if start == Start::WithWhatIsThere => Failed::Busy,
            error => Failed::Write(error),
        })?;
        if start == Start::Empty {
            writing.clear().map_err(Failed::Write)?;
        }
        for (chunk, at) in ids.chunks(CHUNK).zip(0..) {
            let products = runtime.block_on(self.store.products(chunk))?;
            let products: HashMap<_, _> = products.into_iter().map(|product| (product.id, product)).collect();
            let desks = runtime.block_on(self.store.product_desks(chunk))?;
            let listings = runtime.block_on(self.store.shelved(chunk))?;
            for id in chunk {
                writing.remove(*id);
            }
            for listing in &listings {
                let of = (products.get(&listing.product), desks.get(&listing.product));
                if let (Some(product), Some(desk)) = of {
                    writing.add(listing, product, &desk.content).map_err(Failed::Write)?;
                }
            }
            progress(Progress { products: at * CHUNK + chunk.len(), of: ids.len() });
        }
        writing.finish().map_err(Failed::Write)
    }

    /// Products with listings that the database has otherwise than in these stamps, or not at all.
    fn differing(
        &self,
        mut known: HashMap<ListingId, Stamp>,
        runtime: &Handle,
    ) -> store::Result<Vec<ProductId>> {
        let mut differing = Vec::new();
        let mut last = ListingId::new(0);
        loop {
            let stamps = runtime.block_on(self.store.listing_stamps(last, STAMPS))?;
            let Some(stamp) = stamps.last() else { break };
            last = stamp.0;
            let is_new = |stamp: &&Stamp| known.remove(&stamp.0).as_ref() != Some(stamp);
            differing.extend(stamps.iter().filter(is_new).map(|stamp| stamp.1));
        }
        differing.extend(known.into_values().map(|stamp| stamp.1));
        Ok(differing)
    }

    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn failed_at(&self) -> MutexGuard<'_, Option<Instant>> {
        self.failed_at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why the index could not be brought up.
enum Failed {
    /// It cannot be read, and no empty one takes its place.
    Open(TantivyError),
    /// Another process writes it.
    Busy,
    /// It cannot be written.
    Write(TantivyError),
    Store(store::Error),
}

impl From<store::Error> for Failed {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}

fn being_made() -> Error {
    Error::Unavailable("the search index is being made".to_owned())
}

fn internal(error: impl std::fmt::Display) -> Error {
    Error::Internal(format!("search: {error}"))
}
