//! The attacks called `ACIDRain` (Warszawski and Bailis, SIGMOD 2017) that a cart can suffer: requests sent at the same
//! time, so that each passes a check which all of them together do not.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::json;

use crate::client::{ADDING, Call, DIALECTS, Dialect, Outcome, Reply, Shopper, anqicms, lexi, wangmarket};
use crate::goods::{FEW, FILLERS, ITEMS, LIMITED, MOST_LINES, MOST_PIECES, SCARCE, UNCOUNTED};
use crate::ground::{Ground, PASSWORD};
use crate::prove::Prove;
use crate::random::Random;
use crate::scenario::{Seen, Setting};
use crate::totals::{adds_up, store_adds_up};

/// What a client does again and again.
type Act<'a> = &'a (dyn Fn(&mut Random) -> Result<()> + Sync);

/// Requests of one attack.
const AT_ONCE: usize = 24;

/// Many add to one line at the same time, and log in meanwhile: it never holds more than the stock.
pub(crate) fn stock(prove: &Prove, setting: Setting) -> Result<Seen> {
    let ground = prove.ground(setting)?;
    let rounds = prove.times(6, 60);
    let (mut count, mut most) = (0, 0);
    let mut is_exact = true;
    for round in 0..rounds {
        let adds = additions(SCARCE);
        if round % 2 == 0 {
            let guest = ground.guest()?;
            let (added, held) = (done(&together(&ground, &guest, &adds)?), held(&ground, &guest, SCARCE)?);
            is_exact &= held == FEW && held == added as i64;
            count += added;
            most = most.max(held);
        } else {
            // Both have more than half of the stock, and the rest arrives while they become one.
            let (customer, name) = ground.customer()?;
            let guest = ground.guest()?;
            for shopper in [&customer, &guest] {
                ground.done(round, shopper, &Dialect::Mt.add(SCARCE, FEW / 2 + 1))?;
            }
            let form = format!("username={name}&password={PASSWORD}");
            let login = wangmarket("/login/login.json", &form);
            let replies = thread::scope(|scope| {
                let adding = scope.spawn(|| together(&ground, &customer, &adds));
                ground.done(round, &guest, &login)?;
                adding.join().expect("no client panics")
            })?;
            count += done(&replies);
            most = most.max(held(&ground, &customer, SCARCE)?);
        }
    }
    let holds = most <= FEW && is_exact;
    let done = format!(
        "{rounds} times {AT_ONCE} additions of 1 at once, every second time beside a login; {count} were done"
    );
    let seen = format!(
        "at most {most} pieces in a line, of {FEW} in stock{}",
        if is_exact { "" } else { "; not as many as were done" }
    );
    Ok(Seen { done, seen, holds })
}

/// Many add at the same time what just fits a limit of the cart: no limit is exceeded, and the purchase limit is told.
pub(crate) fn limits(prove: &Prove, setting: Setting) -> Result<Seen> {
    /// What still fits.
    const ROOM: usize = 6;
    let ground = prove.ground(setting)?;
    let rounds = prove.times(1, 5);
    let (mut lines, mut pieces, mut untold) = (0, 0, None);
    for round in 0..rounds {
        let (shopper, _) = ground.customer()?;
        let mut fillers =
            FILLERS.zip(ADDING.iter().cycle()).map(|(listing, dialect)| dialect.add(listing, 1));
        for some in fillers.by_ref().take(MOST_LINES - ROOM).collect::<Vec<_>>().chunks(AT_ONCE) {
            ensure!(done(&together(&ground, &shopper, some)?) == some.len(), "the cart is not filled");
        }
        together(&ground, &shopper, &fillers.take(AT_ONCE).collect::<Vec<_>>())?;
        let cart = ground.done(round, &shopper, &Dialect::Hamgam.view())?.body;
        lines = lines.max(cart["count"].as_u64().context("a count")?);

        let guest = ground.guest()?;
        let nearly = json!({"archive_id": UNCOUNTED, "quantity": MOST_PIECES - ROOM as i64});
        ground.done(round, &guest, &anqicms("update", nearly))?;
        together(&ground, &guest, &additions(UNCOUNTED))?;
        pieces = pieces.max(held(&ground, &guest, UNCOUNTED)?);

        let replies = together(&ground, &guest, &vec![Dialect::Wangmarket.add(LIMITED, 1); AT_ONCE])?;
        untold = untold.or(replies.iter().find_map(|(_, reply)| store_adds_up(&reply.body).err()));
    }
    let holds = lines == MOST_LINES as u64 && pieces == MOST_PIECES && untold.is_none();
    let done = format!(
        "{rounds} times {AT_ONCE} additions at once where {ROOM} more lines, or {ROOM} more pieces, fit"
    );
    let told = untold
        .map_or_else(|| "whoever is over a purchase limit is told".to_owned(), |error| error.to_string());
    let seen = format!("at most {lines} lines of {MOST_LINES}, {pieces} pieces of {MOST_PIECES}; {told}");
    Ok(Seen { done, seen, holds })
}

/// Some look at a cart that others change, while a merchant changes prices: every reply adds up.
pub(crate) fn totals(prove: &Prove, setting: Setting) -> Result<Seen> {
    let ground = prove.ground(setting)?;
    let (shopper, _) = ground.customer()?;
    for (item, sku) in ITEMS.iter().zip(&ground.goods.skus) {
        let body = json!({"archive_id": item.listing, "sku_id": sku, "quantity": 1});
        ground.done(0, &shopper, &anqicms("add", body))?;
    }
    let priced = [(2, 1), (SCARCE, 2)];
    let priced = priced.map(|(listing, item)| Ok((product_of(&ground, listing)?, &ground.goods.rids[item])));
    let priced = priced.into_iter().collect::<Result<Vec<_>>>()?;

    let (is_over, wrong) = (AtomicBool::new(false), Mutex::new(None));
    let judge = |sum: Result<()>| {
        if let Err(error) = sum {
            wrong.lock().expect("no client panics").get_or_insert(error.to_string());
            is_over.store(true, Ordering::Relaxed);
        }
    };
    let look = |random: &mut Random| -> Result<()> {
        let dialect = random.one_of(&DIALECTS);
        let reply = ground.done(random.below(setting.replicas), &shopper, &dialect.view())?;
        judge(adds_up(dialect, &reply.body));
        Ok(())
    };
    let change = |random: &mut Random| -> Result<()> {
        let listing = random.one_of(&ITEMS).listing;
        let call = match random.below(3) {
            0 => Dialect::Wangmarket.add(listing, 1),
            1 => Dialect::Wangmarket.add(listing, -1),
            _ => wangmarket(
                "/cart/goodsCartSelected.json",
                &format!("goodsid={listing}&storeid=2&selected={}", random.below(2)),
            ),
        };
        judge(store_adds_up(&ground.send(random.below(setting.replicas), &shopper, &call)?.body));
        Ok(())
    };
    let price = |random: &mut Random| -> Result<()> {
        let (product, sku) = &priced[random.below(priced.len())];
        let skus =
            json!([{"sku_rid": sku, "price": random.between(1, 99), "sale_price": random.between(0, 50)}]);
        let call = lexi("PUT", "/products/publish_two", json!({"rid": product, "skus": skus}));
        ground.done(random.below(setting.replicas), &ground.merchant, &call)?;
        Ok(())
    };
    let acts: [Act<'_>; 6] = [&look, &look, &look, &change, &change, &price];
    let mut random = prove.random();
    let until = Instant::now() + Duration::from_secs(prove.times(2, 20) as u64);
    let times = thread::scope(|scope| {
        let acting = acts.map(|act| {
            let mut random = random.split();
            let is_over = &is_over;
            scope.spawn(move || {
                let mut times = 0;
                while !is_over.load(Ordering::Relaxed) && Instant::now() < until {
                    act(&mut random)?;
                    times += 1;
                }
                Ok(times)
            })
        });
        acting
            .into_iter()
            .map(|acting| acting.join().expect("no client panics"))
            .collect::<Result<Vec<usize>>>()
    })?;
    let wrong = wrong.into_inner().expect("no client panics");
    let done = format!(
        "{} looks in all dialects, beside {} changes of the cart and {} of prices",
        times[..3].iter().sum::<usize>(),
        times[3] + times[4],
        times[5]
    );
    let holds = wrong.is_none();
    Ok(Seen { done, seen: wrong.unwrap_or_else(|| "every reply adds up".to_owned()), holds })
}

/// As many additions of one piece as are sent at once, each in another dialect.
fn additions(listing: i64) -> Vec<Call> {
    ADDING.iter().cycle().take(AT_ONCE).map(|dialect| dialect.add(listing, 1)).collect()
}

/// Sends calls at the same time, to all servers in turn.
fn together(ground: &Ground, shopper: &Shopper, calls: &[Call]) -> Result<Vec<(Outcome, Reply)>> {
    thread::scope(|scope| {
        let send = |(replica, call)| scope.spawn(move || ground.send(replica, shopper, call));
        let sending: Vec<_> = calls.iter().enumerate().map(send).collect();
        let replies = sending.into_iter().zip(calls).map(|(sending, call)| {
            let reply = sending.join().expect("no client panics")?;
            ensure!(reply.status < 500, "{call:?}: {} {}", reply.status, reply.body);
            Ok((call.dialect.outcome(&reply), reply))
        });
        replies.collect()
    })
}

/// How many were done.
fn done(replies: &[(Outcome, Reply)]) -> usize {
    replies.iter().filter(|(outcome, _)| *outcome == Outcome::Done).count()
}

/// Pieces of a product in a cart.
fn held(ground: &Ground, shopper: &Shopper, listing: i64) -> Result<i64> {
    let cart = ground.done(0, shopper, &Dialect::Hamgam.view())?.body;
    let items = cart["items"].as_array().context("items")?;
    let of_it = items.iter().filter(|item| item["product"]["id"] == listing);
    Ok(of_it.filter_map(|item| item["quantity"].as_i64()).sum())
}

/// A product's public id.
fn product_of(ground: &Ground, listing: i64) -> Result<String> {
    let sought = lexi("POST", "/search/products", json!({"qk": format!("S-{listing}-0")}));
    let found = ground.done(0, &ground.merchant, &sought)?.body;
    let rid = found["data"]["paginated_products"][0]["rid"].as_str();
    Ok(rid.with_context(|| format!("product {listing} is not found: {found}"))?.to_owned())
}
