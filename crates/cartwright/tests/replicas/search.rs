//! Each server has an index of its own: what changes at one server, or is mended by `reindex` beside one, all of them find.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use serde_json::json;

use crate::phone::Phone;
use crate::server::{Folder, Server};
use crate::shop::{REPLICAS, Shop, database, json as read, stock, within_a_second};

/// The tea's listing.
const LISTING: i64 = 1;
/// What finds the tea, and another product.
const TEA: &str = "%E4%BA%91%E6%BA%AA";
const ANOTHER: &str = "%E5%B9%B4%E9%99%88%E7%99%BD%E8%8C%B6";

/// How many products on sale a text finds.
fn count(server: &Server, text: &str) -> i64 {
    let page = server.get(&format!("/api/shop/products?search={text}&limit=1")).body;
    read(&page)["count"].as_i64().unwrap_or_else(|| panic!("{page}"))
}

#[test]
fn what_changes_at_one_server_is_found_at_all_while_an_index_is_made_anew() {
    let Some(shop) = Shop::open(&[]) else { return };
    let [changed, others @ ..] = &shop.servers[..] else { panic!("servers") };
    let mut merchant = Phone::new(changed);
    merchant.log_in("/auth/business_login", "tea@example.com", "demo-demo");
    let sought = json!({"qk": "云溪红茶 250克罐装", "per_page": "1"});
    let found = merchant.done("POST", "/search/products", &sought, 200);
    let tea = json!({"rid": found["paginated_products"][0]["rid"]});
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let reindexing = scope.spawn(|| {
            let runs = std::iter::repeat_with(|| shop.folders[REPLICAS - 1].succeed(&["reindex"]));
            runs.take_while(|_| !is_over.load(Ordering::Relaxed)).count()
        });
        for (path, expected) in [("down", 0), ("up", 1)].into_iter().cycle().take(4) {
            merchant.done("PUT", &format!("/products/status/{path}"), &tea, 200);
            assert_eq!(count(changed, TEA), expected);
            for server in others {
                within_a_second("a change", || {
                    assert_eq!(count(server, ANOTHER), 1);
                    count(server, TEA) == expected
                });
            }
        }
        is_over.store(true, Ordering::Relaxed);
        assert!(reindexing.join().expect("it runs") > 0, "no index was made meanwhile");
    });
}

#[test]
fn what_a_reindex_beside_one_server_mends_is_found_at_all() {
    let Some(database) = database() else { return };
    let address = database.make();
    let folders: Vec<_> = (0..REPLICAS).map(|_| Folder::on(&address)).collect();
    stock(&folders[0]);
    store::testing::misplace(&address, LISTING);
    let servers: Vec<_> = folders.iter().map(Folder::serve).collect();
    assert!(servers.iter().all(|server| count(server, TEA) == 0));
    folders[1].succeed(&["reindex"]);
    for server in &servers {
        within_a_second("what a reindex mends", || count(server, TEA) == 1);
    }
}
