//! Looks the shop over and says what is wrong and how to mend it; mends nothing itself.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use app::Ctx;
use app::delivery::Delivery;
use domain::time::Timestamp;
use store::Database;

use crate::config::{Given, Place, Serving};
use crate::database::{folder_of, size, with_ending};
use crate::house::{files, is_served, look_into, not_ours, search_folder};
use crate::serve::say;

/// Settings that may hold a secret of the gateway.
const SECRET: [&str; 2] = ["sms_url", "sms_template"];
/// A clock that is as far behind the newest row is wrong; clocks of several servers differ by less.
const BEHIND: i64 = 5 * 60;
/// Free space that is little, in bytes.
const LITTLE: u64 = 256 * 1024 * 1024;

/// Prints what there is, what is wrong and how to mend it; the exit code says whether all is well.
pub(crate) async fn doctor(given: &Given, serving: &Serving) -> Result<ExitCode> {
    let place = &given.cli.place;
    let database = place.database()?;
    let is_served = is_served(place)?;
    let sizes = if let Database::Sqlite(file) = &database { sizes_of(file) } else { String::new() };
    say(&format!("database  {database}{sizes}"));
    // Of servers on other machines nothing is known here.
    say(&format!(
        "server    {}",
        if is_served { "one is running" } else { "none is running in this folder" }
    ));
    let mut warnings = look_at_space(place, &database);
    let mut ailments = match look_into(place) {
        Ok(ctx) => {
            let mut ailments = look(&ctx).await.unwrap_or_else(|error| vec![error.to_string()]);
            ailments.extend(
                look_at_files(&ctx, place, serving).await.unwrap_or_else(|error| vec![format!("{error:#}")]),
            );
            ctx.app.store().close();
            ailments
        }
        Err(error) => vec![format!("{error:#}")],
    };
    for setting in given.settings() {
        let value = setting.value.map_or_else(
            || "not set".to_owned(),
            |value| {
                let is_secret = SECRET.contains(&setting.key.as_str()) || value.starts_with("postgres");
                if is_secret { "set".to_owned() } else { value }
            },
        );
        say(&format!("setting   {} = {value} ({})", setting.key, setting.source));
    }
    match look_at_settings(place, serving) {
        Ok(found) => warnings.extend(found),
        Err(error) => ailments.push(format!("{error:#}")),
    }
    for warning in &warnings {
        say(&format!("warning   {warning}"));
    }
    if ailments.is_empty() {
        say("health    all is well");
        return Ok(ExitCode::SUCCESS);
    }
    for ailment in &ailments {
        say(&format!("health    {ailment}"));
    }
    match &database {
        Database::Sqlite(file) if file.exists() => say(&mending(is_served)),
        Database::Sqlite(_) => {}
        Database::Postgres(_) => {
            say(
                "to mend   look at the log of the database server, or restore its last backup with its own tools",
            );
        }
    }
    Ok(ExitCode::FAILURE)
}

/// What is wrong with a database that opens; tells what is in it.
async fn look(ctx: &Ctx) -> store::Result<Vec<String>> {
    let store = ctx.app.store();
    say(&format!("tables    up to date: {}", store.migrations().await?.join(", ")));
    let store::doctor::Sizes { products, skus, accounts, carts, lines } = store.sizes().await?;
    say(&format!(
        "contents  {products} products, {skus} SKUs, {accounts} accounts, {carts} carts, {lines} cart lines"
    ));
    let mut ailments = store.ailments().await?;
    let slow = store.slow_counters().await?;
    ailments.extend(slow.iter().map(|noun| {
        format!(
            "the next {noun} would get a number that is taken: run `cartwright restore` with the last backup"
        )
    }));
    ailments.extend(store.newest().await?.and_then(|newest| behind(newest, ctx.now)));
    Ok(ailments)
}

/// Whether the clock is behind what was written already.
fn behind(newest: Timestamp, now: Timestamp) -> Option<String> {
    let seconds = newest.seconds() - now.seconds();
    (seconds > BEHIND).then(|| {
        format!(
            "the clock is {seconds} s behind the newest row, or was ahead when that was written: set it, since tokens, \
             codes and keys end by it"
        )
    })
}

/// Where there is little space left. What is on another machine is not ours to look at.
fn look_at_space(place: &Place, database: &Database) -> Vec<String> {
    let mut folders = vec![place.data.as_path()];
    let mut needed = LITTLE;
    if let Database::Sqlite(file) = database {
        folders.extend(Some(folder_of(file)).filter(|folder| *folder != place.data));
        // As much as a backup beside it takes.
        needed = needed.max(file.metadata().map_or(0, |file| file.len()));
    }
    let mut warnings = Vec::new();
    for folder in folders {
        let Ok(free) = fs4::available_space(folder) else { continue };
        say(&format!("disk      {} free in {}", size(free), folder.display()));
        if free < needed {
            warnings.push(format!(
                "little space is left in {}: make room, or move the shop to a larger disk; a full one refuses writes",
                folder.display()
            ));
        }
    }
    warnings
}

/// Settings that a server would refuse are an error; some are only strange.
fn look_at_settings(place: &Place, serving: &Serving) -> Result<Vec<String>> {
    let settings = serving.app(search_folder(place))?;
    serving.outside()?;
    let mut warnings = Vec::new();
    if settings.guest_cart_ttl < settings.guest_ttl {
        warnings.push("guests lose their carts before their tokens end: raise --guest-cart-ttl".to_owned());
    }
    if matches!(settings.delivery, Delivery::Log) {
        warnings
            .push("whoever reads the log can log in with its codes: set --sms to webhook or off".to_owned());
    }
    Ok(warnings)
}

/// Rows without their file, files without their row, and whether the files are this shop's at all.
async fn look_at_files(ctx: &Ctx, place: &Place, serving: &Serving) -> Result<Vec<String>> {
    let files = files(place, serving)?;
    let owner = app::asset::owner(&ctx.app, &files).await?;
    if let Some(ailment) = not_ours(&ctx.app, owner, place, serving).await? {
        return Ok(vec![ailment]);
    }
    let found = app::asset::compare(&ctx.app, &files).await?;
    say(&format!("files     {} without a row, which a server sweeps away", found.orphans));
    let ailment = |file: &String| {
        format!(
            "an asset names the file {file}, which is not there: bring it back from your copy of the files"
        )
    };
    let mut ailments: Vec<_> = found.missing.iter().map(ailment).collect();
    if found.are_too_many() {
        ailments.push(format!(
            "{} of {} files have no row, so no server sweeps any away: look whether the database is the newest, and \
             delete them by hand if it is",
            found.orphans, found.files
        ));
    }
    Ok(ailments)
}

fn sizes_of(file: &Path) -> String {
    let bytes = |file: &Path| file.metadata().ok().map(|found| found.len());
    let Some(whole) = bytes(file) else { return String::new() };
    let log = bytes(&with_ending(file, "-wal")).unwrap_or(0);
    format!(", {} and {} of log", size(whole), size(log))
}

/// How to go back to the last copy.
fn mending(is_served: bool) -> String {
    let stop = if is_served { "stop the server, and " } else { "" };
    format!(
        "to mend   do what is said above; for a database that is damaged {stop}run `cartwright restore FILE` with the last \
         file that `cartwright backup` has written, then `cartwright doctor` again"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_behind_when_it_is_more_than_clocks_differ() {
        let now = Timestamp::from_micros(1_767_323_045_000_000);
        assert_eq!(behind(now, now), None);
        assert_eq!(behind(now.plus_seconds(BEHIND), now), None);
        assert_eq!(behind(now.plus_seconds(-1_000_000), now), None);
        let told = behind(now.plus_seconds(3600), now).unwrap();
        assert!(told.starts_with("the clock is 3600 s behind"), "{told}");
    }
}
