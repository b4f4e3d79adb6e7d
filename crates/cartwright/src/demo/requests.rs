//! Requests to try, one shopper in every dialect; each line works when pasted into a shell.

use super::{Furnished, PASSWORD};

/// What the demo prints.
pub(super) fn page(url: &str, shop: &Furnished) -> String {
    let Furnished { token, store, product } = shop;
    let json = "-H 'Content-Type: application/json'";
    let dialects = [
        (
            "mt",
            vec![
                format!(
                    "curl -s {url}/rest_api/mt_shop_cart/ -H 'Authorization: Token {token}' {json} \
                     -d '{{\"nums\":1,\"distributor_product_id\":{product}}}'"
                ),
                format!("curl -s {url}/rest_api/mt_shop_cart/ -H 'Authorization: Token {token}'"),
            ],
        ),
        (
            "wangmarket",
            vec![
                format!("curl -s -X POST {url}/login/getToken.json"),
                format!(
                    "curl -s {url}/cart/change.json -d 'goodsid={product}&changeNumber=1&storeid={store}&token={token}'"
                ),
                format!("curl -s '{url}/goods/list.json?storeid={store}'"),
            ],
        ),
        (
            "hamgam",
            vec![
                format!("curl -s '{url}/api/shop/products?limit=3'"),
                format!(
                    "curl -s {url}/api/shop/cart/items -H 'Authorization: Token {token}' {json} \
                     -d '{{\"product\":{product},\"quantity\":1}}'"
                ),
            ],
        ),
        (
            "anqicms",
            vec![
                format!("curl -s '{url}/api/archive/list?type=page&limit=3'"),
                format!(
                    "curl -s {url}/api/cart/add -H 'token: {token}' {json} \
                     -d '{{\"archive_id\":{product},\"quantity\":1}}'"
                ),
                format!("curl -s {url}/api/cart/list -H 'token: {token}'"),
            ],
        ),
        (
            "lexi",
            vec![
                format!("curl -s '{url}/products?per_page=3'"),
                format!("curl -s {url}/api/v1.0/wishlist -u {token}:"),
                format!("curl -s {url}/api/v1.0/cart -u {token}:"),
            ],
        ),
    ];
    let requests = dialects.map(|(dialect, lines)| format!("\n  {dialect}\n    {}\n", lines.join("\n    ")));
    format!(
        "\nThree stores, and two customers who log in with {PASSWORD}: li@example.com, or xiaoli, and sara@example.com,\n\
         or a code to +989120000001, which the log shows. What one dialect puts into the cart, every other one sees:\n{}",
        requests.concat()
    )
}
