//! The live schema and every statement, held against what a database of many machines wants: what a shopper owns lies on
//! one of them, and everything else on each.

use std::collections::BTreeMap;

use super::{Connection, Database, Place, Sql, Store, doctor, statements, sweep, testing};
use crate::{Error, citus};

/// Tables with an owner that do not lie where what the owner has lies, and why not.
const ELSEWHERE: [(&str, &str); 2] = [
    ("account", "found by its names, which are unique in the whole shop, so it is on every machine"),
    ("token", "found by its hash before anybody knows whose it is, and moved from one owner to another"),
];

/// Statements that look at all shoppers.
const ABOUT_ALL: [&Sql; 8] = [
    sweep::ENDED_TOKENS,
    sweep::EXPIRED_CODES,
    sweep::OUTDATED_KEYS,
    sweep::CARTS,
    doctor::EMPTY_LINES,
    doctor::SIZES,
    doctor::STRAYS,
    doctor::NEWEST,
];

const TABLES: &str = "select cast(relname as text), exists (select 1 from pg_attribute
        where attrelid = pg_class.oid and attname = 'owner_id' and not attisdropped)
    from pg_class join pg_namespace on pg_namespace.oid = relnamespace
    where nspname = current_schema() and relkind in ('r', 'p') and relname <> 'migration' order by 1";
const UNIQUE: &str = "select cast(tables.relname as text), cast(keys.relname as text),
        string_agg(cast(attname as text), ' ')
    from pg_index join pg_class as tables on tables.oid = indrelid join pg_class as keys on keys.oid = indexrelid
        join pg_namespace on pg_namespace.oid = tables.relnamespace
        join pg_attribute on attrelid = tables.oid and attnum = any (indkey)
    where nspname = current_schema() and indisunique group by 1, 2";
const REFERENCES: &str = "select cast(ours.relname as text), cast(theirs.relname as text),
        exists (select 1 from unnest(conkey, confkey) as pair (our, their)
            join pg_attribute as a on a.attrelid = conrelid and a.attnum = our
            join pg_attribute as b on b.attrelid = confrelid and b.attnum = their
            where a.attname = 'owner_id' and b.attname = 'owner_id')
    from pg_constraint join pg_class as ours on ours.oid = conrelid join pg_class as theirs on theirs.oid = confrelid
        join pg_namespace on pg_namespace.oid = ours.relnamespace
    where nspname = current_schema() and contype = 'f'";
const STRANGE: &str = "select 'sequence ' || relname from pg_class join pg_namespace on pg_namespace.oid = relnamespace
        where nspname = current_schema() and relkind = 'S'
    union all select 'trigger ' || tgname from pg_trigger join pg_class on pg_class.oid = tgrelid
        join pg_namespace on pg_namespace.oid = relnamespace where nspname = current_schema() and not tgisinternal
    union all select 'type ' || typname from pg_type join pg_namespace on pg_namespace.oid = typnamespace
        where nspname = current_schema() and typtype in ('e', 'd')
    union all select 'column ' || table_name || '.' || column_name || ' ' || data_type
        from information_schema.columns where table_schema = current_schema()
        and data_type not in ('bigint', 'text', 'boolean', 'bytea', 'json')";

/// A connection to a schema with our tables; `None` without `CARTWRIGHT_TEST_DATABASE`.
async fn live(folder: &tempfile::TempDir) -> Option<(Connection, String)> {
    let options = testing::options(folder.path());
    let Database::Postgres(address) = options.database.clone() else {
        eprintln!("skipped: scripts/with-postgres runs this test");
        return None;
    };
    drop(Store::open(&options).unwrap());
    let mut connection = Connection::new(Place::parse(&address, None).unwrap());
    connection.open().await.unwrap();
    Some((connection, address))
}

/// The column by which each spread table is spread.
fn spread_by() -> BTreeMap<&'static str, &'static str> {
    let spread = citus::statements().filter(|(_, statement)| statement.contains("create_distributed_table"));
    spread.map(|(table, statement)| (table, statement.split('\'').nth(3).unwrap())).collect()
}

#[tokio::test]
async fn each_table_is_spread_once_behind_what_it_refers_to() {
    let folder = tempfile::tempdir().unwrap();
    let Some((mut connection, address)) = live(&folder).await else { return };
    let tables = connection.one(TABLES, &[]).await.unwrap();
    let mut tables: Vec<_> = tables.iter().map(|row| row.text(0).unwrap().to_owned()).collect();
    // In place of the extension, which cannot be installed everywhere: the signatures are those of its functions.
    let stand_in = "create table pg_dist_partition (logicalrelid regclass, partmethod \"char\", repmodel \"char\");
        insert into pg_dist_partition values ('wishlist', 'n', 's');
        create table called (at bigint, name text, spread_by text, beside text);
        create function create_reference_table(table_name regclass) returns void language sql as $$
            insert into pg_dist_partition values (table_name, 'n', 't');
            insert into called select count(*), cast(table_name as text), '', '' from called $$;
        create function create_distributed_table(table_name regclass, distribution_column text,
            distribution_type text default 'hash', colocate_with text default 'default', shard_count int default null)
            returns void language sql as $$
            insert into pg_dist_partition values (table_name, 'h', 's');
            insert into called select count(*), cast(table_name as text), distribution_column, colocate_with from called $$";
    connection.batch(stand_in).await.unwrap();
    citus::check(&address, None).await.unwrap();
    let told = citus::spread(&address, None).await.unwrap();
    assert_eq!(citus::spread(&address, None).await.unwrap(), Vec::<&str>::new(), "once is enough");

    let called = "select name, spread_by, beside from called order by at";
    let called = connection.one(called, &[]).await.unwrap();
    let called: Vec<_> =
        called.iter().map(|row| [0, 1, 2].map(|at| row.text(at).unwrap().to_owned())).collect();
    let names: Vec<_> = called.iter().map(|[name, ..]| name.clone()).collect();
    assert_eq!(names, told);
    let mut sorted = names.clone();
    sorted.sort();
    tables.sort();
    assert_eq!(sorted, tables, "citus.sql lacks a table, or names one twice");
    let place = |name: &str| names.iter().position(|known| known == name).unwrap();
    for row in connection.one(REFERENCES, &[]).await.unwrap().iter() {
        let (ours, theirs) = (row.text(0).unwrap(), row.text(1).unwrap());
        assert!(place(theirs) < place(ours), "{ours} refers to {theirs}, which is spread later");
    }
    let owned: Vec<_> = called.iter().filter(|[_, by, _]| by == "owner_id").collect();
    assert!(
        owned[1..].iter().all(|[_, _, beside]| *beside == owned[0][0]),
        "all beside the first: {owned:?}"
    );
}

#[tokio::test]
async fn without_citus_nothing_is_changed() {
    let folder = tempfile::tempdir().unwrap();
    let Database::Postgres(address) = testing::options(folder.path()).database else { return };
    let refused = citus::check(&address, None).await;
    assert!(
        matches!(&refused, Err(Error::Unusable(text)) if text.contains("create extension citus")),
        "{refused:?}"
    );
    let mut connection = Connection::new(Place::parse(&address, None).unwrap());
    assert_eq!(connection.one(TABLES, &[]).await.unwrap().count(), 0);
}

#[tokio::test]
async fn what_a_shopper_owns_can_lie_on_one_machine() {
    let folder = tempfile::tempdir().unwrap();
    let Some((mut connection, _)) = live(&folder).await else { return };
    let spread = spread_by();
    for row in connection.one(TABLES, &[]).await.unwrap().iter() {
        let (table, has_owner) = (row.text(0).unwrap(), row.bool(1).unwrap());
        let is_elsewhere = ELSEWHERE.iter().any(|(known, _)| *known == table);
        let is_owned = spread.get(table) == Some(&"owner_id");
        assert_eq!(is_owned, has_owner && !is_elsewhere, "{table} is where it does not belong");
    }
    for row in connection.one(UNIQUE, &[]).await.unwrap().iter() {
        let (table, key, columns) = (row.text(0).unwrap(), row.text(1).unwrap(), row.text(2).unwrap());
        let Some(by) = spread.get(table) else { continue };
        assert!(columns.split(' ').any(|column| column == *by), "{key} of {table} is unique without {by}");
    }
    for row in connection.one(REFERENCES, &[]).await.unwrap().iter() {
        let (ours, theirs, is_within) = (row.text(0).unwrap(), row.text(1).unwrap(), row.bool(2).unwrap());
        let leads_out = spread.contains_key(theirs) && !is_within;
        assert!(!leads_out, "{ours} refers to {theirs} of another owner");
    }
}

#[tokio::test]
async fn the_schema_keeps_to_what_every_engine_runs() {
    let folder = tempfile::tempdir().unwrap();
    let Some((mut connection, _)) = live(&folder).await else { return };
    let strange = connection.one(STRANGE, &[]).await.unwrap();
    let strange: Vec<_> = strange.iter().map(|row| row.text(0).unwrap()).collect();
    assert_eq!(strange, Vec::<&str>::new());
}

#[test]
fn a_statement_names_the_owner_of_what_it_touches() {
    let spread = spread_by();
    let mut wrong = Vec::new();
    for sql in statements() {
        if ABOUT_ALL.iter().any(|about_all| about_all.postgres == sql.postgres) {
            continue;
        }
        let text = sql.postgres.split_whitespace().collect::<Vec<_>>().join(" ");
        let words: Vec<_> = text.split(|sign: char| !sign.is_alphanumeric() && sign != '_').collect();
        let is_touched = |table: &str| {
            words
                .windows(2)
                .any(|pair| ["from", "join", "into", "update"].contains(&pair[0]) && pair[1] == table)
        };
        for (table, by) in spread.iter().filter(|(table, _)| is_touched(table)) {
            let is_inserted = text.contains(&format!("insert into {table} ({by},"))
                && (text.contains("values ($1") || text.contains("select $1"));
            let is_moved = text.contains(&format!("set {by} ="));
            if is_moved || !is_inserted && !text.contains(&format!("{by} = $")) {
                wrong.push(format!("{table}: {text}"));
            }
        }
    }
    assert!(wrong.is_empty(), "these statements do not say whose rows they mean:\n{}", wrong.join("\n"));
    // The rule finds what breaks it.
    assert!(spread.len() > 5 && statements().len() > 100);
}
