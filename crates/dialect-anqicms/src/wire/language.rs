//! The language of sentences: Chinese, or English for who prefers it.

use std::borrow::Cow;

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;
use axum::response::{IntoResponse, Response};

use web::Json;

use crate::wire::envelope::{Outcome, Said};

/// A sentence in both languages.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    chinese: Cow<'static, str>,
    english: Cow<'static, str>,
}

impl Text {
    pub(crate) const fn new(chinese: &'static str, english: &'static str) -> Self {
        Self { chinese: Cow::Borrowed(chinese), english: Cow::Borrowed(english) }
    }

    /// With names or numbers in it.
    pub(crate) fn of(chinese: String, english: String) -> Self {
        Self { chinese: chinese.into(), english: english.into() }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    Chinese,
    English,
}

impl Language {
    /// English when the caller likes no language better, Chinese in every other case.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let lists = headers.get_all(ACCEPT_LANGUAGE).iter().filter_map(|list| list.to_str().ok());
        let mut best = ("", 0.0);
        for (tag, weight) in lists.flat_map(|list| list.split(',')).filter_map(weighed) {
            if weight > best.1 {
                best = (tag, weight);
            }
        }
        let primary = best.0.split('-').next().unwrap_or_default();
        if primary.eq_ignore_ascii_case("en") { Self::English } else { Self::Chinese }
    }

    /// Writes the sentence of a reply that has one.
    pub(crate) fn say(self, response: Response) -> Response {
        let (mut head, body) = response.into_parts();
        let Some(Outcome { code, text }) = head.extensions.remove() else {
            return Response::from_parts(head, body);
        };
        let msg = match self {
            Self::Chinese => text.chinese,
            Self::English => text.english,
        };
        let (said, body) = Json(Said { code, msg }).into_response().into_parts();
        head.headers.extend(said.headers);
        Response::from_parts(head, body)
    }
}

/// A language with its weight from 0 to 1.
fn weighed(entry: &str) -> Option<(&str, f32)> {
    let (tag, weight) = match entry.split_once(';') {
        Some((tag, weight)) => {
            (tag, weight.trim().strip_prefix(['q', 'Q'])?.strip_prefix('=')?.trim().parse().ok()?)
        }
        None => (entry, 1.0),
    };
    (0.0..=1.0).contains(&weight).then_some((tag.trim(), weight))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn the_most_liked_language_counts() {
        for (list, language) in [
            ("en", Language::English),
            ("en-GB, zh;q=0.9", Language::English),
            ("EN-us", Language::English),
            ("zh;q=0.5, en;q=0.8", Language::English),
            ("zh;q=0.5, en ; Q=0.8", Language::English),
            ("en;q=0.8, zh;q=0.8", Language::English),
            ("", Language::Chinese),
            ("zh-CN,zh;q=0.9,en;q=0.8", Language::Chinese),
            ("zh;q=0.8, en;q=0.8", Language::Chinese),
            ("fr, en;q=0.9", Language::Chinese),
            ("en;q=0", Language::Chinese),
            ("en;q=nan", Language::Chinese),
            ("en;q=2", Language::Chinese),
            ("en;level=1", Language::Chinese),
            ("*", Language::Chinese),
            ("english", Language::Chinese),
            (",;,;q=", Language::Chinese),
        ] {
            let headers = HeaderMap::from_iter([(ACCEPT_LANGUAGE, HeaderValue::from_static(list))]);
            assert_eq!(Language::of(&headers), language, "{list:?}");
        }
        assert_eq!(Language::of(&HeaderMap::new()), Language::Chinese);
    }
}
