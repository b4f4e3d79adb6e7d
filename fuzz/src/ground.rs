//! A small shop in process that inputs are tried on, and made anew before it has drifted far from what it was.

use app::cart::{self, Extras, Item};
use app::{App, Ctx, Settings};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use domain::account::Role;
use domain::id::{ListingId, StoreId};
use http_body_util::BodyExt;
use serde_json::Value;
use store::testing::Watch;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt;
use web::{Outside, Shop};

/// So many inputs are tried on one shop.
const INPUTS: u32 = 2000;
/// Tables that a refused request may have written to: numbers that are given out once, replies that are kept under a key,
/// and how often a code or a password was guessed.
const KEPT_OF_REFUSALS: [&str; 4] = ["counter", "idempotency", "one_time_code", "throttle"];
/// Who may ask.
const ROLES: [&str; 4] = ["guest", "customer", "merchant", "operator"];

/// The shop, and who may ask.
pub(crate) struct Ground {
    runtime: Runtime,
    routes: fn(&Shop) -> Router<Shop>,
    outside: Outside,
    inputs: u32,
    accounts: u32,
    world: World,
}

/// What a new shop makes new.
struct World {
    app: App,
    router: Router,
    tokens: Vec<String>,
    watch: Watch,
    version: i64,
    contents: u64,
    _folder: TempDir,
}

/// What came back.
#[derive(Debug, PartialEq)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Ground {
    pub(crate) fn new(routes: fn(&Shop) -> Router<Shop>) -> Self {
        Self::reached(routes, Outside::default())
    }

    pub(crate) fn reached(routes: fn(&Shop) -> Router<Shop>, outside: Outside) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let world = runtime.block_on(World::new(routes, &outside));
        Self { runtime, routes, outside, inputs: 0, accounts: 0, world }
    }

    /// Counts an input, and begins anew after so many.
    pub(crate) fn count(&mut self) {
        self.inputs += 1;
        if self.inputs > INPUTS {
            self.inputs = 1;
            self.world = self.runtime.block_on(World::new(self.routes, &self.outside));
        }
    }

    pub(crate) fn app(&self) -> &App {
        &self.world.app
    }

    /// Waits for a deed.
    pub(crate) fn run<T>(&self, deed: impl Future<Output = T>) -> T {
        self.runtime.block_on(deed)
    }

    /// The token of who has this role.
    pub(crate) fn token(&self, role: &str) -> Option<&str> {
        let at = ROLES.iter().position(|known| *known == role)?;
        Some(&self.world.tokens[at])
    }

    /// Gives those a new token whose own has ended.
    pub(crate) fn renew_tokens(&mut self) {
        for at in 0..ROLES.len() {
            let World { app, tokens, .. } = &mut self.world;
            let named = self.runtime.block_on(app.sessions().by_token(&tokens[at], app.now()));
            if named.expect("the database answers").is_none() {
                self.accounts += 1;
                tokens[at] = self.runtime.block_on(token(app, ROLES[at], self.accounts));
                // What this has written is no input's fault.
                self.has_changed_contents();
            }
        }
    }

    /// Sends a request. A reply that says that the server failed is a defect, and so is a text that is none.
    pub(crate) fn send(&self, method: &Method, path: &str, headers: &HeaderMap, body: &Bytes) -> Reply {
        let mut request = Request::new(Body::from(body.clone()));
        *request.method_mut() = method.clone();
        *request.uri_mut() = path.parse().expect("it was read before");
        *request.headers_mut() = headers.clone();
        let reply = self.run(async {
            let response = self.world.router.clone().oneshot(request).await.expect("a router answers");
            let (mut head, body) = response.into_parts();
            // It counts up over all replies.
            head.headers.remove("x-request-id");
            let body = body.collect().await.expect("a body").to_bytes();
            Reply { status: head.status, headers: head.headers, body }
        });
        assert!(!reply.status.is_server_error(), "{method} {path}: {reply:?}");
        reply
    }

    /// Whether something was committed since the last look.
    pub(crate) fn has_changed(&mut self) -> bool {
        let version = self.world.watch.version();
        let has_changed = version != self.world.version;
        self.world.version = version;
        has_changed
    }

    /// The same, for what a refused request must leave as it is.
    pub(crate) fn has_changed_contents(&mut self) -> bool {
        if !self.has_changed() {
            return false;
        }
        let contents = self.world.watch.contents(&KEPT_OF_REFUSALS);
        let has_changed = contents != self.world.contents;
        self.world.contents = contents;
        has_changed
    }
}

impl World {
    async fn new(routes: fn(&Shop) -> Router<Shop>, outside: &Outside) -> Self {
        let (app, folder) = app::testing::shop(Settings::default());
        app.stock().await;
        // As a server does at its start.
        app::asset::take_over(&app).await.expect("the shop is named");
        app.add_brand(1, "A brand").await;
        app.add_terms().await;
        app.add_assets().await;
        let mut tokens = Vec::new();
        for role in ROLES {
            tokens.push(token(&app, role, 0).await);
        }
        let shop = Shop::new(app.clone(), outside.clone());
        let router = routes(&shop).with_state(shop);
        let watch = Watch::of_folder(folder.path());
        let (version, contents) = (watch.version(), watch.contents(&KEPT_OF_REFUSALS));
        Self { app, router, tokens, watch, version, contents, _folder: folder }
    }
}

/// A token of somebody with something in the cart.
async fn token(app: &App, role: &str, number: u32) -> String {
    let email = format!("{role}.{number}@example.com");
    let token = match role {
        "guest" => app.guest().await,
        "merchant" => app.account(&email, Role::Merchant(StoreId::new(1))).await,
        "operator" => app.account(&email, Role::Operator).await,
        _ => app.account(&email, Role::Customer).await,
    };
    let session = app.sessions().by_token(&token, app.now()).await.expect("the database answers");
    let item = Item { listing: ListingId::new(1), sku: None };
    // Where the product is gone already, the cart is empty.
    let _ = cart::add(&Ctx::new(app, session), item, 2, Extras::default()).await;
    token
}

impl Reply {
    /// The body where it says that it is JSON; then it has to be.
    pub(crate) fn json(&self) -> Value {
        let is_json = self.headers.get("content-type").is_some_and(|kind| kind == "application/json");
        if !is_json || self.body.is_empty() {
            return Value::Null;
        }
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}
