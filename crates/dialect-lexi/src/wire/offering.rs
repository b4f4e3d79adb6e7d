//! What merchants say and hear of complete products.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::money::BasisPoints;
use serde::Serialize;
use web::Shop;

use crate::error::Error;
use crate::wire::fields::Fields;

/// What other stores earn with each SKU.
pub(crate) struct Rates(pub Vec<(String, BasisPoints)>);

impl FromRequestParts<Shop> for Rates {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &Shop) -> Result<Self, Error> {
        let rate = |sku: Fields| {
            let rate = sku.text("commission_rate")?.as_deref().and_then(BasisPoints::parse_percent);
            let rate = rate.ok_or(app::Error::BadField("commission_rate"))?;
            Ok((sku.text("sku_rid")?.ok_or(app::Error::BadField("sku_rid"))?, rate))
        };
        let skus = Fields::of(parts).await?.objects("skus")?;
        skus.into_iter().map(rate).collect::<Result<_, _>>().map(Self)
    }
}

/// How many products stand where.
#[derive(Serialize)]
#[serde(transparent)]
pub(crate) struct Statistics([Row; 4]);

#[derive(Serialize)]
struct Row {
    count: i64,
    name: &'static str,
    status: usize,
}

impl Statistics {
    pub(crate) fn new(counts: [i64; 4]) -> Self {
        const NAMES: [&str; 4] = ["仓库中", "出售中", "已下架", "已售罄"];
        Self(std::array::from_fn(|status| Row { count: counts[status], name: NAMES[status], status }))
    }
}
