//! What one server learns, promises or forbids, the others keep to: caches, keys, limits, codes, tokens and the index.

use std::collections::BTreeSet;
use std::thread;

use serde_json::{Value, json};

use crate::phone::Phone;
use crate::server::{Server, agent};
use crate::shop::{REPLICAS, Shop, TEA, add, add_account, guest, json, pieces, within_a_second};

/// A merchant's phone at a server.
fn merchant(server: &Server) -> Phone<'_> {
    let mut phone = Phone::new(server);
    phone.log_in("/auth/business_login", "tea@example.com", "demo-demo");
    phone
}

/// The public id of the tea.
fn rid(server: &Server) -> String {
    let sought = json!({"qk": "云溪红茶 250克罐装", "per_page": "1"});
    let found = Phone::new(server).done("POST", "/search/products", &sought, 200);
    found["paginated_products"][0]["rid"].as_str().expect("a public id").to_owned()
}

#[test]
fn a_price_that_changed_at_one_server_is_the_price_at_the_others_within_a_second() {
    let Some(shop) = Shop::open(&[]) else { return };
    let [a, others @ ..] = &shop.servers[..] else { panic!("servers") };
    let (rid, merchant) = (rid(a), merchant(a));
    let terms = merchant.get(&format!("/products/{rid}/publish_two"));
    let price = |server: &Server| {
        let page = json(&server.get("/api/shop/products?limit=100").body);
        let mut products = page["results"].as_array().expect("products").iter();
        products.find(|product| product["id"] == TEA).expect("the tea")["price"].clone()
    };
    for new in [70, 71, 72] {
        // Into the memory of all.
        let before: Vec<_> = shop.servers.iter().map(price).collect();
        let sku = json!({"sku_rid": terms["skus"][0]["rid"], "price": new});
        merchant.done("PUT", "/products/publish_two", &json!({"rid": rid, "status": 1, "skus": [sku]}), 200);
        let now = price(a);
        assert!(!before.contains(&now), "{before:?}, then {now}");
        for server in others {
            within_a_second("a price", || price(server) == now);
        }
    }
}

#[test]
fn an_import_is_found_by_all_servers_within_a_second() {
    let Some(shop) = Shop::open(&[]) else { return };
    let count = |server: &Server| {
        json(&server.get("/api/shop/products?search=zeppelin&limit=1").body)["count"]
            .as_i64()
            .expect("a count")
    };
    for server in &shop.servers {
        assert_eq!(count(server), 0);
    }
    shop.folders[0].write("new.csv", "Handle,Title,Variant Price\nzeppelin,Zeppelin,9.50\n");
    shop.folders[0].succeed(&["import", "new.csv", "--store", "Tea"]);
    for server in &shop.servers {
        within_a_second("a title", || count(server) == 1);
    }
}

/// A picture of one dot.
const GIF: &[u8] = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";

#[test]
fn one_key_thirty_times_at_once_over_all_servers_is_one_addition() {
    let Some(shop) = Shop::open(&[]) else { return };
    for round in 0..5 {
        let token = guest(&shop.servers[0]);
        let key = format!("key {round}");
        let answers: Vec<_> = thread::scope(|scope| {
            let send = |at: usize| {
                let (url, token, key) = (&shop.servers[at % REPLICAS].url, &token, &key);
                scope.spawn(move || add(&agent(), url, token, key).expect("an answer"))
            };
            let clients: Vec<_> = (0..30).map(send).collect();
            clients.into_iter().map(|client| client.join().expect("a client")).collect()
        });
        assert!(answers.iter().all(|(status, _)| *status == 200), "{:?}", answers[0]);
        for server in &shop.servers {
            assert_eq!(pieces(server, &token), 1, "round {round}");
        }
    }
}

#[test]
fn failed_logins_are_counted_over_all_servers() {
    let Some(shop) = Shop::open(&["--login-attempts", "7"]) else { return };
    add_account(&shop.folders[0], &["--email", "li@example.com"]);
    let log_in = |server: &Server, password: &str| {
        let reply = server.post("/api/login", "", &format!("email=li@example.com&password={password}"));
        json(&reply.body)["msg"].as_str().unwrap_or_default().to_owned()
    };
    for at in 0..7 {
        assert_eq!(log_in(&shop.servers[at % REPLICAS], "wrong horse"), "用户名或密码错误", "attempt {at}");
    }
    for server in &shop.servers {
        assert!(log_in(server, "demo-demo").starts_with("尝试次数过多"));
    }
}

#[test]
fn guesses_at_the_same_time_at_all_servers_get_no_more_answers_than_one_at_a_time() {
    let Some(shop) = Shop::open(&["--login-attempts", "7"]) else { return };
    let said = thread::scope(|scope| {
        let guess = |at: usize| {
            let server = &shop.servers[at % REPLICAS];
            scope.spawn(move || {
                server.post("/api/login", "", "email=tea@example.com&password=wrong+horse").body
            })
        };
        let clients: Vec<_> = (0..30).map(guess).collect();
        clients.into_iter().map(|client| client.join().expect("a client")).collect::<Vec<_>>()
    });
    let answered = said.iter().filter(|body| body.contains("用户名或密码错误")).count();
    let refused = said.iter().filter(|body| body.contains("尝试次数过多")).count();
    assert_eq!((answered, refused), (7, 23), "{said:?}");
}

/// Has a code sent to a phone.
fn ask_for_code(server: &Server, phone: &str) -> ureq::http::Response<ureq::Body> {
    let request = agent().post(format!("{}/api/users/auth/otp/signin", server.url));
    let request = request.header("content-type", "application/json");
    request.send(format!("{{\"mobile_number\":\"{phone}\"}}")).expect("an answer")
}

#[test]
fn codes_are_counted_over_all_servers_as_at_one() {
    let limits = ["--login-attempts", "7", "--login-attempts-per-address", "30"];
    let Some(shop) = Shop::open(&[&["--sms", "log"], &limits[..]].concat()) else { return };
    let ask = |at: usize, phone: usize| {
        ask_for_code(&shop.servers[at % REPLICAS], &format!("+98912000000{phone}")).status().as_u16()
    };
    for servers in 1..=REPLICAS {
        let answers: Vec<_> = (0..9).map(|at| ask(at % servers, servers)).collect();
        assert_eq!(answers, [[200; 7].as_slice(), &[429; 2]].concat(), "at {servers} servers");
    }
    let at_once: Vec<_> = thread::scope(|scope| {
        let clients: Vec<_> = (0..20).map(|at| scope.spawn(move || ask(at, 0))).collect();
        clients.into_iter().map(|client| client.join().expect("a client")).collect()
    });
    assert_eq!(at_once.iter().filter(|status| **status == 200).count(), 7, "{at_once:?}");
    // Of the address's 30 two are left, and it is refused for any phone at any server.
    let answers: Vec<_> = (4..9).map(|phone| ask(phone, phone)).collect();
    assert_eq!(answers, [200, 200, 429, 429, 429]);
}

#[test]
fn a_code_of_one_server_is_redeemed_once_at_another() {
    let Some(shop) = Shop::open(&["--sms", "log"]) else { return };
    let [a, b, c] = &shop.servers[..] else { panic!("servers") };
    let sent = ask_for_code(a, "+989120000000");
    let cookie = sent.headers()["set-cookie"].to_str().expect("a text").split(';').next().expect("a pair");
    let log = a.logged();
    let code = log.split("\"code\":\"").nth(1).and_then(|rest| rest.get(..6)).expect("a code in the log");
    let verify = |server: &Server| {
        let request = agent().post(format!("{}/api/users/auth/otp/verify", server.url));
        let request = request.header("cookie", cookie).header("content-type", "application/json");
        request.send(format!("{{\"code\":\"{code}\"}}")).expect("an answer").status().as_u16()
    };
    assert_eq!((verify(b), verify(c), verify(a)), (200, 400, 400));
}

#[test]
fn a_token_that_ended_at_one_server_is_refused_at_the_others_within_a_second() {
    let Some(shop) = Shop::open(&[]) else { return };
    let [a, others @ ..] = &shop.servers[..] else { panic!("servers") };
    add_account(&shop.folders[0], &["--email", "li@example.com"]);
    let mut phone = Phone::new(a);
    let issued = phone.log_in("/auth/login", "li@example.com", "demo-demo");
    let token = issued["token"].as_str().expect("a token");
    let status = |server: &Server| {
        let mut phone = Phone::new(server);
        phone.log_in_as(token, "");
        phone.send("GET", "/cart", &Value::Null).status
    };
    for server in others {
        assert_eq!(status(server), 200);
    }
    phone.send("POST", "/auth/logout", &Value::Null);
    assert_eq!(status(a), 401);
    for server in others {
        within_a_second("the end of a token", || status(server) == 401);
    }
}

#[test]
fn a_token_for_uploads_works_at_every_server_and_what_it_uploads_is_served_by_all() {
    let files = tempfile::tempdir().expect("a temporary folder");
    let Some(shop) = Shop::open(&["--files", files.path().to_str().expect("a path in UTF-8")]) else {
        return;
    };
    let token = merchant(&shop.servers[0]).get("/assets/up_token")["up_token"].clone();
    let mut addresses = BTreeSet::new();
    for server in &shop.servers {
        let mut phone = Phone::new(server);
        phone.log_in_as(token.as_str().expect("a token"), "");
        let uploaded = phone.upload("/assets", "dot.gif", GIF);
        let path =
            uploaded.body["data"][0]["filepath"].as_str().unwrap_or_else(|| panic!("{}", uploaded.body));
        addresses.insert(format!("/_uploads/photos/{path}"));
    }
    assert_eq!(addresses.len(), 1, "the same content is one file");
    for server in &shop.servers {
        let address = addresses.first().expect("an address");
        let reply = agent().get(format!("{}{address}", server.url)).call().expect("an answer");
        assert_eq!(reply.status().as_u16(), 200);
    }
}

#[test]
fn a_login_at_one_server_loses_nothing_that_the_guest_adds_at_the_others() {
    let Some(shop) = Shop::open(&[]) else { return };
    let [a, others @ ..] = &shop.servers[..] else { panic!("servers") };
    let name = "username=li@example.com&password=a-good-secret";
    let customer = json(&a.post("/login/reg.json", "", name).body);
    let customer = customer["token"].as_str().expect("a token");
    let mut expected = 0;
    for round in 0..10 {
        let token = guest(a);
        expected += thread::scope(|scope| {
            let adding: Vec<_> = others
                .iter()
                .flat_map(|server| [server, server])
                .enumerate()
                .map(|(client, server)| {
                    let token = &token;
                    scope.spawn(move || {
                        let agent = agent();
                        let send = |at: usize| {
                            let key = format!("{round} {client} {at}");
                            let answer = add(&agent, &server.url, token, &key);
                            // What the login overtakes is not done, and its repeat is the customer's.
                            let is_overtaken = matches!(&answer, Some((409, _)));
                            if is_overtaken { add(&agent, &server.url, token, &key) } else { answer }
                        };
                        let answers = (0..20).map(|at| send(at).expect("an answer"));
                        answers
                            .filter(|(status, body)| {
                                assert_eq!(*status, 200, "{body}");
                                true
                            })
                            .count()
                    })
                })
                .collect();
            let login = a.post("/login/login.json", "", &format!("token={token}&{name}"));
            assert!(login.body.contains("\"result\":1"), "{}", login.body);
            adding.into_iter().map(|client| client.join().expect("a client") as i64).sum::<i64>()
        });
        assert_eq!(pieces(a, customer), expected, "round {round}");
    }
}
