//! Headings: categories, brands, labels and materials, which products of all stores are filed under. How a change of one
//! is applied; what changes is for the file of its noun to say.

use store::change::{Change, record};
use store::{Refusal, Step, idempotency};

use crate::{Ctx, Error, Result};

/// Applies the steps together with the caller's key, and makes the change seen.
pub(crate) async fn write(ctx: &Ctx, change: impl IntoIterator<Item = Step>) -> Result<()> {
    let mut steps: Vec<_> = ctx.key.iter().map(|key| idempotency::claim(key, ctx.now)).collect();
    // First, since it lets one change wait for the other: no two categories are put into each other. Also for labels and
    // materials, though nobody remembers them.
    steps.extend(record(&Change::Names, ctx.now));
    steps.extend(change);
    match ctx.app.store().apply(steps).await {
        // The change is in already, under this very key; only its reply was lost.
        Ok(_) | Err(store::Error::Refused(Refusal::AlreadyApplied)) => {}
        Err(store::Error::Refused(Refusal::Taken)) => return Err(Error::HeadingTaken),
        Err(store::Error::Refused(Refusal::Gone)) => return Err(Error::NoSuchHeading),
        Err(store::Error::Refused(Refusal::InUse)) => return Err(Error::HeadingInUse),
        Err(store::Error::Refused(Refusal::Misplaced)) => return Err(Error::BadField("pid")),
        Err(error) => return Err(error.into()),
    }
    ctx.app.forget(&Change::Names);
    Ok(())
}
