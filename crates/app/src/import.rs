//! Imports a Shopify product CSV into a store: read, compare with what is there, write what differs. All or nothing;
//! what the file says nothing about stays, and what is unchanged is not written.

mod names;
mod plan;
mod sheet;
mod skus;
#[cfg(test)]
mod tests;
mod write;

use std::io::Read;

use store::Refusal;

use crate::{Ctx, Error};
use plan::Plan;

pub use sheet::Problem;

/// How often an import compares again when somebody else changes the catalogue meanwhile.
const ATTEMPTS: usize = 4;

/// What to import, and where to.
#[derive(Clone, Copy, Debug)]
pub struct Import<'a> {
    /// The file's name, as problems show it.
    pub file_name: &'a str,
    /// The store's name, made when missing; without one the first store, made as `Default` when there is none.
    pub store: Option<&'a str>,
    /// Whether anything is written.
    pub mode: Mode,
}

/// Whether an import writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Compares and counts only.
    DryRun,
    /// Writes what differs.
    Apply,
}

/// How far an import is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// So many products of the file are compared with those in the store.
    Compared {
        /// Products compared.
        products: usize,
        /// Products in the file.
        of: usize,
    },
    /// So many products are being written, in one transaction.
    Writing {
        /// New and changed products.
        products: usize,
    },
}

/// What an import did, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// The name of the store.
    pub store: String,
    /// Products that were not in the store.
    pub new: usize,
    /// Products that differ from those in the store.
    pub changed: usize,
    /// Products that are just as in the store.
    pub unchanged: usize,
    /// SKUs that were not in the store.
    pub new_skus: usize,
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file is not what it should be.
    #[error("the file cannot be imported: it has {} or more problems", .0.len())]
    Problems(Vec<Problem>),
    /// The file is fine, the shop is not.
    #[error(transparent)]
    App(#[from] Error),
}

impl From<store::Error> for ImportError {
    fn from(error: store::Error) -> Self {
        Self::App(error.into())
    }
}

/// Imports a file. The same file again finds everything unchanged and writes nothing.
///
/// It reads the input on the calling thread, which other tasks should not need meanwhile.
pub async fn import(
    ctx: &Ctx,
    import: Import<'_>,
    input: impl Read + Send,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Summary, ImportError> {
    let rows = sheet::read(import.file_name, input).map_err(ImportError::Problems)?;
    for _ in 0..ATTEMPTS {
        let plan = Plan::make(ctx, &import, &rows, progress).await?;
        let summary = plan.summary();
        if import.mode == Mode::DryRun || plan.is_empty() {
            return Ok(summary);
        }
        progress(Progress::Writing { products: summary.new + summary.changed });
        match write::write(ctx, plan).await {
            // A product was changed, a name or handle taken, or a category deleted, since the comparison: compare again.
            Err(store::Error::Refused(Refusal::Version | Refusal::Taken | Refusal::Gone)) => {}
            written => {
                written?.iter().for_each(|change| ctx.app.forget(change));
                return Ok(summary);
            }
        }
    }
    Err(Error::Unavailable("the catalogue changes too fast to be imported into".to_owned()).into())
}
