//! The server killed in the middle of its work: what it acknowledged is there afterwards, and what it did not
//! can be sent again under its key without being done twice.

#[expect(dead_code, reason = "the tests of the commands use the rest")]
#[path = "../it/server.rs"]
mod server;

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, RandomState};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::server::{Folder, Server, fixture};

/// Clients that add at the same time: each of so many shoppers has one in each dialect.
const SHOPPERS: usize = 4;
const DIALECTS: [&str; 4] = ["mt", "wangmarket", "hamgam", "anqicms"];

/// One more piece of a product.
#[derive(Clone, Debug)]
struct Add {
    dialect: &'static str,
    token: String,
    product: i64,
    /// Its own; half of the shoppers use none, and never learn what became of what was not answered.
    key: Option<String>,
}

/// What a client did until the server was gone.
struct Log {
    /// What was answered, and whether it was done: the stock has an end.
    answered: Vec<(Add, bool)>,
    /// What was not.
    lost: Add,
}

/// Pieces by token and product.
type Totals = BTreeMap<(String, i64), i64>;

#[test]
fn no_acknowledged_piece_is_lost_and_none_is_counted_twice() {
    let rounds = if std::env::var_os("CARTWRIGHT_LONG").is_some() { 30 } else { 3 };
    let folder = Folder::new();
    for file in ["tea-and-mountain.csv", "bazaar-parts.csv", "field-and-home.csv"] {
        folder.succeed(&["import", &fixture(file), "--store", file]);
    }
    let mut server = folder.serve();
    let products = products(&server);
    assert!(products.len() > 20, "{products:?}");
    let mut expected = Totals::new();
    for round in 0..rounds {
        let mut random = Random::new();
        let tokens: Vec<_> = (0..SHOPPERS).map(|_| token(&server)).collect();
        let logs = thread::scope(|scope| {
            let (tell, answers) = mpsc::channel();
            let add = |at: usize| {
                let (shopper, dialect) = (at % SHOPPERS, DIALECTS[at / SHOPPERS]);
                let token = &tokens[shopper];
                let (url, products, mut random) = (server.url.clone(), &products, random.split());
                let tell = tell.clone();
                scope.spawn(move || {
                    let item = |number: usize| Add {
                        dialect,
                        token: token.clone(),
                        product: products[random.below(products.len())],
                        key: (shopper % 2 == 0).then(|| format!("{round}-{at}-{number}")),
                    };
                    add_until_it_dies(&url, item, &tell)
                })
            };
            let clients: Vec<_> = (0..SHOPPERS * DIALECTS.len()).map(add).collect();
            drop(tell);
            // Counted and not timed: a disk may be as slow as it likes.
            let few = 4 * clients.len();
            assert_eq!(answers.iter().take(few).count(), few, "the server died by itself");
            thread::sleep(Duration::from_millis(random.below(500) as u64));
            server.kill();
            clients.into_iter().map(|client| client.join().expect("a client")).collect::<Vec<Log>>()
        });
        server = folder.serve();
        check(&server, &logs, &mut expected);
    }
    server.kill();
    let report = folder.succeed(&["doctor"]);
    assert!(report.contains("all is well"), "{report}");
}

/// Sends one add after the other, and tells of each that is answered.
fn add_until_it_dies(url: &str, mut next: impl FnMut(usize) -> Add, tell: &mpsc::Sender<()>) -> Log {
    let agent = agent();
    let mut answered = Vec::new();
    for number in 0.. {
        let add = next(number);
        match send(&agent, url, &add) {
            Ok(is_done) => {
                answered.push((add, is_done));
                tell.send(()).expect("the round goes on");
            }
            Err(_) => return Log { answered, lost: add },
        }
    }
    unreachable!("there are more numbers than pieces")
}

/// Compares the carts with what was answered, sends again what was lost, and compares again.
fn check(server: &Server, logs: &[Log], expected: &mut Totals) {
    let agent = agent();
    for (add, is_done) in logs.iter().flat_map(|log| &log.answered) {
        *expected.entry((add.token.clone(), add.product)).or_default() += i64::from(*is_done);
    }

    let mut at_most = expected.clone();
    for Log { lost, .. } in logs {
        *at_most.entry((lost.token.clone(), lost.product)).or_default() += 1;
    }
    assert_between(server, expected, &at_most);

    for Log { lost, .. } in logs.iter().filter(|log| log.lost.key.is_some()) {
        let at = (lost.token.clone(), lost.product);
        if send(&agent, &server.url, lost).expect("an answer") {
            *expected.entry(at).or_default() += 1;
        } else {
            *at_most.entry(at).or_default() -= 1;
        }
    }
    // The last that was answered may be sent again as well: its answer is kept.
    for (add, is_done) in logs.iter().filter_map(|log| log.answered.last()) {
        if add.key.is_some() {
            assert_eq!(send(&agent, &server.url, add).expect("an answer"), *is_done, "{add:?}");
        }
    }
    // By now only what has no key is uncertain.
    *expected = assert_between(server, expected, &at_most);
}

/// Compares what the carts hold with the least and the most that they may hold.
fn assert_between(server: &Server, at_least: &Totals, at_most: &Totals) -> Totals {
    let held = totals(server, at_most);
    for (at, most) in at_most {
        let (least, held) = (at_least.get(at).unwrap_or(&0), held.get(at).unwrap_or(&0));
        assert!((least..=most).contains(&held), "{at:?}: {held} pieces, of {least} to {most}");
    }
    assert!(held.keys().all(|at| at_most.contains_key(at)), "{held:?}");
    held
}

/// What the carts of these tokens hold.
fn totals(server: &Server, of: &Totals) -> Totals {
    let mut totals = Totals::new();
    let tokens: BTreeSet<_> = of.keys().map(|(token, _)| token).collect();
    for token in tokens {
        let page = read(&server.get(&format!("/cart/getCart.json?token={token}")).body);
        let stores = page["storeCartMap"].as_object().expect("stores").values();
        for (id, line) in stores.flat_map(|store| store["goodsCartMap"].as_object().expect("goods")) {
            let pieces = line["number"].as_i64().expect("a number");
            totals.insert((token.clone(), id.parse().expect("an id")), pieces);
        }
    }
    totals
}

fn read(body: &str) -> Value {
    serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {body}"))
}

/// Sends an add; whether it was done.
fn send(agent: &ureq::Agent, url: &str, add: &Add) -> Result<bool, ureq::Error> {
    let Add { dialect, token, product, key } = add;
    let (path, form, header) = match *dialect {
        "mt" => {
            ("/rest_api/mt_shop_cart/", format!("nums=1&distributor_product_id={product}"), "authorization")
        }
        "wangmarket" => (
            "/cart/change.json",
            format!("token={token}&goodsid={product}&changeNumber=1&storeid=1"),
            "x-none",
        ),
        "hamgam" => ("/api/shop/cart/items", format!("product={product}&quantity=1"), "authorization"),
        _ => ("/api/cart/add", format!("archive_id={product}&quantity=1"), "cart"),
    };
    let credential = if header == "authorization" { format!("Token {token}") } else { token.clone() };
    let mut request = agent.post(format!("{url}{path}")).header(header, &credential);
    if let Some(key) = key {
        request = request.header("idempotency-key", key);
    }
    let mut reply = request.header("content-type", "application/x-www-form-urlencoded").send(&form)?;
    let body = reply.body_mut().read_to_string()?;
    let status = reply.status();
    assert!(status.as_u16() < 500, "{status} {body}");
    let is_done = status.is_success() && !body.contains("\"result\":0") && !body.contains("\"code\":-1");
    let is_refused = body.contains("库存不足") || body.contains("in stock");
    assert!(is_done || is_refused, "{add:?}: {status} {body}");
    Ok(is_done)
}

/// A new guest.
fn token(server: &Server) -> String {
    let page = read(&server.post("/login/getToken.json", "", "").body);
    page["info"].as_str().expect("a token").to_owned()
}

/// What is on sale.
fn products(server: &Server) -> Vec<i64> {
    let page = read(&server.get("/api/shop/products?limit=100").body);
    let results = page["results"].as_array().expect("products");
    results.iter().filter_map(|product| product["id"].as_i64()).collect()
}

fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder().http_status_as_error(false);
    config.timeout_global(Some(Duration::from_secs(10))).build().new_agent()
}

/// Numbers that nobody foresees (xorshift).
struct Random(u64);

impl Random {
    fn new() -> Self {
        Self(RandomState::new().hash_one("crash") | 1)
    }

    fn split(&mut self) -> Self {
        Self(self.next() | 1)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).expect("below a usize")
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}
