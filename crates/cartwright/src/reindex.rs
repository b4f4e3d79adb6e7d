//! Makes the search index anew, with a bar while it is made; what is found is decided in `app`.

use std::time::Instant;

use anyhow::Result;
use indicatif::{ProgressBar, ProgressStyle};

use crate::config::Place;
use crate::house::visit;
use crate::serve::say;

/// Makes it from the database; the bar shows on a terminal only.
pub(crate) async fn reindex(place: &Place) -> Result<()> {
    let ctx = visit(place).await?;
    let style = "{spinner} indexing {wide_bar} {human_pos} of {human_len} products, {elapsed}";
    let bar = ProgressBar::no_length().with_style(ProgressStyle::with_template(style)?);
    let started = Instant::now();
    let shown = bar.clone();
    let done = ctx.app.reindex(move |progress| {
        shown.set_length(progress.of as u64);
        shown.set_position(progress.products as u64);
    });
    let done = done.await;
    bar.finish_and_clear();
    ctx.app.store().close();
    done?;
    let products = bar.position();
    say(&format!("{products} products are in the search index, made in {:.1?}", started.elapsed()));
    Ok(())
}
