//! `serve`: ready when it says so, alone in its folder, and gone only when the last request is answered.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::server::Folder;

#[test]
fn it_is_ready_when_it_prints_its_address() {
    let folder = Folder::new();
    let server = folder.serve();
    assert_eq!(server.printed(), format!("Cartwright listens on {}\n", server.url));
    assert_eq!(server.get("/api/archive/list").status, 200);
    for (path, expected) in [
        ("/healthz", "alive\n"),
        ("/readyz", "ready\n"),
        ("/metrics", "cartwright_writer_commits_total"),
        (
            "/metrics",
            "cartwright_request_seconds_count{dialect=\"anqicms\",method=\"GET\",route=\"/api/archive/list\",status=\"200\"} 1",
        ),
    ] {
        let reply = server.get(path);
        assert_eq!(reply.status, 200, "{path}");
        assert!(reply.body.contains(expected), "{path}: {}", reply.body);
    }
    let unknown = server.get("/no/such/path");
    assert_eq!((unknown.status, unknown.body.as_str()), (404, "{\"error\":\"no such path\"}"));
}

#[test]
fn every_dialect_answers() {
    let folder = Folder::new();
    let server = folder.serve();
    for (path, status, part) in [
        ("/rest_api/mt_shop_cart/", 403, "detail"),
        ("/shop/api/goods/list.json?storeid=1", 200, "\"result\""),
        ("/api/shop/products", 200, "\"results\""),
        ("/api/archive/list", 200, "\"code\""),
    ] {
        let reply = server.get(path);
        assert_eq!(reply.status, status, "{path}: {}", reply.body);
        assert!(reply.body.contains(part), "{path}: {}", reply.body);
    }
}

#[test]
fn sigterm_ends_it_after_the_requests_that_run() {
    let folder = Folder::new();
    let mut server = folder.serve();
    let mut slow = TcpStream::connect(server.address()).unwrap();
    slow.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 4\r\n\r\na=";
    let head = format!("POST /login/getToken.json HTTP/1.1\r\nHost: a\r\n{form}");
    slow.write_all(head.as_bytes()).unwrap();
    // The request is in when another one behind it has been answered.
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(server.get("/readyz").status, 200);

    server.ask_to_stop();
    let refused = (0..100).any(|_| {
        std::thread::sleep(Duration::from_millis(10));
        TcpStream::connect(server.address()).is_err()
    });
    assert!(refused, "it still takes new connections");
    slow.write_all(b"bc").unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.contains("\"result\":1"), "{answer}");
    assert_eq!(server.wait().code(), Some(0), "{}", server.logged());
}

#[test]
fn what_was_answered_is_there_after_sigterm_and_after_sigkill() {
    let folder = Folder::new();
    let mut server = folder.serve();
    let reply = server.post("/shop/api/login/getToken.json", "", "");
    let token = reply.body.split('"').rev().nth(1).unwrap().to_owned();
    let is_known = |reply: &crate::server::Reply| reply.body.contains("\"result\":1");
    for round in 0..4 {
        if round % 2 == 0 {
            assert_eq!(server.stop().code(), Some(0));
        } else {
            server.kill();
        }
        server = folder.serve();
        let cart = server.get(&format!("/shop/api/cart/getCart.json?token={token}"));
        assert!(is_known(&cart), "round {round}: {}", cart.body);
    }
    assert_eq!(server.stop().code(), Some(0));
}

#[test]
fn a_folder_has_one_server_only() {
    let folder = Folder::with_file();
    let server = folder.serve();
    assert!(folder.database().is_file());
    let words = ["serve", "--listen", "127.0.0.1:0"];
    let error = folder.fail(1, &words);
    assert!(error.contains("another server has this shop open") && error.contains("--data"), "{error}");
    // The same database is the same shop, whatever the folder is called.
    let database = format!("sqlite:{}", folder.database().display());
    let error = folder.fail(1, &[&words[..], &["--data", "other", "--database", &database]].concat());
    assert!(error.contains("another server has this shop open"), "{error}");
    assert_eq!(server.get("/readyz").status, 200);
    server.kill();
    // A name for the database that it has anyway changes nothing.
    let server = folder.start(&["serve", "--database", "sqlite:./data/../data/cartwright.db"]);
    assert_eq!(server.get("/readyz").status, 200);
}

#[test]
fn a_port_that_is_taken_is_told() {
    let (folder, other) = (Folder::new(), Folder::new());
    let server = folder.serve();
    let error = other.fail(1, &["serve", "--listen", server.address()]);
    assert!(error.contains("cannot listen on") && error.contains("--listen"), "{error}");
}

#[test]
fn a_crowd_that_says_nothing_makes_room_for_who_speaks() {
    let folder = Folder::new();
    let server = folder.start(&["serve", "--connections", "4"]);
    let silent: Vec<_> = (0..5).map(|_| TcpStream::connect(server.address()).unwrap()).collect();
    // Those within the first half of the places keep them; the others go soon, one after the other.
    assert_eq!(server.get("/healthz").status, 200);
    drop(silent);
}
