//! Handlers of `/products`: lists and single products.

use app::catalogue::{self, Order, PageQuery};
use app::{Ctx, brand, product};
use axum::response::Response;
use web::Links;

use crate::auth::Visitor;
use crate::error::Error;
use crate::wire::envelope::found;
use crate::wire::fields::Fields;
use crate::wire::product::{
    Detail, HitPage, Product, ProductPage, Rid, Single, Sought, Wanted, WantedOfStore,
};

/// A page of all products, or of a category's.
pub(crate) async fn list(Visitor(ctx): Visitor, links: Links, wanted: Wanted) -> Result<Response, Error> {
    page(&ctx, wanted, Order::LastUpdated, &links).await
}

/// The newest products.
pub(crate) async fn latest(Visitor(ctx): Visitor, links: Links, query: Fields) -> Result<Response, Error> {
    page(&ctx, Wanted::on_sale(&query), Order::Newest, &links).await
}

/// The recommended products.
pub(crate) async fn sticked(Visitor(ctx): Visitor, links: Links, query: Fields) -> Result<Response, Error> {
    page(&ctx, Wanted::on_sale(&query).recommended(), Order::Newest, &links).await
}

/// The products that a text finds, best first.
pub(crate) async fn search(Visitor(ctx): Visitor, links: Links, sought: Sought) -> Result<Response, Error> {
    let shown = product::page(&ctx, sought.query()).await?;
    let products = products(&ctx, &shown.offers, &links).await?;
    Ok(found(HitPage::new(products, &sought, shown.total)))
}

/// The products of a brand.
pub(crate) async fn by_brand(
    Visitor(ctx): Visitor,
    links: Links,
    Rid(rid): Rid,
    query: Fields,
) -> Result<Response, Error> {
    let names = ctx.app.catalogue().names().await?;
    let brands = brand::seen(&ctx, &names);
    let brand = brands.into_iter().find(|brand| brand.named.rid == rid).ok_or(Error::NoSuchBrand)?;
    page(&ctx, Wanted::on_sale(&query).of_brand(brand), Order::LastUpdated, &links).await
}

/// The products of a store.
pub(crate) async fn by_store(
    Visitor(ctx): Visitor,
    links: Links,
    WantedOfStore(wanted): WantedOfStore,
) -> Result<Response, Error> {
    page(&ctx, wanted, Order::LastUpdated, &links).await
}

/// One product.
pub(crate) async fn show(Visitor(ctx): Visitor, links: Links, Rid(rid): Rid) -> Result<Response, Error> {
    let offered = product::by_rid(&ctx, &rid).await?;
    let likes = likes_of(&ctx, std::slice::from_ref(&offered)).await?;
    let names = ctx.app.catalogue().names().await?;
    let shown = Product::new(&offered, likes.first().copied().unwrap_or(0), &links);
    Ok(found(Single::new(shown, &offered, &names, &links)))
}

/// The texts and pictures of one product.
pub(crate) async fn detail(Visitor(ctx): Visitor, links: Links, Rid(rid): Rid) -> Result<Response, Error> {
    let (offered, desk) = product::with_desk(&ctx, &rid).await?;
    Ok(found(Detail::new(&offered, &desk, &links)))
}

pub(crate) async fn page(ctx: &Ctx, wanted: Wanted, order: Order, links: &Links) -> Result<Response, Error> {
    let Wanted { text, filter, page } = wanted;
    let query =
        filter.map(|filter| PageQuery { text, filter, order, limit: page.size, offset: page.offset() });
    let shown = match query {
        Some(query) => product::page(ctx, query).await?,
        None => catalogue::Page::default(),
    };
    let products = products(ctx, &shown.offers, links).await?;
    Ok(found(ProductPage::new(products, page, shown.total)))
}

async fn products<'a>(
    ctx: &Ctx,
    offers: &'a [catalogue::Offered],
    links: &Links,
) -> Result<Vec<Product<'a>>, Error> {
    let likes = likes_of(ctx, offers).await?;
    Ok(offers.iter().zip(likes).map(|(offered, likes)| Product::new(offered, likes, links)).collect())
}

async fn likes_of(ctx: &Ctx, offers: &[catalogue::Offered]) -> Result<Vec<i64>, Error> {
    let products: Vec<_> = offers.iter().map(|offered| offered.product.id).collect();
    Ok(ctx.app.catalogue().likes_of(&products, ctx.now).await?)
}
