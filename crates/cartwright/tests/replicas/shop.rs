//! Three servers of one shop, and the PostgreSQL that all tests of this program share.

use std::io::Write;
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use postgres_server::Postgres;
use serde_json::Value;
use tempfile::TempDir;

use crate::server::{Folder, Server, agent, fixture};

/// Servers of a shop.
pub(crate) const REPLICAS: usize = 3;
/// A product of the stock, of which there are 50,000 pieces.
pub(crate) const TEA: i64 = 1;

/// A database server for as long as a test uses it.
pub(crate) struct Database {
    pub(crate) postgres: Postgres,
    _folder: TempDir,
}

/// A shop with its servers.
pub(crate) struct Shop {
    pub(crate) servers: Vec<Server>,
    pub(crate) folders: Vec<Folder>,
    _database: Arc<Database>,
}

/// The server that the tests share; `None`, with a message, where the package is missing.
pub(crate) fn database() -> Option<Arc<Database>> {
    static SHARED: Mutex<Weak<Database>> = Mutex::new(Weak::new());
    if !postgres_server::is_installed() {
        eprintln!("not tested: the package postgresql is not installed");
        return None;
    }
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(running) = shared.upgrade() {
        return Some(running);
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let postgres = Postgres::start(folder.path()).expect("a database server");
    let running = Arc::new(Database { postgres, _folder: folder });
    *shared = Arc::downgrade(&running);
    Some(running)
}

impl Database {
    /// The address of a new, empty database.
    pub(crate) fn make(&self) -> String {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let name = format!("shop_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        self.postgres.sql(&format!("create database {name}")).expect("a database");
        format!("postgres://postgres@{}/{name}", self.postgres.host())
    }
}

impl Shop {
    /// A shop with products, a merchant of their store and no other account, served by all; `None` without PostgreSQL.
    pub(crate) fn open(words: &[&str]) -> Option<Self> {
        let database = database()?;
        let address = database.make();
        let folders: Vec<_> = (0..REPLICAS).map(|_| Folder::on(&address)).collect();
        stock(&folders[0]);
        let words = [&["serve"], words].concat();
        let servers = folders.iter().map(|folder| folder.start(&words)).collect();
        Some(Self { servers, folders, _database: database })
    }
}

/// Makes the tables, and fills them.
pub(crate) fn stock(folder: &Folder) {
    folder.succeed(&["migrate"]);
    folder.succeed(&["import", &fixture("tea-and-mountain.csv"), "--store", "Tea"]);
    add_account(folder, &["--email", "tea@example.com", "--role", "merchant", "--store", "Tea"]);
}

/// Adds an account with the password `demo-demo`.
pub(crate) fn add_account(folder: &Folder, words: &[&str]) {
    let words = [&["account", "add", "--password-stdin"], words].concat();
    let mut command = folder.command(&words);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("the program starts");
    child.stdin.take().expect("its input").write_all(b"demo-demo\n").expect("it reads");
    assert!(child.wait().expect("it ends").success());
}

/// Waits for what has to come within a second; the machine may be busy with other tests besides.
pub(crate) fn within_a_second(what: &str, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < Duration::from_secs(1), "{what} takes longer than a second");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A new guest of the shop.
pub(crate) fn guest(server: &Server) -> String {
    let page = json(&server.post("/login/getToken.json", "", "").body);
    page["info"].as_str().expect("a token").to_owned()
}

/// Adds a piece of tea under a key; the status and the body, or `None` when the connection broke.
pub(crate) fn add(agent: &ureq::Agent, url: &str, token: &str, key: &str) -> Option<(u16, String)> {
    let request = agent.post(format!("{url}/api/shop/cart/items"));
    let request = request.header("authorization", format!("Token {token}")).header("idempotency-key", key);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    answer(request.send(format!("product={TEA}&quantity=1")))
}

/// Gets a page of somebody's; the status and the body, or `None` when the connection broke.
pub(crate) fn get(agent: &ureq::Agent, url: &str, token: &str) -> Option<(u16, String)> {
    answer(agent.get(url).header("authorization", format!("Token {token}")).call())
}

fn answer(reply: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Option<(u16, String)> {
    let mut reply = reply.ok()?;
    let body = reply.body_mut().read_to_string().ok()?;
    Some((reply.status().as_u16(), body))
}

/// How many pieces are in a cart.
pub(crate) fn pieces(server: &Server, token: &str) -> i64 {
    let (_, body) = get(&agent(), &format!("{}/api/shop/cart", server.url), token).expect("an answer");
    json(&body)["quantity"].as_i64().unwrap_or_else(|| panic!("{body}"))
}

/// A JSON body.
pub(crate) fn json(body: &str) -> Value {
    serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {body}"))
}
