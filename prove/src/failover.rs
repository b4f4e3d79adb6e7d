//! The primary's processes killed under load and its standby promoted: with synchronous replication nothing is lost; without,
//! losses are found, which shows that they would be.

use std::thread::sleep;
use std::time::Duration;

use anyhow::Result;
use postgres_server::Postgres;

use crate::adders::{Adders, Tally};
use crate::ground::{Ground, Site};
use crate::prove::Prove;
use crate::scenario::{Seen, Setting};

/// Whether every commit is on the standby before it is answered.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Replication {
    Synchronous,
    Cut,
}

/// Fails over with a synchronous standby.
pub(crate) fn synchronous(prove: &Prove, setting: Setting) -> Result<Seen> {
    let rounds = prove.times(1, 8);
    let (mut done, mut repeated, mut lost, mut doubled, mut gap) = (0, 0, 0, 0, Duration::ZERO);
    for _ in 0..rounds {
        let tally = fail_over(prove, setting, Replication::Synchronous)?;
        (done, repeated) = (done + tally.done, repeated + tally.repeated);
        (lost, doubled) = (lost + tally.lost, doubled + tally.doubled);
        gap = gap.max(tally.gap);
    }
    Ok(Seen {
        done: format!("primary killed {rounds} times, standby promoted"),
        seen: format!(
            "{done} adds answered, {repeated} repeated; lost {lost}, doubled {doubled}; nobody was answered for {} ms at most",
            gap.as_millis()
        ),
        holds: lost == 0 && doubled == 0,
    })
}

/// The same with replication cut before: this must lose something.
pub(crate) fn cut(prove: &Prove, setting: Setting) -> Result<Seen> {
    let tally = fail_over(prove, setting, Replication::Cut)?;
    Ok(Seen {
        done: "replication cut, primary killed, standby promoted".to_owned(),
        seen: format!("{tally}: found, as it should be"),
        holds: tally.lost > 0,
    })
}

fn fail_over(prove: &Prove, setting: Setting, replication: Replication) -> Result<Tally> {
    let folders = [tempfile::tempdir()?, tempfile::tempdir()?];
    let mut primary = Postgres::start(folders[0].path())?;
    let standby = primary.standby(folders[1].path())?;
    let hosts = format!("{},{}", primary.host(), standby.host());
    let database = format!("postgres://postgres@{hosts}/postgres?target_session_attrs=read-write");
    let ground = Ground::start_at(prove, setting, Site { database: Some(database), ..Site::default() })?;
    let adders = Adders::start(&ground)?;
    adders.wait_for_more(200)?;
    if replication == Replication::Cut {
        primary.set("synchronous_commit = local")?;
        standby.set("primary_conninfo = ''")?;
        sleep(Duration::from_millis(500));
        adders.wait_for_more(200)?;
    }
    primary.kill()?;
    standby.promote()?;
    adders.wait_for_more(200)?;
    adders.finish(&ground)
}
