//! Handlers of `login/`.

use std::sync::Arc;

use app::{Ctx, shopper};
use axum::response::{IntoResponse, Response};
use domain::account::Account;

use web::Json;

use crate::auth::Anyone;
use crate::error::Error;
use crate::wire::Outcome;
use crate::wire::login::{Credentials, LoggedIn};

/// A token for a new guest.
pub(crate) async fn get_token(Anyone(ctx): Anyone) -> Result<Response, Error> {
    let (token, _) = shopper::new_guest(&ctx, shopper::uuid_secret(&ctx)).await?;
    Ok(Json(Outcome::done(&token)).into_response())
}

/// Makes the token name the customer with this name and password.
pub(crate) async fn log_in(Anyone(ctx): Anyone, who: Credentials) -> Result<Response, Error> {
    let account = shopper::check_password(&ctx, &who.login()).await?;
    let_in(&ctx, account, who.token).await
}

/// Makes a customer and logs them in.
pub(crate) async fn register(Anyone(ctx): Anyone, who: Credentials) -> Result<Response, Error> {
    let account = shopper::register(&ctx, &who.login()).await?;
    let_in(&ctx, account, who.token).await
}

/// The token that was sent stays the client's; one that names nobody is replaced.
async fn let_in(ctx: &Ctx, account: Arc<Account>, token: String) -> Result<Response, Error> {
    let grant = match &ctx.session {
        Some(session) => shopper::move_token(ctx, account, session, token).await?,
        None => shopper::grant(ctx, account, None, shopper::uuid_secret(ctx)).await?,
    };
    Ok(Json(LoggedIn::new(&grant)).into_response())
}

/// Ends the token; one that names nobody has ended already.
pub(crate) async fn log_out(Anyone(ctx): Anyone) -> Result<Response, Error> {
    match shopper::logout(&ctx).await {
        Ok(()) | Err(app::Error::NotLoggedIn) => Ok(Json(Outcome::SUCCESS).into_response()),
        Err(error) => Err(error.into()),
    }
}
