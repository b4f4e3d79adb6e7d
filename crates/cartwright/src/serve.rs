//! Serves the shop until a signal ends it: no new connections, running requests to their end, then the store.

use std::io::Write;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;

use crate::config::{Place, Serving};
use crate::connection;
use crate::house::House;

/// Connections that wait to be accepted, as far as the system allows.
const WAITING: i32 = 4096;
/// How long running requests may take after the signal.
const PATIENCE: Duration = Duration::from_secs(10);

/// Serves what is in the folder.
pub(crate) async fn serve(place: &Place, serving: &Serving) -> Result<()> {
    let signals = Signals::await_from_now()?;
    let house = House::open(place, serving).await?;
    let listener = listen(&serving.listen).await?;
    say(&format!("Cartwright listens on http://{}", listener.local_addr()?));
    run(house, listener, signals, serving.connections).await
}

/// Opens the door; from now on connections wait to be served.
pub(crate) async fn listen(address: &str) -> Result<TcpListener> {
    let listener = TcpListener::bind(address).await.with_context(|| {
        format!("cannot listen on {address}; is another program there? choose another address with --listen")
    })?;
    // The library has it keep 128, and a connection that finds no place tries again after a second.
    rustix::net::listen(&listener, WAITING)?;
    Ok(listener)
}

/// The signals that end a server. Who knows the address may send one at once, so they are awaited before that.
pub(crate) struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    /// From now on they no longer end the process on the spot.
    pub(crate) fn await_from_now() -> Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn received(mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Serves until a signal comes, so many connections at once.
pub(crate) async fn run(
    house: House,
    listener: TcpListener,
    signals: Signals,
    connections: usize,
) -> Result<()> {
    let app = house.shop.app.clone();
    let router = cartwright::routes(&house.shop).with_state(house.shop.clone());
    tokio::spawn(app.clone().follow_changes());
    tokio::spawn(app::asset::keep_sweeping(app.clone()));
    tokio::spawn(app::sweep::keep_sweeping(app.clone()));

    let (stop, stopped) = oneshot::channel();
    let server = connection::serve(listener, router, connections, async move {
        signals.received().await;
        tracing::info!("stopping");
        // Nobody waits for it when the server has ended by itself.
        let _ = stop.send(());
    });
    tokio::select! {
        ended = server => ended?,
        () = patience(stopped) => tracing::warn!("requests that still run after {PATIENCE:?} are cut off"),
    }
    // Waits for the writer, which finishes what is queued.
    tokio::task::spawn_blocking(move || app.store().close()).await?;
    Ok(())
}

async fn patience(stopped: oneshot::Receiver<()>) {
    // Without a signal there is no end to wait for.
    if stopped.await.is_err() {
        std::future::pending::<()>().await;
    }
    tokio::time::sleep(PATIENCE).await;
}

/// Prints a line at once; nobody may be reading.
pub(crate) fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}
