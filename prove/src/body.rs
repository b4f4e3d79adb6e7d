//! Bodies that are too large, that do not end, and that do not come: each dialect says so, the connection is freed, and the
//! memory of the server stays as it is.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, ensure};
use serde_json::Value;

use crate::client::{DIALECTS, Dialect};
use crate::prove::Prove;
use crate::scenario::{Seen, Setting};

/// No server reads more of an endless body, and what lies on the way to it.
const MOST: usize = 16 * 1024 * 1024;
/// What the server may need for all of them, in bytes, when they are gone: 30 to 80 MiB were seen, for what several take at
/// once; a long run sends more than 800.
const MEMORY: u64 = 128 * 1024 * 1024;
/// A body that does not come is given up after half a minute.
const GIVEN_UP: Duration = Duration::from_secs(45);

/// Sends all of them to every dialect.
pub(crate) fn bodies(prove: &Prove, setting: Setting) -> Result<Seen> {
    let ground = prove.ground(setting)?;
    let start = |replica, dialect, kind| -> JoinHandle<Result<(u16, Value)>> {
        let address = ground.url(replica).trim_start_matches("http://").to_owned();
        spawn(move || sent(&address, dialect, kind))
    };
    let memories = || (0..setting.replicas).map(|replica| memory(ground.process(replica)));
    let slow = DIALECTS.map(|dialect| (dialect, start(dialect as usize, dialect, Kind::Slow)));
    let before = memories().collect::<Result<Vec<_>>>()?;
    let (mut faults, rounds) = (Vec::new(), prove.times(4, 40));
    for round in 0..rounds {
        let all = DIALECTS.into_iter().flat_map(|dialect| [(dialect, Kind::Large), (dialect, Kind::Endless)]);
        let all: Vec<_> = all.map(|(dialect, kind)| (dialect, kind, start(round, dialect, kind))).collect();
        for (dialect, kind, sending) in all {
            faults.extend(fault(dialect, kind, sending));
        }
    }
    let after = memories().collect::<Result<Vec<_>>>()?;
    let grown = after.iter().zip(&before).map(|(after, before)| after.saturating_sub(*before));
    let grown = grown.max().context("a server")?;
    for (dialect, sending) in slow {
        faults.extend(fault(dialect, Kind::Slow, sending));
    }
    Ok(Seen {
        done: format!("{rounds} large, {rounds} endless and a slow body to each dialect"),
        seen: format!("memory of a server grew by at most {} MiB{}", grown / 1024 / 1024, faults.concat()),
        holds: faults.is_empty() && grown < MEMORY,
    })
}

/// What is wrong with a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// It is said to be of two MiB.
    Large,
    /// It has no end.
    Endless,
    /// A byte a second.
    Slow,
}

fn fault(dialect: Dialect, kind: Kind, sending: JoinHandle<Result<(u16, Value)>>) -> Option<String> {
    let expected = if kind == Kind::Slow { 408 } else { 413 };
    match sending.join().unwrap_or_else(|_| Err(anyhow!("a client broke"))) {
        Ok((status, body)) if status == expected && is_said(dialect, status, &body) => None,
        Ok((status, body)) => Some(format!("; {kind:?} to {dialect:?}: {status} {body}")),
        Err(error) => Some(format!("; {kind:?} to {dialect:?}: {error:#}")),
    }
}

/// Whether the dialect says it in its own shape.
fn is_said(dialect: Dialect, status: u16, body: &Value) -> bool {
    match dialect {
        Dialect::Mt | Dialect::Hamgam => body["detail"].is_string(),
        Dialect::Wangmarket => body["info"].is_string(),
        Dialect::Anqicms => body["code"] == -1 && body["msg"].is_string(),
        Dialect::Lexi => body["status"]["code"] == status,
    }
}

/// Sends a body until the server has enough; then it must answer and end the connection.
fn sent(address: &str, dialect: Dialect, kind: Kind) -> Result<(u16, Value)> {
    let path = match dialect {
        Dialect::Mt => "/rest_api/mt_shop_cart/",
        Dialect::Wangmarket => "/cart/change.json",
        Dialect::Hamgam => "/api/shop/cart/items",
        Dialect::Anqicms => "/api/cart/add",
        Dialect::Lexi => "/api/v1.0/cart",
    };
    let length = match kind {
        Kind::Large => "content-length: 2097152",
        Kind::Endless => "transfer-encoding: chunked",
        Kind::Slow => "content-length: 1000",
    };
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(GIVEN_UP))?;
    stream.set_write_timeout(Some(GIVEN_UP))?;
    let head =
        format!("POST {path} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n{length}\r\n\r\n");
    stream.write_all(head.as_bytes())?;
    let mut listening = stream.try_clone()?;
    let reply = spawn(move || {
        let mut reply = Vec::new();
        // Who has more to say than is heard is cut off, after the answer.
        let _ = listening.read_to_end(&mut reply);
        reply
    });
    let blanks = vec![b' '; 65_536];
    let piece = match kind {
        Kind::Large => blanks,
        Kind::Endless => [b"10000\r\n", &blanks[..], b"\r\n"].concat(),
        Kind::Slow => vec![b' '],
    };
    let (since, mut written) = (Instant::now(), 0);
    let most = if kind == Kind::Large { 2_097_152 } else { MOST };
    while written < most && !reply.is_finished() && stream.write_all(&piece).is_ok() {
        written += piece.len();
        if kind == Kind::Slow {
            ensure!(since.elapsed() < GIVEN_UP, "it is waited for");
            sleep(Duration::from_secs(1));
        }
    }
    ensure!(kind != Kind::Endless || written < MOST, "it is read and read");
    let reply = reply.join().map_err(|_| anyhow!("a reader broke"))?;
    let reply = String::from_utf8_lossy(&reply);
    let status = reply.split(' ').nth(1).and_then(|status| status.parse().ok()).context("no answer")?;
    let body = reply.split_once("\r\n\r\n").map(|(_, body)| body).context("no body")?;
    Ok((status, serde_json::from_str(body).with_context(|| body.to_owned())?))
}

/// The memory that a process holds, in bytes.
fn memory(process: u32) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).context("the server has ended")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS line")?;
    let kib: u64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kib * 1024)
}
