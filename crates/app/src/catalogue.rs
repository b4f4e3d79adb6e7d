//! The catalogue as carts and lists need it: in bounded memory, current at once within the process and
//! within a second elsewhere.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use domain::cart::{Cart, Offer};
use domain::id::{ListingId, ProductId, SkuId, StoreId};
use domain::product::{Listing, Product, Status};
use prometheus_client::metrics::counter::Counter;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use store::Store;

pub use store::listing::{Filter, Order};
pub use store::shop::Named;

use crate::search::Search;
use crate::{Error, Result, Settings};

/// Stores whose sales are kept in memory.
const STORES: usize = 10_000;
/// How far a list is kept in memory; pages behind are read from the database.
const RANKED: i64 = 20_000;
/// Entries of all lists kept in memory: 8 MB.
const RANKED_AT_ALL: u64 = 1_000_000;

/// The longest text that is searched for, in bytes; nothing is found with a longer one.
const LONGEST_SEARCH: usize = 1000;

/// A listing with its product.
#[derive(Clone, Debug, PartialEq)]
pub struct Offered {
    /// The store's offer.
    pub listing: Listing,
    /// The product offered.
    pub product: Arc<Product>,
}

impl Offered {
    /// Whether the public sees it.
    pub fn is_on_sale(&self) -> bool {
        self.listing.is_open && self.product.is_on_sale()
    }

    /// The offer of one SKU, or of the first.
    pub fn offer(&self, sku: Option<SkuId>) -> Result<Offer> {
        let sku = sku.or_else(|| self.product.first_sku().map(|sku| sku.id)).ok_or(Error::NoSuchProduct)?;
        Offer::new(self.listing, Arc::clone(&self.product), sku).ok_or(Error::NoSuchProduct)
    }
}

/// Which page of which list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageQuery {
    /// Only what this folded text finds; absent means no search.
    pub text: Option<String>,
    /// Which listings.
    pub filter: Filter,
    /// In which order.
    pub order: Order,
    /// How many at most.
    pub limit: i64,
    /// How many to leave out before them.
    pub offset: i64,
}

/// A page of listings on sale.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The listings in order.
    pub offers: Vec<Offered>,
    /// How many there are over all pages.
    pub total: i64,
}

/// The first listings of a filter in an order, which pages are cut from.
struct Ranking {
    ids: Vec<ListingId>,
    total: i64,
}

#[derive(Clone)]
struct ByLength;

/// What was searched for, folded, among which listings, in which order.
type Asked = (Option<String>, Filter, Order);

impl Weighter<Asked, Arc<Ranking>> for ByLength {
    fn weight(&self, _: &Asked, ranking: &Arc<Ranking>) -> u64 {
        ranking.ids.len() as u64 + 10
    }
}

/// Names of stores, categories and brands.
#[derive(Debug, Default)]
pub struct Names {
    /// All stores, oldest first.
    pub stores: Vec<Named>,
    /// All categories, oldest first.
    pub categories: Vec<Named>,
    /// All brands, oldest first.
    pub brands: Vec<Named>,
}

impl Names {
    /// A store.
    pub fn store(&self, id: StoreId) -> Option<&Named> {
        self.stores.iter().find(|store| store.id == id.get())
    }
}

/// The catalogue of one shop.
pub struct Catalogue {
    store: Store,
    search: Arc<Search>,
    /// Own listings, which have their product's number; apart from the others, so that a changed product is found.
    own: Cache<ListingId, Offered>,
    distributed: Cache<ListingId, Offered>,
    rankings: Cache<Asked, Arc<Ranking>, ByLength>,
    sales: Cache<StoreId, i64>,
    names: Mutex<Option<Arc<Names>>>,
    /// Counts what was forgotten: a load that began before does not come into memory after.
    generation: Mutex<u64>,
    hits: Counter,
    misses: Counter,
}

impl Catalogue {
    pub(crate) fn new(store: Store, search: Arc<Search>, settings: &Settings) -> Self {
        Self {
            store,
            search,
            own: Cache::new(settings.cached_products),
            distributed: Cache::new(settings.cached_products),
            rankings: Cache::with_weighter(100, RANKED_AT_ALL, ByLength),
            sales: Cache::new(STORES),
            names: Mutex::default(),
            generation: Mutex::default(),
            hits: Counter::default(),
            misses: Counter::default(),
        }
    }

    /// Lookups answered from memory, and those that asked the database.
    pub fn lookups(&self) -> (&Counter, &Counter) {
        (&self.hits, &self.misses)
    }

    /// A listing with its product, whatever its status; `None` when there is no such listing.
    pub async fn offered(&self, id: ListingId) -> Result<Option<Offered>> {
        Ok(self.offered_many(&[id]).await?.pop().flatten())
    }

    /// A listing with its product as the database has them now; what memory holds is forgotten if it differs.
    pub(crate) async fn refreshed(&self, id: ListingId) -> Result<Option<Offered>> {
        let Some(listing) = self.store.listings(&[id]).await?.pop() else { return Ok(None) };
        let Some(product) = self.store.products(&[listing.product]).await?.pop() else { return Ok(None) };
        let fresh = Offered { listing, product: Arc::new(product) };
        if self.offered(id).await?.is_some_and(|known| known != fresh) {
            self.forget_product(fresh.product.id);
        }
        Ok(Some(fresh))
    }

    /// A listing that the public sees.
    pub async fn on_sale(&self, id: ListingId) -> Result<Offered> {
        let offered = self.offered(id).await?;
        offered.filter(Offered::is_on_sale).ok_or(Error::NoSuchProduct)
    }

    /// The own listing of the product with a handle, if the public sees it.
    pub async fn on_sale_by_handle(&self, handle: &str) -> Result<Offered> {
        let id = self.store.product_by_handle(handle).await?.ok_or(Error::NoSuchProduct)?;
        self.on_sale(id.own_listing()).await
    }

    /// The long text of a product, HTML.
    pub async fn content(&self, id: ProductId) -> Result<String> {
        self.store.product_content(id).await?.ok_or(Error::NoSuchProduct)
    }

    /// Categories with something on sale, of one store or of all.
    pub async fn categories_on_sale(&self, store: Option<StoreId>) -> Result<Vec<Named>> {
        Ok(self.store.categories_on_sale(store).await?)
    }

    /// Pieces sold, as shown, over the products of each of these stores, in order; one statement at most.
    pub async fn sales_of(&self, stores: &[StoreId]) -> Result<Vec<i64>> {
        let read = |missing: Vec<StoreId>| async move {
            let sold: HashMap<_, _> = self.store.sales_of(&missing).await?.into_iter().collect();
            Ok(missing.into_iter().map(|store| (store, sold.get(&store).copied().unwrap_or(0))).collect())
        };
        let keep = |store, sales| self.sales.insert(store, sales);
        let sales = self.cached_or_read(|store| self.sales.get(store), keep, stores, read).await?;
        Ok(sales.into_iter().map(Option::unwrap_or_default).collect())
    }

    /// Whether a client may name this listing: it exists, and its product is neither deleted nor a draft.
    pub async fn knows(&self, id: ListingId) -> Result<bool> {
        let offered = self.offered(id).await?;
        Ok(offered
            .is_some_and(|offered| !offered.product.is_deleted && offered.product.status != Status::Draft))
    }

    /// Listings with their products, in the order asked; four statements at most.
    pub async fn offered_many(&self, ids: &[ListingId]) -> Result<Vec<Option<Offered>>> {
        let read = |missing: Vec<ListingId>| async move {
            let listings = self.store.listings(&missing).await?;
            let ids: HashSet<_> = listings.iter().map(|listing| listing.product).collect();
            let products = self.store.products(&ids.into_iter().collect::<Vec<_>>()).await?;
            let products: HashMap<_, _> =
                products.into_iter().map(|product| (product.id, Arc::new(product))).collect();
            let offered = |listing: Listing| {
                let product = Arc::clone(products.get(&listing.product)?);
                Some((listing.id, Offered { listing, product }))
            };
            Ok(listings.into_iter().filter_map(offered).collect())
        };
        self.cached_or_read(|id| self.known(*id), |id, offered| self.keep(id, offered), ids, read).await
    }

    /// What memory holds of a listing.
    fn known(&self, id: ListingId) -> Option<Offered> {
        self.own.get(&id).or_else(|| self.distributed.get(&id))
    }

    fn keep(&self, id: ListingId, offered: Offered) {
        let is_own = id == offered.product.id.own_listing();
        if is_own { &self.own } else { &self.distributed }.insert(id, offered);
    }

    /// The values of these keys: what memory gets, the missing ones in one reading, which memory then keeps.
    async fn cached_or_read<K, V, F>(
        &self,
        get: impl Fn(&K) -> Option<V>,
        keep: impl Fn(K, V),
        keys: &[K],
        read: impl FnOnce(Vec<K>) -> F,
    ) -> Result<Vec<Option<V>>>
    where
        K: Copy + Eq + std::hash::Hash,
        V: Clone,
        F: Future<Output = Result<Vec<(K, V)>>>,
    {
        let mut found: Vec<_> = keys.iter().map(get).collect();
        let missing: HashSet<K> =
            keys.iter().zip(&found).filter(|(_, value)| value.is_none()).map(|(key, _)| *key).collect();
        if missing.is_empty() {
            self.hits.inc();
            return Ok(found);
        }
        self.misses.inc();
        let generation = *self.generation();
        let read: HashMap<K, V> = read(missing.into_iter().collect()).await?.into_iter().collect();
        for (key, slot) in keys.iter().zip(&mut found) {
            if slot.is_none() {
                *slot = read.get(key).cloned();
            }
        }
        let now = self.generation();
        if *now == generation {
            for (key, value) in read {
                keep(key, value);
            }
        }
        Ok(found)
    }

    /// The offer of each line of a cart, in order.
    pub(crate) async fn offers_of(&self, cart: &Cart) -> Result<Vec<Offer>> {
        let known = cart.lines.iter().map(|line| self.known(line.listing)?.offer(Some(line.sku)).ok());
        if let Some(offers) = known.collect() {
            self.hits.inc();
            return Ok(offers);
        }
        let ids: Vec<_> = cart.lines.iter().map(|line| line.listing).collect();
        for is_last_try in [false, true] {
            let offered = self.offered_many(&ids).await?;
            let offers =
                cart.lines.iter().zip(offered).map(|(line, offered)| offered?.offer(Some(line.sku)).ok());
            match offers.collect::<Option<Vec<_>>>() {
                Some(offers) => return Ok(offers),
                // Another process has just added the SKU to a product that we have in memory.
                None if !is_last_try => self.forget_all(),
                None => {}
            }
        }
        Err(Error::Internal("a cart line refers to a SKU that is gone".to_owned()))
    }

    /// A page of listings on sale.
    pub async fn page(&self, query: &PageQuery) -> Result<Page> {
        if query.text.as_ref().is_some_and(|text| text.len() > LONGEST_SEARCH) {
            return Ok(Page::default());
        }
        let ranking = self.ranking(query).await?;
        let start = usize::try_from(query.offset).unwrap_or(usize::MAX);
        let end = start.saturating_add(usize::try_from(query.limit).unwrap_or(0));
        let is_ranked = end <= ranking.ids.len() || ranking.total == ranking.ids.len() as i64;
        let offered = if is_ranked {
            let ids = ranking.ids.iter().skip(start).take(end - start).copied().collect::<Vec<_>>();
            self.offered_many(&ids).await?
        } else {
            let PageQuery { filter, order, limit, offset, .. } = query;
            self.offered_many(&self.store.listing_page(filter, *order, *limit, *offset).await?).await?
        };
        let offers = offered.into_iter().flatten().filter(Offered::is_on_sale).collect();
        Ok(Page { offers, total: ranking.total })
    }

    /// The list that a page is cut from. Whoever asks for it while it is read waits for the same reading.
    async fn ranking(&self, query: &PageQuery) -> Result<Arc<Ranking>> {
        let key = (query.text.clone(), query.filter.clone(), query.order);
        if let Some(ranking) = self.rankings.get(&key) {
            self.hits.inc();
            return Ok(ranking);
        }
        self.misses.inc();
        let (text, filter, order) = &key;
        let read = async {
            if let Some(text) = text {
                let found = self.search.find(text).await?;
                // The usual search needs nothing that the index does not know.
                let ids = if is_any_own(filter) && *order == Order::Relevance {
                    found.on_sale().iter().map(|id| id.own_listing()).collect()
                } else {
                    self.store.listing_page_of(found.on_sale(), filter, *order, RANKED).await?
                };
                return Ok(Arc::new(Ranking { total: ids.len() as i64, ids }));
            }
            let ids = self.store.listing_page(filter, *order, RANKED, 0).await?;
            let is_whole = (ids.len() as i64) < RANKED;
            let total = if is_whole { ids.len() as i64 } else { self.store.listing_count(filter).await? };
            Ok(Arc::new(Ranking { ids, total }))
        };
        self.rankings.get_or_insert_async(&key, read).await
    }

    /// Names of stores, categories and brands.
    pub async fn names(&self) -> Result<Arc<Names>> {
        if let Some(names) = &*self.names.lock().unwrap_or_else(PoisonError::into_inner) {
            return Ok(Arc::clone(names));
        }
        let generation = *self.generation();
        let names = Arc::new(Names {
            stores: self.store.stores().await?,
            categories: self.store.categories().await?,
            brands: self.store.brands().await?,
        });
        let now = self.generation();
        if *now == generation {
            *self.names.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&names));
        }
        Ok(names)
    }

    /// Forgets one product, and every page, since it may stand on any.
    pub(crate) fn forget_product(&self, id: ProductId) {
        let mut generation = self.generation();
        *generation += 1;
        self.own.remove(&id.own_listing());
        self.distributed.clear();
        self.rankings.clear();
        self.sales.clear();
    }

    /// Forgets everything.
    pub(crate) fn forget_all(&self) {
        let mut generation = self.generation();
        *generation += 1;
        self.own.clear();
        self.distributed.clear();
        self.rankings.clear();
        self.sales.clear();
        *self.names.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn generation(&self) -> std::sync::MutexGuard<'_, u64> {
        self.generation.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether every product's own listing passes.
fn is_any_own(filter: &Filter) -> bool {
    *filter == Filter { only_own: true, ..Filter::default() }
}
