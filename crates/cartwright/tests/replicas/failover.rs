//! The primary is lost under load: its synchronous standby takes over, or it comes back; the servers go on by themselves, and
//! nothing that was acknowledged is missing or there twice.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use postgres_server::Postgres;

use crate::load::{self, CLIENTS, Seen};
use crate::server::{Folder, Server, agent};
use crate::shop::{REPLICAS, add, guest, pieces, stock};

/// Serves under load while something happens to the primary and the standby.
fn serve_through(happens: impl FnOnce(&mut Postgres, &Postgres)) {
    if !postgres_server::is_installed() {
        eprintln!("not tested: the package postgresql is not installed");
        return;
    }
    let places = [tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder")];
    let mut primary = Postgres::start(places[0].path()).expect("a primary");
    let standby = primary.standby(places[1].path()).expect("a standby");
    let hosts = format!("{},{}", primary.host(), standby.host());
    let address = format!("postgres://postgres@{hosts}/postgres?target_session_attrs=read-write");
    let folders: Vec<_> = (0..REPLICAS).map(|_| Folder::on(&address)).collect();
    stock(&folders[0]);
    let servers: Vec<Server> = folders.iter().map(Folder::serve).collect();
    let urls: Vec<_> = servers.iter().map(|server| server.url.clone()).collect();
    let tokens: Vec<_> = (0..CLIENTS).map(|_| guest(&servers[0])).collect();
    let stop = AtomicBool::new(false);
    let seen: Vec<Seen> = thread::scope(|scope| {
        let clients = load::start(scope, &urls, tokens, &stop);
        thread::sleep(Duration::from_millis(700));
        happens(&mut primary, &standby);
        thread::sleep(Duration::from_millis(1500));
        stop.store(true, Ordering::Relaxed);
        clients.into_iter().map(|client| client.join().expect("a client")).collect()
    });
    for seen in &seen {
        assert!(seen.acknowledged > 1, "{seen:?}");
        for server in &servers {
            assert_eq!(pieces(server, &seen.token), seen.acknowledged, "{seen:?}");
        }
    }
    let longest = seen.iter().map(|seen| seen.longest).max().expect("clients");
    let unavailable: usize = seen.iter().map(|seen| seen.unavailable).sum();
    eprintln!("the longest that an answer took was {longest:?}, and {unavailable} answers were 503");
    for server in servers {
        assert_eq!(server.get("/readyz").status, 200);
        assert_eq!(server.stop().code(), Some(0));
    }
}

#[test]
fn a_killed_primary_loses_nothing_that_was_acknowledged() {
    serve_through(|primary, standby| {
        primary.kill().expect("it is ours");
        standby.promote().expect("a new primary");
    });
}

#[test]
fn a_primary_that_takes_no_more_writes_is_left_for_the_new_one() {
    serve_through(|primary, standby| {
        primary.set("default_transaction_read_only = on").expect("a setting");
        // What is under way needs the standby; without it the old primary would hold it, and its locks, for ever.
        thread::sleep(Duration::from_millis(500));
        standby.promote().expect("a new primary");
    });
}

#[test]
fn a_primary_that_is_killed_and_comes_back_has_what_was_acknowledged() {
    serve_through(|primary, _| {
        primary.kill().expect("it is ours");
        primary.restart().expect("it recovers");
    });
}

#[test]
fn a_database_that_hangs_keeps_nobody_waiting_for_ever() {
    if !postgres_server::is_installed() {
        eprintln!("not tested: the package postgresql is not installed");
        return;
    }
    let place = tempfile::tempdir().expect("a folder");
    let postgres = Postgres::start(place.path()).expect("a database server");
    let folders = [(); 2].map(|()| Folder::on(&postgres.address()));
    stock(&folders[0]);
    let [server, other] = folders.each_ref().map(Folder::serve);
    // Whom it names this server has to ask the database.
    let token = guest(&other);
    let add_one = || add(&agent(), &server.url, &token, "a-key").expect("an answer").0;
    let started = Instant::now();
    postgres.freeze().expect("it is ours");
    let (write, read) = thread::scope(|scope| {
        let write = scope.spawn(add_one);
        let read = scope.spawn(|| server.get("/readyz").status);
        (write.join().expect("a client"), read.join().expect("a client"))
    });
    assert!(started.elapsed() < Duration::from_secs(25), "{:?}", started.elapsed());
    postgres.thaw().expect("it is ours");
    assert_eq!((write, read), (503, 503));
    while add_one() != 200 {
        assert!(started.elapsed() < Duration::from_mins(1), "it does not go on");
        thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(pieces(&server, &token), 1);
}
