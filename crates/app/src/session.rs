//! Sessions: whom a token names, from memory where it can; secrets are hashed before anything else.

use std::sync::Arc;

use domain::account::Account;
use domain::id::OwnerId;
use domain::time::Timestamp;
use quick_cache::sync::Cache;
use sha2::{Digest, Sha256};
use store::token::{self, Hash};
use store::{Step, Store};

use crate::entropy::unhex;
use crate::{Error, Result, Settings};

/// Who asks.
#[derive(Clone, Debug, PartialEq)]
pub struct Session {
    /// Whose cart.
    pub owner: OwnerId,
    /// The customer, or `None` for a guest.
    pub account: Option<Arc<Account>>,
    /// The token's hash; `None` for a guest with a secret of its own choice, which has no row, and for a customer who
    /// shows a password instead.
    pub(crate) token: Option<Hash>,
    /// Whether the token is issued with the first write only.
    is_new: bool,
    expires_at: Timestamp,
}

impl Session {
    /// A guest of whom there is nothing before the first write.
    pub(crate) fn of_new_guest(token: Hash, owner: OwnerId, expires_at: Timestamp) -> Self {
        Self { owner, account: None, token: Some(token), is_new: true, expires_at }
    }

    /// A customer who shows a name and a password with every request, and no token.
    pub(crate) fn without_token(account: Arc<Account>) -> Self {
        let expires_at = Timestamp::from_micros(i64::MAX);
        Self { owner: account.owner, account: Some(account), token: None, is_new: false, expires_at }
    }

    /// The customer, or the error that says to log in.
    pub fn customer(&self) -> Result<&Arc<Account>> {
        self.account.as_ref().ok_or(Error::NotLoggedIn)
    }

    /// What a guest's write does once it has locked the cart: the token is still good, which a login may have changed; or
    /// it is issued now.
    pub(crate) fn guest_step(&self, now: Timestamp) -> Option<Step> {
        let hash = self.token.as_ref().filter(|_| self.account.is_none())?;
        Some(if self.is_new {
            token::issue(hash, self.owner, None, self.expires_at, now)
        } else {
            token::guard(hash, self.owner, now)
        })
    }
}

/// What the token table says of a hash.
#[derive(Clone)]
enum Known {
    Session(Session),
    Nobody,
}

/// Looks tokens up.
pub struct Sessions {
    store: Store,
    cache: Cache<Hash, Known>,
}

impl Sessions {
    pub(crate) fn new(store: Store, settings: &Settings) -> Self {
        Self { store, cache: Cache::new(settings.cached_sessions) }
    }

    /// Whom a token names; `None` for an unknown or expired one.
    pub async fn by_token(&self, secret: &str, now: Timestamp) -> Result<Option<Session>> {
        self.by_hash(&hash(secret), now).await
    }

    pub(crate) async fn by_hash(&self, hash: &Hash, now: Timestamp) -> Result<Option<Session>> {
        match self.known(hash, false).await? {
            Known::Session(session) if session.expires_at > now => Ok(Some(session)),
            _ => Ok(None),
        }
    }

    /// Whom the token of a session names now, whatever is remembered; a session without one stays as it is.
    pub(crate) async fn again(&self, session: &Session, now: Timestamp) -> Result<Session> {
        let Some(hash) = &session.token else { return Ok(session.clone()) };
        self.forget(hash);
        self.by_hash(hash, now).await?.ok_or(Error::NotLoggedIn)
    }

    /// The guest that a client-chosen secret names: the one we issued it to, or one of its own. A token
    /// that names or named a customer is refused.
    pub async fn by_guest_secret(&self, secret: &str, now: Timestamp) -> Result<Session> {
        let hash = hash(secret);
        match self.known(&hash, true).await? {
            // Even when expired: what named a customer once never names a guest.
            Known::Session(session) if session.account.is_some() => Err(Error::NotLoggedIn),
            Known::Session(session) if session.expires_at > now => Ok(session),
            Known::Session(_) | Known::Nobody => {
                let digest = Sha256::new().chain_update(hash).chain_update(b"guest's own secret").finalize();
                let owner = OwnerId::new(*digest.first_chunk().expect("SHA-256 has 32 bytes"));
                let expires_at = Timestamp::from_micros(i64::MAX);
                Ok(Session { owner, account: None, token: None, is_new: false, expires_at })
            }
        }
    }

    /// `keeps_nobody`: remember that the table has no such token. Only guests' own secrets are worth it;
    /// guessed tokens would push out real ones.
    async fn known(&self, hash: &Hash, keeps_nobody: bool) -> Result<Known> {
        if let Some(known) = self.cache.get(hash) {
            return Ok(known);
        }
        let load = async {
            let known = match self.store.token(hash).await.map_err(Some)? {
                None => Known::Nobody,
                Some(token) => {
                    let account = token.account.map(Arc::new);
                    Known::Session(Session {
                        owner: token.owner,
                        account,
                        token: Some(*hash),
                        is_new: false,
                        expires_at: token.expires_at,
                    })
                }
            };
            if matches!(known, Known::Nobody) && !keeps_nobody { Err(None) } else { Ok(known) }
        };
        match self.cache.get_or_insert_async(hash, load).await {
            Ok(known) => Ok(known),
            Err(None) => Ok(Known::Nobody),
            Err(Some(error)) => Err(store::Error::into(error)),
        }
    }

    pub(crate) fn forget(&self, hash: &Hash) {
        self.cache.remove(hash);
    }

    pub(crate) fn forget_hex(&self, text: &str) {
        // By its key, which ends a load that began before, too.
        if let Some(hash) = unhex(text) {
            self.forget(&hash);
        }
    }

    pub(crate) fn forget_all(&self) {
        self.cache.clear();
    }
}

/// SHA-256 of a secret.
pub(crate) fn hash(secret: &str) -> Hash {
    Sha256::digest(secret.as_bytes()).into()
}
