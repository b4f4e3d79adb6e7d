//! Handlers of `/auth/` and `/token`: customers come and go.

use app::shopper::{self, Login};
use axum::response::Response;
use domain::account::Role;

use crate::auth::{Customer, Newcomer, Visitor};
use crate::error::Error;
use crate::wire::account::{Credentials, Issued, NewAccount};
use crate::wire::envelope::{created, found, logged_out};

/// How long a token from `/token` works, in seconds.
const SHORT: i64 = 7200;

/// Logs a customer in and merges the guest's cart.
pub(crate) async fn log_in(newcomer: Newcomer, said: Credentials) -> Result<Response, Error> {
    let Newcomer { ctx, guest, address, .. } = newcomer;
    let login = Login { name: &said.email, password: &said.password, address };
    let account = shopper::check_password(&ctx, &login).await?;
    let grant = shopper::grant(&ctx, account, guest.as_ref(), shopper::hex_secret(&ctx)).await?;
    Ok(found(Issued::new(&ctx, grant.token, ctx.app.settings().customer_ttl)))
}

/// Logs a merchant in.
pub(crate) async fn log_in_to_business(newcomer: Newcomer, said: Credentials) -> Result<Response, Error> {
    let Newcomer { ctx, guest, address, .. } = newcomer;
    let login = Login { name: &said.email, password: &said.password, address };
    let account = shopper::check_password(&ctx, &login).await?;
    let Role::Merchant(store) = account.role else { return Err(app::Error::Forbidden.into()) };
    let names = ctx.app.catalogue().names().await?;
    let rid = names.store(store).map(|store| store.rid.clone());
    let grant = shopper::grant(&ctx, account, guest.as_ref(), shopper::hex_secret(&ctx)).await?;
    Ok(found(Issued::new(&ctx, grant.token, ctx.app.settings().customer_ttl).of_store(rid)))
}

/// Makes an account.
pub(crate) async fn register(newcomer: Newcomer, said: NewAccount) -> Result<Response, Error> {
    let Newcomer { ctx, address, .. } = newcomer;
    let login = Login { name: said.names[0].as_str(), password: &said.password, address };
    shopper::register_as(&ctx, &said.names, &login).await?;
    Ok(created())
}

/// Ends the token; who has none is logged out already.
pub(crate) async fn log_out(Visitor(ctx): Visitor) -> Result<Response, Error> {
    if ctx.session.is_some() {
        shopper::logout(&ctx).await?;
    }
    Ok(logged_out())
}

/// Issues one more token, which does not work for long.
pub(crate) async fn renew(Customer(ctx): Customer) -> Result<Response, Error> {
    let token = shopper::issue_token(&ctx, ctx.session()?.customer()?, SHORT).await?;
    Ok(found(Issued::new(&ctx, token, SHORT)))
}
