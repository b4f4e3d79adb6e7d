//! Queries of everything that lists or searches: never a server error, never a write. The first byte of an input says which
//! list is asked; the rest is the query.

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, Method, Uri};
use web::Shop;

use crate::door::{ANQICMS, Door, HAMGAM, LEXI, MT, WANGMARKET};
use crate::ground::Ground;

/// What is asked, and as whom.
const LISTS: [(&Door, &str, &str); 24] = [
    (&MT, "/rest_api/mt_shop_cart/", "customer"),
    (&WANGMARKET, "/goods/list.json", "guest"),
    (&WANGMARKET, "/goods/detail.json", "guest"),
    (&WANGMARKET, "/goodsType/list.json", "guest"),
    (&WANGMARKET, "/cart/getGoodsCart.json", "customer"),
    (&HAMGAM, "/api/shop/products", "guest"),
    (&HAMGAM, "/api/shop/cart", "customer"),
    (&ANQICMS, "/api/archive/list", "guest"),
    (&ANQICMS, "/api/archive/detail", "guest"),
    (&ANQICMS, "/api/cart/list", "customer"),
    (&LEXI, "/products", "customer"),
    (&LEXI, "/products/latest", "customer"),
    (&LEXI, "/products/by_brand/800000001", "customer"),
    (&LEXI, "/products/by_store", "merchant"),
    (&LEXI, "/products/skus", "customer"),
    (&LEXI, "/products/many_skus", "customer"),
    (&LEXI, "/products/audit", "merchant"),
    (&LEXI, "/products/statistical", "merchant"),
    (&LEXI, "/wishlist", "customer"),
    (&LEXI, "/categories", "customer"),
    (&LEXI, "/categories/siblings", "customer"),
    (&LEXI, "/brands", "customer"),
    (&LEXI, "/fx_distribute/index", "merchant"),
    (&LEXI, "/assets", "merchant"),
];

/// Tries queries.
pub(crate) fn target() -> impl FnMut(&[u8]) {
    let mut ground = Ground::new(all);
    move |input| {
        ground.count();
        let Some((list, query)) = input.split_first() else { return };
        let Ok(query) = std::str::from_utf8(query) else { return };
        let (door, path, role) = LISTS[usize::from(*list) % LISTS.len()];
        let mut path = format!("{path}?{query}");
        let mut headers = HeaderMap::new();
        let token = ground.token(role).expect("a role of ours").to_owned();
        door.authorize(role, &token, &mut path, &mut headers);
        if path.parse::<Uri>().is_err() {
            return;
        }
        ground.send(&Method::GET, &path, &headers, &Bytes::new()).json();
        assert!(!ground.has_changed(), "GET {path} has written");
    }
}

fn all(shop: &Shop) -> Router<Shop> {
    let doors = [&MT, &WANGMARKET, &HAMGAM, &ANQICMS, &LEXI];
    doors.into_iter().fold(Router::new(), |routes, door| routes.merge((door.routes)(shop)))
}
