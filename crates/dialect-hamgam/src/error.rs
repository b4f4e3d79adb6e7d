//! Errors as Django REST framework says them.

use axum::http::header::WWW_AUTHENTICATE;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::id::ListingId;
use domain::limits::{MAX_LINE_QUANTITY, MAX_LINES};
use serde_json::{Map, Value, json};
use web::fields::Unreadable;
use web::{Json, drf, refusal};

use crate::auth::{Anyone, Shopper};

/// Why a request was not served.
#[derive(Debug)]
pub(crate) enum Error {
    App(app::Error),
    NotFound,
    MethodNotAllowed(Method),
    /// An `Authorization` header that is no good; DRF's sentence about it.
    BadToken(&'static str),
    /// Each bad field with its sentence.
    Fields(Fields),
    /// The body is no object; Python's name for what it is.
    NotAnObject(&'static str),
    /// The body is null.
    NoData,
    Unreadable(Unreadable),
}

/// Bad fields in the order of the serializer.
pub(crate) type Fields = Vec<(&'static str, String)>;

impl From<app::Error> for Error {
    fn from(error: app::Error) -> Self {
        Self::App(error)
    }
}

impl Error {
    /// What stands against adding is said under the field that could be changed.
    pub(crate) fn of_adding(error: app::Error, listing: ListingId) -> Self {
        match error {
            app::Error::OffSale => Self::Fields(vec![("product", sentence(&error))]),
            app::Error::NoSuchProduct => Self::Fields(vec![("product", unknown_pk(&listing.to_string()))]),
            other => Self::of_raising(other),
        }
    }

    /// What stands against more pieces is said under `quantity`.
    pub(crate) fn of_raising(error: app::Error) -> Self {
        use app::Error::{CartFull, LineFull, NoSuchProduct, OffSale, ShortStock};
        match error {
            NoSuchProduct => {
                Self::Fields(vec![("quantity", "This product is no longer available.".to_owned())])
            }
            OffSale | ShortStock | LineFull | CartFull => Self::Fields(vec![("quantity", sentence(&error))]),
            other => Self::App(other),
        }
    }

    /// What stands against sending a code is said under `mobile_number` where that could be changed.
    pub(crate) fn of_signing_in(error: app::Error) -> Self {
        match error {
            app::Error::BadIdentifier(_) => Self::Fields(vec![("mobile_number", sentence(&error))]),
            other => Self::App(other),
        }
    }

    /// A wrong code is said under `code`.
    pub(crate) fn of_verifying(error: app::Error) -> Self {
        match error {
            app::Error::WrongCode => Self::Fields(vec![("code", sentence(&error))]),
            other => Self::App(other),
        }
    }
}

/// The sentence about a primary key that nothing has.
pub(crate) fn unknown_pk(pk: &str) -> String {
    format!("Invalid pk \"{pk}\" - object does not exist.")
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        match self {
            Self::App(error) => {
                let response = detail(drf::status(&error), sentence(&error));
                match error {
                    app::Error::NotLoggedIn => challenged(response),
                    other => refusal(&other, response),
                }
            }
            Self::NotFound => detail(StatusCode::NOT_FOUND, "Not found."),
            Self::MethodNotAllowed(method) => {
                detail(StatusCode::METHOD_NOT_ALLOWED, format!("Method \"{method}\" not allowed."))
            }
            Self::BadToken(text) => challenged(detail(StatusCode::UNAUTHORIZED, text)),
            Self::Fields(fields) => {
                let fields: Map<_, _> = fields
                    .into_iter()
                    .map(|(name, text)| (name.to_owned(), Value::from(vec![text])))
                    .collect();
                (StatusCode::BAD_REQUEST, Json(fields)).into_response()
            }
            Self::NotAnObject(name) => {
                of_no_field(&format!("Invalid data. Expected a dictionary, but got {name}."))
            }
            Self::NoData => of_no_field("No data provided"),
            Self::Unreadable(Unreadable::MediaType(name)) => detail(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                format!("Unsupported media type \"{name}\" in request."),
            ),
            Self::Unreadable(Unreadable::Json(text)) => {
                detail(StatusCode::BAD_REQUEST, format!("JSON parse error - {text}"))
            }
            Self::Unreadable(Unreadable::Form(text)) => {
                detail(StatusCode::BAD_REQUEST, format!("Multipart form parse error - {text}"))
            }
        }
    }
}

fn detail(status: StatusCode, text: impl Into<String>) -> Response {
    (status, Json(json!({ "detail": text.into() }))).into_response()
}

fn of_no_field(text: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "non_field_errors": [text] }))).into_response()
}

fn challenged(response: Response) -> Response {
    ([(WWW_AUTHENTICATE, "Token")], response).into_response()
}

fn sentence(error: &app::Error) -> String {
    use app::Error as E;
    match error {
        E::NotLoggedIn => "Authentication credentials were not provided.".to_owned(),
        E::Forbidden => "You do not have permission to perform this action.".to_owned(),
        E::NoSuchProduct | E::NoSuchStore | E::NoSuchLine | E::NoSuchHeading => "Not found.".to_owned(),
        E::OffSale => "This product is not on sale.".to_owned(),
        E::ShortStock => "There is not enough of this product in stock.".to_owned(),
        E::LineFull => format!("An item holds at most {MAX_LINE_QUANTITY} pieces."),
        E::CartFull => format!("A cart holds at most {MAX_LINES} items."),
        E::WrongPassword => "Unable to log in with provided credentials.".to_owned(),
        E::Throttled { seconds } => {
            let plural = if *seconds == 1 { "" } else { "s" };
            format!("Request was throttled. Expected available in {seconds} second{plural}.")
        }
        E::NameTaken => "This account already exists.".to_owned(),
        E::BadIdentifier(_) => "Enter a valid phone number.".to_owned(),
        E::WrongCode => "Invalid code.".to_owned(),
        E::DeliveryOff => "SMS is not configured.".to_owned(),
        E::DeliveryFailed => "The code could not be sent.".to_owned(),
        E::VersionMismatch { .. } => "The cart has changed, reload it and try again.".to_owned(),
        E::BadField(field) => format!("{field} has no usable value."),
        E::IllegalStep => "The product cannot take this step now.".to_owned(),
        E::Distributed => "The product is distributed.".to_owned(),
        E::HeadingTaken => "This name already exists.".to_owned(),
        E::HeadingInUse => "It is still in use.".to_owned(),
        E::BadKey => "Idempotency-Key must be 1 to 255 printable characters.".to_owned(),
        E::KeyRunning => "The first request with this Idempotency-Key is still running.".to_owned(),
        E::KeyReused => "This Idempotency-Key was used for another request.".to_owned(),
        E::TooSlow => "The request came too slowly.".to_owned(),
        E::TooLarge => "The request is too large.".to_owned(),
        E::Unavailable(_) => "Service temporarily unavailable, try again later.".to_owned(),
        E::Internal(_) => "A server error occurred.".to_owned(),
    }
}

/// A path that the dialect has no route for.
pub(crate) async fn not_found() -> Error {
    Error::NotFound
}

/// A verb that a path of the cart does not know; credentials come first, as for every verb.
pub(crate) async fn method_not_allowed(_: Shopper, method: Method) -> Error {
    Error::MethodNotAllowed(method)
}

/// A verb that a public path does not know.
pub(crate) async fn public_method_not_allowed(_: Anyone, method: Method) -> Error {
    Error::MethodNotAllowed(method)
}
