//! Shoppers come and go: guests, registration, login with merge of the guest's cart, logout.

use std::net::IpAddr;
use std::sync::Arc;

use domain::account::{Account, Identifier, Password, Role};
use domain::cart::Cart;
use domain::id::{AccountId, OwnerId};
use domain::limits::MAX_LINE_QUANTITY;
use domain::merge::{self, MergedLine};
use store::change::{self, Change};
use store::token;
use store::{Refusal, Step};

use crate::entropy::hex;
use crate::session::{Session, hash};
use crate::throttle::Throttle;
use crate::{Ctx, Error, Result};

/// How often a merge starts over when carts or stock change meanwhile.
const MERGE_ATTEMPTS: usize = 32;
/// After how many of them the other writes of this server wait.
const OVERTAKEN: usize = 4;

/// A login that succeeded.
#[derive(Clone, Debug)]
pub struct Grant {
    /// The secret that names the customer from now on.
    pub token: String,
    /// The customer.
    pub account: Arc<Account>,
    /// What became of the guest's lines.
    pub merged: Vec<MergedLine>,
}

/// Issues a token of the given shape to a new guest.
///
/// Not idempotent: each call makes another guest.
pub async fn new_guest(ctx: &Ctx, secret: String) -> Result<(String, Session)> {
    let owner = ctx.app.entropy().owner_id();
    let expires_at = ctx.now.plus_seconds(ctx.app.settings().guest_ttl);
    let step = token::issue(&hash(&secret), owner, None, expires_at, ctx.now);
    ctx.app.store().apply(vec![step]).await?;
    let session = ctx.app.sessions().by_token(&secret, ctx.now).await?;
    Ok((secret, session.ok_or(Error::NotLoggedIn)?))
}

/// A guest whose token is issued together with the first write; when that is refused, nothing is left.
pub fn guest_to_be(ctx: &Ctx, secret: &str) -> Session {
    let expires_at = ctx.now.plus_seconds(ctx.app.settings().guest_ttl);
    Session::of_new_guest(hash(secret), ctx.app.entropy().owner_id(), expires_at)
}

/// A new secret in the shape of a UUID.
pub fn uuid_secret(ctx: &Ctx) -> String {
    ctx.app.entropy().uuid()
}

/// A new secret of 40 hexadecimal digits.
pub fn hex_secret(ctx: &Ctx) -> String {
    ctx.app.entropy().hex40()
}

/// What somebody who logs in says.
#[derive(Clone, Debug)]
pub struct Login<'a> {
    /// An e-mail address, a user name or a phone number.
    pub name: &'a str,
    /// The password.
    pub password: &'a str,
    /// Where the request comes from.
    pub address: IpAddr,
}

/// The account of this name and password; failures are counted per name and address.
pub async fn check_password(ctx: &Ctx, login: &Login<'_>) -> Result<Arc<Account>> {
    let app = &ctx.app;
    let name = login.name.trim().to_lowercase();
    let throttle = Throttle::of_name(app.settings(), login.address, "login", &name);
    throttle.check(ctx).await?;
    let found = by_any_name(ctx, login.name).await?;
    let (account, password_hash) = found.map_or((None, None), |(account, hash)| (Some(account), hash));
    let matches = app.passwords().matches(login.password, password_hash).await?;
    if let (Some(account), true) = (account, matches) {
        // Others may have used up the attempts while this one waited for its hash.
        throttle.check(ctx).await?;
        return Ok(Arc::new(account));
    }
    throttle.count(ctx).await?;
    Err(Error::WrongPassword)
}

/// Who shows a name and a password instead of a token; no token is made.
pub async fn by_password(ctx: &Ctx, login: &Login<'_>) -> Result<Session> {
    check_password(ctx, login).await.map(Session::without_token)
}

/// The account that somebody means by an e-mail address, a user name or a phone number.
pub async fn find_account(ctx: &Ctx, name: &str) -> Result<Option<Account>> {
    Ok(by_any_name(ctx, name).await?.map(|(account, _)| account))
}

/// The account that a typed name means, likeliest reading first, and its password's hash.
async fn by_any_name(ctx: &Ctx, name: &str) -> Result<Option<(Account, Option<String>)>> {
    let readings =
        [Identifier::parse_email(name), Identifier::parse_username(name), Identifier::parse_phone(name)];
    for identifier in readings.into_iter().flatten() {
        if let Some(found) = ctx.app.store().account(&identifier).await? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// Makes a customer with a name and a password. The name may be an e-mail address or a phone number.
pub async fn register(ctx: &Ctx, login: &Login<'_>) -> Result<Arc<Account>> {
    let identifier = if login.name.contains('@') {
        Identifier::parse_email(login.name)?
    } else {
        Identifier::parse_username(login.name)?
    };
    register_as(ctx, &[identifier], login).await
}

/// Makes a customer with several names.
pub async fn register_as(ctx: &Ctx, names: &[Identifier], login: &Login<'_>) -> Result<Arc<Account>> {
    let throttle = Throttle::of_address(ctx.app.settings(), login.address);
    throttle.check(ctx).await?;
    throttle.count(ctx).await?;
    let password = Password::parse(login.password)?;
    add_account(ctx, names, Some(&password), Role::Customer).await
}

/// Adds an account with any names; refused when one of them is taken.
pub async fn add_account(
    ctx: &Ctx,
    identifiers: &[Identifier],
    password: Option<&Password>,
    role: Role,
) -> Result<Arc<Account>> {
    let app = &ctx.app;
    let password_hash = match password {
        Some(password) => Some(app.passwords().hash(password).await?),
        None => None,
    };
    let mut account = Account {
        id: AccountId::new(app.store().allocate("account", 1).await?),
        owner: app.entropy().owner_id(),
        email: None,
        username: None,
        phone: None,
        created_at: ctx.now,
        role,
    };
    for identifier in identifiers {
        let text = Some(identifier.as_str().to_owned());
        match identifier {
            Identifier::Email(_) => account.email = text,
            Identifier::Username(_) => account.username = text,
            Identifier::Phone(_) => account.phone = text,
        }
    }
    match app.store().apply(vec![store::account::add(&account, password_hash.as_deref())]).await {
        Err(store::Error::Refused(_)) => Err(Error::NameTaken),
        added => added.map(|_| Arc::new(account)).map_err(Error::from),
    }
}

/// The customer with this phone number, made when missing.
pub(crate) async fn customer_by_phone(ctx: &Ctx, phone: String) -> Result<Arc<Account>> {
    let identifier = Identifier::Phone(phone);
    if let Some((account, _)) = ctx.app.store().account(&identifier).await? {
        return Ok(Arc::new(account));
    }
    match add_account(ctx, std::slice::from_ref(&identifier), None, Role::Customer).await {
        // Somebody with the same phone was faster.
        Err(Error::NameTaken) => {
            let found = ctx.app.store().account(&identifier).await?;
            found.map(|(account, _)| Arc::new(account)).ok_or(Error::NameTaken)
        }
        made => made,
    }
}

/// Issues a new token that names the customer, and merges the guest's cart.
pub async fn grant(
    ctx: &Ctx,
    account: Arc<Account>,
    guest: Option<&Session>,
    secret: String,
) -> Result<Grant> {
    let hash = hash(&secret);
    let expires_at = ctx.now.plus_seconds(ctx.app.settings().customer_ttl);
    let issue = || vec![token::issue(&hash, account.owner, Some(account.id), expires_at, ctx.now)];
    let merged = sign_in(ctx, &account, guest, issue).await?;
    Ok(Grant { token: secret, account, merged })
}

/// Makes a token that exists name the customer from now on. A guest's cart is merged; a token that named
/// another customer is moved without a merge.
pub async fn move_token(
    ctx: &Ctx,
    account: Arc<Account>,
    session: &Session,
    secret: String,
) -> Result<Grant> {
    let hash = hash(&secret);
    let mut session = session.clone();
    loop {
        let expires_at = ctx.now.plus_seconds(ctx.app.settings().customer_ttl);
        let step = || {
            let mut steps = vec![token::move_to(&hash, session.owner, &account, expires_at, ctx.now)];
            steps.extend(change::record(&Change::Token(hex(&hash)), ctx.now));
            steps
        };
        let moved = sign_in(ctx, &account, Some(&session), step).await;
        ctx.app.sessions().forget(&hash);
        match moved {
            // Another login with the same token was faster: start from where that one left it.
            Err(Error::NotLoggedIn) => {
                let now_named = ctx.app.sessions().by_hash(&hash, ctx.now).await?;
                session = now_named.ok_or(Error::NotLoggedIn)?;
            }
            moved => return Ok(Grant { token: secret, merged: moved?, account }),
        }
    }
}

/// Ends the caller's token.
pub async fn logout(ctx: &Ctx) -> Result<()> {
    let Some(hash) = ctx.session()?.token else { return Ok(()) };
    let mut steps = vec![token::revoke(&hash)];
    steps.extend(change::record(&Change::Token(hex(&hash)), ctx.now));
    ctx.app.store().apply(steps).await?;
    ctx.app.sessions().forget(&hash);
    Ok(())
}

/// Issues a token for an account, from the command line.
pub async fn issue_token(ctx: &Ctx, account: &Account, ttl: i64) -> Result<String> {
    let secret = ctx.app.entropy().hex40();
    let step =
        token::issue(&hash(&secret), account.owner, Some(account.id), ctx.now.plus_seconds(ttl), ctx.now);
    ctx.app.store().apply(vec![step]).await?;
    Ok(secret)
}

/// Applies the token's steps together with the merge of the guest's cart, if there is a guest.
async fn sign_in(
    ctx: &Ctx,
    account: &Account,
    guest: Option<&Session>,
    token_steps: impl Fn() -> Vec<Step>,
) -> Result<Vec<MergedLine>> {
    let guest = guest.filter(|session| session.account.is_none() && session.owner != account.owner);
    let Some(guest) = guest else {
        match ctx.app.store().apply(token_steps()).await {
            Err(store::Error::Refused(Refusal::TokenMoved)) => return Err(Error::NotLoggedIn),
            applied => applied?,
        };
        return Ok(Vec::new());
    };
    for attempt in 0..MERGE_ATTEMPTS {
        let _alone = if attempt < OVERTAKEN { None } else { Some(ctx.app.carts().write().await) };
        let merge = Merge::decide(ctx, guest.owner, account.owner).await?;
        let mut steps = token_steps();
        steps.extend(merge.steps(ctx));
        match ctx.app.store().merge_carts(guest.owner, account.owner, steps).await {
            Ok(_) => return Ok(merge.lines),
            Err(store::Error::Refused(Refusal::TokenMoved)) => return Err(Error::NotLoggedIn),
            // A cart or the stock changed since the decision: decide again.
            Err(store::Error::Refused(_)) => ctx.app.catalogue().forget_all(),
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::Unavailable("the cart changes too fast to be merged".to_owned()))
}

/// A merge as decided on two carts of known versions.
struct Merge {
    guest: Arc<Cart>,
    customer: Arc<Cart>,
    lines: Vec<MergedLine>,
}

impl Merge {
    async fn decide(ctx: &Ctx, guest: OwnerId, customer: OwnerId) -> Result<Self> {
        let guest = ctx.app.store().cart(guest).await?;
        let customer = ctx.app.store().cart(customer).await?;
        let offers = ctx.app.catalogue().offers_of(&guest).await?;
        let most = |listing, sku| {
            let offer =
                guest.lines.iter().zip(&offers).find(|(line, _)| (line.listing, line.sku) == (listing, sku));
            offer.map_or(MAX_LINE_QUANTITY, |(_, offer)| offer.sku().most_in_a_line())
        };
        let lines = merge::merge(&customer, &guest, most);
        Ok(Self { guest, customer, lines })
    }

    /// Locks both carts at the versions seen, copies line by line, removes the guest's cart, and hands
    /// its keys over.
    fn steps(&self, ctx: &Ctx) -> Vec<Step> {
        let mut steps = Vec::new();
        if self.lines.iter().any(|line| line.added > 0) {
            steps.push(store::cart::lock(self.customer.owner, ctx.now, Some(self.customer.version)));
        }
        steps.push(store::cart::lock(self.guest.owner, ctx.now, Some(self.guest.version)));
        for MergedLine { line, added, .. } in self.lines.iter().filter(|line| line.added > 0) {
            steps.extend(store::cart::merge_line(self.customer.owner, line, *added, ctx.now));
        }
        steps.extend(store::cart::drop_cart(self.guest.owner, self.guest.version + 1));
        steps.push(store::idempotency::carry(self.guest.owner, self.customer.owner, ctx.now));
        steps
    }
}
