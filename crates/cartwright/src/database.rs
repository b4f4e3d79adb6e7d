//! What is done to the database as a whole: bringing its tables up to date, copying it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use indicatif::ProgressBar;
use store::Database;

use crate::config::Place;
use crate::house::{migrated, visit};
use crate::serve::say;

/// Brings the tables up to date, and spreads them over the nodes of Citus where that is wanted.
pub(crate) async fn migrate(place: &Place, citus: bool) -> Result<()> {
    let (database, authorities) = (place.database()?, place.database_ca.as_deref());
    let nodes = match &database {
        Database::Postgres(address) if citus => Some(address),
        Database::Sqlite(_) if citus => {
            bail!("--citus spreads a PostgreSQL database: name it with --database")
        }
        _ => None,
    };
    if let Some(address) = nodes {
        store::citus::check(address, authorities).await.with_context(|| database.to_string())?;
    }
    let is_new = matches!(&database, Database::Sqlite(file) if !file.exists());
    let what = if is_new { "is made" } else { "is up to date" };
    let ctx = migrated(place).await?;
    let names = ctx.app.store().migrations().await?;
    ctx.app.store().close();
    say(&format!("{database} {what}: {}", names.join(", ")));
    if let Some(address) = nodes {
        match store::citus::spread(address, authorities).await?.as_slice() {
            [] => say("every table is spread over the nodes already"),
            tables => say(&format!("spread over the nodes: {}", tables.join(", "))),
        }
    }
    Ok(())
}

/// Writes a copy to a new file.
pub(crate) async fn backup(place: &Place, file: &Path) -> Result<()> {
    let ctx = visit(place).await?;
    let bar = ProgressBar::new_spinner().with_message(format!("writing {}", file.display()));
    bar.enable_steady_tick(Duration::from_millis(100));
    let copied = ctx.app.store().backup(file).await;
    bar.finish_and_clear();
    copied?;
    let bytes = file.metadata()?.len();
    say(&format!("{} holds a copy of {}: {}", file.display(), place.database()?, size(bytes)));
    ctx.app.store().close();
    Ok(())
}

/// A number of bytes for people.
pub(crate) fn size(bytes: u64) -> indicatif::HumanBytes {
    indicatif::HumanBytes(bytes)
}

/// A file that SQLite has beside a database.
pub(crate) fn with_ending(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// The folder that a file is in.
pub(crate) fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
