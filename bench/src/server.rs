//! A server as a process: started, awaited, looked at from outside, and killed when dropped.

use std::{
    fs::{self, File},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    process::{Child, Command},
    time::{sleep, timeout},
};

/// A server that is not ready by then never will be.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running server; dropping it kills it.
pub(crate) struct Server {
    child: Child,
    log: PathBuf,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// From the start of the process to the first good answer of `/readyz`.
    pub(crate) ready_after: Duration,
}

impl Server {
    /// Starts Cartwright's program on a data folder and, unless it is in there, a database.
    pub(crate) async fn serve(
        program: &Path,
        data: &Path,
        database: Option<&str>,
        log: &Path,
    ) -> Result<Self> {
        let mut serve = Command::new(program);
        serve.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(data);
        if let Some(address) = database {
            serve.args(["--database", address]);
        }
        Self::start(serve, log).await
    }

    /// Starts the command, whose output goes into the log and names `http://127.0.0.1:PORT`, and waits until it is ready.
    pub(crate) async fn start(mut command: Command, log: &Path) -> Result<Self> {
        let out = File::create(log)?;
        command.stdin(Stdio::null()).stdout(out.try_clone()?).stderr(out).kill_on_drop(true);
        let started = Instant::now();
        let child = command
            .spawn()
            .with_context(|| format!("{} cannot be started", command.as_std().get_program().display()))?;
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut server = Self { child, log: log.to_path_buf(), address, ready_after: Duration::ZERO };
        while !server.is_ready().await {
            if let Some(status) = server.child.try_wait()? {
                bail!("the server ended with {status}:\n{}", server.last_words());
            }
            if started.elapsed() > PATIENCE {
                bail!("the server is not ready after {PATIENCE:?}:\n{}", server.last_words());
            }
            sleep(Duration::from_millis(2)).await;
        }
        server.ready_after = started.elapsed();
        Ok(server)
    }

    /// The transactions that its writer has committed: each is one fsync. `None` when it does not count them.
    pub(crate) async fn commits(&self) -> Option<f64> {
        let (_, metrics) = get(self.address, "/metrics").await.ok()?;
        let counter = metrics.lines().find(|line| line.starts_with("cartwright_writer_commits_total"))?;
        counter.rsplit(' ').next()?.parse().ok()
    }

    /// The memory it holds, in megabytes of 1,000,000 bytes.
    pub(crate) fn resident(&self) -> Result<f64> {
        let id = self.child.id().context("the server has ended")?;
        let status = fs::read_to_string(format!("/proc/{id}/status")).context("the server has ended")?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS line")?;
        let kib: f64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kib * 1024.0 / 1e6)
    }

    async fn is_ready(&mut self) -> bool {
        if self.address.port() == 0 {
            let Some(port) = fs::read_to_string(&self.log).ok().and_then(|log| port_in(&log)) else {
                return false;
            };
            self.address.set_port(port);
        }
        get(self.address, "/readyz").await.is_ok_and(|(status, _)| status == 200)
    }

    fn last_words(&self) -> String {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }
}

/// The port of the first address in a log; a number at the very end may still be being written.
fn port_in(log: &str) -> Option<u16> {
    let (_, rest) = log.split_once("http://127.0.0.1:")?;
    let end = rest.find(|character: char| !character.is_ascii_digit())?;
    rest[..end].parse().ok()
}

/// Status and text of one plain GET.
async fn get(address: SocketAddr, path: &str) -> Result<(u16, String)> {
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    let exchange = async {
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(request.as_bytes()).await?;
        let mut reply = String::new();
        stream.read_to_string(&mut reply).await?;
        Ok::<_, std::io::Error>(reply)
    };
    let reply = timeout(Duration::from_secs(5), exchange).await??;
    let status = reply.split(' ').nth(1).and_then(|status| status.parse().ok()).context("no HTTP reply")?;
    Ok((status, reply))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_taken_when_it_is_written_whole() {
        assert_eq!(port_in("listening on http://127.0.0.1:8080\n"), Some(8080));
        assert_eq!(port_in("listening on http://127.0.0.1:80"), None);
        assert_eq!(port_in("starting"), None);
    }
}
