//! Handlers of `/api/users/auth/otp`.

use app::one_time_code::{self, TTL};
use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Response};
use web::{Json, Shop, credential};

use crate::auth::{Address, Anyone};
use crate::error::Error;
use crate::wire::one_time_code::{Code, SESSION, Secret, Sent, SignIn, Token};

/// Sends a code to a phone, and the cookie of the session that may use it to the client.
pub(crate) async fn signin(
    State(shop): State<Shop>,
    Anyone(ctx): Anyone,
    Address(address): Address,
    SignIn(mobile_number): SignIn,
) -> Result<Response, Error> {
    let sent = one_time_code::send(&ctx, &mobile_number, address).await;
    let session = sent.map_err(Error::of_signing_in)?;
    let cookie = credential::set_cookie(&shop, SESSION, &session, TTL);
    Ok(([(SET_COOKIE, cookie)], Json(Sent::default())).into_response())
}

/// Logs in with the code; the cart of a guest who shows a token goes along.
pub(crate) async fn verify(
    Anyone(ctx): Anyone,
    Secret(session): Secret,
    Code(code): Code,
) -> Result<Json<Token>, Error> {
    let verified = one_time_code::verify(&ctx, &session, &code, ctx.session.as_ref()).await;
    let grant = verified.map_err(Error::of_verifying)?;
    Ok(Json(Token::from(grant)))
}
