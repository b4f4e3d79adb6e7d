//! Random shoppers against a model: whatever they do in whichever dialect, every client shows what the rules say.

mod cart;
mod deed;
mod goods;
mod plan;
mod shown;

use app::App;
use axum::http::StatusCode;
use domain::product::Product;
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use web::testing::TestShop;

use self::cart::Cart;
use self::goods::Goods;
use self::plan::{Act, Header, Step, Wish, plan};
use crate::client::{DIALECTS, Dialect, Shopper};

/// Why a deed is not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The catalogue has no such product, as far as shoppers know.
    Unknown,
    OffSale,
    /// More than the stock or than a line holds.
    Short,
    /// It is not in the cart.
    Absent,
}

const LOGIN: &str = "username=li@example.com&password=a-good-secret";

/// How many random shops there are; `CARTWRIGHT_LONG` is for a night.
fn config() -> ProptestConfig {
    let cases = if std::env::var_os("CARTWRIGHT_LONG").is_some() { 2000 } else { 64 };
    ProptestConfig { cases, max_shrink_iters: 1000, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn every_client_shows_what_the_rules_say(steps in plan()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(live(steps))?;
    }
}

async fn live(steps: Vec<Step>) -> TestCaseResult {
    let mut world = World::new().await;
    for step in steps {
        world.take(step).await?;
    }
    Ok(())
}

/// A shop and its model: a customer, a guest, and what a merchant does meanwhile.
struct World {
    shop: TestShop,
    goods: Goods,
    players: [Player; 2],
    /// Idempotency keys used.
    keys: usize,
}

/// A shopper and the model of the cart.
struct Player {
    shopper: Shopper,
    cart: Cart,
    /// The cart's version as it was last shown.
    etag: String,
}

impl Player {
    fn new(shopper: Shopper) -> Self {
        Self { shopper, cart: Cart::default(), etag: "\"0\"".to_owned() }
    }

    /// Compares what a client shows with the model.
    async fn check(&mut self, dialect: Dialect, goods: &Goods) -> TestCaseResult {
        let reply = self.shopper.done(&dialect.view()).await;
        let model = shown::whole(dialect, &self.cart, goods);
        shown::assert_shows(&reply, &model, &format!("{dialect:?} shows"))?;
        reply.header("etag").clone_into(&mut self.etag);
        Ok(())
    }

    /// Learns the ids of new lines.
    async fn look(&mut self) {
        let reply = self.shopper.done(&Dialect::Hamgam.view()).await;
        let items = reply.json()["items"].as_array().cloned().unwrap_or_default();
        let ids: Vec<_> = items.iter().filter_map(|item| item["id"].as_i64()).collect();
        self.cart.learn_ids(&ids);
    }
}

impl World {
    async fn new() -> Self {
        let shop = TestShop::new(cartwright::routes);
        let goods = Goods::new();
        goods.put_into(&shop.app).await;
        let reply = shop.post("/login/reg.json").form(LOGIN).send().await;
        let token = reply.json()["token"].as_str().expect("a token").to_owned();
        let customer = Player::new(Shopper::customer(&shop, token));
        let guest = Player::new(Shopper::new_guest(&shop).await);
        Self { shop, goods, players: [customer, guest], keys: 0 }
    }

    async fn take(&mut self, step: Step) -> TestCaseResult {
        match step.act {
            Act::Shop(wish) => self.write(step.shopper, &wish, step.header).await?,
            Act::Stock(change) => {
                if let Some(product) = self.goods.change(change.product, |product| change.make(product)) {
                    put(&self.shop.app, &product).await;
                }
            }
            Act::LogIn { by_anqicms } => self.log_in(by_anqicms).await?,
        }
        let [one, other] = &mut self.players;
        let (writer, bystander) = if step.shopper == 0 { (one, other) } else { (other, one) };
        bystander.check(Dialect::Hamgam, &self.goods).await?;
        let mut etags = Vec::new();
        for dialect in DIALECTS {
            writer.check(dialect, &self.goods).await?;
            etags.push(writer.etag.clone());
        }
        prop_assert!(etags.iter().all(|etag| *etag == etags[0]), "one cart, one version: {etags:?}");
        Ok(())
    }

    /// One write of one shopper: the reply, and what it leaves behind.
    async fn write(&mut self, at: usize, wish: &Wish, header: Header) -> TestCaseResult {
        let player = &mut self.players[at];
        let (deed, etag) = (wish.deed(&player.cart), player.etag.clone());
        let mut after = player.cart.clone();
        let outcome = deed.apply(&mut after, &self.goods);
        let call = deed.call();
        let reply = match header {
            Header::None => player.shopper.send(&call).await,
            Header::Current => player.shopper.send_with(&call, &[("if-match", &etag)]).await,
            Header::Stale => {
                let reply = player.shopper.send_with(&call, &[("if-match", "\"4000000000\"")]).await;
                if outcome.is_ok() && after != player.cart {
                    prop_assert_eq!(
                        reply.status,
                        StatusCode::PRECONDITION_FAILED,
                        "{:?}: {}",
                        deed,
                        reply.body
                    );
                    prop_assert_eq!(reply.header("etag"), etag);
                }
                return Ok(());
            }
            Header::Key => {
                self.keys += 1;
                let key = format!("key {}", self.keys);
                let reply = player.shopper.send_with(&call, &[("idempotency-key", &key)]).await;
                let again = player.shopper.send_with(&call, &[("idempotency-key", &key)]).await;
                prop_assert_eq!((again.status, &again.body), (reply.status, &reply.body), "{:?}", deed);
                prop_assert_eq!(again.header("idempotent-replayed"), "true", "{:?}", deed);
                reply
            }
        };
        prop_assert!(
            deed.is_answered(outcome, &reply),
            "{deed:?}: {outcome:?}: {} {}",
            reply.status,
            reply.body
        );
        if outcome.is_err() {
            player.check(Dialect::Mt, &self.goods).await?;
            prop_assert_eq!(&player.etag, &etag, "{:?} was refused and yet counts as a write", deed);
        } else {
            player.cart = after;
            player.look().await;
        }
        let shown = deed.shown(outcome, &player.cart, &self.goods);
        if shown.is_null() {
            Ok(())
        } else {
            shown::assert_shows(&reply, &shown, &format!("{deed:?} answers"))
        }
    }

    /// The guest becomes the customer; somebody else is the guest from now on.
    async fn log_in(&mut self, by_anqicms: bool) -> TestCaseResult {
        let guest = self.players[1].shopper.token.clone();
        let (dialect, reply) = if by_anqicms {
            let form = LOGIN.replace("username", "email");
            let request = self.shop.post("/api/login").header("cart", &guest);
            (Dialect::Anqicms, request.form(&form).send().await)
        } else {
            let request = self.shop.post("/login/login.json");
            (Dialect::Wangmarket, request.form(&format!("token={guest}&{LOGIN}")).send().await)
        };
        prop_assert!(dialect.is_done(&reply), "{}", reply.body);
        let next = Player::new(Shopper::new_guest(&self.shop).await);
        let guest = std::mem::replace(&mut self.players[1], next);
        let customer = &mut self.players[0];
        customer.cart.merge(&self.goods, guest.cart);
        customer.look().await;
        Ok(())
    }
}

/// Puts a changed product into the shop.
async fn put(app: &App, product: &Product) {
    if product.is_deleted {
        app.delete_product(product.id.get()).await;
    } else {
        app.put_product(product).await;
    }
}
