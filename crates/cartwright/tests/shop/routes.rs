//! Every route of the server in one table; a scan of the route tables in the code keeps it whole.

mod scan;

use axum::http::Method;
use form_urlencoded::Serializer;
use serde_json::{Map, Value};
use web::testing::{Reply, TestRequest, TestShop};

use crate::client::{Dialect, rid, sku_rid};

/// One verb of one path, as the code writes it.
pub(crate) struct Route {
    /// The room that serves it.
    pub(crate) room: &'static str,
    pub(crate) verb: &'static str,
    path: &'static str,
    pub(crate) kind: Kind,
    /// What a request says, in its body or query.
    pub(crate) fields: &'static [(&'static str, Field)],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Shows or changes the caller's cart.
    Cart,
    /// The same for one thing that must be in the cart.
    Item,
    /// Keeps something that only a customer has.
    Customers,
    /// Is for operators only.
    Operators,
    /// The same for everybody.
    Public,
    /// What only who keeps a store or the shop may see and do.
    Keepers,
    /// A file that anybody may read who knows its name.
    File,
    /// Issues or ends a token.
    Credential,
    /// No handler, for any verb: a path that is not served, or lacks its slash.
    Nowhere,
    /// Begins other paths.
    Prefix,
}

/// What a field means; see `hostile` for what must not be in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Listing,
    Sku,
    /// The public id of a product.
    Rid,
    /// The public id of a SKU.
    SkuRid,
    Line,
    Store,
    /// The store to empty; none is all.
    EmptiedStore,
    /// Pieces to add.
    Count,
    /// Pieces to have.
    Total,
    /// Pieces to add or to take away.
    Delta,
    Selected,
    Notes,
    Extra,
    Reference,
    Name,
    Secret,
    /// A filter, an order, a page.
    Search,
}

use Field::{
    Count, Delta, EmptiedStore, Extra, Line, Listing, Name, Notes, Reference, Rid, Search, Secret, Selected,
    Sku, SkuRid, Store, Total,
};
use Kind::{Cart, Credential, Customers, File, Item, Keepers, Nowhere, Operators, Prefix, Public};

const MT_NEW: &[(&str, Field)] = &[("nums", Count), ("distributor_product_id", Listing)];
const MT_OLD: &[(&str, Field)] = &[("nums", Total), ("distributor_product_id", Listing)];
const GOODS_LIST: &[(&str, Field)] = &[
    ("storeid", Store),
    ("typeid", Search),
    ("title", Search),
    ("orderBy", Search),
    ("everyNumber", Search),
    ("currentPage", Search),
];
const GOODS: &[(&str, Field)] = &[("goodsid", Listing)];
const STORE: &[(&str, Field)] = &[("storeid", Store)];
const STORE_GOODS: &[(&str, Field)] = &[("storeid", Store), ("goodsid", Listing)];
const CHANGE: &[(&str, Field)] = &[("goodsid", Listing), ("changeNumber", Delta)];
const SELECT_GOODS: &[(&str, Field)] = &[("goodsid", Listing), ("selected", Selected)];
const SELECT_STORE: &[(&str, Field)] = &[("storeid", Store), ("selected", Selected)];
const LOGIN: &[(&str, Field)] = &[("username", Name), ("password", Secret), ("storeid", Store)];
const HAMGAM_NEW: &[(&str, Field)] = &[("product", Listing), ("quantity", Count), ("notes", Notes)];
const HAMGAM_OLD: &[(&str, Field)] = &[("quantity", Total), ("notes", Notes)];
const REFERENCES: &[(&str, Field)] =
    &[("address", Reference), ("shipping_method", Reference), ("payment_method", Reference)];
const PRODUCTS: &[(&str, Field)] = &[
    ("limit", Search),
    ("offset", Search),
    ("search", Search),
    ("ordering", Search),
    ("category_id", Search),
    ("brand_id", Search),
    ("price_min", Search),
    ("price_max", Search),
    ("in_stock", Search),
];
const ANQICMS_ADD: &[(&str, Field)] =
    &[("archive_id", Listing), ("sku_id", Sku), ("quantity", Count), ("order_extra", Extra)];
const ANQICMS_UPDATE: &[(&str, Field)] =
    &[("archive_id", Listing), ("sku_id", Sku), ("quantity", Total), ("order_extra", Extra)];
const ARCHIVES: &[(&str, Field)] = &[
    ("type", Search),
    ("page", Search),
    ("limit", Search),
    ("q", Search),
    ("categoryId", Search),
    ("order", Search),
];
const ANQICMS_LOGIN: &[(&str, Field)] =
    &[("user_name", Name), ("email", Name), ("phone", Name), ("password", Secret)];

const PAGE: &[(&str, Field)] = &[("page", Search), ("per_page", Search)];
const LEXI_PRODUCTS: &[(&str, Field)] =
    &[("cid", Search), ("page", Search), ("per_page", Search), ("status", Search)];
const LEXI_SEARCH: &[(&str, Field)] = &[("qk", Search), ("page", Search), ("per_page", Search)];
const OF_STORE: &[(&str, Field)] = &[
    ("sid", Search),
    ("start_date", Search),
    ("end_date", Search),
    ("cid", Search),
    ("status", Search),
    ("is_distributed", Search),
    ("qk", Search),
    ("out_of_stock", Search),
];
const SKUS: &[(&str, Field)] = &[("rid", Rid), ("store_rid", Search)];
const RID: &[(&str, Field)] = &[("rid", Rid)];
const STEP_ONE: &[(&str, Field)] =
    &[("rid", Rid), ("name", Search), ("asset_ids", Search), ("labels", Search), ("keywords", Search)];
const STEP_TWO: &[(&str, Field)] = &[("rid", Rid), ("status", Search), ("skus", Search)];
const LEXI_LOGIN: &[(&str, Field)] = &[("email", Name), ("password", Secret)];
const LEXI_ACCOUNT: &[(&str, Field)] = &[("email", Name), ("password", Secret), ("username", Name)];
const CATEGORY: &[(&str, Field)] = &[
    ("name", Search),
    ("pid", Search),
    ("cover", Search),
    ("description", Search),
    ("sort_order", Search),
    ("status", Search),
];
const BRAND: &[(&str, Field)] = &[
    ("name", Search),
    ("features", Search),
    ("description", Search),
    ("logo", Search),
    ("banner", Search),
    ("is_recommended", Search),
    ("sort_order", Search),
    ("status", Search),
];
const TERM: &[(&str, Field)] = &[("name", Search), ("sort_order", Search)];
const LEXI_ITEM: &[(&str, Field)] = &[("rid", SkuRid), ("quantity", Total)];

/// All of them, by room and in the order of its route table.
pub(crate) const ROUTES: &[Route] = &[
    row("mt", "get", "/rest_api/mt_shop_cart/", Cart, &[("page", Search)]),
    row("mt", "post", "/rest_api/mt_shop_cart/", Cart, MT_NEW),
    row("mt", "get", "/rest_api/mt_shop_cart/{distributor_product_id}/", Item, &[]),
    row("mt", "put", "/rest_api/mt_shop_cart/{distributor_product_id}/", Item, MT_OLD),
    row("mt", "patch", "/rest_api/mt_shop_cart/{distributor_product_id}/", Item, MT_OLD),
    row("mt", "delete", "/rest_api/mt_shop_cart/{distributor_product_id}/", Item, &[]),
    row("mt", "any", "/rest_api/mt_shop_cart", Nowhere, &[]),
    row("mt", "any", "/rest_api/mt_shop_cart/{distributor_product_id}", Nowhere, &[]),
    row("mt", "any", "/rest_api/{*unknown}", Nowhere, &[]),
    row("wangmarket", "post", "/login/getToken.json", Credential, &[]),
    row("wangmarket", "post", "/login/login.json", Credential, LOGIN),
    row("wangmarket", "post", "/login/reg.json", Credential, LOGIN),
    row("wangmarket", "post", "/login/logout.json", Credential, &[]),
    row("wangmarket", "get", "/goods/list.json", Public, GOODS_LIST),
    row("wangmarket", "post", "/goods/list.json", Public, GOODS_LIST),
    row("wangmarket", "get", "/goods/detail.json", Public, GOODS),
    row("wangmarket", "post", "/goods/detail.json", Public, GOODS),
    row("wangmarket", "get", "/goodsType/list.json", Public, STORE),
    row("wangmarket", "post", "/goodsType/list.json", Public, STORE),
    row("wangmarket", "get", "/store/getStore.json", Public, STORE),
    row("wangmarket", "post", "/store/getStore.json", Public, STORE),
    row("wangmarket", "get", "/cart/getStoreCart.json", Cart, STORE),
    row("wangmarket", "post", "/cart/getStoreCart.json", Cart, STORE),
    row("wangmarket", "get", "/cart/getCart.json", Cart, &[]),
    row("wangmarket", "post", "/cart/getCart.json", Cart, &[]),
    row("wangmarket", "get", "/cart/getGoodsCart.json", Cart, STORE_GOODS),
    row("wangmarket", "post", "/cart/getGoodsCart.json", Cart, STORE_GOODS),
    row("wangmarket", "post", "/cart/change.json", Cart, CHANGE),
    row("wangmarket", "post", "/cart/goodsCartSelected.json", Cart, SELECT_GOODS),
    row("wangmarket", "post", "/cart/storeCartSelected.json", Cart, SELECT_STORE),
    row("wangmarket", "post", "/cart/clearStoreCart.json", Cart, &[("storeid", EmptiedStore)]),
    row("wangmarket", "any", "/shop/api/{*unknown}", Nowhere, &[]),
    row("wangmarket", "", "/shop/api", Prefix, &[]),
    row("hamgam", "post", "/api/shop/cart/items", Cart, HAMGAM_NEW),
    row("hamgam", "patch", "/api/shop/cart/items/{item}", Item, HAMGAM_OLD),
    row("hamgam", "delete", "/api/shop/cart/items/{item}", Item, &[]),
    row("hamgam", "get", "/api/shop/cart", Cart, &[]),
    row("hamgam", "patch", "/api/shop/cart", Cart, REFERENCES),
    row("hamgam", "delete", "/api/shop/cart", Cart, &[]),
    row("hamgam", "get", "/api/shop/products", Public, PRODUCTS),
    row("hamgam", "get", "/api/shop/products/{slug}", Public, &[]),
    row("hamgam", "post", "/api/users/auth/otp/signin", Credential, &[("mobile_number", Name)]),
    row("hamgam", "post", "/api/users/auth/otp/verify", Credential, &[("code", Secret)]),
    row("hamgam", "any", "/api/shop/{*unknown}", Nowhere, &[]),
    row("hamgam", "any", "/api/users/{*unknown}", Nowhere, &[]),
    row("anqicms", "get", "/api/cart/list", Cart, &[("current", Search), ("pageSize", Search)]),
    row("anqicms", "post", "/api/cart/add", Cart, ANQICMS_ADD),
    row("anqicms", "post", "/api/cart/update", Cart, ANQICMS_UPDATE),
    row("anqicms", "post", "/api/cart/remove", Item, &[("id", Line)]),
    row("anqicms", "get", "/api/archive/list", Public, ARCHIVES),
    row("anqicms", "get", "/api/archive/detail", Public, &[("id", Listing)]),
    row("anqicms", "post", "/api/login", Credential, ANQICMS_LOGIN),
    row("anqicms", "any", "/api/{*unknown}", Nowhere, &[]),
    row("lexi", "get", "/products", Public, LEXI_PRODUCTS),
    row("lexi", "get", "/products/latest", Public, PAGE),
    row("lexi", "get", "/products/sticked", Public, PAGE),
    row("lexi", "post", "/search/products", Public, LEXI_SEARCH),
    row("lexi", "get", "/products/by_brand/{rid}", Public, PAGE),
    row("lexi", "get", "/products/by_store", Public, OF_STORE),
    row("lexi", "get", "/products/{rid}", Public, &[]),
    row("lexi", "delete", "/products/{rid}", Keepers, &[]),
    row("lexi", "get", "/products/{rid}/detail", Public, &[]),
    row("lexi", "get", "/products/skus", Public, SKUS),
    row("lexi", "get", "/products/many_skus", Public, SKUS),
    row("lexi", "get", "/products/{rid}/publish_one", Keepers, &[]),
    row("lexi", "post", "/products/publish_one", Keepers, STEP_ONE),
    row("lexi", "put", "/products/publish_one", Keepers, STEP_ONE),
    row("lexi", "get", "/products/{rid}/publish_two", Keepers, &[]),
    row("lexi", "post", "/products/publish_two/warehouse", Keepers, STEP_TWO),
    row("lexi", "post", "/products/publish_two/publish", Keepers, STEP_TWO),
    row("lexi", "put", "/products/publish_two", Keepers, STEP_TWO),
    row("lexi", "get", "/products/audit", Keepers, &[("rid", Rid), ("before", Search), ("per_page", Search)]),
    row("lexi", "get", "/products/statistical", Keepers, &[("sid", Search)]),
    row("lexi", "post", "/products/{rid}/distribute_setting", Keepers, &[("skus", Search)]),
    row("lexi", "put", "/products/status/up", Keepers, RID),
    row("lexi", "put", "/products/status/down", Keepers, RID),
    row("lexi", "get", "/wishlist", Customers, PAGE),
    row("lexi", "post", "/wishlist", Customers, RID),
    row("lexi", "delete", "/wishlist", Customers, RID),
    row("lexi", "post", "/userlike", Customers, RID),
    row("lexi", "delete", "/userlike", Customers, RID),
    row("lexi", "post", "/auth/login", Credential, LEXI_LOGIN),
    row("lexi", "post", "/auth/business_login", Credential, LEXI_LOGIN),
    row("lexi", "post", "/auth/register", Credential, LEXI_ACCOUNT),
    row("lexi", "post", "/auth/logout", Credential, &[]),
    row("lexi", "post", "/token", Credential, &[]),
    row("lexi", "get", "/cart", Cart, &[]),
    row("lexi", "post", "/cart", Cart, LEXI_ITEM),
    row("lexi", "put", "/cart", Item, LEXI_ITEM),
    row("lexi", "delete", "/cart", Cart, &[]),
    row("lexi", "get", "/cart/item_count", Cart, &[]),
    row("lexi", "post", "/cart/{rid}/remove", Cart, &[]),
    row("lexi", "post", "/cart/remove", Cart, &[("rids", SkuRid)]),
    row("lexi", "get", "/categories", Public, PAGE),
    row("lexi", "get", "/categories/siblings", Public, PAGE),
    row("lexi", "post", "/categories", Keepers, CATEGORY),
    row("lexi", "put", "/categories/{id}", Keepers, CATEGORY),
    row("lexi", "delete", "/categories/{id}", Keepers, &[]),
    row("lexi", "get", "/brands", Public, PAGE),
    row("lexi", "post", "/brands", Keepers, BRAND),
    row("lexi", "get", "/brands/{rid}", Public, &[]),
    row("lexi", "get", "/official/labels", Public, &[]),
    row("lexi", "post", "/official/labels", Operators, TERM),
    row("lexi", "put", "/official/labels/{id}", Operators, TERM),
    row("lexi", "delete", "/official/labels/{id}", Operators, &[]),
    row("lexi", "get", "/official/materials", Public, &[]),
    row("lexi", "post", "/official/materials", Operators, TERM),
    row("lexi", "put", "/official/materials/{id}", Operators, TERM),
    row("lexi", "delete", "/official/materials/{id}", Operators, &[]),
    row("lexi", "get", "/fx_distribute/index", Public, PAGE),
    row("lexi", "get", "/fx_distribute/hot", Public, PAGE),
    row("lexi", "get", "/fx_distribute/sticked", Public, PAGE),
    row("lexi", "get", "/fx_distribute/latest", Public, PAGE),
    row("lexi", "post", "/fx_distribute/{rid}/warehouse", Keepers, &[("sid", Search)]),
    row("lexi", "post", "/fx_distribute/{rid}/publish", Keepers, &[("sid", Search)]),
    row("lexi", "", "/api/v1.0", Prefix, &[]),
    row("lexi", "", "/v1.0", Prefix, &[]),
    row("lexi", "get", "/assets", Keepers, PAGE),
    row("lexi", "post", "/assets", Keepers, &[]),
    row("lexi", "get", "/assets/up_token", Keepers, &[]),
    row("lexi", "any", "/api/v1.0/{*unknown}", Nowhere, &[]),
    row("lexi", "any", "/v1.0/{*unknown}", Nowhere, &[]),
    row("house", "get", "/_uploads/photos/{*path}", File, &[]),
    row("house", "get", "/healthz", Public, &[]),
    row("house", "get", "/readyz", Public, &[]),
    row("house", "get", "/metrics", Public, &[]),
];

const fn row(
    room: &'static str,
    verb: &'static str,
    path: &'static str,
    kind: Kind,
    fields: &'static [(&'static str, Field)],
) -> Route {
    Route { room, verb, path, kind, fields }
}

impl Route {
    /// The dialect; `None` for the house's own.
    pub(crate) fn dialect(&self) -> Option<Dialect> {
        match self.room {
            "mt" => Some(Dialect::Mt),
            "wangmarket" => Some(Dialect::Wangmarket),
            "hamgam" => Some(Dialect::Hamgam),
            "anqicms" => Some(Dialect::Anqicms),
            "lexi" => Some(Dialect::Lexi),
            "house" => None,
            room => panic!("these tests do not know the dialect {room}"),
        }
    }

    /// Where it is served, with this product and this line where the path names one.
    pub(crate) fn paths(&self, listing: &str, line: &str) -> Vec<String> {
        let number = listing.parse::<i64>();
        let rid = match number {
            Ok(number) if self.path.starts_with("/cart/") => sku_rid(number),
            Ok(number)
                if ["/products/", "/fx_distribute/"].iter().any(|start| self.path.starts_with(start)) =>
            {
                rid(number)
            }
            _ => listing.to_owned(),
        };
        let mut path = self
            .path
            .replace("{rid}", &rid)
            .replace("{distributor_product_id}", listing)
            .replace("{item}", line)
            .replace("{id}", line);
        path = path.replace("{slug}", &format!("product-{listing}")).replace("{*unknown}", "nowhere");
        path = path.replace("{*path}", listing);
        match (self.kind, self.room) {
            (Prefix, _) => vec![],
            (Nowhere, _) => vec![path],
            (_, "wangmarket") => vec![format!("/shop/api{path}"), path],
            (_, "hamgam") => vec![format!("{path}/"), path],
            (_, "lexi") => vec![format!("/api/v1.0{path}"), path],
            _ => vec![path],
        }
    }

    /// Its verbs; a path without a handler is tried with a few.
    pub(crate) fn methods(&self) -> Vec<Method> {
        match self.verb {
            "" => vec![],
            "any" => vec![Method::GET, Method::POST, Method::DELETE],
            verb => vec![verb.to_uppercase().parse().expect("a verb")],
        }
    }

    /// Each verb at each of its paths.
    pub(crate) fn targets(&self, listing: &str, line: &str) -> Vec<(Method, String)> {
        let paths = self.paths(listing, line).into_iter();
        paths.flat_map(|path| self.methods().into_iter().map(move |method| (method, path.clone()))).collect()
    }

    /// Begins a request with a token in the place of the dialect.
    pub(crate) fn begin<'a>(
        &self,
        shop: &'a TestShop,
        method: &Method,
        path: &str,
        token: Option<(&str, &str)>,
    ) -> TestRequest<'a> {
        let Some((header, token)) = token else { return shop.request(method.clone(), path) };
        let mark = if path.contains('?') { '&' } else { '?' };
        let named =
            if self.room == "wangmarket" { format!("{path}{mark}token={token}") } else { path.to_owned() };
        let request = shop.request(method.clone(), &named);
        self.dialect().unwrap_or(Dialect::Mt).authorize(request, header, token)
    }

    /// Sends values where the route reads them: in the query, in a form or as JSON.
    pub(crate) async fn send(
        &self,
        shop: &TestShop,
        method: &Method,
        path: &str,
        token: Option<(&str, &str)>,
        values: Map<String, Value>,
    ) -> Reply {
        let form = form(&values);
        if *method == Method::GET {
            return self.begin(shop, method, &format!("{path}?{form}"), token).send().await;
        }
        let request = self.begin(shop, method, path, token);
        if self.room == "wangmarket" {
            request.form(&form).send().await
        } else {
            request.json(&values.into()).send().await
        }
    }
}

/// Values as a form or a query has them.
pub(crate) fn form(values: &Map<String, Value>) -> String {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
    let pairs = values.iter().map(|(name, value)| (name, text(value)));
    Serializer::new(String::new()).extend_pairs(pairs).finish()
}
