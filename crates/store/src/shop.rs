//! What products refer to: the stores that own them, categories and brands.

use domain::id::{BrandId, CategoryId, StoreId};
use domain::time::Timestamp;

use crate::product::id_list;
use crate::sql::statements;
use crate::{Refusal, Result, Row, Sql, Step, Store};

macro_rules! sales {
    ($listed:literal) => {
        concat!(
            "select store_id, cast(sum(sales) as bigint) from shelf_count where store_id",
            $listed,
            " and category_id = 0 and brand_id = 0 and is_own group by store_id"
        )
    };
}

statements! {
    /// All stores.
    STORES = "select id, rid, name, created_at from store order by id";
    /// All categories.
    CATEGORIES = "select id, '', name, created_at, parent_id, cover, description, sort_order, status
        from category order by sort_order, id";
    /// All brands.
    BRANDS = "select id, rid, name, created_at, features, description, logo, banner, is_recommended, sort_order,
            status
        from brand order by sort_order, id";
    /// All labels.
    LABELS = "select id, name, sort_order from label order by sort_order, id";
    /// All materials.
    MATERIALS = "select id, name, sort_order from material order by sort_order, id";
    /// Categories with something on sale, of one store or of all.
    CATEGORIES_ON_SALE = "select id, '', name, created_at from category
        where exists (select 1 from shelf_count
            where store_id = $1 and category_id = category.id and brand_id = 0 and shelf in (1, 3) and listings > 0)
        order by id";
    /// Real and shown sales over the products of each of these stores.
    SALES = sales!(" in (select value from json_each($1))"),
        postgres: sales!(" in (select cast(value as bigint)
            from json_array_elements_text(cast($1 as json)))");
    /// Adds a store.
    ADD_STORE = "insert into store (id, rid, name, created_at) values ($1, $2, $3, $4)
        on conflict do nothing returning id";
    /// Adds a category.
    ADD_CATEGORY = "insert into category (id, name, created_at) values ($1, $2, $3)
        on conflict do nothing returning id";
    /// Adds a label.
    ADD_LABEL = "insert into label (id, name, sort_order, created_at) values ($1, $2, $3, $4)
        on conflict do nothing returning id";
    /// Adds a material.
    ADD_MATERIAL = "insert into material (id, name, sort_order, created_at) values ($1, $2, $3, $4)
        on conflict do nothing returning id";
    /// Adds a brand.
    ADD_BRAND = "insert into brand (id, rid, name, created_at) values ($1, $2, $3, $4)
        on conflict do nothing returning id";
}

/// A store, a category or a brand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Small counted number.
    pub id: i64,
    /// Public digit string; empty for categories.
    pub rid: String,
    /// Name.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A category with what clients show of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Category {
    /// Number and name.
    pub named: Named,
    /// The category it belongs to; 0 is none.
    pub parent: i64,
    /// Address of a picture, or "".
    pub cover: String,
    /// Some words about it.
    pub description: String,
    /// Lesser ones come first.
    pub sort_order: i64,
    /// 1 is shown.
    pub status: i64,
}

/// A brand with what clients show of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brand {
    /// Number, public id and name.
    pub named: Named,
    /// What speaks for it, in a few words.
    pub features: String,
    /// Some words about it.
    pub description: String,
    /// Address of a picture, or "".
    pub logo: String,
    /// Address of a wide picture, or "".
    pub banner: String,
    /// Shown among the recommended brands.
    pub is_recommended: bool,
    /// Lesser ones come first.
    pub sort_order: i64,
    /// 1 is shown.
    pub status: i64,
}

/// A label or a material, which the operator names for all stores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// Small counted number.
    pub id: i64,
    /// Name.
    pub name: String,
    /// Lesser ones come first.
    pub sort_order: i64,
}

impl Store {
    /// All stores, oldest first.
    pub async fn stores(&self) -> Result<Vec<Named>> {
        self.named(STORES, Vec::new()).await
    }

    /// All categories, in their order.
    pub async fn categories(&self) -> Result<Vec<Category>> {
        let category = |row: Row<'_>| {
            Ok(Category {
                named: named_from(row)?,
                parent: row.int(4)?,
                cover: row.text(5)?.to_owned(),
                description: row.text(6)?.to_owned(),
                sort_order: row.int(7)?,
                status: row.int(8)?,
            })
        };
        self.read(CATEGORIES, Vec::new()).await?.iter().map(category).collect()
    }

    /// Categories with something on sale, of one store or of all.
    pub async fn categories_on_sale(&self, store: Option<StoreId>) -> Result<Vec<Named>> {
        // 0 counts all.
        self.named(CATEGORIES_ON_SALE, vec![store.map_or(0, StoreId::get).into()]).await
    }

    /// All brands, in their order.
    pub async fn brands(&self) -> Result<Vec<Brand>> {
        let brand = |row: Row<'_>| {
            Ok(Brand {
                named: named_from(row)?,
                features: row.text(4)?.to_owned(),
                description: row.text(5)?.to_owned(),
                logo: row.text(6)?.to_owned(),
                banner: row.text(7)?.to_owned(),
                is_recommended: row.bool(8)?,
                sort_order: row.int(9)?,
                status: row.int(10)?,
            })
        };
        self.read(BRANDS, Vec::new()).await?.iter().map(brand).collect()
    }

    /// Pieces sold, as shown, over the products of each of these stores that has any.
    pub async fn sales_of(&self, stores: &[StoreId]) -> Result<Vec<(StoreId, i64)>> {
        let rows = self.read(SALES, vec![id_list(stores.iter().map(|id| id.get()))]).await?;
        rows.iter().map(|row| Ok((StoreId::new(row.int(0)?), row.int(1)?))).collect()
    }

    /// All labels, in their order.
    pub async fn labels(&self) -> Result<Vec<Term>> {
        self.terms(LABELS).await
    }

    /// All materials, in their order.
    pub async fn materials(&self) -> Result<Vec<Term>> {
        self.terms(MATERIALS).await
    }

    async fn terms(&self, sql: &'static Sql) -> Result<Vec<Term>> {
        let term = |row: Row<'_>| {
            Ok(Term { id: row.int(0)?, name: row.text(1)?.to_owned(), sort_order: row.int(2)? })
        };
        self.read(sql, Vec::new()).await?.iter().map(term).collect()
    }

    async fn named(&self, sql: &'static Sql, params: Vec<crate::Value>) -> Result<Vec<Named>> {
        self.read(sql, params).await?.iter().map(named_from).collect()
    }
}

fn named_from(row: Row<'_>) -> Result<Named> {
    Ok(Named {
        id: row.int(0)?,
        rid: row.text(1)?.to_owned(),
        name: row.text(2)?.to_owned(),
        created_at: row.time(3)?,
    })
}

/// Adds a store; refused as taken when the name is.
pub fn add_store(id: StoreId, rid: &str, name: &str, now: Timestamp) -> Step {
    Step::new(ADD_STORE, vec![id.into(), rid.into(), name.into(), now.into()]).or_refuse(Refusal::Taken)
}

/// Adds a category; refused as taken when the name is.
pub fn add_category(id: CategoryId, name: &str, now: Timestamp) -> Step {
    Step::new(ADD_CATEGORY, vec![id.into(), name.into(), now.into()]).or_refuse(Refusal::Taken)
}

/// Adds a label; refused as taken when the name is.
pub fn add_label(label: &Term, now: Timestamp) -> Step {
    let params = vec![label.id.into(), label.name.as_str().into(), label.sort_order.into(), now.into()];
    Step::new(ADD_LABEL, params).or_refuse(Refusal::Taken)
}

/// Adds a material; refused as taken when the name is.
pub fn add_material(material: &Term, now: Timestamp) -> Step {
    let params =
        vec![material.id.into(), material.name.as_str().into(), material.sort_order.into(), now.into()];
    Step::new(ADD_MATERIAL, params).or_refuse(Refusal::Taken)
}

/// Adds a brand; refused as taken when the name is.
pub fn add_brand(id: BrandId, rid: &str, name: &str, now: Timestamp) -> Step {
    Step::new(ADD_BRAND, vec![id.into(), rid.into(), name.into(), now.into()]).or_refuse(Refusal::Taken)
}
