//! Signatures of the apps, where the shop wants them: who wrote the client, never who uses it.

use std::fmt::Write;

use axum::http::request::Parts;
use sha1::{Digest, Sha1};
use subtle::ConstantTimeEq;
use web::Shop;

use crate::error::Error;
use crate::wire::fields::Fields;

/// What a signature is made of, and itself.
pub(crate) const PARTS: [&str; 4] = ["app_key", "timestamp", "nonce_str", "sign"];

/// Lets a request pass that is signed by one of the apps, or any where no signature is wanted.
pub(crate) async fn check(shop: &Shop, parts: &Parts) -> Result<(), Error> {
    let Some(apps) = &shop.outside.signing_apps else { return Ok(()) };
    let query = Fields::of_query(parts.uri.query().unwrap_or_default());
    // An upload, whose query says it all, is not read for it.
    let is_whole = PARTS.iter().all(|name| query.says(name));
    let fields = if is_whole { query } else { Fields::of(parts).await.map_err(|_| Error::Unsigned)? };
    let part = |name| fields.text(name).ok().flatten().ok_or(Error::Unsigned);
    let (app, nonce, timestamp, sign) =
        (part("app_key")?, part("nonce_str")?, part("timestamp")?, part("sign")?);
    let secret = apps.get(&app).ok_or(Error::BadSignature)?;
    let expected = sha1_hex(&format!("app_key={app}&nonce_str={nonce}&timestamp={timestamp}{secret}"));
    // How long it takes tells nobody how much of a guess was right.
    let is_equal = expected.as_bytes().ct_eq(sign.to_ascii_lowercase().as_bytes());
    if bool::from(is_equal) { Ok(()) } else { Err(Error::BadSignature) }
}

fn sha1_hex(text: &str) -> String {
    Sha1::digest(text).iter().fold(String::new(), |mut hex, byte| {
        // Writing to a text cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_the_one_of_the_standard() {
        assert_eq!(sha1_hex("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
    }
}
