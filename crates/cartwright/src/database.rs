//! What is done to the database as a whole: bringing its tables up to date, copying it.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use indicatif::ProgressBar;

use crate::config::Place;
use crate::house::{settle, visit_existing};
use crate::serve::say;

/// Brings the tables up to date.
pub(crate) async fn migrate(place: &Place) -> Result<()> {
    let file = place.database_file()?;
    let what = if file.exists() { "is up to date" } else { "is made" };
    let ctx = settle(place)?;
    let names = ctx.app.store().migrations().await?;
    ctx.app.store().close();
    say(&format!("{} {what}: {}", file.display(), names.join(", ")));
    Ok(())
}

/// Writes a copy to a new file.
pub(crate) async fn backup(place: &Place, file: &Path) -> Result<()> {
    let ctx = visit_existing(place)?;
    let bar = ProgressBar::new_spinner().with_message(format!("writing {}", file.display()));
    bar.enable_steady_tick(Duration::from_millis(100));
    let copied = ctx.app.store().backup(file).await;
    bar.finish_and_clear();
    copied?;
    let bytes = file.metadata()?.len();
    say(&format!("{} holds a copy of {}: {}", file.display(), place.database_file()?.display(), size(bytes)));
    ctx.app.store().close();
    Ok(())
}

/// A number of bytes for people.
pub(crate) fn size(bytes: u64) -> indicatif::HumanBytes {
    indicatif::HumanBytes(bytes)
}
