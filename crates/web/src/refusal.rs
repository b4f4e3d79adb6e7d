//! What a dialect's reply to an error carries besides its body: headers for who opted in, marks for the frame.

use app::Error;
use axum::http::HeaderValue;
use axum::http::header::RETRY_AFTER;
use axum::response::Response;

use crate::with_etag;

/// What an operator should know of a reply that says that the server failed.
#[derive(Clone, Debug)]
pub(crate) struct Defect(pub String);

/// Marks a reply that a repeat under the same idempotency key must not get.
#[derive(Clone, Debug)]
pub(crate) struct Unkept;

/// Completes the dialect's reply to an error.
pub fn refusal(error: &Error, mut response: Response) -> Response {
    match error {
        Error::VersionMismatch { current } => return with_etag(*current, response),
        Error::Throttled { seconds } => {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(*seconds));
        }
        Error::NotLoggedIn => {
            response.extensions_mut().insert(Unkept);
        }
        Error::Internal(_) | Error::Unavailable(_) | Error::DeliveryFailed => {
            response.extensions_mut().insert(Defect(error.to_string()));
        }
        _ => {}
    }
    response
}
