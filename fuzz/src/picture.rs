//! Uploaded files, pictures above all: decoded within the limits or refused, and what is kept would be taken again.

use app::asset::{Upload, add};
use app::{Ctx, Error};
use axum::body::Bytes;
use domain::asset::{Asset, FileName};
use futures_util::TryStreamExt;

use crate::ground::Ground;

/// Tries files.
pub(crate) fn target() -> impl FnMut(&[u8]) {
    let mut ground = Ground::new(|_| axum::Router::new());
    move |input| {
        ground.count();
        let Some(asset) = kept(&ground, Bytes::copy_from_slice(input)) else {
            assert!(!ground.has_changed_contents(), "a file was refused and yet kept");
            return;
        };
        let again = kept(&ground, content(&ground, &asset)).expect("what was kept is taken");
        assert_eq!((asset.kind, asset.width, asset.height), (again.kind, again.width, again.height));
        ground.has_changed_contents();
    }
}

/// A merchant's file; `None` where it is refused.
fn kept(ground: &Ground, content: Bytes) -> Option<Asset> {
    let added = ground.run(async {
        let token = ground.token("merchant").expect("a role of ours");
        let session = ground.app().sessions().by_token(token, ground.app().now()).await?;
        let upload = Upload { filename: "a file".to_owned(), content };
        add(&Ctx::new(ground.app(), session), vec![upload]).await
    });
    match added {
        Ok(mut assets) => assets.pop(),
        Err(Error::BadField(_) | Error::TooLarge) => None,
        Err(error) => panic!("{error}"),
    }
}

/// What is kept of a file.
fn content(ground: &Ground, asset: &Asset) -> Bytes {
    let name = FileName::parse(&asset.file).expect("a name of ours");
    let content: Vec<Bytes> = ground.run(async {
        let found = ground.app().settings().files.get(&name, None).await.expect("files");
        found.expect("a file that is kept").into_stream().try_collect().await.expect("its bytes")
    });
    content.concat().into()
}
