//! The proof: starts real servers, does to them what a shop must fear, and prints what came of it as one table. It knows
//! nothing of the code it judges, and never talks to anything but 127.0.0.1.

mod adders;
mod attacks;
mod body;
mod client;
mod clock;
mod crash;
mod disk;
mod failover;
mod goods;
mod ground;
mod histories;
mod prove;
mod random;
mod reads;
mod scenario;
mod server;
mod storm;
mod totals;

use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Result, ensure};
use clap::Parser;

use crate::prove::{Options, Prove};
use crate::scenario::{HEAD, Row, rows};

fn main() -> Result<ExitCode> {
    let prove = Prove::new(Options::parse());
    for program in [&prove.options.server, &prove.options.broken] {
        ensure!(program.is_file(), "no program at {}; scripts/prove builds it", program.display());
    }
    let chosen: Vec<Row> = rows().into_iter().filter(|row| prove.options.chooses(row)).collect();
    ensure!(!chosen.is_empty(), "no row has that name");
    println!("seed {}\n\n{HEAD}", prove.seed);
    let started = Instant::now();
    let mut failed = 0;
    for row in &chosen {
        let outcome = row.run(&prove);
        println!("{}", row.print(&outcome));
        failed += usize::from(!row.holds(&outcome));
    }
    println!(
        "\n{} of {} rows hold, after {} s",
        chosen.len() - failed,
        chosen.len(),
        started.elapsed().as_secs()
    );
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
