//! The handler of `/api/login`.

use app::shopper::{self, Login};
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Response};

use web::Json;

use crate::auth::Newcomer;
use crate::error::Error;
use crate::wire::envelope::Found;
use crate::wire::login::{Credentials, Customer, cookie};

/// Logs a customer in and merges the guest's cart.
pub(crate) async fn login(newcomer: Newcomer, said: Credentials) -> Result<Response, Error> {
    let Newcomer { ctx, guest, address } = newcomer;
    let login = Login { name: &said.name, password: &said.password, address };
    let account = shopper::check_password(&ctx, &login).await?;
    let grant = shopper::grant(&ctx, account, guest.as_ref(), shopper::hex_secret(&ctx)).await?;
    let cookie = cookie(&grant.token, ctx.app.settings().customer_ttl);
    Ok(([(SET_COOKIE, cookie)], Json(Found::of(Customer::from(&grant)))).into_response())
}
