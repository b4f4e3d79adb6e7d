//! The live schema, held against what a database of many machines wants: what a shopper owns lies on one of them, and
//! everything else on each.

use std::collections::BTreeMap;

use super::{Connection, Database, Place, Store, testing};
use crate::{Error, citus};

/// Tables with an owner that do not lie where what the owner has lies, and why not.
const ELSEWHERE: [(&str, &str); 2] = [
    ("account", "found by its names, which are unique in the whole shop, so it is on every machine"),
    ("token", "found by its hash before anybody knows whose it is, and moved from one owner to another"),
];

const TABLES: &str = "select cast(relname as text), exists (select 1 from pg_attribute
        where attrelid = pg_class.oid and attname = 'owner_id' and not attisdropped)
    from pg_class join pg_namespace on pg_namespace.oid = relnamespace
    where nspname = current_schema() and relkind in ('r', 'p') and relname <> 'migration' order by 1";
/// What is unique over which columns; what stands beside a key in its index is none of them, and an expression is "?".
const UNIQUE: &str = "select cast(tables.relname as text), cast(keys.relname as text),
        string_agg(coalesce(cast(attname as text), '?'), ' ')
    from pg_index join pg_class as tables on tables.oid = indrelid join pg_class as keys on keys.oid = indexrelid
        join pg_namespace on pg_namespace.oid = tables.relnamespace
        cross join unnest(indkey) with ordinality as key (number, place)
        left join pg_attribute on attrelid = tables.oid and attnum = key.number
    where nspname = current_schema() and (indisunique or indisexclusion) and place <= indnkeyatts group by 1, 2";
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
pub(super) fn spread_by() -> BTreeMap<&'static str, &'static str> {
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

/// What keeps the tables from being spread, and what not every engine runs.
async fn faults(connection: &mut Connection) -> Vec<String> {
    let (spread, mut faults) = (spread_by(), Vec::new());
    for row in connection.one(TABLES, &[]).await.unwrap().iter() {
        let (table, has_owner) = (row.text(0).unwrap(), row.bool(1).unwrap());
        let is_elsewhere = ELSEWHERE.iter().any(|(known, _)| *known == table);
        if (spread.get(table) == Some(&"owner_id")) != (has_owner && !is_elsewhere) {
            faults.push(format!("{table} is where it does not belong"));
        }
    }
    for row in connection.one(UNIQUE, &[]).await.unwrap().iter() {
        let (table, key, columns) = (row.text(0).unwrap(), row.text(1).unwrap(), row.text(2).unwrap());
        if let Some(by) = spread.get(table)
            && columns.split(' ').all(|column| column != *by)
        {
            faults.push(format!("{key} of {table} is unique without {by}"));
        }
    }
    for row in connection.one(REFERENCES, &[]).await.unwrap().iter() {
        let (ours, theirs, is_within) = (row.text(0).unwrap(), row.text(1).unwrap(), row.bool(2).unwrap());
        if spread.contains_key(theirs) && !is_within {
            faults.push(format!("{ours} refers to {theirs} of another owner"));
        }
    }
    faults.extend(
        connection.one(STRANGE, &[]).await.unwrap().iter().map(|row| row.text(0).unwrap().to_owned()),
    );
    faults
}

#[tokio::test]
async fn what_a_shopper_owns_can_lie_on_one_machine_and_every_engine_runs_the_schema() {
    let folder = tempfile::tempdir().unwrap();
    let Some((mut connection, _)) = live(&folder).await else { return };
    assert_eq!(faults(&mut connection).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_schema_that_cannot_be_spread_or_run_everywhere_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let Some((mut connection, _)) = live(&folder).await else { return };
    for (breaks, expected) in [
        ("create table visit (owner_id bytea not null)", "visit is where it does not belong"),
        ("alter table store add owner_id bytea", "store is where it does not belong"),
        ("create unique index broken on cart (version)", "broken of cart is unique without owner_id"),
        (
            "create unique index broken on cart (version) include (owner_id)",
            "broken of cart is unique without owner_id",
        ),
        ("create unique index broken on cart ((version + 1))", "broken of cart is unique without owner_id"),
        ("create unique index broken on token (owner_id)", "broken of token is unique without hash"),
        (
            "alter table wishlist add other bytea references cart (owner_id)",
            "wishlist refers to cart of another owner",
        ),
        (
            "alter table store add told bytea references one_time_code (session_hash)",
            "store refers to one_time_code of another owner",
        ),
        ("create sequence broken", "sequence broken"),
        ("alter table cart add number bigint generated always as identity", "sequence cart_number_seq"),
        (
            "create function refuse() returns trigger language plpgsql as 'begin return null; end';
            create trigger broken before delete on cart for each row execute function refuse()",
            "trigger broken",
        ),
        ("create type broken as enum ('a')", "type broken"),
        ("alter table cart add weight numeric", "column cart.weight numeric"),
    ] {
        connection.batch("begin").await.unwrap();
        connection.batch(breaks).await.unwrap();
        assert_eq!(faults(&mut connection).await, [expected], "{breaks}");
        connection.batch("rollback").await.unwrap();
    }
}
