//! `/categories`.

use domain::account::Role;
use insta::assert_snapshot;
use serde_json::{Value, json};
use web::testing::TestShop;

use crate::{Who, code, shop};

/// Id and parent of every category that is shown.
async fn tree(shop: &TestShop) -> Vec<(i64, i64)> {
    let reply = shop.get("/categories").send().await.json();
    let categories = reply["data"]["categories"].as_array().cloned().expect("categories");
    let number = |category: &Value, name: &str| category[name].as_i64().expect("a number");
    categories.iter().map(|category| (number(category, "id"), number(category, "pid"))).collect()
}

async fn add(who: &Who<'_>, name: &str, pid: i64) -> i64 {
    let reply = who.send("POST", "/categories", json!({"name": name, "pid": pid})).await;
    reply.json()["data"]["id"].as_i64().unwrap_or_else(|| panic!("{}", reply.body))
}

#[tokio::test]
async fn categories_by_page_and_by_parent() {
    let shop = shop().await;
    assert_snapshot!("categories", shop.get("/categories").send().await.golden());
    assert_snapshot!("of_nobody", shop.get("/categories?pid=1&page=2").send().await.golden());
    let all = shop.get("/categories").send().await.body;
    for path in [
        "/categories?pid=0",
        "/categories/siblings?id=1",
        "/categories/siblings?cid=1",
        "/categories/siblings",
    ] {
        assert_eq!(shop.get(path).send().await.body, all, "{path}");
    }
    assert_eq!(code(&shop.get("/categories/siblings?id=9").send().await), 404);
}

#[tokio::test]
async fn a_category_is_added_changed_and_deleted_and_that_is_seen_at_once() {
    let shop = shop().await;
    let who = Who::merchant(&shop, 1).await;
    assert_eq!(tree(&shop).await, [(1, 0)]);
    let new = json!({"name": " 茶具 ", "pid": "1", "cover": "/_uploads/photos/a.jpg", "description": "壶与杯",
        "sort_order": "-1", "status": 1});
    assert_snapshot!("added", who.send("POST", "/api/v1.0/categories", new).await.golden());
    assert_eq!(tree(&shop).await, [(2, 1), (1, 0)]);
    let change = json!({"pid": 0, "description": "", "cover": null, "sort_order": null, "status": null});
    let changed = who.send("PUT", "/categories/2", change).await;
    assert_snapshot!("changed", changed.golden());
    assert_eq!(tree(&shop).await, [(2, 0), (1, 0)]);
    let in_query = who.begin("PUT", "/categories/2?status=0").send().await;
    assert_eq!(in_query.json()["data"]["status"], 0);
    assert_eq!(tree(&shop).await, [(1, 0)], "it is hidden");
    assert_snapshot!("deleted", who.send("DELETE", "/categories/2", json!({})).await.golden());
    for (verb, path) in [("PUT", "/categories/2"), ("DELETE", "/categories/2"), ("DELETE", "/categories/x")] {
        assert_eq!(code(&who.send(verb, path, json!({"name": "x"})).await), 404, "{verb} {path}");
    }
}

#[tokio::test]
async fn who_keeps_a_store_sees_what_is_hidden() {
    let shop = shop().await;
    let (merchant, customer) = (Who::merchant(&shop, 2).await, Who::customer(&shop).await);
    let operator = Who::of_role(&shop, "o@example.com", Role::Operator).await;
    merchant.send("POST", "/categories", json!({"name": "Tea", "status": 0})).await;
    for path in ["/categories", "/categories?pid=0", "/categories/siblings?id=1", "/categories/siblings"] {
        for (who, count) in [(&merchant, 2), (&operator, 2), (&customer, 1)] {
            assert_eq!(who.get(path).await.json()["data"]["count"], count, "{path}");
        }
        assert_eq!(shop.get(path).send().await.json()["data"]["count"], 1, "{path}");
    }
    assert_eq!(code(&merchant.get("/categories/siblings?id=2").await), 200);
    assert_eq!(code(&customer.get("/categories/siblings?id=2").await), 404);
}

#[tokio::test]
async fn a_name_is_there_once() {
    let shop = shop().await;
    let who = Who::merchant(&shop, 2).await;
    let taken = who.send("POST", "/categories", json!({"name": "Things"})).await;
    assert_snapshot!("name_taken", taken.golden());
    let id = add(&who, "Tea", 0).await;
    let path = format!("/categories/{id}");
    assert_eq!(who.send("PUT", &path, json!({"name": "Things"})).await.golden(), taken.golden());
    assert_eq!(code(&who.send("PUT", &path, json!({"name": "Tea", "sort_order": 3})).await), 200, "its own");
}

#[tokio::test]
async fn a_category_has_its_place_in_a_tree() {
    let shop = shop().await;
    let who = Who::merchant(&shop, 1).await;
    let tea = add(&who, "Tea", 1).await;
    let green = add(&who, "Green tea", tea).await;
    let before = tree(&shop).await;
    for (path, pid) in [(tea, tea), (tea, green), (1, green), (1, tea), (1, 1), (green, 99), (green, -1)] {
        let reply = who.send("PUT", &format!("/categories/{path}"), json!({ "pid": pid })).await;
        let status = json!({"code": 400, "message": "Bad request: pid."});
        assert_eq!(reply.json()["status"], status, "{path} into {pid}");
    }
    assert_eq!(code(&who.send("POST", "/categories", json!({"name": "x", "pid": 99})).await), 400);
    assert_eq!(tree(&shop).await, before);
    assert_eq!(code(&who.send("PUT", &format!("/categories/{green}"), json!({"pid": 1})).await), 200);
}

#[tokio::test]
async fn what_is_not_there_is_told_before_anything_else() {
    let shop = shop().await;
    let who = Who::merchant(&shop, 1).await;
    for body in [json!({"name": "Things"}), json!({"pid": 99}), json!({"pid": 9})] {
        assert_eq!(code(&who.send("PUT", "/categories/9", body.clone()).await), 404, "{body}");
    }
    // Categories are in none, which is no category.
    assert_eq!(code(&who.send("DELETE", "/categories/0", json!({})).await), 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_shows_what_was_written_whatever_others_do_at_once() {
    let shop = shop().await;
    let token = shop.app.account("m@example.com", Role::Operator).await;
    for id in 2..30 {
        let (beside, other) = (shop.clone(), token.clone());
        let deleting = tokio::spawn(async move {
            let who = Who::new(&beside, &other);
            while code(&who.send("DELETE", &format!("/categories/{id}"), json!({})).await) != 204 {}
        });
        assert_eq!(add(&Who::new(&shop, &token), "Tea", 0).await, id);
        deleting.await.expect("a task");
    }
}

#[tokio::test]
async fn what_is_in_use_is_not_deleted() {
    let shop = shop().await;
    let who = Who::merchant(&shop, 2).await;
    let of_others = who.send("DELETE", "/categories/1", json!({})).await;
    assert_snapshot!("in_use", of_others.golden());
    let (tea, _) = (add(&who, "Tea", 0).await, add(&who, "Green tea", 2).await);
    let path = format!("/categories/{tea}");
    assert_eq!(who.send("DELETE", &path, json!({})).await.golden(), of_others.golden(), "it has a child");
    assert_eq!(code(&who.send("DELETE", "/categories/3", json!({})).await), 204);
    for id in (1..=4).chain(7..=10).chain([5]) {
        shop.app.delete_product(id).await;
    }
    assert_eq!(code(&who.send("DELETE", "/categories/1", json!({})).await), 204, "only deleted products");
    assert_eq!(tree(&shop).await, [(tea, 0)]);
}

#[tokio::test]
async fn only_who_keeps_a_store_writes() {
    let shop = shop().await;
    let writes = [("POST", "/categories"), ("PUT", "/categories/1"), ("DELETE", "/categories/1")];
    let before = tree(&shop).await;
    let (guest, customer) = (Who::guest(&shop).await, Who::customer(&shop).await);
    for (verb, path) in writes {
        let nobody = shop.request(verb.parse().expect("a verb"), path).json(&json!({"name": "x"}));
        assert_eq!(nobody.send().await.status, 401, "{verb} {path}");
        assert_eq!(guest.send(verb, path, json!({"name": "x"})).await.status, 401, "{verb} {path}");
        assert_eq!(code(&customer.send(verb, path, json!({"name": "x"})).await), 403, "{verb} {path}");
    }
    assert_eq!(tree(&shop).await, before);
    let operator = Who::of_role(&shop, "o@example.com", Role::Operator).await;
    assert_eq!(add(&operator, "Tea", 0).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_move_categories_into_each_other_make_no_circle() {
    let shop = shop().await;
    let token = shop.app.account("m@example.com", Role::Operator).await;
    let (tea, pots) = {
        let who = Who::new(&shop, &token);
        (add(&who, "Tea", 0).await, add(&who, "Pots", 0).await)
    };
    for _ in 0..20 {
        let mut tasks = Vec::new();
        for (id, pid) in [(tea, pots), (pots, tea)] {
            let (shop, token) = (shop.clone(), token.clone());
            tasks.push(tokio::spawn(async move {
                let who = Who::new(&shop, &token);
                code(&who.send("PUT", &format!("/categories/{id}"), json!({ "pid": pid })).await)
            }));
        }
        let mut codes = Vec::new();
        for task in tasks {
            codes.push(task.await.expect("a task"));
        }
        codes.sort_unstable();
        assert_eq!(codes, [200, 400]);
        let who = Who::new(&shop, &token);
        for id in [tea, pots] {
            assert_eq!(code(&who.send("PUT", &format!("/categories/{id}"), json!({"pid": 0})).await), 200);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_of_different_fields_do_not_undo_each_other() {
    let shop = shop().await;
    let token = shop.app.account("m@example.com", Role::Operator).await;
    let mut tasks = Vec::new();
    for body in [json!({"name": "Tea"}), json!({"description": "leaves"}), json!({"sort_order": 7})] {
        let (shop, token) = (shop.clone(), token.clone());
        tasks.push(tokio::spawn(async move {
            code(&Who::new(&shop, &token).send("PUT", "/categories/1", body).await)
        }));
    }
    for task in tasks {
        assert_eq!(task.await.expect("a task"), 200);
    }
    let shown = shop.get("/categories").send().await.json()["data"]["categories"][0].clone();
    assert_eq!(
        (&shown["name"], &shown["description"], &shown["sort_order"]),
        (&json!("Tea"), &json!("leaves"), &json!(7))
    );
}

#[tokio::test]
async fn a_key_adds_one_category() {
    let shop = shop().await;
    let who = Who::merchant(&shop, 1).await;
    let send = async || {
        let request = who.begin("POST", "/categories").header("idempotency-key", "k");
        request.json(&json!({"name": "Tea"})).send().await
    };
    let (first, second) = (send().await, send().await);
    assert_eq!((code(&first), &second.body), (201, &first.body));
    assert_eq!(second.header("idempotent-replayed"), "true");
    assert_eq!(tree(&shop).await, [(1, 0), (2, 0)]);
}
