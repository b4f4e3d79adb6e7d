//! A full disk: what cannot be written is refused in each dialect's own words, what can be read is, and when there is room
//! again everything goes on by itself.

use std::fmt::Write;
use std::time::{Duration, Instant};

use insta::assert_snapshot;
use serde_json::{Value, json};
use store::testing::SmallDisk;

use crate::commands::add_account;
use crate::phone::Phone;
use crate::server::{Folder, Reply, Server, agent, fixture};

const PASSWORD: &str = "demo-demo";
/// What to search for: doors, in Persian, and oolong, in Chinese.
pub(crate) const DOORS: &str = "%D8%AF%D8%B1%D8%A8";
pub(crate) const OOLONG: &str = "%E4%B9%8C%E9%BE%99";

/// How many products a search finds.
pub(crate) fn found(server: &Server, text: &str) -> i64 {
    let reply = server.get(&format!("/api/shop/products?search={text}&limit=1"));
    assert_eq!(reply.status, 200, "{}", reply.body);
    let page: Value = serde_json::from_str(&reply.body).expect("JSON");
    page["count"].as_i64().expect("a number")
}

/// Adds a piece in every dialect of guests.
fn add_everywhere(server: &Server, token: &str) -> [(&'static str, Reply); 4] {
    let authorization = format!("Token {token}");
    let change = format!("token={token}&goodsid=4&changeNumber=1&storeid=1");
    let add = agent().post(format!("{}/api/cart/add", server.url)).header("cart", token);
    [
        ("mt", server.post("/rest_api/mt_shop_cart/", &authorization, "nums=1&distributor_product_id=4")),
        ("wangmarket", server.post("/cart/change.json", "", &change)),
        ("hamgam", server.post("/api/shop/cart/items", &authorization, "product=4&quantity=1")),
        ("anqicms", Reply::read(add.send_form([("archive_id", "4"), ("quantity", "1")]))),
    ]
}

/// Pieces in a guest's cart.
pub(crate) fn pieces(server: &Server, token: &str) -> i64 {
    let reply = server.get(&format!("/cart/getCart.json?token={token}"));
    assert_eq!(reply.status, 200, "{}", reply.body);
    let cart: Value = serde_json::from_str(&reply.body).expect("JSON");
    cart["storeCartMap"]["1"]["goodsCartMap"]["4"]["number"].as_i64().unwrap_or(0)
}

/// A new guest's token.
pub(crate) fn guest(server: &Server) -> String {
    let reply = server.post("/login/getToken.json", "", "");
    reply.body.split('"').rev().nth(1).expect("a token").to_owned()
}

#[test]
fn a_full_disk_refuses_writes_in_every_dialect_and_all_goes_on_when_there_is_room_again() {
    let folder = Folder::with_file();
    // The log of the server is on it, too.
    let Some(disk) = SmallDisk::mount(&folder.path(""), 16) else { return };
    folder.succeed(&["import", &fixture("bazaar-parts.csv"), "--store", "Parts"]);
    for words in [
        &["--email", "keeper@example.com", "--role", "merchant", "--store", "Parts"][..],
        &["--email", "li@example.com"],
    ] {
        assert!(add_account(&folder, words, PASSWORD).status.success());
    }
    let server = folder.serve();
    let token = guest(&server);
    let (mut keeper, mut li) = (Phone::new(&server), Phone::new(&server));
    keeper.log_in("/auth/business_login", "keeper@example.com", PASSWORD);
    li.log_in("/auth/login", "li@example.com", PASSWORD);
    let doors = json!({"qk": "درب", "page": "1", "per_page": "10"});
    let search = || li.done("POST", "/search/products", &doors, 200);
    let found = search();
    let rid = found["paginated_products"][0]["rid"].as_str().expect("a product");
    let sku = li.get(&format!("/products/skus?rid={rid}"))["items"][0]["rid"].clone();

    let note = "a".repeat(100_000);
    disk.fill();
    let mut added = 0;
    // What the log has room for is still written.
    while server
        .post("/cart/change.json", "", &format!("token={token}&goodsid=4&changeNumber=1&storeid=1"))
        .status
        == 200
    {
        added += 1;
        assert!(added < 10_000, "the disk is never full");
    }
    let mut refusals = String::new();
    for (dialect, reply) in add_everywhere(&server, &token) {
        writeln!(refusals, "{dialect} {} {}", reply.status, reply.body).unwrap();
    }
    let add = json!({"rid": sku, "quantity": 2});
    for (what, answer) in [
        ("lexi", li.send("POST", "/cart", &add)),
        ("lexi, a file", keeper.upload("/assets", "note.txt", note.as_bytes())),
    ] {
        writeln!(refusals, "{what} {} {}", answer.status, answer.body).unwrap();
    }
    assert_snapshot!(refusals);
    assert_eq!(pieces(&server, &token), added);
    assert_eq!(search(), found);
    assert_eq!(server.get("/readyz").status, 200);

    disk.clear();
    for (dialect, reply) in add_everywhere(&server, &token) {
        assert!((200..300).contains(&reply.status), "{dialect}: {} {}", reply.status, reply.body);
    }
    assert_eq!(pieces(&server, &token), added + 4);
    li.done("POST", "/cart", &add, 201);
    assert_eq!(keeper.upload("/assets", "note.txt", note.as_bytes()).status, 200);
    assert_eq!(server.stop().code(), Some(0));
    assert!(folder.succeed(&["doctor"]).contains("all is well"));
}

#[test]
fn a_search_index_without_room_finds_what_it_has_and_later_the_rest() {
    let folder = Folder::with_file();
    folder.succeed(&["import", &fixture("bazaar-parts.csv")]);
    let Some(disk) = SmallDisk::mount(&folder.data().join("search"), 4) else { return };
    let server = folder.serve();
    assert_eq!((found(&server, DOORS), found(&server, OOLONG)), (4, 0));
    disk.fill();
    folder.succeed(&["import", &fixture("tea-and-mountain.csv")]);
    let is_listed = || !server.get("/api/shop/products?limit=1").body.contains("\"count\":17,");
    for _ in 0..20 {
        std::thread::sleep(Duration::from_millis(100));
        assert_eq!((found(&server, DOORS), found(&server, OOLONG)), (4, 0));
    }
    assert!(is_listed(), "lists do without the index");
    disk.clear();
    let started = Instant::now();
    while found(&server, OOLONG) == 0 {
        assert!(started.elapsed() < Duration::from_secs(15), "{}", server.logged());
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn files_without_room_are_refused_and_nothing_else_is() {
    let folder = Folder::with_file();
    let Some(disk) = SmallDisk::mount(&folder.path("small"), 2) else { return };
    folder.succeed(&["import", &fixture("bazaar-parts.csv"), "--store", "Parts"]);
    let keeper = ["--email", "keeper@example.com", "--role", "merchant", "--store", "Parts"];
    assert!(add_account(&folder, &keeper, PASSWORD).status.success());
    let server = folder.start(&["serve", "--files", "small/files"]);
    let mut keeper = Phone::new(&server);
    keeper.log_in("/auth/business_login", "keeper@example.com", PASSWORD);
    let note = "a".repeat(100_000);
    disk.fill();
    let answer = keeper.upload("/assets", "note.txt", note.as_bytes());
    assert_eq!((answer.status, &answer.body["status"]["code"]), (503, &json!(503)), "{}", answer.body);
    let token = guest(&server);
    assert!(add_everywhere(&server, &token).iter().all(|(_, reply)| reply.status < 300));
    disk.clear();
    let answer = keeper.upload("/assets", "note.txt", note.as_bytes());
    assert_eq!(answer.status, 200, "{}", answer.body);
    let view = answer.body["data"][0]["view_url"].as_str().expect("an address").to_owned();
    let mut served = agent().get(view).call().expect("the server answers");
    assert_eq!(served.body_mut().read_to_string().expect("a text"), note);
}
