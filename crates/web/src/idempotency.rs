//! `Idempotency-Key`: a write that is sent twice is done once and answered the same twice.

use app::Error;
use app::idempotency::{Begun, Key, Reply};
use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_TYPE, HeaderName};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use http_body_util::{BodyExt, Collected};
use sha2::{Digest, Sha256};

use crate::fields::{self, Part};
use crate::frame::{Content, run};
use crate::refusal::{Refused, Unkept};
use crate::{Dialect, Shop};

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// Runs the handler, under the key where the request has one and the route takes keys.
pub(crate) async fn honour<D: Dialect>(shop: &Shop, mut parts: Parts, next: Next) -> Response {
    let has_key = parts.headers.contains_key(KEY) && !parts.method.is_safe();
    if !has_key || !D::takes_keys(parts.uri.path()) {
        return run::<D>(parts, next).await;
    }
    let session = match D::session(shop, &parts).await {
        Ok(Some(session)) => session,
        // Whose key it is cannot be told now, and without it nothing may be done.
        Err(error @ (Error::Unavailable(_) | Error::Internal(_))) => return D::refuse(error, &parts),
        // Without an identity there is nobody whose key it could be.
        Ok(None) | Err(_) => return run::<D>(parts, next).await,
    };
    let Some(key) = printable(&parts) else { return D::refuse(Error::BadKey, &parts) };
    let key = Key { owner: session.owner, key, request: fingerprint(&parts, D::UNHASHED).await };
    let turn = match app::idempotency::begin(&shop.app, key).await {
        Err(error) => return D::refuse(error, &parts),
        Ok(Begun::Replay(reply)) => return replayed(reply),
        Ok(Begun::Run(turn)) => turn,
    };
    parts.extensions.insert(turn.key().clone());
    let response = run::<D>(parts, next).await;
    if !is_final(response.status()) || response.extensions().get::<Unkept>().is_some() {
        return response;
    }
    let is_refusal = !response.status().is_success() || response.extensions().get::<Refused>().is_some();
    let (head, body) = response.into_parts();
    let body = body.collect().await.map(Collected::to_bytes).unwrap_or_default();
    let content_type = head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let reply = Reply {
        status: head.status.as_u16(),
        content_type: content_type.map(ToOwned::to_owned),
        body: body.to_vec(),
    };
    match turn.complete(&reply, is_refusal).await {
        Ok(None) => {}
        Ok(Some(kept)) => return replayed(kept),
        // The change is in, under its key; a repeat will show the cart as it is then.
        Err(error) => tracing::warn!(%error, "the reply to an idempotency key was not kept"),
    }
    Response::from_parts(head, Body::from(body))
}

fn printable(parts: &Parts) -> Option<String> {
    let text = parts.headers.get(KEY)?.to_str().ok()?;
    let is_key = (1..=255).contains(&text.len()) && !text.contains('\t');
    is_key.then(|| text.to_owned())
}

/// Method, path, query without what is not to be hashed, and body, each with its length before it.
async fn fingerprint(parts: &Parts, unhashed: &[&str]) -> [u8; 32] {
    let uri = &parts.uri;
    let is_hashed =
        |part: &&str| form_urlencoded::parse(part.as_bytes()).all(|(name, _)| !unhashed.contains(&&*name));
    let query: Vec<_> = uri.query().unwrap_or_default().split('&').filter(is_hashed).collect();
    let query = query.join("&");
    let pieces: [&[u8]; 3] = [parts.method.as_str().as_bytes(), uri.path().as_bytes(), query.as_bytes()];
    let mut hash = Sha256::new();
    for piece in pieces {
        update(&mut hash, piece);
    }
    match multipart(parts).await {
        Some(form) => {
            for Part { name, filename, content } in &form {
                update(&mut hash, name.as_bytes());
                // One that has no name is not one whose name is empty.
                update(&mut hash, &[u8::from(filename.is_some())]);
                update(&mut hash, filename.as_deref().unwrap_or_default().as_bytes());
                update(&mut hash, content);
            }
        }
        None => update(&mut hash, Content::of(parts)),
    }
    hash.finalize().into()
}

fn update(hash: &mut Sha256, piece: &[u8]) {
    hash.update((piece.len() as u64).to_le_bytes());
    hash.update(piece);
}

/// The parts of a form whose parts are told apart by a text that clients draw anew for each try.
async fn multipart(parts: &Parts) -> Option<Vec<Part>> {
    let media_type = parts.headers.get(CONTENT_TYPE)?.as_bytes();
    let is_form =
        media_type.get(..19).is_some_and(|start| start.eq_ignore_ascii_case(b"multipart/form-data"));
    if is_form { fields::parts(parts).await.ok() } else { None }
}

/// Whether a repeat should get this reply: not when waiting, logging in or looking again would change it.
fn is_final(status: StatusCode) -> bool {
    !status.is_server_error()
        && !matches!(
            status,
            StatusCode::UNAUTHORIZED
                | StatusCode::CONFLICT
                | StatusCode::PRECONDITION_FAILED
                | StatusCode::PAYLOAD_TOO_LARGE
                | StatusCode::TOO_MANY_REQUESTS
        )
}

fn replayed(reply: Reply) -> Response {
    let mut response = Response::new(Body::from(Bytes::from(reply.body)));
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::OK);
    if let Some(Ok(value)) = reply.content_type.as_deref().map(HeaderValue::from_str) {
        response.headers_mut().insert(CONTENT_TYPE, value);
    }
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    response
}
