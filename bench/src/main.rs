//! The bench: loads a real server through every dialect and holds it against an in-memory one on the same machine.
//! It never talks to anything but 127.0.0.1.

mod carts;
mod catalogue;
mod ceiling;
mod growth;
mod load;
mod machine;
mod postgres;
mod report;
mod run;
mod seed;
mod server;

use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::{Parser, Subcommand};
use tokio::signal::unix::{SignalKind, signal};

#[derive(Parser)]
#[command(
    about = "Measures every dialect against the ceiling of this machine",
    args_conflicts_with_subcommands = true
)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    options: run::Options,
}

#[derive(Subcommand)]
enum Command {
    /// Answers every request with as many bytes from memory: what a server that does nothing reaches.
    Ceiling(ceiling::Options),
    /// Fills a small and a large catalogue and prints what lists and counts take in both.
    Lists(growth::Lists),
    /// Fills a catalogue and prints what searches take that nobody made before.
    Searches(growth::Searches),
    /// Fills both stores with carts and prints what a get and an add take, by how many cart lines there are.
    Carts(carts::Carts),
}

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    if let Some(command) = arguments.command {
        match command {
            Command::Ceiling(options) => ceiling::serve(&options).await?,
            Command::Lists(options) => growth::lists(&options).await?,
            Command::Searches(options) => growth::searches(&options).await?,
            Command::Carts(options) => carts::carts(&options).await?,
        }
        return Ok(ExitCode::SUCCESS);
    }
    // Whatever ends the run drops it, and with it every process it has started.
    let report = tokio::select! {
        report = run::run(&arguments.options) => report?,
        stopped = stop_signal() => return stopped.and_then(|()| bail!("stopped by a signal")),
    };
    println!("\n{report}");
    arguments.options.keep(&report)?;
    Ok(if report.missed().is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn stop_signal() -> Result<()> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    tokio::select! {
        _ = interrupt.recv() => Ok(()),
        _ = terminate.recv() => Ok(()),
    }
}
