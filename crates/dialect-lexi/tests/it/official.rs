//! `/official/`.

use domain::account::Role;
use insta::assert_snapshot;
use serde_json::{Value, json};
use web::testing::TestShop;

use crate::{Who, code, shop};

/// Path of the list, and its name in the reply.
const LISTS: [(&str, &str); 2] = [("/official/labels", "labels"), ("/official/materials", "materials")];

async fn listed(shop: &TestShop, (path, name): (&str, &str)) -> Value {
    shop.get(path).send().await.json()["data"][name].clone()
}

async fn operator(shop: &TestShop) -> Who<'_> {
    Who::of_role(shop, "o@example.com", Role::Operator).await
}

#[tokio::test]
async fn labels_and_materials_in_their_order() {
    let shop = shop().await;
    assert_eq!(shop.get("/official/labels").send().await.json()["data"]["labels"], json!([]));
    shop.app.add_terms().await;
    assert_snapshot!("labels", shop.get("/official/labels").send().await.golden());
    assert_snapshot!("materials", shop.get("/api/v1.0/official/materials").send().await.golden());
}

#[tokio::test]
async fn an_operator_adds_changes_and_deletes() {
    let shop = shop().await;
    let who = operator(&shop).await;
    for list in LISTS {
        let (path, name) = list;
        let added = who.send("POST", path, json!({"name": "竹", "sort_order": 2})).await;
        assert_snapshot!(format!("added_{name}"), added.golden());
        assert_eq!(listed(&shop, list).await, json!([{"id": 1, "name": "竹", "sort_order": 2}]));
        let one = format!("{path}/1");
        let changed = who.send("PUT", &one, json!({"sort_order": 5})).await;
        assert_snapshot!(format!("changed_{name}"), changed.golden());
        who.send("POST", path, json!({"name": "木"})).await;
        let taken = who.send("POST", path, json!({"name": "木"})).await;
        assert_snapshot!(format!("taken_{name}"), taken.golden());
        assert_eq!(who.send("PUT", &one, json!({"name": "木"})).await.golden(), taken.golden());
        assert_eq!(code(&who.send("PUT", &one, json!({"name": "竹子"})).await), 200);
        assert_snapshot!(format!("deleted_{name}"), who.send("DELETE", &one, json!({})).await.golden());
        assert_eq!(code(&who.send("DELETE", &one, json!({})).await), 404);
        for name in ["x", "木"] {
            assert_eq!(code(&who.send("PUT", &one, json!({ "name": name })).await), 404, "{name}");
        }
        assert_eq!(code(&who.send("POST", path, json!({"sort_order": 1})).await), 400);
        let left = listed(&shop, list).await;
        assert_eq!((left.as_array().map(Vec::len), &left[0]["name"]), (Some(1), &json!("木")), "{path}");
    }
}

#[tokio::test]
async fn nobody_else_writes() {
    let shop = shop().await;
    shop.app.add_terms().await;
    let others = [Who::guest(&shop).await, Who::customer(&shop).await, Who::merchant(&shop, 1).await];
    for list in LISTS {
        let before = listed(&shop, list).await;
        for (verb, path) in [
            ("POST", list.0.to_owned()),
            ("PUT", format!("{}/1", list.0)),
            ("DELETE", format!("{}/1", list.0)),
        ] {
            let codes = [401, 403, 403];
            for (who, expected) in others.iter().zip(codes) {
                let reply = who.send(verb, &path, json!({"name": "x"})).await;
                assert_eq!(code(&reply), expected, "{verb} {path}");
            }
            let nobody = shop.request(verb.parse().expect("a verb"), &path).send().await;
            assert_eq!(nobody.status, 401, "{verb} {path}");
        }
        assert_eq!(listed(&shop, list).await, before);
    }
}

#[tokio::test]
async fn a_key_adds_one_label() {
    let shop = shop().await;
    let who = operator(&shop).await;
    let send = async || {
        let request = who.begin("POST", "/official/labels").header("idempotency-key", "k");
        request.json(&json!({"name": "竹"})).send().await
    };
    let (first, second) = (send().await, send().await);
    assert_eq!((code(&first), &second.body), (201, &first.body));
    assert_eq!(second.header("idempotent-replayed"), "true");
    assert_eq!(listed(&shop, LISTS[0]).await.as_array().map(Vec::len), Some(1));
}
