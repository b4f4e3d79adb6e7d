//! A shop that is started for the proof: its folder and its database, the servers on it, and the people in it. All of it
//! ends when it is dropped.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::client::{Call, Client, Dialect, Headers, Outcome, Reply, Shopper, anqicms, wangmarket};
use crate::goods::{Goods, ITEMS, STORES, file_of, first_of};
use crate::prove::Prove;
use crate::scenario::{Setting, StoreKind};
use crate::server::{Server, finish};

/// What everybody logs in with.
pub(crate) const PASSWORD: &str = "a-good-secret";

/// A shop with running servers.
pub(crate) struct Ground {
    pub(crate) setting: Setting,
    /// Sends requests.
    pub(crate) client: Client,
    /// What the shop calls the items.
    pub(crate) goods: Goods,
    /// A token of the second store's merchant.
    pub(crate) merchant: Shopper,
    // Before the folder, so that they have ended when it is removed.
    servers: Vec<Server>,
    program: PathBuf,
    _folder: TempDir,
    /// Where everything of the servers is.
    data: PathBuf,
    /// The address of the database.
    database: String,
    environment: Vec<(&'static str, String)>,
    /// People so far.
    people: AtomicUsize,
}

/// What is special about a shop that is harmed.
#[derive(Default)]
pub(crate) struct Site {
    /// Where everything of the servers is; else in a folder that they share.
    pub(crate) data: Option<PathBuf>,
    /// The address of the database; else a file there, or a new one in the PostgreSQL server that all shops share.
    pub(crate) database: Option<String>,
    /// Variables that the program finds.
    pub(crate) environment: Vec<(&'static str, String)>,
}

impl Ground {
    /// Makes a shop and starts its servers.
    pub(crate) fn start(prove: &Prove, setting: Setting) -> Result<Self> {
        Self::start_at(prove, setting, Site::default())
    }

    /// The same at a place of its own.
    pub(crate) fn start_at(prove: &Prove, setting: Setting, site: Site) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let data = site.data.unwrap_or_else(|| folder.path().to_owned());
        let database = match (site.database, setting.store) {
            (Some(database), _) => database,
            (None, StoreKind::Sqlite) => format!("sqlite:{}", data.join("shop.db").display()),
            (None, StoreKind::Postgres) => prove.new_database()?,
        };
        let program = if setting.broken.is_some() { &prove.options.broken } else { &prove.options.server };
        let mut ground = Self {
            setting,
            client: Client::new(),
            goods: Goods { skus: Vec::new(), rids: Vec::new() },
            merchant: Shopper { token: String::new(), is_guest: false },
            servers: Vec::new(),
            program: program.clone(),
            _folder: folder,
            data,
            database,
            environment: site.environment,
            people: AtomicUsize::new(0),
        };
        ground.furnish()?;
        for replica in 0..setting.replicas {
            let server = ground.serve(replica)?;
            ground.servers.push(server);
        }
        ground.goods = ground.named_goods()?;
        Ok(ground)
    }

    /// The address of a server; numbers beyond the last begin again.
    pub(crate) fn url(&self, replica: usize) -> &str {
        &self.servers[replica % self.servers.len()].url
    }

    /// The addresses of all servers.
    pub(crate) fn urls(&self) -> Vec<String> {
        self.servers.iter().map(|server| server.url.clone()).collect()
    }

    /// The process of a server.
    pub(crate) fn process(&self, replica: usize) -> u32 {
        self.servers[replica].id()
    }

    /// Kills a server (SIGKILL) and starts another one in its place, at another address.
    pub(crate) fn replace(&mut self, replica: usize) -> Result<()> {
        drop(self.servers.remove(replica));
        let server = self.serve(replica)?;
        self.servers.insert(replica, server);
        Ok(())
    }

    /// Where everything of the servers is.
    pub(crate) fn data(&self) -> &Path {
        &self.data
    }

    /// What a server has logged since it was started.
    pub(crate) fn logged(&self, replica: usize) -> Result<String> {
        Ok(fs::read_to_string(self.log(replica))?)
    }

    /// The last answers of 500 that the servers have logged.
    pub(crate) fn defects(&self) -> String {
        let logs: Vec<_> = (0..self.servers.len()).flat_map(|replica| self.logged(replica)).collect();
        let lines = logs.iter().flat_map(|log| log.lines());
        let defects: Vec<_> = lines.filter(|line| line.contains("\"status\":500")).collect();
        defects[defects.len().saturating_sub(3)..].join("; ")
    }

    fn log(&self, replica: usize) -> PathBuf {
        self.data.join(format!("replica-{replica}.log"))
    }

    /// Imports a product file into a store, beside the servers.
    pub(crate) fn import(&self, store: &str, file: &str) -> Result<()> {
        let path = self.data.join(format!("{store}.csv"));
        fs::write(&path, file)?;
        let mut import = self.command(0, &["import", "--store", store]);
        import.arg(path);
        finish(import, "").map(drop)
    }

    /// A command of the program, on this shop. Nothing of the caller's own settings reaches it.
    pub(crate) fn command(&self, replica: usize, words: &[&str]) -> Command {
        let data = self.data.join(format!("replica-{replica}"));
        let mut command = Command::new(&self.program);
        command.args(words).args(["--database", &self.database, "--log", "warn", "--data"]).arg(data);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("CARTWRIGHT_") {
                command.env_remove(name);
            }
        }
        if let Some(broken) = self.setting.broken {
            command.env("CARTWRIGHT_BROKEN", broken);
        }
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Sends a call, which has to be answered.
    pub(crate) fn send(&self, replica: usize, shopper: &Shopper, call: &Call) -> Result<Reply> {
        self.client.send(self.url(replica), shopper, call, &Headers::default())
    }

    /// Sends a call, which has to be done.
    pub(crate) fn done(&self, replica: usize, shopper: &Shopper, call: &Call) -> Result<Reply> {
        let reply = self.send(replica, shopper, call)?;
        ensure!(call.dialect.outcome(&reply) == Outcome::Done, "{call:?}: {} {}", reply.status, reply.body);
        Ok(reply)
    }

    /// A new guest.
    pub(crate) fn guest(&self) -> Result<Shopper> {
        let nobody = Shopper { token: String::new(), is_guest: true };
        let call = wangmarket("/login/getToken.json", "");
        let reply = self.done(self.people.fetch_add(1, Ordering::Relaxed), &nobody, &call)?;
        let token = reply.body["info"].as_str().context("a token")?.to_owned();
        Ok(Shopper { token, ..nobody })
    }

    /// A new customer, and the name that they log in with.
    pub(crate) fn customer(&self) -> Result<(Shopper, String)> {
        let nobody = Shopper { token: String::new(), is_guest: false };
        let number = self.people.fetch_add(1, Ordering::Relaxed);
        let name = format!("shopper{number}@example.com");
        let call = wangmarket("/login/reg.json", &format!("username={name}&password={PASSWORD}"));
        let reply = self.done(number, &nobody, &call)?;
        let token = reply.body["token"].as_str().context("a token")?.to_owned();
        Ok((Shopper { token, ..nobody }, name))
    }

    /// Starts a server.
    fn serve(&self, replica: usize) -> Result<Server> {
        let mut command = self.command(replica, &["serve", "--listen", "127.0.0.1:0"]);
        // Many log in at once, and all from here.
        command.args(["--login-attempts-per-address", "1000000", "--files"]).arg(self.data.join("files"));
        Server::start(command, &self.log(replica))
    }

    /// Fills the database: stores, products, a merchant.
    fn furnish(&mut self) -> Result<()> {
        finish(self.command(0, &["migrate"]), "")?;
        for (name, store) in STORES.iter().zip(1..) {
            self.import(name, &file_of(store))?;
        }
        let merchant =
            ["account", "add", "--role", "merchant", "--store", STORES[1], "--username", "merchant"];
        let mut add = self.command(0, &merchant);
        add.arg("--password-stdin");
        finish(add, PASSWORD)?;
        let token = finish(self.command(0, &["token", "issue", "--account", "merchant"]), "")?;
        token.trim().clone_into(&mut self.merchant.token);
        Ok(())
    }

    /// Asks the shop what it calls the items: somebody puts one of each into a cart and looks at it.
    fn named_goods(&self) -> Result<Goods> {
        let scout = self.guest()?;
        for item in ITEMS {
            let path = format!("/api/archive/detail?id={}", item.listing);
            let look = Call { dialect: Dialect::Anqicms, method: "GET", path, body: Value::Null };
            let mut body = json!({"archive_id": item.listing, "quantity": 1});
            // A product of one SKU shows none to choose from.
            if let Some(sku) = self.done(0, &scout, &look)?.body["data"]["skus"].get(item.position) {
                body["sku_id"] = sku["id"].clone();
            }
            self.done(0, &scout, &anqicms("add", body))?;
        }
        let rows = self.done(0, &scout, &Dialect::Anqicms.view())?.body["data"].take();
        let items = self.done(0, &scout, &Dialect::Lexi.view())?.body["data"]["items"].take();
        let (rows, items) = (rows.as_array().context("rows")?, items.as_array().context("items")?);
        // Newest first, and oldest first.
        let skus: Option<_> = rows.iter().rev().map(|row| row["sku_id"].as_i64()).collect();
        let rids: Option<_> = items.iter().map(|item| item["rid"].as_str().map(ToOwned::to_owned)).collect();
        let goods = Goods { skus: skus.context("numbers")?, rids: rids.context("public ids")? };
        ensure!(goods.skus.len() == ITEMS.len() && first_of(4) == 3, "{goods:?}");
        Ok(goods)
    }
}
