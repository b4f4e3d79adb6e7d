//! Servers and databases killed in the middle of their work, again and again: what was acknowledged is there, once.

use std::thread::sleep;
use std::time::Duration;

use anyhow::Result;
use postgres_server::Postgres;

use crate::adders::{Adders, Tally};
use crate::ground::{Ground, Site};
use crate::prove::Prove;
use crate::scenario::{Seen, Setting};

/// Kills so often in a short run and in a long one.
const KILLS: (usize, usize) = (3, 50);
/// PostgreSQL is not there again sooner.
const PAUSE: Duration = Duration::from_millis(50);

/// Kills one server after the other.
pub(crate) fn server(prove: &Prove, setting: Setting) -> Result<Seen> {
    let mut ground = Ground::start(prove, setting)?;
    let adders = Adders::start(&ground)?;
    let (kills, mut random) = (prove.times(KILLS.0, KILLS.1), prove.random());
    for kill in 0..kills {
        sleep(Duration::from_millis(50 + random.below(300) as u64));
        ground.replace(kill % setting.replicas)?;
        adders.move_to(&ground);
        adders.wait_for_more(10)?;
    }
    let tally = adders.finish(&ground)?;
    Ok(seen(&format!("{kills} servers killed"), &tally, tally.repeated > 0))
}

/// Kills the database's server, and starts it again.
pub(crate) fn postgres(prove: &Prove, setting: Setting) -> Result<Seen> {
    let folder = tempfile::tempdir()?;
    let mut postgres = Postgres::start(folder.path())?;
    let ground =
        Ground::start_at(prove, setting, Site { database: Some(postgres.address()), ..Site::default() })?;
    let adders = Adders::start(&ground)?;
    let (kills, mut random) = (prove.times(KILLS.0, KILLS.1), prove.random());
    for _ in 0..kills {
        sleep(Duration::from_millis(50 + random.below(300) as u64));
        postgres.kill()?;
        postgres.restart()?;
        adders.wait_for_more(10)?;
    }
    let tally = adders.finish(&ground)?;
    // Servers try again by themselves, so clients may notice nothing but a pause.
    Ok(seen(&format!("PostgreSQL killed {kills} times"), &tally, tally.gap > PAUSE))
}

fn seen(done: &str, tally: &Tally, is_noticed: bool) -> Seen {
    Seen {
        done: format!("{done} under load"),
        seen: format!("{tally}; nobody was answered for {} ms at most", tally.gap.as_millis()),
        holds: tally.lost == 0 && tally.doubled == 0 && is_noticed,
    }
}
