//! `demo`: from an empty folder to a served shop, with requests that work when pasted.

use std::process::Command;

use crate::server::{Folder, fixture, text};

#[test]
fn every_printed_request_works_and_the_folder_can_be_used_again() {
    let folder = Folder::new();
    for round in ["an empty folder", "an earlier demo"] {
        let mut server = folder.start(&["demo"]);
        server.wait_for_line("/api/v1.0/cart");
        let printed = server.printed();
        let lines: Vec<_> = printed.lines().map(str::trim).filter(|line| line.starts_with("curl ")).collect();
        assert!(lines.len() >= 10, "{printed}");
        for line in lines {
            let output =
                Command::new("sh").args(["-c", &format!("{line} -w '\\n%{{http_code}}'")]).output().unwrap();
            let (body, status) =
                text(&output.stdout).rsplit_once('\n').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
            assert!(["200", "201"].contains(&status.as_str()), "{round}: {line}: {status} {body}");
            assert!(body.starts_with(['{', '[']), "{round}: {line}: {body}");
            for failure in [
                "\"result\":0",
                "\"result\":\"2\"",
                "\"code\":-1",
                "\"code\":1001",
                "\"detail\":\"",
                "\"success\":false",
            ] {
                assert!(!body.contains(failure), "{round}: {line}: {body}");
            }
        }
        // Both customers log in, and one cart is behind every dialect.
        for name in
            ["email=li@example.com", "user_name=xiaoli", "email=sara@example.com", "phone=%2B989120000001"]
        {
            let login = server.post("/api/login", "", &format!("{name}&password=demo-demo"));
            assert!(login.body.contains("\"code\":0"), "{round}: {name}: {}", login.body);
        }
        let report = folder.succeed(&["doctor", "--data", "demo-data"]);
        assert!(
            report.contains("all is well") && report.contains("2 accounts, 1 carts, 1 cart lines"),
            "{report}"
        );
        assert_eq!(server.stop().code(), Some(0));
    }
}

#[test]
fn distributed_products_are_offered_by_two_stores() {
    let folder = Folder::new();
    let server = folder.start(&["demo"]);
    for store in [1, 2] {
        let page = server.get(&format!("/shop/api/goods/list.json?storeid={store}&everyNumber=100")).body;
        for title in ["Waxed Picnic Blanket", "炭焙乌龙茶 礼盒套装"] {
            assert!(page.contains(title), "{store}: {page}");
        }
    }
}

#[test]
fn a_real_shop_is_left_alone() {
    let folder = Folder::with_file();
    folder.succeed(&["import", &fixture("bazaar-parts.csv"), "--store", "Real"]);
    let error = folder.fail(1, &["demo", "--data", "data", "--listen", "127.0.0.1:0"]);
    assert!(error.contains("another shop") && error.contains("empty folder"), "{error}");
    // A folder from the settings file is a real shop's, too.
    folder.write("cartwright.toml", "data = \"./data\"\n");
    let server = folder.start(&["demo"]);
    assert!(folder.path("demo-data/cartwright.db").is_file());
    drop(server);
    assert!(folder.succeed(&["doctor"]).contains("contents  17 products"));
}
