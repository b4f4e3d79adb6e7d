//! What a line and a cart hold at most.

use app::testing::{product, sku};
use insta::assert_snapshot;
use serde_json::json;

use crate::{ITEM, body, item, shop_and_customer};

#[tokio::test]
async fn a_line_holds_999_999_pieces() {
    let (shop, li) = shop_and_customer().await;
    let mut huge = product(200, 1, "Grains");
    huge.skus[0].stock = 9_000_000;
    shop.app.put_product(&huge).await;
    for id in [200, 7] {
        assert_eq!(li.add(id, 1_000_000).await.status, 400);
        assert_eq!(li.add(id, 999_999).await.json(), body(id, 999_999));
        assert_snapshot!("line_full", li.add(id, 1).await.golden());
        let set = li.set(id, 1_000_000).await;
        assert_eq!(set.golden(), li.add(id, 1).await.golden());
        assert_eq!(li.patch(&item(id), &json!({"nums": 1_000_000})).await.golden(), set.golden());
        assert_eq!(li.nums(id).await, Some(999_999));
    }
}

#[tokio::test]
async fn a_cart_holds_five_hundred_lines() {
    let (shop, li) = shop_and_customer().await;
    let mut motley = product(200, 1, "Motley");
    motley.skus = (200..701).map(sku).collect();
    shop.app.put_product(&motley).await;
    for id in 201..701 {
        li.add_sku(200, id, 1).await;
    }
    assert_snapshot!("cart_full", li.add(1, 1).await.golden());
    assert_eq!(li.get(ITEM).await.status, 404);
    assert_eq!(li.set(200, 501).await.golden(), li.add(1, 1).await.golden());
    assert_eq!(li.nums(200).await, Some(500));
    assert_eq!(li.set(200, 499).await.json(), body(200, 499));
    assert_eq!(li.add(1, 1).await.status, 201);
}

#[tokio::test]
async fn a_number_beyond_all_limits_is_refused() {
    let (_, li) = shop_and_customer().await;
    li.add(1, 2).await;
    for nums in ["9223372036854775808", "1000000000000000000000000000000", "1e15"] {
        for nums in [nums.to_owned(), format!("\"{nums}\"")] {
            let body = format!("{{\"nums\": {nums}, \"distributor_product_id\": 1}}");
            for (method, path) in [("POST", crate::CART), ("PUT", ITEM), ("PATCH", ITEM)] {
                let method = axum::http::Method::from_bytes(method.as_bytes()).expect("a verb");
                let reply = li.send_bytes(method, path, "application/json", body.clone()).await;
                assert_eq!(reply.status, 400, "{nums}");
                assert!(reply.json()["nums"].is_array(), "{nums}: {}", reply.body);
            }
        }
    }
    assert_snapshot!(
        "too_many",
        li.post(&json!({"nums": u64::MAX, "distributor_product_id": 1})).await.golden()
    );
    let reply = li.post(&json!({"nums": 1, "distributor_product_id": i64::MAX})).await;
    assert_snapshot!("huge_id", reply.golden());
    assert_eq!(li.nums(1).await, Some(2));
}
