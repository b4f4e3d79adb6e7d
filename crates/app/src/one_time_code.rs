//! Logging in with a code sent to a phone: six digits, few tries, a short time, stored hashed.

use std::net::IpAddr;

use domain::account::Identifier;
use store::one_time_code;

use crate::session::{Session, hash};
use crate::shopper::{self, Grant};
use crate::throttle::Throttle;
use crate::{Ctx, Error, Result};

/// How long a code works, in seconds.
pub const TTL: i64 = 300;
/// Wrong codes before a new one is needed.
const TRIES: i64 = 5;

/// Sends a code to a phone and returns the secret of the session that may use it.
///
/// Not idempotent: each call sends a code, which replaces nothing of other sessions.
pub async fn send(ctx: &Ctx, phone: &str, address: IpAddr) -> Result<String> {
    let Identifier::Phone(phone) = Identifier::parse_phone(phone)? else {
        return Err(Error::Internal("a phone number is a phone number".to_owned()));
    };
    let (app, now) = (&ctx.app, ctx.now);
    let throttle = Throttle::of_name(app.settings(), address, "code to", &phone);
    throttle.check(ctx).await?;
    throttle.count(ctx).await?;

    let (session, code) = (app.entropy().hex40(), app.entropy().digits(6));
    app.settings().delivery.send(&phone, &code).await?;
    let expires_at = now.plus_seconds(TTL);
    let steps = one_time_code::keep(&hash(&session), &phone, &code_hash(&session, &code), expires_at, now);
    app.store().apply(steps).await?;
    Ok(session)
}

/// Logs in with the code of a session: finds or makes the customer, merges the guest's cart.
pub async fn verify(ctx: &Ctx, session: &str, code: &str, guest: Option<&Session>) -> Result<Grant> {
    let (app, now) = (&ctx.app, ctx.now);
    let session_hash = hash(session);
    let (phone, expected) = app.store().try_code(&session_hash, TRIES, now).await?.ok_or(Error::WrongCode)?;
    let given = code_hash(session, code);
    if given != expected {
        return Err(Error::WrongCode);
    }
    match app.store().apply(vec![one_time_code::redeem(&session_hash, &given)]).await {
        Err(store::Error::Refused(_)) => return Err(Error::WrongCode),
        redeemed => redeemed?,
    };
    let account = shopper::customer_by_phone(ctx, phone).await?;
    shopper::grant(ctx, account, guest, app.entropy().hex40()).await
}

fn code_hash(session: &str, code: &str) -> store::token::Hash {
    hash(&format!("{session} {code}"))
}
