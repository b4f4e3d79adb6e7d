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
mod verdict;

use std::process::ExitCode;
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use clap::Parser;

use crate::prove::{Options, Prove};
use crate::scenario::{HEAD, Row, rows};
use crate::verdict::{is_enough, sum};

fn main() -> Result<ExitCode> {
    let prove = Prove::new(Options::parse());
    for program in [&prove.options.server, &prove.options.broken] {
        ensure!(program.is_file(), "no program at {}; scripts/prove builds it", program.display());
    }
    let chosen: Vec<Row> = rows().into_iter().filter(|row| prove.options.chooses(row)).collect();
    ensure!(!chosen.is_empty(), "no row of such a run has that name");
    println!("seed {}\n\n{HEAD}", prove.seed);
    let started = Instant::now();
    let verdicts = thread::scope(|scope| -> Result<Vec<_>> {
        // What waits in a short run does so beside the rows before it.
        let beside = |row| {
            let prove = prove.waits_for(row).then(|| prove.again());
            prove.map(|prove| scope.spawn(move || row.run(&prove)))
        };
        let begun: Vec<_> = chosen.iter().map(beside).collect();
        let rows = chosen.iter().zip(begun).map(|(row, begun)| {
            let tried = match begun {
                Some(begun) => begun.join().ok().context("a row broke")?,
                None => row.run(&prove),
            };
            println!("{}", row.print(&tried));
            Ok(row.verdict(&tried.outcome))
        });
        rows.collect()
    })?;
    println!("\n{}, after {} s", sum(&verdicts), started.elapsed().as_secs());
    let is_fine = is_enough(&verdicts, prove.options.short);
    Ok(if is_fine { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
