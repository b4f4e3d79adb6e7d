//! The deeds of the shop: load, decide by the rules, apply; never a wire format, never SQL.

pub mod asset;
pub mod audit;
pub mod brand;
pub mod cart;
pub mod catalogue;
pub mod category;
mod ctx;
pub mod delivery;
mod entropy;
mod error;
pub mod files;
mod heading;
pub mod idempotency;
pub mod import;
pub mod listing;
pub mod offering;
pub mod official;
pub mod one_time_code;
mod password;
mod picture;
mod plain;
pub mod product;
pub mod publishing;
mod rid;
pub mod search;
pub mod session;
pub mod settings;
pub mod shopper;
pub mod sweep;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod throttle;
pub mod userlike;
pub mod wishlist;

use std::sync::Arc;
use std::time::Duration;

use domain::time::Timestamp;
use store::Store;
use store::change::{Change, record};
use tokio::sync::{OnceCell, RwLock};

pub use ctx::{Clock, Ctx};
pub use entropy::Entropy;
pub use error::{Error, Result};
pub use settings::Settings;
#[cfg(feature = "broken")]
pub use store::broken;

use crate::catalogue::Catalogue;
use crate::idempotency::Running;
use crate::search::{Progress, Search};
use crate::session::Sessions;

/// How often changes of other processes are looked for; within a second all of them are seen.
const POLL: Duration = Duration::from_millis(400);
/// More changes at once than this empty the caches instead of thinning them.
const MANY: i64 = 1000;

/// The running shop; clones share it.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    store: Store,
    settings: Settings,
    clock: Clock,
    entropy: Entropy,
    catalogue: Catalogue,
    search: Arc<Search>,
    sessions: Sessions,
    running: Running,
    passwords: password::Hasher,
    upload_key: OnceCell<[u8; 32]>,
    carts: RwLock<()>,
}

impl App {
    /// A shop over a store.
    pub fn new(store: Store, settings: Settings, clock: Clock, entropy: Entropy) -> Self {
        let search = Arc::new(Search::new(store.clone(), settings.search.clone()));
        Self(Arc::new(Inner {
            catalogue: Catalogue::new(store.clone(), Arc::clone(&search), &settings),
            search,
            sessions: Sessions::new(store.clone(), &settings),
            running: Running::default(),
            passwords: password::Hasher::default(),
            upload_key: OnceCell::new(),
            carts: RwLock::default(),
            store,
            settings,
            clock,
            entropy,
        }))
    }

    /// The memory of the shop.
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// How the shop was set up.
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// Products, listings and pages, from memory where it can.
    pub fn catalogue(&self) -> &Catalogue {
        &self.0.catalogue
    }

    /// Who tokens name.
    pub fn sessions(&self) -> &Sessions {
        &self.0.sessions
    }

    /// The time now.
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// Source of ids, tokens and codes.
    pub(crate) fn entropy(&self) -> &Entropy {
        &self.0.entropy
    }

    pub(crate) fn running(&self) -> &Running {
        &self.0.running
    }

    pub(crate) fn passwords(&self) -> &password::Hasher {
        &self.0.passwords
    }

    /// Carts are written side by side. A merge that these writes overtake again and again has them wait.
    pub(crate) fn carts(&self) -> &RwLock<()> {
        &self.0.carts
    }

    /// Seals tokens for uploads, the same in all servers of the shop.
    pub(crate) async fn upload_key(&self) -> Result<&[u8; 32]> {
        let key = async || self.store().secret("upload", || self.entropy().key()).await;
        Ok(self.0.upload_key.get_or_try_init(key).await?)
    }

    /// Which shop this is; drawn where nothing says so yet.
    pub async fn shop_id(&self) -> Result<String> {
        if self.store().shop_id().await?.is_none() {
            self.store().apply(store::shop::name_shop(&self.entropy().uuid()).into()).await?;
        }
        let named = self.store().shop_id().await?;
        named.ok_or_else(|| Error::Internal("a shop was named in vain".to_owned()))
    }

    /// Puts the counters of store and catalogue into a registry.
    pub fn register_metrics(&self, registry: &mut prometheus_client::registry::Registry) {
        let stats = self.store().stats();
        registry.register("statements", "SQL statements run", stats.statements.clone());
        registry.register(
            "writer_commits",
            "Transactions committed; each is one fsync",
            stats.commits.clone(),
        );
        registry.register("writer_batch", "Callers' writes in one commit", stats.batch.clone());
        registry.register("cart_cache_hits", "Carts answered from memory", stats.cart_hits.clone());
        registry.register("cart_cache_misses", "Carts read from the database", stats.cart_misses.clone());
        registry.register(
            "cart_cache_stamps",
            "Carts in memory compared with the database",
            stats.cart_stamps.clone(),
        );
        let (hits, misses) = self.catalogue().lookups();
        registry.register("catalogue_cache_hits", "Catalogue lookups answered from memory", hits.clone());
        registry.register(
            "catalogue_cache_misses",
            "Catalogue lookups read from the database",
            misses.clone(),
        );
    }

    /// Makes anew what is made from products: the lists of the database and the search index, here and in the servers of
    /// the shop.
    pub async fn reindex(&self, progress: impl FnMut(Progress) + Send + 'static) -> Result<()> {
        self.store().shelve_all().await?;
        self.0.search.rebuild(progress).await?;
        self.store().apply(record(&Change::Catalogue, self.now()).into()).await?;
        Ok(())
    }

    /// Forgets what a change made stale.
    pub fn forget(&self, change: &Change) {
        // Before the lists: one that is read after them is searched for in what is known now.
        self.0.search.hear(change);
        match change {
            Change::Product(id) => self.catalogue().forget_product(domain::id::ProductId::new(*id)),
            Change::Catalogue => self.catalogue().forget_all(),
            Change::Names => self.catalogue().forget_names(),
            Change::Token(hash) => self.sessions().forget_hex(hash),
            Change::Unknown => {
                self.catalogue().forget_all();
                self.sessions().forget_all();
            }
        }
    }

    /// Follows the changes of other processes for as long as the runtime lives.
    pub async fn follow_changes(self) {
        let mut known = self.store().latest_change().await.unwrap_or(0);
        // What was read before that may be older.
        self.forget(&Change::Unknown);
        loop {
            if self.0.search.is_behind() {
                let search = Arc::clone(&self.0.search);
                tokio::spawn(async move {
                    if let Err(error) = search.catch_up().await {
                        tracing::warn!(%error, "the search index is behind");
                    }
                });
            }
            tokio::time::sleep(POLL).await;
            match self.catch_up(known).await {
                Ok(newest) => known = newest,
                Err(store::Error::Closed) => return,
                Err(error) => tracing::warn!(%error, "cannot follow changes"),
            }
        }
    }

    /// Forgets what was changed after the change `known`, and tells the newest.
    async fn catch_up(&self, known: i64) -> store::Result<i64> {
        let changes = self.store().changes_since(known, MANY).await?;
        // They are numbered without a gap, but old ones are swept away.
        let is_behind = changes.first().is_some_and(|(id, _)| *id > known + 1);
        if is_behind || changes.len() as i64 == MANY {
            self.forget(&Change::Unknown);
        } else {
            for (_, change) in &changes {
                self.forget(change);
            }
        }
        Ok(changes.last().map_or(known, |(id, _)| *id))
    }
}
