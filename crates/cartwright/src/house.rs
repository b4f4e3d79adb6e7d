//! Opens the shop in its folder: the lock that keeps servers apart, the database, and the running shop over it.

use std::fs::{File, TryLockError, create_dir_all};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use app::asset::{self, Owner};
use app::files::Files;
use app::{App, Clock, Ctx, Entropy, Error, Settings};
use domain::id::StoreId;
use store::{Database, Options, Store};
use web::Shop;

use crate::config::{Place, Serving};

/// How long a client may wait for a statement that the database does not answer; a command has all the time it needs.
const PATIENCE: Duration = Duration::from_secs(15);

/// A shop that is served from here and from nowhere else.
pub(crate) struct House {
    /// The shop with its doors.
    pub(crate) shop: Shop,
    _locks: Vec<File>,
}

impl House {
    /// Takes the folder, and opens the shop in it.
    pub(crate) async fn open(place: &Place, serving: &Serving) -> Result<Self> {
        let mut settings = serving.app(search_folder(place))?;
        let database = place.database()?;
        let locks = lock_place(place, &database)?;
        settings.files = files(place, serving)?;
        if serving.files.is_none() && !is_embedded(&database) {
            tracing::warn!(
                "uploaded files go into a folder of this server's own: give all servers of the shop the same --files"
            );
        }
        let store = whole(store(&Options {
            database_ca: place.database_ca.clone(),
            cached_carts: serving.cached_carts,
            migrates: serving.migrate || is_embedded(&database),
            deadline: Some(PATIENCE),
            ..Options::new(database)
        })?)
        .await?;
        let app = App::new(store, settings, Clock::System, Entropy::System);
        match asset::take_over(&app).await {
            Ok(owner) => {
                if let Some(ailment) = not_ours(&app, owner, place, serving).await? {
                    app.store().close();
                    bail!("{ailment}");
                }
            }
            // Carts are served without files, which are not swept away meanwhile.
            Err(error @ Error::Unavailable(_)) => tracing::warn!(%error, "the files are not there now"),
            Err(error) => return Err(error.into()),
        }
        Ok(Self { shop: Shop::new(app, serving.outside()?), _locks: locks })
    }
}

/// The shop for one command beside a server, if there is one; folder and database are made when missing.
pub(crate) async fn settle(place: &Place) -> Result<Ctx> {
    make_folder(&place.data)?;
    Ok(visitor(place, whole(open(place, is_embedded(&place.database()?))?).await?))
}

/// The same, with the tables brought up to date.
pub(crate) async fn migrated(place: &Place) -> Result<Ctx> {
    make_folder(&place.data)?;
    Ok(visitor(place, whole(open(place, true)?).await?))
}

/// The same where a missing database is a mistake.
pub(crate) async fn visit(place: &Place) -> Result<Ctx> {
    refuse_missing(place)?;
    Ok(visitor(place, whole(open(place, is_embedded(&place.database()?))?).await?))
}

/// The same for who only looks: an older database stays as it is, and is refused; a half of a shop is not.
pub(crate) fn look_into(place: &Place) -> Result<Ctx> {
    refuse_missing(place)?;
    Ok(visitor(place, open(place, false)?))
}

fn refuse_missing(place: &Place) -> Result<()> {
    if let Database::Sqlite(file) = place.database()?
        && !file.exists()
        && !restoring(&file).exists()
    {
        bail!(
            "there is no database {}: say with --data where the shop is, or run `cartwright serve`",
            file.display()
        );
    }
    Ok(())
}

/// Whether the database is this program's alone, which brings it up to date by itself.
fn is_embedded(database: &Database) -> bool {
    matches!(database, Database::Sqlite(_))
}

fn open(place: &Place, migrates: bool) -> Result<Store> {
    let database_ca = place.database_ca.clone();
    store(&Options { database_ca, migrates, ..Options::new(place.database()?) })
}

fn visitor(place: &Place, store: Store) -> Ctx {
    let settings = Settings { search: Some(search_folder(place)), ..Settings::default() };
    Ctx::new(&App::new(store, settings, Clock::System, Entropy::System), None)
}

/// A database that holds a whole shop: what a copy has not finished nobody may serve or change, and no backup is made of.
pub(crate) async fn whole(store: Store) -> Result<Store> {
    if store.is_half_copied().await? {
        store.close();
        bail!("a copy into this database is not finished: run `cartwright copy` again first");
    }
    Ok(store)
}

/// The store of a name.
pub(crate) async fn store_named(ctx: &Ctx, name: &str) -> Result<StoreId> {
    let stores = ctx.app.store().stores().await?;
    let found = stores.iter().find(|known| known.name == name);
    let found = found.ok_or_else(|| {
        let names: Vec<_> = stores.iter().map(|store| store.name.as_str()).collect();
        anyhow!("there is no store {name:?}; there are: {}", names.join(", "))
    })?;
    Ok(StoreId::new(found.id))
}

/// Whether a server holds the folder.
pub(crate) fn is_served(place: &Place) -> Result<bool> {
    let is_held = |lock: &PathBuf| {
        File::open(lock).is_ok_and(|lock| matches!(lock.try_lock(), Err(TryLockError::WouldBlock)))
    };
    Ok(lock_files(place, &place.database()?).iter().any(is_held))
}

/// Keeps servers from folder and database, as long as it is held.
pub(crate) fn lock_place(place: &Place, database: &Database) -> Result<Vec<File>> {
    make_folder(&place.data)?;
    lock_files(place, database).iter().map(|file| lock(file)).collect()
}

/// Keeps servers from a database in a file, as long as it is held.
pub(crate) fn lock_database(file: &Path) -> Result<File> {
    lock(&lock_of(file))
}

/// Where the search index is; it is made from the database and may be deleted at any time.
pub(crate) fn search_folder(place: &Place) -> PathBuf {
    place.data.join("search")
}

/// Why files cannot be this shop's, and what to do.
pub(crate) async fn not_ours(
    app: &App,
    owner: Owner,
    place: &Place,
    serving: &Serving,
) -> Result<Option<String>> {
    let why = match owner {
        Owner::Us | Owner::Nobody => return Ok(None),
        Owner::Another => "are another shop's",
        Owner::Unknown => "do not say whose they are",
    };
    let known = serving.files.clone().unwrap_or_else(|| place.data.join("files").display().to_string());
    let mark = app.store().shop_id().await?.map_or_else(String::new, |id| {
        format!("; if they belong to this database after all, write {id} into `shop` beside them")
    });
    Ok(Some(format!(
        "the files in {known} {why}: choose the right ones with --files, or the right database with --data or \
         --database{mark}"
    )))
}

/// Where uploaded files are.
pub(crate) fn files(place: &Place, serving: &Serving) -> Result<Files> {
    let folder = match serving.files.as_deref() {
        Some(address) if address.contains("://") => {
            return in_bucket(address).with_context(|| format!("--files {address}"));
        }
        Some(folder) => folder.into(),
        None => place.data.join("files"),
    };
    let cannot = || format!("cannot make the folder {}; choose another with --files", folder.display());
    Files::in_folder(&folder).with_context(cannot)
}

#[cfg(feature = "s3")]
fn in_bucket(address: &str) -> Result<Files> {
    Ok(Files::in_bucket(address)?)
}

#[cfg(not(feature = "s3"))]
fn in_bucket(_: &str) -> Result<Files> {
    bail!("this program was built without buckets: build it with --features s3")
}

fn make_folder(folder: &Path) -> Result<()> {
    create_dir_all(folder)
        .with_context(|| format!("cannot make the folder {}; choose another with --data", folder.display()))
}

/// Opens a database.
pub(crate) fn store(options: &Options) -> Result<Store> {
    if let Database::Sqlite(file) = &options.database
        && restoring(file).exists()
    {
        bail!("a restore of {} is not finished: run `cartwright restore` again", file.display());
    }
    Store::open(options).with_context(|| options.database.to_string())
}

/// The backup on its way into the place of a database.
pub(crate) fn restoring(database: &Path) -> PathBuf {
    database.with_added_extension("restoring")
}

/// Two servers must share neither a folder nor an embedded database. The lock of a folder is that of the database it
/// usually has.
fn lock_files(place: &Place, database: &Database) -> Vec<PathBuf> {
    let of_folder = place.data.join("cartwright.db.lock");
    let Database::Sqlite(file) = database else { return vec![of_folder] };
    let of_database = lock_of(file);
    if real(&of_folder) == real(&of_database) { vec![of_folder] } else { vec![of_folder, of_database] }
}

fn lock_of(database: &Path) -> PathBuf {
    database.with_added_extension("lock")
}

/// A path whose folder is told in one way only.
fn real(path: &Path) -> PathBuf {
    let folder = path.parent().and_then(|folder| folder.canonicalize().ok());
    folder.zip(path.file_name()).map_or_else(|| path.to_owned(), |(folder, name)| folder.join(name))
}

/// Held until it is dropped; the system lets it go when the process ends, however that happens.
fn lock(path: &Path) -> Result<File> {
    let file = File::options().create(true).append(true).open(path);
    let file = file.with_context(|| format!("cannot write {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(anyhow!(
            "another server has this shop open ({} is locked): stop it first, or choose another folder with --data",
            path.display()
        )),
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("cannot lock {}", path.display()))
        }
    }
}
