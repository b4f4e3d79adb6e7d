//! Product files: one with a problem changes nothing, and one that was imported finds everything unchanged the next time.

use app::Ctx;
use app::import::{Import, ImportError, Mode, Summary, import};

use crate::ground::Ground;

/// Tries files.
pub(crate) fn target() -> impl FnMut(&[u8]) {
    let mut ground = Ground::new(|_| axum::Router::new());
    move |input| {
        ground.count();
        let Some(first) = imported(&ground, input) else {
            assert!(!ground.has_changed_contents(), "a file was refused and yet imported");
            return;
        };
        // What it has added and changed is no concern of the next time.
        ground.has_changed_contents();
        let second = imported(&ground, input).expect("it was fine before");
        let expected = Summary {
            new: 0,
            changed: 0,
            new_skus: 0,
            unchanged: first.new + first.changed + first.unchanged,
            ..first
        };
        assert_eq!(second, expected);
        assert!(!ground.has_changed_contents(), "an unchanged file has written");
    }
}

/// What the import of a file did; `None` where it has problems.
fn imported(ground: &Ground, file: &[u8]) -> Option<Summary> {
    let how = Import { file_name: "products.csv", store: Some("First"), mode: Mode::Apply };
    match ground.run(import(&Ctx::new(ground.app(), None), how, file, &mut |_| {})) {
        Ok(summary) => Some(summary),
        Err(ImportError::Problems(problems)) => {
            assert!(!problems.is_empty(), "refused without a reason");
            None
        }
        Err(error) => panic!("{error}"),
    }
}
