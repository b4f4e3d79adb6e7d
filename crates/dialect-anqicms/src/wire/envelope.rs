//! The envelope of every reply.

use std::borrow::Cow;

use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::Number;

use crate::wire::language::Text;

/// What was asked for.
#[derive(Serialize)]
pub(crate) struct Found<T> {
    code: i64,
    data: T,
    msg: &'static str,
    /// How many there are over all pages.
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<Number>,
}

impl<T> Found<T> {
    pub(crate) fn of(data: T) -> Self {
        Self { code: 0, data, msg: "", total: None }
    }

    /// With the count over all pages.
    pub(crate) fn page(data: T, total: impl Into<Number>) -> Self {
        Self { total: Some(total.into()), ..Self::of(data) }
    }
}

/// How it went and no more; on the way out the sentence gets its language.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    pub code: i64,
    pub text: Text,
}

impl Outcome {
    pub(crate) const SAVED: Self = Self { code: 0, text: Text::new("保存成功", "Saved successfully") };
    pub(crate) const REMOVED: Self =
        Self { code: 0, text: Text::new("删除成功", "Removed successfully") };
}

impl IntoResponse for Outcome {
    fn into_response(self) -> Response {
        let mut response = ().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// The same as it is sent.
#[derive(Serialize)]
pub(crate) struct Said {
    pub code: i64,
    pub msg: Cow<'static, str>,
}
