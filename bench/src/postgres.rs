//! PostgreSQL under the bench: a private server that flushes, and pgbench's bare upsert beside it as what the server can
//! do when nobody asks who may.

use std::{fs, path::Path, time::Duration};

use anyhow::{Context, Result};
use postgres_server::Postgres;
use tokio::{process::Command, time::timeout};

/// Commits reach the disk, and what is read often stays in memory.
const SETTINGS: &str = "fsync = on\nshared_buffers = 4GB\nmax_wal_size = 4GB\nwal_compression = lz4";
/// One more of something that is there, as an add is, in one statement.
const UPSERT: &str = "\\set owner random(1, :owners)
\\set sku random(1, 5)
insert into bench_line (owner_id, sku_id, quantity) values (:owner, :sku, 1)
on conflict (owner_id, sku_id) do update set quantity = bench_line.quantity + 1;
";

/// Serves a new database in a folder, and fills pgbench's table with five lines of so many owners.
pub(crate) fn start(folder: &Path, owners: u32) -> Result<Postgres> {
    fs::create_dir_all(folder)?;
    let server = Postgres::start_with(folder, SETTINGS).context("PostgreSQL cannot be started")?;
    server.sql(&format!(
        "create table bench_line (owner_id bigint, sku_id bigint, quantity bigint, primary key (owner_id, sku_id));
        insert into bench_line select owner, sku, 1 from generate_series(1, {owners}) owner, generate_series(1, 5) sku"
    ))?;
    server.sql("vacuum analyze bench_line")?;
    fs::write(folder.join("upsert.sql"), UPSERT)?;
    Ok(server)
}

/// Upserts per second of so many clients for so many seconds.
pub(crate) async fn upserts(
    server: &Postgres,
    folder: &Path,
    clients: u32,
    owners: u32,
    seconds: u64,
) -> Result<f64> {
    let mut pgbench = Command::new(postgres_server::program("pgbench")?);
    pgbench.args(["-n", "-j", "1", "-M", "prepared", "-f"]).arg(folder.join("upsert.sql"));
    pgbench.args(["-c", &clients.to_string(), "-T", &seconds.to_string(), "-D", &format!("owners={owners}")]);
    pgbench.arg(server.address()).kill_on_drop(true);
    let output = timeout(Duration::from_secs(seconds + 20), pgbench.output())
        .await
        .context("pgbench does not end")??;
    let text = String::from_utf8_lossy(&output.stdout);
    let rate = text.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
    rate.with_context(|| format!("pgbench failed: {text}{}", String::from_utf8_lossy(&output.stderr)))
}
