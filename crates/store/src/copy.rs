//! Copying a whole shop into another database, one of the two being SQLite, whose schema says what there is to copy. A copy
//! that was cut off goes on where it ended; it never writes a row twice, and never into a database that holds a shop.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::db::Db;
use crate::migration::hex;
use crate::sql::statements;
use crate::{Error, Result, Row, Rows, Sql, Step, Store, Value};

statements! {
    /// The columns of each table: which place in the key each has, and whether it is a text. Migrations are not copied,
    /// since both databases have had their own.
    COLUMNS = "select tables.name, columns.name, columns.pk, columns.type = 'text'
        from sqlite_schema as tables join pragma_table_info(tables.name) as columns
        where tables.type = 'table' and tables.name not like 'sqlite_%' and tables.name <> 'migration'
        order by tables.name, columns.cid", postgres: "select '' limit 0";
    /// Which table refers to which.
    REFERENCES = "select tables.name, keys.\"table\"
        from sqlite_schema as tables join pragma_foreign_key_list(tables.name) as keys
        where tables.type = 'table'", postgres: "select '' limit 0";
    /// The shop whose copy is under way: what is no migration has no number.
    UNDER_WAY = "select checksum from migration where number = -1";
    /// Notes it.
    BEGIN = "insert into migration (number, name, checksum) values (-1, 'copy', $1)";
    /// Removes what the migrations have put there.
    CLEAR_COUNTERS = "delete from counter";
    /// Notes that the copy is whole.
    END = "delete from migration where number = -1";
}

/// Rows in one transaction, or in one reading.
const BATCH: i64 = 500;

/// How far a copy is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The table in hand.
    pub table: String,
    /// Rows copied and compared.
    pub rows: u64,
    /// Rows to copy and to compare.
    pub of: u64,
}

/// What was copied: rows of each table, and a checksum over them that both databases agree on.
pub type Copied = Vec<(String, Content)>;

/// What a table holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// How many rows.
    pub rows: u64,
    /// SHA-256 over all values in the order of the key, in hexadecimal digits.
    pub checksum: String,
}

/// A table as both databases have it, with the statements that copy it.
struct Table {
    name: String,
    /// The places of the key's columns, in the order of the key.
    key: Vec<usize>,
    /// How many rows there are.
    count: &'static Sql,
    /// The first rows in the order of the key.
    first: &'static Sql,
    /// The rows behind a key.
    next: &'static Sql,
    /// The last row's key.
    last: &'static Sql,
    /// Writes a row.
    insert: &'static Sql,
}

impl Store {
    /// Whether a copy into this database is under way, which is no shop before its end.
    pub async fn is_half_copied(&self) -> Result<bool> {
        Ok(self.read(UNDER_WAY, Vec::new()).await?.first().is_some())
    }

    /// Copies everything into an empty database, or goes on with such a copy; compares both afterwards. `shop` is the id of
    /// the shop that is copied, which nobody may serve meanwhile.
    pub async fn copy_to(
        &self,
        to: &Self,
        shop: &str,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<Copied> {
        if self.is_half_copied().await? {
            return Err(unusable("a copy into the database to copy from is not finished: finish it first"));
        }
        let schema = match (&self.db, &to.db) {
            (Db::Sqlite(_), _) => self,
            (_, Db::Sqlite(_)) => to,
            _ => return Err(unusable("PostgreSQL is copied to PostgreSQL with its own tools: use pg_dump")),
        };
        let tables = schema.tables().await?;
        self.begin(to, shop, &tables).await?;
        let mut told = Progress { table: String::new(), rows: 0, of: 0 };
        for table in &tables {
            // Copied, and read twice.
            told.of += 3 * self.count(table).await?;
        }
        for table in &tables {
            told.table.clone_from(&table.name);
            // What an earlier run has copied.
            told.rows += to.count(table).await?;
            let mut behind = to.last_key(table).await?;
            loop {
                let rows = self.page(table, &behind).await?;
                let Some(last) = rows.iter().last() else { break };
                behind = table.key_of(last.values());
                let copies = rows.iter().map(|row| Step::new(table.insert, row.values().to_vec()));
                to.apply(copies.collect()).await?;
                told.rows += rows.count();
                progress(told.clone());
            }
        }
        let copied = self.compare(to, &tables, &mut told, progress).await?;
        to.apply(vec![Step::new(END, Vec::new())]).await?;
        Ok(copied)
    }

    /// Makes sure that the other database is empty, or holds a part of a copy of this shop.
    async fn begin(&self, to: &Self, shop: &str, tables: &[Table]) -> Result<()> {
        if self.migrations().await? != to.migrations().await? {
            return Err(unusable("the tables of both differ: run `cartwright migrate` on each first"));
        }
        match to.read(UNDER_WAY, Vec::new()).await?.first() {
            Some(row) if row.text(0)? == shop => return Ok(()),
            Some(_) => {
                return Err(unusable("the database to copy to holds a part of another shop: make it empty"));
            }
            None => {}
        }
        if to.shop_id().await?.is_some_and(|held| held == shop) {
            return Err(unusable("the database to copy to holds this shop already: nothing was copied"));
        }
        for table in tables.iter().filter(|table| table.name != "counter") {
            if to.count(table).await? > 0 {
                return Err(unusable(
                    "the database to copy to holds another shop: name an empty one; nothing was copied",
                ));
            }
        }
        to.apply(vec![Step::new(BEGIN, vec![shop.into()]), Step::new(CLEAR_COUNTERS, Vec::new())]).await?;
        Ok(())
    }

    /// Reads both again, and refuses what differs.
    async fn compare(
        &self,
        to: &Self,
        tables: &[Table],
        told: &mut Progress,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<Copied> {
        let mut copied = Copied::new();
        for table in tables {
            told.table.clone_from(&table.name);
            let ours = self.content(table, told, progress).await?;
            let theirs = to.content(table, told, progress).await?;
            if ours != theirs {
                return Err(Error::Unusable(format!(
                    "table {} has {} rows here and {} there, or others: somebody has written meanwhile; make the \
                     database to copy to empty, and copy again while no server runs",
                    table.name, ours.rows, theirs.rows
                )));
            }
            copied.push((table.name.clone(), ours));
        }
        Ok(copied)
    }

    async fn content(
        &self,
        table: &Table,
        told: &mut Progress,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<Content> {
        let (mut rows, mut hash, mut behind) = (0, Sha256::new(), Vec::new());
        loop {
            let page = self.page(table, &behind).await?;
            let Some(last) = page.iter().last() else { break };
            behind = table.key_of(last.values());
            page.iter().flat_map(Row::values).for_each(|value| update(&mut hash, value));
            rows += page.count();
            told.rows += page.count();
            progress(told.clone());
        }
        Ok(Content { rows, checksum: hex(&hash.finalize()) })
    }

    /// The tables, each behind those that it refers to.
    async fn tables(&self) -> Result<Vec<Table>> {
        let mut references: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for row in self.read(REFERENCES, Vec::new()).await?.iter() {
            references.entry(row.text(0)?.to_owned()).or_default().push(row.text(1)?.to_owned());
        }
        let mut columns: BTreeMap<String, Vec<Column>> = BTreeMap::new();
        for row in self.read(COLUMNS, Vec::new()).await?.iter() {
            let column = Column { name: row.text(1)?.to_owned(), key: row.int(2)?, is_text: row.bool(3)? };
            columns.entry(row.text(0)?.to_owned()).or_default().push(column);
        }
        let mut ordered: Vec<Table> = Vec::new();
        while !columns.is_empty() {
            let is_ready = |name: &String, _: &mut Vec<Column>| {
                let referred = references.get(name).into_iter().flatten();
                referred.into_iter().all(|other| ordered.iter().any(|done| done.name == *other))
            };
            let ready: Vec<_> = columns.extract_if(.., is_ready).collect();
            if ready.is_empty() {
                return Err(Error::Unreadable("tables refer to each other in a circle"));
            }
            ordered.extend(ready.into_iter().map(|(name, columns)| Table::new(name, &columns)));
        }
        Ok(ordered)
    }

    async fn count(&self, table: &Table) -> Result<u64> {
        let rows = self.read(table.count, Vec::new()).await?;
        rows.first().map_or(Ok(0), |row| row.int(0).map(i64::unsigned_abs))
    }

    /// The rows behind a key, or the first ones where it is empty.
    async fn page(&self, table: &Table, behind: &[Value]) -> Result<Rows> {
        let sql = if behind.is_empty() { table.first } else { table.next };
        self.read(sql, behind.iter().cloned().chain([BATCH.into()]).collect()).await
    }

    /// The last key, empty where there are no rows.
    async fn last_key(&self, table: &Table) -> Result<Vec<Value>> {
        let rows = self.read(table.last, Vec::new()).await?;
        Ok(rows.first().map_or_else(Vec::new, |row| row.values().to_vec()))
    }
}

struct Column {
    name: String,
    /// Its place in the key, from 1; 0 is none.
    key: i64,
    is_text: bool,
}

impl Table {
    fn new(name: String, columns: &[Column]) -> Self {
        let mut key: Vec<usize> = (0..columns.len()).filter(|at| columns[*at].key > 0).collect();
        key.sort_by_key(|at| columns[*at].key);
        // Both must have the same order, and PostgreSQL sorts texts as people of some country do.
        let keys = |in_c: &str, end: &str| {
            let key = key.iter().map(|at| &columns[*at]);
            let key =
                key.map(|column| format!("{}{}{end}", column.name, if column.is_text { in_c } else { "" }));
            key.collect::<Vec<_>>().join(", ")
        };
        let sql = |text: &dyn Fn(&str) -> String| Sql::composed(&text(""), text(" collate \"C\""));
        let numbered = |count: usize| (1..=count).map(|at| format!("${at}")).collect::<Vec<_>>().join(", ");
        let all = columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(", ");
        let limit = key.len() + 1;
        Self {
            count: sql(&|_| format!("select count(*) from {name}")),
            first: sql(&|in_c| format!("select {all} from {name} order by {} limit $1", keys(in_c, ""))),
            next: sql(&|in_c| {
                let (ordered, bounds) = (keys(in_c, ""), numbered(key.len()));
                format!(
                    "select {all} from {name} where ({ordered}) > ({bounds}) order by {ordered} limit ${limit}"
                )
            }),
            last: sql(&|in_c| {
                format!("select {} from {name} order by {} limit 1", keys("", ""), keys(in_c, " desc"))
            }),
            insert: sql(&|_| format!("insert into {name} ({all}) values ({})", numbered(columns.len()))),
            name,
            key,
        }
    }

    fn key_of(&self, row: &[Value]) -> Vec<Value> {
        self.key.iter().map(|at| row[*at].clone()).collect()
    }
}

/// Each value with its kind and length before it.
fn update(hash: &mut Sha256, value: &Value) {
    let number;
    let (kind, bytes): (u8, &[u8]) = match value {
        Value::Null => (0, &[]),
        Value::Int(int) => {
            number = int.to_le_bytes();
            (1, &number)
        }
        Value::Text(text) => (2, text.as_bytes()),
        Value::Bytes(bytes) => (3, bytes),
        Value::Owner(owner) => (3, owner.bytes()),
        // No column holds one.
        Value::List(_) => (4, &[]),
    };
    hash.update([kind]);
    hash.update((bytes.len() as u64).to_le_bytes());
    hash.update(bytes);
}

fn unusable(text: &str) -> Error {
    Error::Unusable(text.to_owned())
}
