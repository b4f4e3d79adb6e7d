//! The envelope of every reply.

use std::borrow::Cow;

use axum::response::{IntoResponse, Response};
use serde::Serialize;
use web::Json;

#[derive(Serialize)]
struct Envelope<T> {
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<T>,
    status: Status,
    success: bool,
}

#[derive(Serialize)]
struct Status {
    code: u16,
    message: Cow<'static, str>,
}

/// Without data.
const NOTHING: Option<()> = None;

/// What was asked for.
pub(crate) fn found<T: Serialize>(data: T) -> Response {
    reply(Some(data), 200, "Ok all right.", true)
}

/// It was done.
pub(crate) fn done() -> Response {
    reply(NOTHING, 200, "Ok all right.", true)
}

/// Something was made.
pub(crate) fn created() -> Response {
    reply(NOTHING, 201, "All created.", true)
}

/// Something was made; here it is.
pub(crate) fn created_as<T: Serialize>(data: T) -> Response {
    reply(Some(data), 201, "All created.", true)
}

/// Something was removed.
pub(crate) fn deleted() -> Response {
    reply(NOTHING, 204, "All deleted.", true)
}

/// Something was removed; this is left.
pub(crate) fn deleted_leaving<T: Serialize>(data: T) -> Response {
    reply(Some(data), 204, "All deleted.", true)
}

/// A token was ended. The apps know this by 401, and the call succeeded all the same.
pub(crate) fn logged_out() -> Response {
    reply(NOTHING, 401, "Logout", true)
}

/// It was not done.
pub(crate) fn failed(code: u16, message: impl Into<Cow<'static, str>>) -> Response {
    reply(NOTHING, code, message, false)
}

fn reply<T: Serialize>(
    data: Option<T>,
    code: u16,
    message: impl Into<Cow<'static, str>>,
    success: bool,
) -> Response {
    Json(Envelope { data, status: Status { code, message: message.into() }, success }).into_response()
}
