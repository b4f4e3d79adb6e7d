//! Puts a backup in the place of the embedded database. While one is on its way in, nobody opens the other, so that nothing
//! is made or written where nothing is yet.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use store::Database;

use crate::config::Place;
use crate::database::{folder_of, size, with_ending};
use crate::house::{lock_place, restoring, search_folder};
use crate::serve::say;

/// Checks the backup, and lets it take the place of what is there, which stays under another name.
pub(crate) fn restore(place: &Place, backup: &Path) -> Result<()> {
    let Database::Sqlite(database) = place.database()? else {
        bail!("a PostgreSQL database is restored with its own tools: use pg_restore");
    };
    let _locks = lock_place(place, &Database::Sqlite(database.clone()))?;
    let name = backup.display();
    if backup.canonicalize().with_context(|| name.to_string())? == database.canonicalize().unwrap_or_default()
    {
        bail!("{name} is the database itself: name a file that `cartwright backup` has written");
    }
    store::check_backup(backup).with_context(|| format!("{name} was not restored"))?;

    let aside = replace(&database, backup).with_context(|| format!("{name} was not restored"))?;
    match fs::remove_dir_all(search_folder(place)) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            return Err(error).context("the search index is old");
        }
        _ => {}
    }
    say(&format!("{} is as {name} was: {}", database.display(), size(database.metadata()?.len())));
    if let Some(aside) = aside {
        say(&format!("what was there before is {}: delete it when you miss nothing", aside.display()));
    }
    say("the search index is made anew at the next search; uploaded files are as they were");
    Ok(())
}

/// Tells where the old database is, if there was one.
fn replace(database: &Path, backup: &Path) -> io::Result<Option<PathBuf>> {
    let folder = File::open(folder_of(database))?;
    let (partial, restoring) = (database.with_added_extension("partial"), restoring(database));
    fs::copy(backup, &partial)?;
    File::open(&partial)?.sync_all()?;
    fs::rename(&partial, &restoring)?;
    // From here on nobody opens the database, also after a power cut.
    folder.sync_all()?;
    let aside = set_aside(database)?;
    fs::rename(&restoring, database)?;
    folder.sync_all()?;
    Ok(aside)
}

/// Gives the database another name, and first its log: a log must never be beside another database.
fn set_aside(database: &Path) -> io::Result<Option<PathBuf>> {
    let names = (1..).map(|number| database.with_added_extension(format!("replaced-{number}")));
    let aside = names.into_iter().find(|name| !name.exists()).expect("numbers do not end");
    for ending in ["-wal", "-shm"] {
        rename(&with_ending(database, ending), &with_ending(&aside, ending))?;
    }
    Ok(rename(database, &aside)?.then_some(aside))
}

/// False where there is no such file.
fn rename(from: &Path, to: &Path) -> io::Result<bool> {
    match fs::rename(from, to) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}
