//! The copy as a command: the bar while it runs, what was copied and what to do next; how a shop is copied is `store`'s.

use anyhow::{Context, Result, bail};
use app::{App, Clock, Entropy, Settings};
use indicatif::{ProgressBar, ProgressStyle};
use store::copy::Progress;
use store::{Database, Options};

use crate::cli::Copy;
use crate::config::{Place, database};
use crate::house::{lock_database, store, whole};
use crate::serve::say;

/// Copies everything, or goes on with a copy; the bar shows on a terminal only.
pub(crate) async fn copy(place: &Place, options: &Copy) -> Result<()> {
    let from = database(&options.from).with_context(|| format!("--from {}", options.from))?;
    let to = database(&options.to).with_context(|| format!("--to {}", options.to))?;
    if from == to {
        bail!("--from and --to name the same database");
    }
    let mut locks = Vec::new();
    for database in [&from, &to] {
        if let Database::Sqlite(file) = database {
            if *database == from && !file.exists() {
                bail!("there is no database {}: name another one with --from", file.display());
            }
            locks.push(lock_database(file)?);
        }
    }
    let open = |database: &Database, migrates| {
        let database_ca = place.database_ca.clone();
        store(&Options { database_ca, migrates, ..Options::new(database.clone()) })
    };
    let (source, target) = (whole(open(&from, false)?).await.context(from.to_string())?, open(&to, true)?);
    let shop =
        App::new(source.clone(), Settings::default(), Clock::System, Entropy::System).shop_id().await?;

    let style = "{spinner} {msg} {wide_bar} {human_pos} of {human_len} rows, {elapsed}";
    let bar = ProgressBar::no_length().with_style(ProgressStyle::with_template(style)?);
    let mut show = |progress: Progress| {
        bar.set_length(progress.of);
        bar.set_position(progress.rows);
        bar.set_message(progress.table);
    };
    let copied = source.copy_to(&target, &shop, &mut show).await;
    bar.finish_and_clear();
    source.close();
    target.close();
    let copied = copied?;
    for (table, content) in &copied {
        say(&format!("{:>12} rows of {table:16} {}", content.rows, content.checksum));
    }
    let rows: u64 = copied.iter().map(|(_, content)| content.rows).sum();
    say(&format!("{rows} rows of {} tables are in {to}, the same as in {from}", copied.len()));
    say(
        "next: run `cartwright serve` with --database and the new address, in the same folder, where the uploaded files are",
    );
    say(&format!("keep {from} until you are sure; what is written from now on is in the new database only"));
    Ok(())
}
