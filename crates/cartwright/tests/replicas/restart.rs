//! Servers that are started anew one after the other, as for a new version: nobody who tries a broken connection again
//! notices.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::load::{self, CLIENTS, Seen};
use crate::shop::{REPLICAS, Shop, guest, pieces};

#[test]
fn a_rolling_restart_under_load_fails_no_request() {
    let Some(mut shop) = Shop::open(&[]) else { return };
    let urls: Vec<_> = shop.servers.iter().map(|server| server.url.clone()).collect();
    let tokens: Vec<_> = (0..CLIENTS).map(|_| guest(&shop.servers[0])).collect();
    let stop = AtomicBool::new(false);
    let seen: Vec<Seen> = thread::scope(|scope| {
        let clients = load::start(scope, &urls, tokens, &stop);
        for _ in 0..2 {
            for at in 0..REPLICAS {
                let address = shop.servers[at].address().to_owned();
                shop.servers[at].ask_to_stop();
                assert_eq!(shop.servers[at].wait().code(), Some(0), "{}", shop.servers[at].logged());
                shop.servers[at] = shop.folders[at].start_at(&address, &["serve"]);
                thread::sleep(Duration::from_millis(100));
            }
        }
        stop.store(true, Ordering::Relaxed);
        clients.into_iter().map(|client| client.join().expect("a client")).collect()
    });
    assert!(seen.iter().any(|seen| seen.broken > 0), "no client met a server that ended: {seen:?}");
    for seen in &seen {
        assert_eq!(seen.unavailable, 0, "{seen:?}");
        assert!(seen.acknowledged > 1, "{seen:?}");
        assert_eq!(pieces(&shop.servers[0], &seen.token), seen.acknowledged, "{seen:?}");
    }
}

#[test]
fn a_server_that_ends_answers_what_runs_and_says_that_the_connection_closes() {
    let Some(mut shop) = Shop::open(&[]) else { return };
    let server = &mut shop.servers[0];
    let connect = || {
        let mut stream = TcpStream::connect(server.address()).expect("a connection");
        stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a timeout");
        stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").expect("it is open");
        let mut answer = [0; 1000];
        let length = stream.read(&mut answer).expect("an answer");
        let answer = String::from_utf8_lossy(&answer[..length]).into_owned();
        assert!(answer.ends_with("alive\n") && !answer.contains("connection: close"), "{answer}");
        stream
    };
    let (mut idle, mut busy) = (connect(), connect());
    let form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 4\r\n\r\na=";
    busy.write_all(format!("POST /login/getToken.json HTTP/1.1\r\nHost: a\r\n{form}").as_bytes())
        .expect("open");
    thread::sleep(Duration::from_millis(100));
    server.ask_to_stop();
    let mut rest = Vec::new();
    assert_eq!(idle.read_to_end(&mut rest).expect("a proper end"), 0, "an idle connection is closed");
    busy.write_all(b"bc").expect("it is still open");
    let mut answer = String::new();
    busy.read_to_string(&mut answer).expect("an answer");
    assert!(answer.contains("connection: close") && answer.contains("\"result\":1"), "{answer}");
    assert_eq!(server.wait().code(), Some(0), "{}", server.logged());
}
