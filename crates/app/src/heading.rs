//! Headings: categories, brands, labels and materials, which products of all stores are filed under. How a change of one
//! is applied; what changes is for the file of its noun to say.

use domain::account::Role;
use store::change::Change;
use store::{Refusal, Rows, Step};

use crate::idempotency::apply;
use crate::{Ctx, Error, Result};

/// What became of a change.
pub(crate) enum Written {
    /// It is in, and its steps gave these rows.
    Now(Vec<Rows>),
    /// It was in already, under this very key, and only its reply was lost: what it wrote, by number or public id.
    Before(String),
}

/// Applies the steps together with the caller's key, which notes what they write by its number or public id, and makes the
/// change seen.
pub(crate) async fn write(ctx: &Ctx, of: &str, change: impl IntoIterator<Item = Step>) -> Result<Written> {
    // One change waits for the other, so no two categories are put into each other. Labels and materials are told of, too,
    // though nobody remembers them.
    match apply(ctx, Some(of), &[Change::Names], change).await {
        Ok(Some(rows)) => Ok(Written::Now(rows)),
        Ok(None) => Ok(Written::Before(written_before(ctx).await?)),
        Err(store::Error::Refused(refusal)) => Err(match refusal {
            Refusal::Taken => Error::HeadingTaken,
            Refusal::Gone => Error::NoSuchHeading,
            Refusal::InUse => Error::HeadingInUse,
            Refusal::Misplaced => Error::BadField("pid"),
            refusal => store::Error::Refused(refusal).into(),
        }),
        Err(error) => Err(error.into()),
    }
}

/// Whether the caller may see what is hidden: whoever may write it.
pub(crate) fn may_see_hidden(ctx: &Ctx) -> bool {
    let account = ctx.session.as_ref().and_then(|session| session.account.as_ref());
    match account.map(|account| account.role) {
        Some(Role::Merchant(_) | Role::Operator) => true,
        Some(Role::Customer) | None => false,
    }
}

async fn written_before(ctx: &Ctx) -> Result<String> {
    let Some(key) = &ctx.key else { return Err(Error::NoSuchHeading) };
    let record = ctx.app.store().idempotency_record(key, ctx.now).await?;
    record.and_then(|record| record.made).ok_or(Error::NoSuchHeading)
}

#[cfg(test)]
mod tests {
    use domain::id::{CategoryId, OwnerId};
    use store::idempotency::Key;

    use super::*;
    use crate::catalogue::Kind;
    use crate::testing::shop;
    use crate::{Settings, brand, category, official};

    #[tokio::test]
    async fn a_repeat_whose_first_reply_was_lost_shows_what_the_first_wrote() {
        let (app, _folder) = shop(Settings::default());
        let plain = Ctx::new(&app, None);
        let under = |key: &str| {
            let key = Key { owner: OwnerId::new([7; 16]), key: key.to_owned(), request: [0; 32] };
            Ctx { key: Some(key), ..Ctx::new(&app, None) }
        };
        let tea = |name: &str| category::Edit { name: Some(name.to_owned()), ..category::Edit::default() };
        let first = category::add(&under("category"), tea("Tea")).await.unwrap();
        let id = CategoryId::new(first.named.id);
        category::update(&plain, id, tea("Teas")).await.unwrap();
        category::add(&plain, tea("Tea")).await.unwrap();
        let again = category::add(&under("category"), tea("Tea")).await.unwrap();
        assert_eq!((again.named.id, again.named.name.as_str()), (first.named.id, "Teas"));

        let bamboo = || official::Edit { name: Some("Bamboo".to_owned()), sort_order: None };
        let first = official::add(&under("label"), Kind::Label, bamboo()).await.unwrap();
        assert_eq!(official::add(&under("label"), Kind::Label, bamboo()).await.unwrap(), first);

        let hills = || brand::Edit { name: Some("Hills".to_owned()), ..brand::Edit::default() };
        let first = brand::add(&under("brand"), hills()).await.unwrap();
        assert_eq!(brand::add(&under("brand"), hills()).await.unwrap(), first);

        // What was deleted since is gone.
        category::delete(&plain, id).await.unwrap();
        assert!(matches!(category::add(&under("category"), tea("Tea")).await, Err(Error::NoSuchHeading)));
    }
}
