//! Public ids of products and SKUs: digits that nobody can guess, and that nothing else has.

use std::collections::HashSet;

use store::Result;

use crate::Ctx;

/// Digits of a public id.
const DIGITS: u32 = 12;
/// Public ids looked up at a time.
const CHUNK: usize = 10_000;

/// So many public ids that no product and no SKU has.
pub(crate) async fn fresh(ctx: &Ctx, count: usize) -> Result<Vec<String>> {
    let mut known = HashSet::new();
    let mut rids = Vec::with_capacity(count);
    while rids.len() < count {
        let room = (count - rids.len()).min(CHUNK);
        let random = || ctx.app.entropy().digits(DIGITS);
        let chunk: Vec<_> =
            std::iter::repeat_with(random).filter(|rid| known.insert(rid.clone())).take(room).collect();
        let taken = ctx.app.store().taken_rids(&chunk).await?;
        rids.extend(chunk.into_iter().filter(|rid| !taken.contains(rid)));
    }
    Ok(rids)
}
