//! What holds for every path: two prefixes, verbs, kinds of bodies.

use axum::http::Method;
use insta::assert_snapshot;

use crate::{refusal, shop_and_customer};

pub(crate) const WRITES: [&str; 8] = [
    "/login/getToken.json",
    "/login/login.json",
    "/login/reg.json",
    "/login/logout.json",
    "/cart/change.json",
    "/cart/goodsCartSelected.json",
    "/cart/storeCartSelected.json",
    "/cart/clearStoreCart.json",
];
pub(crate) const READS: [&str; 7] = [
    "/goods/list.json",
    "/goods/detail.json",
    "/goodsType/list.json",
    "/store/getStore.json",
    "/cart/getStoreCart.json",
    "/cart/getCart.json",
    "/cart/getGoodsCart.json",
];
/// Paths that ask who it is.
const CART: [&str; 7] = [
    "/cart/change.json",
    "/cart/getStoreCart.json",
    "/cart/getCart.json",
    "/cart/getGoodsCart.json",
    "/cart/goodsCartSelected.json",
    "/cart/storeCartSelected.json",
    "/cart/clearStoreCart.json",
];

fn both(path: &str) -> [String; 2] {
    [path.to_owned(), format!("/shop/api{path}")]
}

#[tokio::test]
async fn every_path_answers_under_both_prefixes() {
    let (_, li) = shop_and_customer().await;
    let forms = ["goodsid=1&storeid=1", "goodsid=1&changeNumber=2&storeid=1&selected=1"];
    for path in READS.iter().chain(&WRITES[4..]) {
        for form in forms {
            let [root, api] = both(path).map(async |path| li.post(&path, form).await).map(Box::pin);
            let (root, api) = (root.await, api.await);
            assert_eq!((root.status.as_u16(), api.status.as_u16()), (200, 200), "{path}");
            assert_eq!((&root.json()["result"], &api.json()["result"]), (&1.into(), &1.into()), "{path}");
        }
    }
    for path in both("/login/getToken.json") {
        assert_eq!(li.post(&path, "").await.json()["result"], 1);
    }
    for (path, username) in both("/login/reg.json").iter().zip(["one", "two"]) {
        let form = format!("username={username}&password=secret");
        assert_eq!(li.post(path, &form).await.json()["token"], li.token.as_str());
    }
    for path in both("/login/login.json") {
        let reply = li.post(&path, "username=one&password=secret").await;
        assert_eq!(reply.json()["user"]["username"], "one");
    }
    for path in both("/login/logout.json") {
        assert_eq!(li.post(&path, "").await.json()["result"], 1);
    }
}

#[tokio::test]
async fn writes_are_never_reached_by_get() {
    let (shop, li) = shop_and_customer().await;
    let query = format!("token={}&goodsid=1&changeNumber=1&storeid=1&selected=1", li.token);
    for path in WRITES.iter().flat_map(|path| both(path)) {
        let reply = shop.get(&format!("{path}?{query}")).send().await;
        assert_eq!((reply.status.as_u16(), reply.json()["result"].as_i64()), (405, Some(0)), "{path}");
        assert_eq!(shop.request(Method::HEAD, &path).send().await.status, 405, "{path}");
    }
    assert_eq!(li.number(1, 1).await, 0);
    assert_snapshot!(shop.get("/shop/api/cart/change.json").send().await.golden());
}

#[tokio::test]
async fn other_verbs_are_refused() {
    let (shop, li) = shop_and_customer().await;
    let form = format!("token={}&goodsid=1&changeNumber=1&storeid=1&selected=1", li.token);
    for path in READS.iter().chain(&WRITES).flat_map(|path| both(path)) {
        for verb in [Method::PUT, Method::PATCH, Method::DELETE] {
            let reply = shop.request(verb, &path).form(&form).send().await;
            assert_eq!((reply.status.as_u16(), reply.json()["result"].as_i64()), (405, Some(0)), "{path}");
        }
    }
    assert_eq!(li.number(1, 1).await, 0);
    assert_snapshot!(shop.put("/goods/list.json").send().await.golden());
}

#[tokio::test]
async fn reads_answer_get_as_they_answer_post() {
    let (shop, li) = shop_and_customer().await;
    let query = format!("token={}&goodsid=1&storeid=1", li.token);
    for path in READS.iter().flat_map(|path| both(path)) {
        let got = shop.get(&format!("{path}?{query}")).send().await;
        assert_eq!(got, shop.post(&path).form(&query).send().await, "{path}");
        assert_eq!(got.json()["result"], 1, "{path}");
    }
}

#[tokio::test]
async fn an_unknown_path_is_not_found() {
    let (shop, _) = shop_and_customer().await;
    assert_snapshot!(shop.post("/shop/api/cart/nonsense.json").send().await.golden());
    assert_eq!(shop.get("/shop/api/order/list.json").send().await.status, 404);
}

#[tokio::test]
async fn nobody_is_told_to_log_in_on_every_cart_path() {
    let (shop, _) = shop_and_customer().await;
    for path in CART.iter().flat_map(|path| both(path)) {
        for form in ["", "token=stale&goodsid=abc&storeid=abc"] {
            let reply = shop.post(&path).form(form).send().await;
            let told = (reply.status.as_u16(), reply.body.as_str());
            assert_eq!(told, (200, r#"{"result":"2","info":"not login"}"#), "{path}");
        }
    }
}

#[tokio::test]
async fn json_is_refused_everywhere() {
    let (shop, li) = shop_and_customer().await;
    let body =
        serde_json::json!({"token": li.token, "goodsid": 1, "changeNumber": 1, "storeid": 1, "selected": 1});
    for path in READS.iter().chain(&WRITES).flat_map(|path| both(path)) {
        let query = format!("{path}?token={}", li.token);
        for path in [&path, &query] {
            let sentence = refusal(&shop.post(path).json(&body).send().await);
            assert_eq!(sentence, "请以表单或网址传递参数，不支持 JSON 等其他格式", "{path}");
        }
        for content_type in ["text/plain", "application/json; charset=utf-8", ""] {
            let reply = shop.post(&path).body(content_type, "goodsid=1&changeNumber=1").send().await;
            assert_eq!((reply.status.as_u16(), reply.json()["result"].as_i64()), (200, Some(0)), "{path}");
        }
    }
    assert_eq!(li.number(1, 1).await, 0);
    assert_snapshot!(shop.post("/cart/change.json").json(&body).send().await.golden());
    // Without a body its kind does not matter.
    let query = format!("/cart/getCart.json?token={}", li.token);
    assert_eq!(shop.get(&query).body("application/json", "").send().await.json()["result"], 1);
}

#[tokio::test]
async fn the_form_hides_the_query() {
    let (shop, li) = shop_and_customer().await;
    let path = "/cart/change.json?token=stale&goodsid=7&changeNumber=5&storeid=1";
    let reply = shop.post(path).form(&format!("token={}&goodsid=1", li.token)).send().await;
    assert_eq!(reply.json()["goodsCartMap"]["1"]["number"], 5);
    let path = format!("/cart/change.json?token={}&goodsid=1&changeNumber=-2&storeid=1", li.token);
    assert_eq!(shop.post(&path).send().await.json()["number"], 3);
}

#[tokio::test]
async fn forms_of_several_parts_are_read() {
    let (shop, li) = shop_and_customer().await;
    let fields = [("token", li.token.as_str()), ("goodsid", "1"), ("changeNumber", "2"), ("storeid", "1")];
    let part =
        |(name, value)| format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    let body = fields.map(part).concat() + "--b--\r\n";
    let send = async |body: String| {
        shop.post("/cart/change.json").body("multipart/form-data; boundary=b", body).send().await
    };
    assert_eq!(send(body).await.json()["number"], 2);
    assert_snapshot!(send("--b\r\nnonsense".to_owned()).await.golden());
}
