//! Migrations: numbered SQL files, applied in order, never edited after release; checksums hold us to it.

use std::fmt::Write as _;

use rusqlite::Connection;
use sha2::{Digest, Sha256};

use crate::db::postgres::connection::Connection as Postgres;
use crate::{Error, Result};

/// The files, in order. Adding one here is all it takes.
const MIGRATIONS: &[(&str, &str)] = &[
    ("0001_shop", include_str!("../migrations/0001_shop.sql")),
    ("0002_catalogue", include_str!("../migrations/0002_catalogue.sql")),
    ("0003_publishing", include_str!("../migrations/0003_publishing.sql")),
    ("0004_lists", include_str!("../migrations/0004_lists.sql")),
    ("0005_headings", include_str!("../migrations/0005_headings.sql")),
    ("0006_shop_id", include_str!("../migrations/0006_shop_id.sql")),
    ("0007_replicas", include_str!("../migrations/0007_replicas.sql")),
    ("0008_operations", include_str!("../migrations/0008_operations.sql")),
    ("0009_ranges", include_str!("../migrations/0009_ranges.sql")),
    ("0010_merged_ranges", include_str!("../migrations/0010_merged_ranges.sql")),
    ("0011_room", include_str!("../migrations/0011_room.sql")),
];

/// Rows below 1 are no migrations: -1 is there while a shop is copied into the database (`copy`).
const TABLE: &str = "create table if not exists migration (
    number integer not null primary key, name text not null, checksum text not null) strict";

/// Row 0 is what who migrates holds.
const POSTGRES_TABLE: &str = "set client_min_messages = warning;
    create table if not exists migration (
    number bigint not null primary key, name text not null, checksum text not null);
    insert into migration (number, name, checksum) values (0, 'lock', '') on conflict do nothing";

/// Brings the tables up to date; each migration is one transaction.
pub(crate) fn run(connection: &mut Connection) -> Result<()> {
    connection.execute_batch(TABLE)?;
    for ((name, text), number) in MIGRATIONS.iter().zip(1i64..) {
        let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let applied: Option<String> = {
            let mut statement = transaction.prepare("select checksum from migration where number = ?1")?;
            let mut rows = statement.query([number])?;
            rows.next()?.map(|row| row.get(0)).transpose()?
        };
        match applied {
            Some(known) if known == checksum(text) => {}
            Some(_) => return Err(edited(name)),
            None => {
                transaction.execute_batch(&narrowed(text))?;
                transaction.execute(
                    "insert into migration (number, name, checksum) values (?1, ?2, ?3)",
                    (number, name, checksum(text)),
                )?;
            }
        }
        transaction.commit()?;
    }
    let newest: i64 = connection.query_row("select max(number) from migration", [], |row| row.get(0))?;
    if usize::try_from(newest).is_ok_and(|newest| newest > MIGRATIONS.len()) {
        return Err(newer());
    }
    Ok(())
}

/// Refuses tables that are not up to date.
pub(crate) fn check_newest(connection: &Connection) -> Result<()> {
    let applied = check(connection)?;
    if applied < MIGRATIONS.len() { Err(older(applied)) } else { Ok(()) }
}

/// Refuses tables that this program has not made, and cannot bring up to date. Tells how many migrations they have seen.
pub(crate) fn check(connection: &Connection) -> Result<usize> {
    let applied = connection.prepare("select checksum from migration where number > 0 order by number");
    let mut applied = applied.map_err(|_| Error::Unusable("it is no database of a shop".to_owned()))?;
    let applied =
        applied.query_map([], |row| row.get(0))?.collect::<std::result::Result<Vec<String>, _>>()?;
    refuse_others(&applied)?;
    Ok(applied.len())
}

/// Refuses checksums that are not those of the first migrations.
fn refuse_others(applied: &[impl AsRef<str>]) -> Result<()> {
    if applied.len() > MIGRATIONS.len() {
        return Err(newer());
    }
    let mut both = MIGRATIONS.iter().zip(applied);
    both.find(|((_, text), is)| checksum(text) != is.as_ref())
        .map_or(Ok(()), |((name, _), _)| Err(edited(name)))
}

fn edited(name: &str) -> Error {
    Error::Unusable(format!("migration {name} was changed after it was applied: run the released program"))
}

fn older(applied: usize) -> Error {
    let missing: Vec<_> = MIGRATIONS.iter().skip(applied).map(|(name, _)| *name).collect();
    let missing = missing.join(", ");
    Error::Unusable(format!(
        "the database is older than this program: run `cartwright migrate` for {missing}"
    ))
}

fn newer() -> Error {
    let text = "the database was made by a newer version of this program: install that version";
    Error::Unusable(text.to_owned())
}

/// The same on PostgreSQL, where only who says so changes the tables. Whoever comes first holds a row while the others
/// wait: not every engine that speaks its protocol has advisory locks.
pub(crate) async fn run_on_postgres(connection: &mut Postgres, migrates: bool) -> Result<()> {
    // Of two who make the table at the same time one is refused, and finds it the next time.
    if connection.batch(POSTGRES_TABLE).await.is_err() {
        connection.batch(POSTGRES_TABLE).await?;
    }
    // Others may have much to migrate.
    let begin = "begin; set local lock_timeout = 0; select 1 from migration where number = 0 for update";
    connection.batch(begin).await?;
    let applied =
        connection.one("select checksum from migration where number > 0 order by number", &[]).await?;
    let applied: Vec<_> = applied.iter().map(|row| row.text(0)).collect::<Result<_>>()?;
    refuse_others(&applied)?;
    let missing: Vec<_> = MIGRATIONS.iter().zip(1i64..).skip(applied.len()).collect();
    if !missing.is_empty() && !migrates {
        return Err(older(applied.len()));
    }
    for ((name, text), number) in missing {
        connection.batch(text).await?;
        let row = [number.into(), (*name).into(), checksum(text).into()];
        connection.one("insert into migration (number, name, checksum) values ($1, $2, $3)", &row).await?;
    }
    connection.batch("commit").await
}

fn checksum(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

/// Hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut digits = String::new();
    for byte in bytes {
        // Writing to a text cannot fail.
        let _ = write!(digits, "{byte:02x}");
    }
    digits
}

/// SQLite's strict tables know `integer`, `text` and `blob` only, and what ends in `-- postgresql` is not for it.
fn narrowed(text: &str) -> String {
    let lines = text.split_inclusive('\n').filter(|line| !line.ends_with("; -- postgresql\n"));
    lines
        .collect::<String>()
        .replace(" bigint", " integer")
        .replace(" boolean", " integer")
        .replace(" bytea", " blob")
        .replace("\n); -- clustered\n", "\n) strict, without rowid;\n")
        .replace("\n);\n", "\n) strict;\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edited_migration_is_refused() {
        let mut connection = Connection::open_in_memory().unwrap();
        run(&mut connection).unwrap();
        run(&mut connection).unwrap();
        check(&connection).unwrap();
        connection.execute("update migration set checksum = 'other'", []).unwrap();
        for refused in [run(&mut connection), check(&connection).map(drop)] {
            assert!(matches!(refused, Err(Error::Unusable(text)) if text.contains("changed")));
        }
    }

    #[test]
    fn a_newer_database_is_refused() {
        let mut connection = Connection::open_in_memory().unwrap();
        run(&mut connection).unwrap();
        connection.execute("insert into migration values (99, 'later', '')", []).unwrap();
        for refused in [run(&mut connection), check(&connection).map(drop)] {
            assert!(matches!(refused, Err(Error::Unusable(text)) if text.contains("newer")));
        }
    }

    #[test]
    fn a_shop_of_an_older_program_keeps_what_it_holds() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(TABLE).unwrap();
        let (name, text) = MIGRATIONS[0];
        connection.execute_batch(&narrowed(text)).unwrap();
        let applied = "insert into migration (number, name, checksum) values (1, ?1, ?2)";
        connection.execute(applied, (name, checksum(text))).unwrap();
        let brand = "insert into brand (id, rid, name, created_at) values (1, '800000001', 'Tea', 0)";
        connection.execute(brand, []).unwrap();
        let older = check_newest(&connection);
        assert!(matches!(older, Err(Error::Unusable(text)) if text.contains("older")));
        run(&mut connection).unwrap();
        check_newest(&connection).unwrap();
        let shown = connection.query_row("select name, features, status from brand", [], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, i64>(2)?))
        });
        assert_eq!(shown.unwrap(), ("Tea".to_owned(), String::new(), 1));
    }

    #[test]
    fn every_table_is_strict() {
        let mut connection = Connection::open_in_memory().unwrap();
        run(&mut connection).unwrap();
        let loose = "select count(*) from pragma_table_list where schema = 'main' and strict = 0
            and name not like 'sqlite_%'";
        let loose: i64 = connection.query_row(loose, [], |row| row.get(0)).unwrap();
        assert_eq!(loose, 0);
    }
}
