//! Handlers of `/api/users/auth/otp`.

use app::one_time_code;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Response};

use web::Json;

use crate::auth::{Address, Anyone};
use crate::error::Error;
use crate::wire::one_time_code::{Code, Secret, Sent, SignIn, Token, session_cookie};

/// Sends a code to a phone, and the cookie of the session that may use it to the client.
pub(crate) async fn signin(
    Anyone(ctx): Anyone,
    Address(address): Address,
    SignIn(mobile_number): SignIn,
) -> Result<Response, Error> {
    let sent = one_time_code::send(&ctx, &mobile_number, address).await;
    let session = sent.map_err(Error::of_signing_in)?;
    Ok(([(SET_COOKIE, session_cookie(&session))], Json(Sent::default())).into_response())
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
