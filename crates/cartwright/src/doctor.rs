//! Looks the shop over and says what is wrong and how to mend it; mends nothing itself.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use app::Ctx;
use store::Database;

use crate::config::{Given, Place, Serving};
use crate::database::size;
use crate::house::{files, is_served, not_ours, visit_existing};
use crate::serve::say;

/// Settings that may hold a secret of the gateway.
const SECRET: [&str; 2] = ["sms_url", "sms_template"];

/// Prints what there is, what is wrong and how to mend it; the exit code says whether all is well.
pub(crate) async fn doctor(given: &Given, serving: &Serving) -> Result<ExitCode> {
    let place = &given.cli.place;
    let database = place.database()?;
    let is_served = is_served(place)?;
    let sizes = if let Database::Sqlite(file) = &database { sizes_of(file) } else { String::new() };
    say(&format!("database  {database}{sizes}"));
    say(&format!("server    {}", if is_served { "one is running" } else { "none is running" }));
    let ailments = match visit_existing(place) {
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
    if ailments.is_empty() {
        say("health    all is well");
        return Ok(ExitCode::SUCCESS);
    }
    for ailment in &ailments {
        say(&format!("health    {ailment}"));
    }
    match &database {
        Database::Sqlite(file) if file.exists() => say(&mending(file, is_served)),
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
    store.ailments().await
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
fn mending(file: &Path, is_served: bool) -> String {
    let stop = if is_served { "stop the server, " } else { "" };
    let (wal, shm) = (with_ending(file, "-wal"), with_ending(file, "-shm"));
    format!(
        "to mend   {stop}move {}, {} and {} to another folder, copy the last file that `cartwright backup` has \
         written to {}, and run `cartwright doctor` again; keep what you have moved until then",
        file.display(),
        wal.display(),
        shm.display(),
        file.display()
    )
}

fn with_ending(file: &Path, ending: &str) -> std::path::PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
