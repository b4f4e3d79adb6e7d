//! What publishing keeps beside the product itself: its labels, and guards that what it refers to is still there.

use domain::id::{CategoryId, LabelId, MaterialId, ProductId};

use crate::official::Term;
use crate::sql::statements;
use crate::{Refusal, Result, Step, Store};

statements! {
    /// A product's labels, in their order.
    LABELS = "select label.id, label.name, label.sort_order
        from product_label join label on label.id = product_label.label_id
        where product_label.product_id = $1 order by label.sort_order, label.id";
    /// Takes all labels off a product.
    DROP_LABELS = "delete from product_label where product_id = $1";
    /// Puts a label on a product, if there is such a label.
    ADD_LABEL = "insert into product_label (product_id, label_id) select $1, id from label where id = $2";
    /// One row when there is such a category.
    CATEGORY = "select 1 from category where id = $1";
    /// One row when there is such a material.
    MATERIAL = "select 1 from material where id = $1";
}

impl Store {
    /// The labels of a product, in their order.
    pub async fn product_labels(&self, product: ProductId) -> Result<Vec<Term>> {
        let rows = self.read(LABELS, vec![product.into()]).await?;
        rows.iter()
            .map(|row| Ok(Term { id: row.int(0)?, name: row.text(1)?.to_owned(), sort_order: row.int(2)? }))
            .collect()
    }
}

/// Requires that category and material are there.
pub fn refers_to(category: CategoryId, material: MaterialId) -> [Step; 2] {
    [
        Step::new(CATEGORY, vec![category.into()]).or_refuse(Refusal::Gone),
        Step::new(MATERIAL, vec![material.into()]).or_refuse(Refusal::Gone),
    ]
}

/// Replaces the labels of a product, each of which must be there.
pub fn set_labels(product: ProductId, labels: &[LabelId]) -> Vec<Step> {
    let mut steps = vec![Step::new(DROP_LABELS, vec![product.into()])];
    let add = |label: &LabelId| {
        Step::new(ADD_LABEL, vec![product.into(), (*label).into()]).or_refuse(Refusal::Gone)
    };
    steps.extend(labels.iter().map(add));
    steps
}
