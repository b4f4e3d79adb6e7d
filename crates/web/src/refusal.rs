//! What a dialect's reply to an error carries besides its body: headers for who opted in, marks for the frame.

use app::Error;
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;

use crate::with_etag;

/// Seconds after which it is worth trying again.
const SOON: &str = "10";

/// What an operator should know of a reply that says that the server failed.
#[derive(Clone, Debug)]
pub(crate) struct Defect(pub String);

/// Marks a reply that says that nothing was changed, whatever its status.
#[derive(Clone, Debug)]
pub(crate) struct Refused;

/// Marks a reply that a repeat under the same idempotency key must not get.
#[derive(Clone, Debug)]
pub(crate) struct Unkept;

/// The HTTP status of an error in every dialect: of who has opted in by a header, and of faults of the server.
/// `None` where each dialect says it in its own way.
pub fn status(error: &Error) -> Option<StatusCode> {
    use Error as E;
    match error {
        E::NotLoggedIn
        | E::Forbidden
        | E::NoSuchProduct
        | E::NoSuchStore
        | E::NoSuchLine
        | E::OffSale
        | E::ShortStock
        | E::LineFull
        | E::CartFull
        | E::WrongPassword
        | E::Throttled { .. }
        | E::NameTaken
        | E::BadIdentifier(_)
        | E::WrongCode
        | E::DeliveryOff
        | E::BadKey
        | E::BadField(_)
        | E::IllegalStep
        | E::Distributed
        | E::NoSuchHeading
        | E::HeadingTaken
        | E::HeadingInUse => None,
        E::VersionMismatch { .. } => Some(StatusCode::PRECONDITION_FAILED),
        E::KeyRunning => Some(StatusCode::CONFLICT),
        E::KeyReused => Some(StatusCode::UNPROCESSABLE_ENTITY),
        E::TooSlow => Some(StatusCode::REQUEST_TIMEOUT),
        E::TooLarge => Some(StatusCode::PAYLOAD_TOO_LARGE),
        E::DeliveryFailed => Some(StatusCode::BAD_GATEWAY),
        E::Unavailable(_) => Some(StatusCode::SERVICE_UNAVAILABLE),
        E::Internal(_) => Some(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

/// A reply that says in its own way that nothing was changed.
pub fn refused(mut response: Response) -> Response {
    response.extensions_mut().insert(Refused);
    response
}

/// Completes the dialect's reply to an error.
pub fn refusal(error: &Error, response: Response) -> Response {
    let mut response = refused(response);
    match error {
        Error::VersionMismatch { current } => return with_etag(*current, response),
        Error::Throttled { seconds } => {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(*seconds));
        }
        Error::NotLoggedIn => {
            response.extensions_mut().insert(Unkept);
        }
        Error::Unavailable(_) => {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static(SOON));
            response.extensions_mut().insert(Defect(error.to_string()));
        }
        Error::Internal(_) | Error::DeliveryFailed => {
            response.extensions_mut().insert(Defect(error.to_string()));
        }
        _ => {}
    }
    response
}
