//! `/rest_api/mt_shop_cart/{id}/`.

use axum::http::Method;
use insta::assert_snapshot;
use serde_json::json;

use crate::{CART, ITEM, body, item, shop_and_customer};

#[tokio::test]
async fn an_item_is_shown_set_and_removed() {
    let (_, li) = shop_and_customer().await;
    li.add(1, 2).await;
    li.add(8, 1).await;
    assert_snapshot!("show", li.get(ITEM).await.golden());
    assert_snapshot!("put", li.set(1, 7).await.golden());
    assert_snapshot!("patch", li.patch(ITEM, &json!({"nums": 4})).await.golden());
    assert_snapshot!("delete", li.delete(ITEM).await.golden());
    assert_snapshot!("gone", li.get(ITEM).await.golden());
    assert_eq!(li.lines().await, [(8, 8, 1)]);
}

#[tokio::test]
async fn a_partial_update_may_leave_fields_out() {
    let (_, li) = shop_and_customer().await;
    li.add(1, 2).await;
    assert_snapshot!("patch_nothing", li.patch(ITEM, &json!({})).await.golden());
    assert_snapshot!("patch_id", li.patch(ITEM, &json!({"distributor_product_id": 1})).await.golden());
    let form = li.send_bytes(Method::PATCH, ITEM, "application/x-www-form-urlencoded", "").await;
    assert_eq!(form.status, 200);
    assert_eq!(li.get(ITEM).await.header("etag"), "\"1\"");
    assert_eq!(li.patch(ITEM, &body(1, 9)).await.json(), body(1, 9));
}

#[tokio::test]
async fn a_full_update_may_not() {
    let (_, li) = shop_and_customer().await;
    li.add(1, 2).await;
    for (name, body) in [
        ("put_nothing", json!({})),
        ("put_nums", json!({"nums": 5})),
        ("put_id", json!({"distributor_product_id": 1})),
    ] {
        let reply = li.put(ITEM, &body).await;
        assert_eq!(reply.status, 400, "{name}");
        assert_snapshot!(name, reply.golden());
    }
    assert_eq!(li.nums(1).await, Some(2));
}

#[tokio::test]
async fn the_path_wins_over_the_body() {
    let (_, li) = shop_and_customer().await;
    li.add(1, 2).await;
    for (nums, id) in [(3, 8), (4, 999), (5, 3), (6, 100)] {
        assert_eq!(li.put(ITEM, &body(id, nums)).await.json(), body(1, nums), "{id}");
    }
    assert_eq!(li.patch(ITEM, &body(8, 7)).await.json(), body(1, 7));
    assert_eq!(li.patch(ITEM, &json!({"distributor_product_id": 8})).await.json(), body(1, 7));
    assert_eq!(li.lines().await, [(1, 1, 7)]);
}

#[tokio::test]
async fn an_absent_item_is_not_found_before_the_body_is_read() {
    let (_, li) = shop_and_customer().await;
    li.add(8, 1).await;
    let paths = [1, 2, 3, 5, 6, 999].map(item).into_iter();
    let odd = ["abc", "1.5", "-1", "0", "x1", "99999999999999999999999", "%00", "%ff", "%20"];
    for path in paths.chain(odd.map(|id| format!("{CART}{id}/"))) {
        for method in [Method::GET, Method::PUT, Method::PATCH, Method::DELETE] {
            for (content_type, body) in [
                ("application/json", "{\"nums\": 1, \"distributor_product_id\": 1}"),
                ("application/json", "{\"nums\": 0}"),
                ("application/json", "[]"),
                ("application/json", "{"),
                ("text/plain", "x"),
            ] {
                let reply = li.send_bytes(method.clone(), &path, content_type, body).await;
                assert_eq!(reply.status, 404, "{method} {path} {body}");
                assert_snapshot!("absent", reply.golden());
            }
        }
    }
    assert_eq!(li.lines().await, [(8, 8, 1)]);
}

#[tokio::test]
async fn nobody_sees_the_items_of_others() {
    let (shop, li) = shop_and_customer().await;
    let wang = crate::Shopper::customer(&shop, "wang@example.com").await;
    li.add(1, 2).await;
    assert_eq!(wang.get(ITEM).await.status, 404);
    assert_eq!(wang.set(1, 5).await.status, 404);
    assert_eq!(wang.delete(ITEM).await.status, 404);
    assert_eq!(li.nums(1).await, Some(2));
}

#[tokio::test]
async fn what_stands_against_raising_is_said_under_nums() {
    let (shop, li) = shop_and_customer().await;
    for id in [1, 8, 9] {
        li.add(id, 2).await;
    }
    assert_snapshot!("put_short_stock", li.set(1, 101).await.golden());
    shop.app.take_off_sale(8).await;
    assert_snapshot!("put_off_sale", li.set(8, 3).await.golden());
    shop.app.delete_product(9).await;
    assert_snapshot!("put_deleted", li.set(9, 3).await.golden());
    for (id, nums) in [(1, 101), (8, 3), (9, 3)] {
        assert_eq!(
            li.patch(&item(id), &json!({"nums": nums})).await.golden(),
            li.set(id, nums).await.golden()
        );
    }
    assert_eq!(li.lines().await, [(1, 1, 2), (8, 8, 2), (9, 9, 2)]);
}

#[tokio::test]
async fn lowering_works_whatever_became_of_the_product() {
    let (shop, li) = shop_and_customer().await;
    for id in [1, 8, 9] {
        li.add(id, 3).await;
    }
    shop.app.take_off_sale(8).await;
    shop.app.delete_product(9).await;
    let mut scarce = app::testing::product(1, 1, "红牛");
    scarce.skus[0].stock = 1;
    shop.app.put_product(&scarce).await;
    for id in [1, 8, 9] {
        for nums in [3, 2] {
            assert_eq!(li.set(id, nums).await.json(), body(id, nums));
        }
    }
    assert_eq!(li.add(1, 1).await.status, 400);
}

#[tokio::test]
async fn a_distributed_listing_is_an_item_of_its_own() {
    let (_, li) = shop_and_customer().await;
    li.add(2, 1).await;
    li.add(100, 2).await;
    assert_eq!(li.set(100, 3).await.json(), body(100, 3));
    assert_eq!(li.lines().await, [(2, 2, 1), (100, 2, 3)]);
    assert_eq!(li.delete(&item(100)).await.status, 204);
    assert_eq!(li.lines().await, [(2, 2, 1)]);
}
