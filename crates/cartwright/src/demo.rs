//! The demo: a shop with three stores and two customers, served, with requests to try; the same folder works again.

mod requests;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use anyhow::{Context, Result, bail};
use app::import::{self, Import, Mode};
use app::{Ctx, listing, shopper};
use domain::account::{Account, Identifier, Password, Role};
use domain::id::{ProductId, StoreId};
use domain::product::Standing;

use crate::config::{Given, Serving};
use crate::house::House;
use crate::serve::{Signals, listen, run, say};

/// Where the demo lives unless it is told.
const FOLDER: &str = "./demo-data";

/// The stores with their products.
const STORES: [(&str, &str, &str); 3] = [
    ("Tea and Mountain", "tea-and-mountain.csv", include_str!("../../../fixtures/demo/tea-and-mountain.csv")),
    ("Field and Home", "field-and-home.csv", include_str!("../../../fixtures/demo/field-and-home.csv")),
    ("Bazaar Parts", "bazaar-parts.csv", include_str!("../../../fixtures/demo/bazaar-parts.csv")),
];

/// A product that another store offers, too.
struct TakenUp {
    store: &'static str,
    handle: &'static str,
    by: &'static str,
}

const TAKEN_UP: [TakenUp; 2] = [
    TakenUp { store: "Tea and Mountain", handle: "roasted-oolong", by: "Field and Home" },
    TakenUp { store: "Field and Home", handle: "picnic-blanket", by: "Tea and Mountain" },
];

/// What both customers log in with.
const PASSWORD: &str = "demo-demo";

/// Fills the folder where it is empty, and serves it.
pub(crate) async fn demo(given: &Given, serving: &Serving) -> Result<()> {
    let mut place = given.cli.place.clone();
    // A folder that the settings file names is a real shop's.
    if !given.is_given("data") {
        place.data = FOLDER.into();
    }
    if !given.is_given("database") {
        place.database = None;
    }
    let mut serving = serving.clone();
    if !given.is_given("files") {
        serving.files = None;
    }
    let signals = Signals::await_from_now()?;
    let serving = if given.is_given("sms") { serving } else { serving.with_codes_in_log() };
    let house = House::open(&place, &serving).await?;
    let ctx = Ctx::new(&house.shop.app, None);
    let listener = listen(&serving.listen).await?;
    let shop = furnish(&ctx).await.with_context(|| {
        format!("the demo cannot be set up in {}; choose an empty folder with --data", place.data.display())
    })?;
    let address = listener.local_addr()?;
    say(&format!("Cartwright listens on http://{address}"));
    say(&requests::page(&format!("http://{}", reachable(address)), &shop));
    run(house, listener, signals, serving.connections).await
}

/// What the requests to try are about.
struct Furnished {
    /// A token of the first customer.
    token: String,
    /// A store with this product.
    store: StoreId,
    /// A product with enough stock.
    product: ProductId,
}

/// Brings stores, listings and customers up to what the demo needs.
async fn furnish(ctx: &Ctx) -> Result<Furnished> {
    let known = ctx.app.store().stores().await?;
    if let Some(other) = known.iter().find(|known| STORES.iter().all(|(name, ..)| *name != known.name)) {
        bail!("it holds another shop, with the store {:?}", other.name);
    }
    for (name, file_name, text) in STORES {
        let what = Import { file_name, store: Some(name), mode: Mode::Apply };
        import::import(ctx, what, text.as_bytes(), &mut |_| {}).await?;
    }
    for TakenUp { store, handle, by } in TAKEN_UP {
        let (by, product) = (self::store(ctx, by).await?, product(ctx, store, handle).await?);
        // What was done with it since the first start stays.
        if ctx.app.store().listing_of(by, product).await?.is_none() {
            let offered = ctx.app.catalogue().offered(product.own_listing()).await?;
            let rid = &offered.context("the product has no listing")?.product.rid;
            listing::take_up(ctx, by, rid, Standing::OnSale).await?;
        }
    }
    let li = [Identifier::parse_email("li@example.com")?, Identifier::parse_username("xiaoli")?];
    let sara = [Identifier::parse_email("sara@example.com")?, Identifier::parse_phone("+989120000001")?];
    // Hashing a password takes a core for a while; there are two.
    let (li, _) = tokio::try_join!(customer(ctx, &li), customer(ctx, &sara))?;
    let ttl = ctx.app.settings().customer_ttl;
    let (store, handle) = ("Tea and Mountain", "yunxi-black-tea");
    Ok(Furnished {
        token: shopper::issue_token(ctx, &li, ttl).await?,
        store: self::store(ctx, store).await?,
        product: product(ctx, store, handle).await?,
    })
}

async fn customer(ctx: &Ctx, names: &[Identifier]) -> Result<Account> {
    for name in names {
        if let Some(account) = shopper::find_account(ctx, name.as_str()).await? {
            return Ok(account);
        }
    }
    let password = Password::parse(PASSWORD)?;
    let account = shopper::add_account(ctx, names, Some(&password), Role::Customer).await?;
    Ok(account.as_ref().clone())
}

async fn store(ctx: &Ctx, name: &str) -> Result<StoreId> {
    let stores = ctx.app.store().stores().await?;
    let found = stores.into_iter().find(|store| store.name == name);
    found.map(|store| StoreId::new(store.id)).with_context(|| format!("there is no store {name:?}"))
}

async fn product(ctx: &Ctx, store: &str, handle: &str) -> Result<ProductId> {
    let handles = ctx.app.store().product_handles(self::store(ctx, store).await?).await?;
    handles.get(handle).copied().with_context(|| format!("there is no product {handle}"))
}

/// An address that a client on this machine can call.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    address
}
