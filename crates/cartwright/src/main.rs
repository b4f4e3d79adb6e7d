//! The program: reads the command line, hands over to the command, and tells what went wrong in one line.

mod account;
mod audit;
mod cli;
mod config;
mod connection;
mod copy;
mod database;
mod demo;
mod doctor;
mod house;
mod import;
mod reindex;
mod restore;
mod serve;

use std::process::ExitCode;

use anyhow::Result;
use mimalloc::MiMalloc;

use crate::cli::{Command, TokenCommand};
use crate::config::Given;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    match run(config::given()).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("cartwright: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(given: Given) -> Result<ExitCode> {
    let place = &given.cli.place;
    place.start_log()?;
    match &given.cli.command {
        Command::Demo(serving) => demo::demo(&given, serving).await?,
        Command::Serve(serving) => serve::serve(place, serving).await?,
        Command::Migrate { citus } => database::migrate(place, *citus).await?,
        Command::Copy(options) => copy::copy(place, options).await?,
        Command::Doctor(serving) => return doctor::doctor(&given, serving).await,
        Command::Backup { file } => database::backup(place, file).await?,
        Command::Restore { file } => restore::restore(place, file)?,
        Command::Import(options) => return import::import(place, options).await,
        Command::Reindex => reindex::reindex(place).await?,
        Command::Audit(options) => audit::audit(place, options).await?,
        Command::Account(cli::AccountCommand::Add(options)) => account::add(place, options).await?,
        Command::Token(TokenCommand::Issue { account, ttl }) => account::issue(place, account, *ttl).await?,
    }
    Ok(ExitCode::SUCCESS)
}
