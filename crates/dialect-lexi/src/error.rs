//! Errors as a code and a sentence in the body; the HTTP status is 200 but for who must log in, for who opted in, and
//! for faults of the server itself.

use std::borrow::Cow;

use axum::extract::OriginalUri;
use axum::http::header::WWW_AUTHENTICATE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::account::IdentifierError;
use domain::limits::{MAX_LINE_QUANTITY, MAX_LINES};
use web::refusal;

use crate::inner;
use crate::wire::envelope::failed;

const CHALLENGE: HeaderValue = HeaderValue::from_static("Basic realm=\"Authentication Required\"");

/// Why a request was not served.
#[derive(Debug)]
pub(crate) enum Error {
    App(app::Error),
    /// A body that is none, or what is at fault has no name.
    Bad,
    NotFound,
    NoSuchBrand,
    /// What can be done once was done before.
    Repeated,
    /// A part of the signature is missing.
    Unsigned,
    /// An unknown app, or not its signature.
    BadSignature,
}

/// The same on the paths of the cart, which have a sentence of their own for what is not there, and name no field.
#[derive(Debug)]
pub(crate) struct InCart(Error);

impl From<app::Error> for Error {
    fn from(error: app::Error) -> Self {
        Self::App(error)
    }
}

impl<E: Into<Error>> From<E> for InCart {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        match self {
            Self::App(error) => said(&error, "No result matched."),
            Self::Bad => failed(400, "Bad request."),
            Self::NotFound => failed(404, "No result matched."),
            Self::NoSuchBrand => failed(401, "品牌不存在"),
            Self::Repeated => failed(403, "不能重复操作!"),
            Self::Unsigned => failed(601, "Sign parameters missing"),
            Self::BadSignature => failed(602, "Sign error"),
        }
    }
}

impl IntoResponse for InCart {
    fn into_response(self) -> Response {
        match self.0 {
            Error::App(app::Error::BadField(_)) => Error::Bad.into_response(),
            Error::App(error) => said(&error, "Not Found"),
            Error::NotFound => failed(404, "Not Found"),
            error => error.into_response(),
        }
    }
}

/// The reply to an error of a deed.
fn said(error: &app::Error, not_found: &'static str) -> Response {
    let (status, code, sentence) = answer(error, not_found);
    let mut response = (status, failed(code, sentence)).into_response();
    if status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(WWW_AUTHENTICATE, CHALLENGE);
    }
    refusal(error, response)
}

fn answer(error: &app::Error, not_found: &'static str) -> (StatusCode, u16, Cow<'static, str>) {
    use app::Error as E;
    let plain = |code, sentence: &'static str| (StatusCode::OK, code, Cow::from(sentence));
    let real = |status: StatusCode, sentence: &'static str| (status, status.as_u16(), Cow::from(sentence));
    let bad = |field| (StatusCode::OK, 400, format!("Bad request: {field}.").into());
    match error {
        E::NotLoggedIn => real(StatusCode::UNAUTHORIZED, "Unauthorized access."),
        E::Forbidden => plain(403, "You can not do this."),
        E::NoSuchProduct | E::NoSuchStore | E::NoSuchLine | E::NoSuchHeading => plain(404, not_found),
        E::OffSale => plain(400, "商品已下架"),
        E::ShortStock => plain(400, "库存不足"),
        E::LineFull => (StatusCode::OK, 400, format!("每种商品最多 {MAX_LINE_QUANTITY} 件").into()),
        E::CartFull => (StatusCode::OK, 400, format!("购物车最多 {MAX_LINES} 种商品").into()),
        E::WrongPassword => plain(400, "Email or Password is error!"),
        E::NameTaken => plain(400, "Email already exist!"),
        E::BadIdentifier(IdentifierError::Email) => bad("email"),
        E::BadIdentifier(IdentifierError::Username) => bad("username"),
        E::BadIdentifier(IdentifierError::Password) => bad("password"),
        E::BadIdentifier(IdentifierError::Phone) | E::WrongCode | E::DeliveryOff => {
            plain(400, "Bad request.")
        }
        E::BadField(field) => bad(field),
        E::IllegalStep => plain(400, "商品当前状态不允许此操作"),
        E::Distributed => plain(403, "分销商品，不能删除!"),
        E::HeadingTaken => plain(400, "Name already exist!"),
        E::HeadingInUse => plain(403, "Still in use, so it can not be deleted."),
        E::BadKey => plain(400, "Idempotency-Key must have 1 to 255 printable characters."),
        E::Throttled { seconds } => {
            let sentence = format!("Too many attempts, try again in {seconds} seconds.");
            (StatusCode::TOO_MANY_REQUESTS, 429, sentence.into())
        }
        E::VersionMismatch { .. } => {
            real(StatusCode::PRECONDITION_FAILED, "The cart has changed, look again.")
        }
        E::KeyRunning => real(StatusCode::CONFLICT, "The first request under this key is still running."),
        E::KeyReused => {
            real(StatusCode::UNPROCESSABLE_ENTITY, "This Idempotency-Key was used for another request.")
        }
        E::TooSlow => real(StatusCode::REQUEST_TIMEOUT, "The request came too slowly."),
        E::TooLarge => real(StatusCode::PAYLOAD_TOO_LARGE, "The request is too large."),
        E::DeliveryFailed => real(StatusCode::BAD_GATEWAY, "The code could not be sent."),
        E::Unavailable(_) => real(StatusCode::SERVICE_UNAVAILABLE, "Unavailable now, try again later."),
        E::Internal(_) => real(StatusCode::INTERNAL_SERVER_ERROR, "The server failed."),
    }
}

/// A path that the dialect has no route for, or a verb that the path does not know.
pub(crate) async fn not_found(OriginalUri(uri): OriginalUri) -> Response {
    let path = inner(uri.path());
    if path == "/cart" || path.starts_with("/cart/") {
        InCart(Error::NotFound).into_response()
    } else {
        Error::NotFound.into_response()
    }
}
