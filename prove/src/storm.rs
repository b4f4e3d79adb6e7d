//! A storm of connections that say nothing, or one byte a second: who speaks is served about as fast as before.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{sleep, spawn};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail, ensure};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::client::{Client, Dialect, Headers, Shopper};
use crate::goods::UNCOUNTED;
use crate::ground::Ground;
use crate::prove::Prove;
use crate::scenario::{NotTried, Seen, Setting};

/// Connections that say nothing, half of them after a request, and those that say it slowly.
const IDLE: usize = 2000;
const SLOW: usize = 500;
/// Clients of the normal traffic.
const CLIENTS: usize = 4;
/// What else runs on the machine may spoil a measurement: so often it is tried.
const TRIES: usize = 3;

/// Measures normal traffic without and with the storm around it.
pub(crate) fn storm(prove: &Prove, setting: Setting) -> Result<Seen> {
    let wanted = (IDLE + SLOW + 500) as u64;
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if maximum.is_some_and(|maximum| maximum < wanted) {
        bail!(NotTried("too few files may be open; see ulimit -n"));
    }
    if current.is_some_and(|current| current < wanted) {
        setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum })?;
    }
    let ground = prove.ground(setting)?;
    let shoppers = (0..CLIENTS).map(|_| ground.guest()).collect::<Result<Vec<_>>>()?;
    let span = Duration::from_secs(prove.times(2, 20) as u64);
    let (mut before, mut during) = (Duration::ZERO, Duration::MAX);
    for _ in 0..TRIES {
        before = traffic(&ground, &shoppers, span)?;
        let storm = Storm::rise(&ground.urls())?;
        during = traffic(&ground, &shoppers, span)?;
        storm.settle()?;
        if during <= before * 2 {
            break;
        }
    }
    Ok(Seen {
        done: format!("{IDLE} idle and {SLOW} slow connections around {CLIENTS} busy ones"),
        seen: format!("p99 {:.1} ms, without them {:.1} ms", millis(during), millis(before)),
        holds: during <= before * 2,
    })
}

/// Adds and looks for a while; how long all but one of a hundred requests took at most.
fn traffic(ground: &Ground, shoppers: &[Shopper], span: Duration) -> Result<Duration> {
    let clients = shoppers.iter().cloned().enumerate().map(|(number, shopper)| {
        let (client, url) = (ground.client.clone(), ground.url(number).to_owned());
        spawn(move || look_and_add(&client, &url, &shopper, span))
    });
    let mut took = Vec::new();
    for client in clients.collect::<Vec<_>>() {
        took.extend(client.join().map_err(|_| anyhow!("a client broke"))??);
    }
    took.sort_unstable();
    took.get(took.len() * 99 / 100).copied().context("nothing was answered")
}

fn look_and_add(client: &Client, url: &str, shopper: &Shopper, span: Duration) -> Result<Vec<Duration>> {
    let (since, mut took) = (Instant::now(), Vec::new());
    while since.elapsed() < span {
        for call in [Dialect::Hamgam.add(UNCOUNTED, 1), Dialect::Hamgam.view()] {
            let begun = Instant::now();
            let reply = client.send(url, shopper, &call, &Headers::default())?;
            took.push(begun.elapsed());
            ensure!(reply.status < 300, "{call:?}: {} {}", reply.status, reply.body);
        }
    }
    Ok(took)
}

/// The connections that are only there.
struct Storm {
    idle: Vec<TcpStream>,
    is_over: Arc<AtomicBool>,
    slow: std::thread::JoinHandle<Result<()>>,
}

impl Storm {
    /// On all servers alike.
    fn rise(urls: &[String]) -> Result<Self> {
        let connect = |number: usize| {
            // Half of each server's say something.
            let url = &urls[number / 2 % urls.len()];
            TcpStream::connect(url.trim_start_matches("http://"))
        };
        let mut idle = Vec::new();
        for number in 0..IDLE {
            let mut stream = connect(number)?;
            if number % 2 == 0 {
                stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n")?;
            }
            idle.push(stream);
        }
        let streams = (0..SLOW).map(connect).collect::<Result<Vec<_>, _>>()?;
        let is_over = Arc::new(AtomicBool::new(false));
        let over = Arc::clone(&is_over);
        let slow = spawn(move || drip(streams, &over));
        Ok(Self { idle, is_over, slow })
    }

    /// Ends it. Those that said something had an answer, and all are still there.
    fn settle(self) -> Result<()> {
        self.is_over.store(true, Ordering::Relaxed);
        self.slow.join().map_err(|_| anyhow!("a slow client broke"))??;
        for (number, mut stream) in self.idle.into_iter().enumerate() {
            stream.set_nonblocking(true)?;
            let mut reply = [0; 512];
            match stream.read(&mut reply) {
                Ok(length) => ensure!(number % 2 == 0 && length > 0, "an idle connection was ended"),
                Err(error) => {
                    ensure!(
                        number % 2 == 1 && error.kind() == ErrorKind::WouldBlock,
                        "idle connection {number}: {error}"
                    );
                }
            }
        }
        Ok(())
    }
}

/// Sends a head on all connections, a byte a second on each.
fn drip(mut streams: Vec<TcpStream>, is_over: &AtomicBool) -> Result<()> {
    for byte in
        b"POST /api/shop/cart/items HTTP/1.1\r\nhost: a\r\nx-slow: ".iter().chain(std::iter::repeat(&b'a'))
    {
        for stream in &mut streams {
            stream.write_all(&[*byte])?;
        }
        for _ in 0..20 {
            if is_over.load(Ordering::Relaxed) {
                return Ok(());
            }
            sleep(Duration::from_millis(50));
        }
    }
    unreachable!("there is no last byte")
}

fn millis(span: Duration) -> f64 {
    span.as_secs_f64() * 1000.0
}
