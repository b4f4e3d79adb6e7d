//! The import as a command: the bar while it runs, the summary after it, and every problem with its line.

use std::fs::File;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use app::import::{self, ImportError, Mode, Progress, Summary};
use indicatif::{ProgressBar, ProgressStyle};

use crate::cli::Import;
use crate::config::Place;
use crate::house::settle;
use crate::serve::say;

/// Imports a file; the bar shows on a terminal only.
pub(crate) async fn import(place: &Place, options: &Import) -> Result<ExitCode> {
    let name = options.file.display().to_string();
    let file = File::open(&options.file).with_context(|| format!("cannot open {name}"))?;
    let bytes = file.metadata()?.len();
    let ctx = settle(place).await?;

    let bar = ProgressBar::new(bytes).with_message("reading").with_style(style("{bytes} of {total_bytes}")?);
    let compared = style("{human_pos} of {human_len} products")?;
    let mut show = {
        let bar = bar.clone();
        move |progress| match progress {
            Progress::Compared { products, of } => {
                bar.set_style(compared.clone());
                bar.set_message("comparing");
                bar.set_length(of as u64);
                bar.set_position(products as u64);
            }
            Progress::Writing { products } => {
                bar.set_message(format!("writing {products} products"));
                bar.enable_steady_tick(Duration::from_millis(100));
            }
        }
    };
    let mode = if options.dry_run { Mode::DryRun } else { Mode::Apply };
    let what = import::Import { file_name: &name, store: options.store.as_deref(), mode };
    let imported = import::import(&ctx, what, bar.wrap_read(file), &mut show).await;
    bar.finish_and_clear();
    ctx.app.store().close();
    match imported {
        Ok(summary) => {
            say(&told(&name, &summary, mode));
            Ok(ExitCode::SUCCESS)
        }
        Err(ImportError::Problems(problems)) => {
            for problem in &problems {
                eprintln!("{problem}");
            }
            eprintln!("cartwright: nothing was imported: mend {name} and import it again");
            Ok(ExitCode::FAILURE)
        }
        Err(ImportError::App(error)) => Err(error).context("nothing was imported"),
    }
}

fn style(counts: &str) -> Result<ProgressStyle> {
    Ok(ProgressStyle::with_template(&format!("{{spinner}} {{msg}} {{wide_bar}} {counts}, {{elapsed}}"))?)
}

fn told(name: &str, summary: &Summary, mode: Mode) -> String {
    let Summary { store, new, changed, unchanged, new_skus } = summary;
    let (verb, end) = match mode {
        Mode::Apply => ("imported", ""),
        Mode::DryRun => ("would be imported", " (dry run: nothing was written)"),
    };
    format!(
        "{name} {verb} into {store:?}: {new} new, {changed} changed, {unchanged} unchanged products; \
         {new_skus} new SKUs{end}"
    )
}
