//! The audit log as a table; what is in it is decided in `app`.

use anyhow::Result;
use web::rfc3339;

use crate::cli::Audit;
use crate::config::Place;
use crate::house::{store_named, visit};
use crate::serve::say;

/// What the columns are.
const HEAD: [&str; 7] = ["time (UTC)", "who", "product", "SKU", "what", "before", "after"];

/// Prints the newest entries of a store's log, newest first.
pub(crate) async fn audit(place: &Place, options: &Audit) -> Result<()> {
    let ctx = visit(place).await?;
    let store = store_named(&ctx, &options.store).await?;
    let page = app::audit::page(&ctx, store, options.product.as_deref(), None, options.limit).await?;
    ctx.app.store().close();

    let value = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
    let mut rows = vec![HEAD.map(ToOwned::to_owned)];
    rows.extend(page.entries.into_iter().map(|entry| {
        let told = |of: Option<i64>| value(of.map(|of| entry.field.told(of).to_string()));
        [
            rfc3339(entry.at)[..19].replace('T', " "),
            entry.account.clone().unwrap_or_else(|| "command line".to_owned()),
            entry.product.clone(),
            value(entry.sku.clone()),
            entry.field.name().to_owned(),
            told(entry.before),
            told(entry.after),
        ]
    }));
    let widths: [usize; 7] =
        std::array::from_fn(|at| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or(0));
    for row in rows {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
        say(cells.collect::<Vec<_>>().join("  ").trim_end());
    }
    Ok(())
}
