//! The catalogue as carts and lists need it: in bounded memory, current at once within the process and
//! within a second elsewhere.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::cart::{Cart, Offer};
use domain::id::{ListingId, ProductId, SkuId, StoreId};
use domain::product::{Listing, Product};
use domain::time::Timestamp;
use prometheus_client::metrics::counter::Counter;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use store::Store;
use store::page::Listed;

pub use store::brand::Brand;
pub use store::category::Category;
pub use store::listing::{Filter, Order, Standing};
pub use store::official::{Kind, Term};
pub use store::product::Desk;
pub use store::shop::{Named, SHOWN};

use crate::search::Search;
use crate::{Error, Result, Settings};

/// Stores whose sales are kept in memory.
const STORES: usize = 10_000;
/// Entries of all pages kept in memory, each page counted as so many more: some 20 MB.
const PAGED_AT_ALL: u64 = 1_000_000;
const A_PAGE: u64 = 20;
/// Long texts kept in memory: about how many, and bytes of all.
const DESKS: usize = 10_000;
const DESK_BYTES: u64 = 16 << 20;
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
        self.standing() == Some(Standing::OnSale)
    }

    /// Where it stands; `None` when there is no offer any more.
    pub fn standing(&self) -> Option<Standing> {
        self.listing.standing(&self.product)
    }

    /// The offer of one SKU, or of the first.
    pub fn offer(&self, sku: Option<SkuId>) -> Result<Offer> {
        let sku = sku.or_else(|| self.product.first_sku().map(|sku| sku.id)).ok_or(Error::NoSuchProduct)?;
        Offer::new(self.listing, Arc::clone(&self.product), sku).ok_or(Error::NoSuchProduct)
    }
}

/// Which page of which list.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
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

/// A page of listings.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The listings in order.
    pub offers: Vec<Offered>,
    /// How many there are over all pages.
    pub total: i64,
}

#[derive(Clone)]
struct ByLength;

impl Weighter<PageQuery, Arc<Listed>> for ByLength {
    fn weight(&self, _: &PageQuery, listed: &Arc<Listed>) -> u64 {
        listed.ids.len() as u64 + A_PAGE
    }
}

impl Weighter<ProductId, Arc<Desk>> for ByLength {
    fn weight(&self, _: &ProductId, desk: &Arc<Desk>) -> u64 {
        (size_of::<Desk>() + desk.content.len() + desk.return_policy.len()) as u64
    }
}

/// Stores, categories and brands, all of them.
#[derive(Debug, Default)]
pub struct Names {
    /// All stores, oldest first.
    pub stores: Vec<Named>,
    /// All categories, in their order.
    pub categories: Vec<Category>,
    /// All brands, in their order.
    pub brands: Vec<Brand>,
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
    desks: Cache<ProductId, Arc<Desk>, ByLength>,
    pages: Cache<PageQuery, Arc<Listed>, ByLength>,
    sales: Cache<StoreId, i64>,
    names: Mutex<Option<Arc<Names>>>,
    /// How many like a product, and until when that may be shown.
    likes: Cache<ProductId, (i64, Timestamp)>,
    /// Counts the likes of this process, as `generation` does what was forgotten.
    liked: Mutex<u64>,
    /// Products and SKUs by public id; what a public id names never changes.
    products_by_rid: Cache<String, ProductId>,
    skus_by_rid: Cache<String, (ProductId, SkuId)>,
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
            desks: Cache::with_weighter(DESKS, DESK_BYTES, ByLength),
            pages: Cache::with_weighter(10_000, PAGED_AT_ALL, ByLength),
            sales: Cache::new(STORES),
            names: Mutex::default(),
            likes: Cache::new(settings.cached_products),
            liked: Mutex::default(),
            products_by_rid: Cache::new(settings.cached_products),
            skus_by_rid: Cache::new(settings.cached_products),
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

    /// How many like each of these products, in order; one statement at most. Who likes in this process is counted at
    /// once, who does elsewhere within a second.
    pub async fn likes_of(&self, products: &[ProductId], now: Timestamp) -> Result<Vec<i64>> {
        let fresh = |product: &ProductId| {
            let (likes, until) = self.likes.get(product)?;
            (now < until).then_some(likes)
        };
        let mut likes: Vec<_> = products.iter().map(fresh).collect();
        if likes.iter().all(Option::is_some) {
            return Ok(likes.into_iter().flatten().collect());
        }
        let before = *locked(&self.liked);
        let counted = self.store.likes_of(products).await?;
        let liked = locked(&self.liked);
        let lasts = self.store.is_alone() && *liked == before;
        let until = if lasts { Timestamp::from_micros(i64::MAX) } else { now.plus_seconds(1) };
        for (product, likes) in products.iter().zip(&mut likes) {
            let counted = counted.get(product).copied().unwrap_or(0);
            self.likes.insert(*product, (counted, until));
            *likes = Some(counted);
        }
        Ok(likes.into_iter().flatten().collect())
    }

    pub(crate) fn forget_likes(&self, product: ProductId) {
        let mut liked = locked(&self.liked);
        *liked += 1;
        self.likes.remove(&product);
    }

    /// Products by public id, in order; one statement at most.
    pub async fn products_by_rid(&self, rids: &[&str]) -> Result<Vec<Option<ProductId>>> {
        by_rid(&self.products_by_rid, rids, async |missing| self.store.products_by_rid(&missing).await).await
    }

    /// SKUs and their products by public id, in order; one statement at most.
    pub async fn skus_by_rid(&self, rids: &[&str]) -> Result<Vec<Option<(ProductId, SkuId)>>> {
        by_rid(&self.skus_by_rid, rids, async |missing| self.store.skus_by_rid(&missing).await).await
    }

    /// A store's listings of these products; one statement.
    pub async fn listings_of(&self, store: StoreId, products: &[ProductId]) -> Result<Vec<Listing>> {
        Ok(self.store.listings_of(store, products).await?)
    }

    /// What only the product's page and its merchant's desk need; one statement at most.
    pub async fn desk(&self, id: ProductId) -> Result<Arc<Desk>> {
        let read = |missing: Vec<ProductId>| async move {
            let desks = self.store.product_desks(&missing).await?;
            Ok(desks.into_iter().map(|(id, desk)| (id, Arc::new(desk))).collect())
        };
        let keep = |id, desk| self.desks.insert(id, desk);
        let found = self.cached_or_read(|id| self.desks.get(id), keep, &[id], read).await?;
        found.into_iter().next().flatten().ok_or(Error::NoSuchProduct)
    }

    /// Whether a client may name this listing: it exists, and its product is not deleted and was for the public to see.
    pub async fn knows(&self, id: ListingId) -> Result<bool> {
        let offered = self.offered(id).await?;
        Ok(offered.is_some_and(|offered| !offered.product.is_deleted && !offered.product.is_unpublished()))
    }

    /// Listings with their products, in the order asked; four statements at most.
    pub async fn offered_many(&self, ids: &[ListingId]) -> Result<Vec<Option<Offered>>> {
        let read = |missing: Vec<ListingId>| async move {
            let listings = self.store.listings(&missing).await?;
            let known = |id: &ProductId| Some((*id, self.own.get(&id.own_listing())?.product));
            let ids: HashSet<_> = listings.iter().map(|listing| listing.product).collect();
            let mut products: HashMap<_, _> = ids.iter().filter_map(known).collect();
            let unknown: Vec<_> = ids.into_iter().filter(|id| !products.contains_key(id)).collect();
            if !unknown.is_empty() {
                let read = self.store.products(&unknown).await?;
                products.extend(read.into_iter().map(|product| (product.id, Arc::new(product))));
            }
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

    /// A page of what the filter wants.
    pub async fn page(&self, query: &PageQuery) -> Result<Page> {
        if query.text.as_ref().is_some_and(|text| text.len() > LONGEST_SEARCH) {
            return Ok(Page::default());
        }
        let listed = self.listed(query).await?;
        let offered = self.offered_many(&listed.ids).await?;
        // The index may be a moment behind.
        let is_shown = |offered: &Offered| query.filter.standing != Standing::OnSale || offered.is_on_sale();
        let offers = offered.into_iter().flatten().filter(is_shown).collect();
        Ok(Page { offers, total: listed.total })
    }

    /// How many the filter wants.
    pub async fn count(&self, filter: &Filter) -> Result<i64> {
        Ok(self.store.listing_count(filter).await?)
    }

    /// What stands on a page. Whoever asks for it while it is read waits for the same reading.
    async fn listed(&self, query: &PageQuery) -> Result<Arc<Listed>> {
        if let Some(listed) = self.pages.get(query) {
            self.hits.inc();
            return Ok(listed);
        }
        self.misses.inc();
        let PageQuery { text, filter, order, limit, offset } = query;
        let read = async {
            let listed = match text {
                Some(text) => self.found(text, query).await?,
                None => self.store.listing_page(filter, *order, *limit, *offset).await?,
            };
            Ok(Arc::new(listed))
        };
        let listed = self.pages.get_or_insert_async(query, read).await;
        // A page that lacks what the index could not write yet is not kept.
        if text.is_some() && self.search.lacks_something() {
            self.pages.remove(query);
        }
        listed
    }

    /// A page of what a text finds.
    async fn found(&self, text: &str, query: &PageQuery) -> Result<Listed> {
        let PageQuery { filter, order, limit, offset, .. } = query;
        let (start, end) = (usize::try_from(*offset), usize::try_from(offset.saturating_add(*limit)));
        let (start, end) = (start.unwrap_or(usize::MAX), end.unwrap_or(0));
        let found = self.search.find(text, (filter, *order), end).await?;
        Ok(Listed { ids: found.listings.into_iter().skip(start).collect(), total: found.total })
    }

    /// Stores, categories and brands.
    pub async fn names(&self) -> Result<Arc<Names>> {
        if let Some(names) = &*locked(&self.names) {
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
            *locked(&self.names) = Some(Arc::clone(&names));
        }
        Ok(names)
    }

    /// All labels or all materials, in their order; only who publishes asks for them, so they are not kept.
    pub async fn terms(&self, kind: Kind) -> Result<Vec<Term>> {
        Ok(self.store.terms(kind).await?)
    }

    /// Forgets one product, and every page, since it may stand on any.
    pub(crate) fn forget_product(&self, id: ProductId) {
        let mut generation = self.generation();
        *generation += 1;
        self.own.remove(&id.own_listing());
        self.distributed.retain(|_, offered| offered.listing.product != id);
        self.desks.remove(&id);
        self.pages.clear();
        self.sales.clear();
    }

    /// Forgets stores, categories and brands, and nothing of any product.
    pub(crate) fn forget_names(&self) {
        let mut generation = self.generation();
        *generation += 1;
        *locked(&self.names) = None;
    }

    /// Forgets everything.
    pub(crate) fn forget_all(&self) {
        let mut generation = self.generation();
        *generation += 1;
        self.own.clear();
        self.desks.clear();
        self.distributed.clear();
        self.pages.clear();
        self.sales.clear();
        *locked(&self.names) = None;
    }

    fn generation(&self) -> MutexGuard<'_, u64> {
        locked(&self.generation)
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What public ids name, in order: what memory has, the others in one reading. What is no public id names nothing.
async fn by_rid<T: Copy>(
    known: &Cache<String, T>,
    rids: &[&str],
    read: impl AsyncFnOnce(Vec<String>) -> store::Result<Vec<(String, T)>>,
) -> Result<Vec<Option<T>>> {
    let is_rid = |rid: &str| (10..=12).contains(&rid.len()) && rid.bytes().all(|byte| byte.is_ascii_digit());
    let mut found: Vec<_> = rids.iter().map(|rid| known.get(*rid)).collect();
    let missing = rids.iter().zip(&found).filter(|(rid, found)| found.is_none() && is_rid(rid));
    let missing: HashSet<_> = missing.map(|(rid, _)| (*rid).to_owned()).collect();
    if missing.is_empty() {
        return Ok(found);
    }
    let read: HashMap<_, _> = read(missing.into_iter().collect()).await?.into_iter().collect();
    for (rid, slot) in rids.iter().zip(&mut found) {
        *slot = slot.or_else(|| read.get(*rid).copied());
    }
    for (rid, named) in read {
        known.insert(rid, named);
    }
    Ok(found)
}
