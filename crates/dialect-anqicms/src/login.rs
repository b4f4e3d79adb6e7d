//! The handler of `/api/login`.

use app::shopper::{self, Login};
use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Response};
use web::{Json, Shop, credential};

use crate::auth::Newcomer;
use crate::error::Error;
use crate::wire::envelope::Found;
use crate::wire::login::{Credentials, Customer};

/// Logs a customer in and merges the guest's cart.
pub(crate) async fn login(
    State(shop): State<Shop>,
    newcomer: Newcomer,
    said: Credentials,
) -> Result<Response, Error> {
    let Newcomer { ctx, guest, address } = newcomer;
    let login = Login { name: &said.name, password: &said.password, address };
    let account = shopper::check_password(&ctx, &login).await?;
    let grant = shopper::grant(&ctx, account, guest.as_ref(), shopper::hex_secret(&ctx)).await?;
    let cookie = credential::set_cookie(&shop, "token", &grant.token, ctx.app.settings().customer_ttl);
    Ok(([(SET_COOKIE, cookie)], Json(Found::of(Customer::from(&grant)))).into_response())
}
