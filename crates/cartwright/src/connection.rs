//! Connections of clients: so many at once, and none that says or reads nothing for long. Never what they say.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use rustix::net::sockopt::set_tcp_user_timeout;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};
use tower::Service;

/// How long a connection may take for the head of a request, and rest between two. Longer than proxies keep theirs, so
/// that these end first.
const REST: Duration = Duration::from_secs(75);
/// The same once half of the places are taken: those who come in crowds to say nothing make room for who speaks.
const CROWDED_REST: Duration = Duration::from_secs(5);
/// How long a client may leave what it is sent unread: then the system breaks the connection.
const UNREAD: Duration = Duration::from_mins(1);
/// Files that the process opens besides.
const OTHER_FILES: u64 = 512;

/// Serves until it is told to stop: then nobody is let in any more, and it ends with the last running request.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    most: usize,
    stop: impl Future<Output = ()>,
) -> Result<()> {
    let places = Arc::new(Semaphore::new(within_files(most)?));
    let half = places.available_permits() / 2;
    let (relaxed, strict) = (builder(REST), builder(CROWDED_REST));
    let leaving = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        let (stream, address, place) = tokio::select! {
            accepted = accept(&listener, &places) => accepted,
            () = &mut stop => break,
        };
        let (builder, rest) =
            if places.available_permits() < half { (&strict, CROWDED_REST) } else { (&relaxed, REST) };
        let begun = Arc::new(Notify::new());
        let (first, router) = (Arc::clone(&begun), router.clone());
        let service = service_fn(move |request: Request<Incoming>| {
            first.notify_one();
            answer(router.clone(), request, address)
        });
        let connection = builder.serve_connection(TokioIo::new(stream), service).into_owned();
        let connection = leaving.watch(connection);
        tokio::spawn(async move {
            // Which of HTTP's versions it speaks is waited for without an end.
            let is_silent = async {
                if timeout(rest, begun.notified()).await.is_ok() {
                    std::future::pending::<()>().await;
                }
            };
            tokio::select! {
                ended = connection => if let Err(error) = ended {
                    tracing::debug!(%error, "a connection broke");
                },
                () = is_silent => {}
            }
            drop(place);
        });
    }
    drop(listener);
    leaving.shutdown().await;
    Ok(())
}

fn builder(rest: Duration) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(rest);
    builder.http2().timer(TokioTimer::new()).keep_alive_interval(rest);
    builder
}

/// The next connection, as soon as there is a place for it.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> (TcpStream, SocketAddr, OwnedSemaphorePermit) {
    let place = Arc::clone(places).acquire_owned().await.expect("it is never closed");
    loop {
        match listener.accept().await {
            Ok((stream, address)) => {
                if let Err(error) = prepare(&stream) {
                    tracing::debug!(%error, "a connection keeps the settings of the system");
                }
                return (stream, address, place);
            }
            Err(error) => {
                // A client that left meanwhile, or no more files: the next one may fare better, soon.
                tracing::warn!(%error, "a connection was not accepted");
                sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

fn prepare(stream: &TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    set_tcp_user_timeout(stream, u32::try_from(UNREAD.as_millis()).unwrap_or(u32::MAX))?;
    Ok(())
}

async fn answer(
    mut router: Router,
    request: Request<Incoming>,
    address: SocketAddr,
) -> Result<axum::response::Response, Infallible> {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(ConnectInfo(address));
    router.call(request).await
}

/// So many connections as the system grants files for, which it is asked for first.
fn within_files(most: usize) -> Result<usize> {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let wanted = (most as u64).saturating_add(OTHER_FILES);
    let granted = maximum.map_or(wanted, |maximum| maximum.min(wanted));
    if current.is_some_and(|current| current < granted) {
        setrlimit(Resource::Nofile, Rlimit { current: Some(granted), maximum })?;
    }
    let files = current.map_or(wanted, |current| current.max(granted));
    let room = usize::try_from(files.saturating_sub(OTHER_FILES))?.max(1);
    if room < most {
        tracing::warn!(connections = room, "the system grants no files for more; see ulimit -n");
    }
    Ok(most.min(room))
}
