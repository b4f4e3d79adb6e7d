//! The ceiling: the least that an axum program can do for a request. It decides nothing and stores nothing.

use std::{net::SocketAddr, time::Duration};

use anyhow::{Context, Result};
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::header::{CONTENT_TYPE, HeaderName},
};
use tokio::{net::TcpListener, time::timeout};

/// No run needs a ceiling for longer; it ends by itself should nobody be left to end it.
const LIFETIME: Duration = Duration::from_mins(15);

type Answer = ([(HeaderName, &'static str); 1], Bytes);

/// Where the ceiling listens and how much it answers.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Address to listen on; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Bytes in every reply's body.
    #[arg(long)]
    size: usize,
}

/// Answers any method on any path until its lifetime ends.
pub(crate) async fn serve(options: &Options) -> Result<()> {
    let listener = TcpListener::bind(options.listen).await.context("the ceiling cannot listen")?;
    println!("listening on http://{}", listener.local_addr()?);
    let body = Bytes::from(vec![b' '; options.size]);
    let routes = Router::new().fallback(answer).with_state(body);
    match timeout(LIFETIME, axum::serve(listener, routes)).await {
        Ok(ended) => ended.context("the ceiling stopped"),
        Err(_) => Ok(()),
    }
}

/// Reads the request's body, as every handler must, and answers.
async fn answer(State(body): State<Bytes>, _request: Bytes) -> Answer {
    ([(CONTENT_TYPE, "application/json")], body)
}
