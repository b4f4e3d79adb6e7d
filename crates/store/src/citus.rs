//! Spreading a PostgreSQL database over the nodes of Citus: which table goes where is in `citus.sql`, beside this file.

use std::path::Path;

use crate::db::postgres::connection::{Connection, Place};
use crate::{Error, Result};

/// One statement a line, and what explains them.
const STATEMENTS: &str = include_str!("citus.sql");

/// How many of Citus' functions and tables that we need are there.
const FOUND: &str = "select count(distinct name) from (
        select cast(proname as text) as name from pg_proc
        where proname in ('create_reference_table', 'create_distributed_table') and pg_function_is_visible(oid)
        union all
        select cast(relname as text) from pg_class where relname = 'pg_dist_partition' and pg_table_is_visible(oid)
    ) as found";
/// Tables that are spread already: by a hash, or whole on every node. Others are known to Citus, too, as soon as they refer
/// to one that is.
const SPREAD: &str = "select cast(relname as text) from pg_dist_partition
    join pg_class on pg_class.oid = pg_dist_partition.logicalrelid where partmethod = 'h' or repmodel = 't'";
/// Whoever migrates waits, and so does another one of us. What has references to the catalogue is spread with one
/// connection per node only.
const BEGIN: &str = "begin; set local citus.multi_shard_modify_mode to 'sequential';
    select 1 from migration where number = 0 for update";

/// Refuses a database without Citus; changes nothing.
pub async fn check(address: &str, authorities: Option<&Path>) -> Result<()> {
    let found = Connection::new(Place::parse(address, authorities)?).one(FOUND, &[]).await?;
    if found.first().map_or(Ok(0), |row| row.int(0))? == 3 {
        return Ok(());
    }
    let text = "the extension citus is missing in this database: let its owner run `create extension citus` here and in \
        the databases of all nodes, then run this again; nothing was changed";
    Err(Error::Unusable(text.to_owned()))
}

/// Spreads the tables that are not spread yet, all or none; tells which.
pub async fn spread(address: &str, authorities: Option<&Path>) -> Result<Vec<&'static str>> {
    let mut connection = Connection::new(Place::parse(address, authorities)?);
    connection.batch(BEGIN).await?;
    let spread = connection.one(SPREAD, &[]).await?;
    let known = spread.iter().map(|row| row.text(0)).collect::<Result<Vec<_>>>()?;
    let missing: Vec<_> = statements().filter(|(table, _)| !known.contains(table)).collect();
    for (_, statement) in &missing {
        connection.batch(statement).await?;
    }
    connection.batch("commit").await?;
    Ok(missing.into_iter().map(|(table, _)| table).collect())
}

/// Each table with its statement, in order.
pub(crate) fn statements() -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = STATEMENTS.lines().filter(|line| line.starts_with("select"));
    lines.filter_map(|line| line.split('\'').nth(1).map(|table| (table, line)))
}
