//! Accounts of customers, merchants and operators.

use domain::account::{Account, Identifier, Role};
use domain::id::{AccountId, OwnerId, StoreId};
use domain::time::Timestamp;

use crate::sql::statements;
use crate::{Error, Refusal, Result, Row, Step, Store};

macro_rules! find_by {
    ($column:literal) => {
        concat!(
            "select id, owner_id, email, username, phone, created_at, role, store_id, password_hash
            from account where ",
            $column,
            " = $1"
        )
    };
}

statements! {
    /// By number.
    FIND = find_by!("id");
    /// By e-mail address.
    FIND_EMAIL = find_by!("email");
    /// By user name.
    FIND_USERNAME = find_by!("username");
    /// By phone number.
    FIND_PHONE = find_by!("phone");
    /// Adds an account, unless one of its names is taken.
    ADD = "insert into account
            (id, owner_id, email, username, phone, password_hash, role, store_id, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing returning id";
}

impl Store {
    /// The account with one of these names, and its password's hash when it has one.
    pub async fn account(&self, identifier: &Identifier) -> Result<Option<(Account, Option<String>)>> {
        let sql = match identifier {
            Identifier::Email(_) => FIND_EMAIL,
            Identifier::Username(_) => FIND_USERNAME,
            Identifier::Phone(_) => FIND_PHONE,
        };
        let rows = self.read(sql, vec![identifier.as_str().into()]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        Ok(Some((account_from(row, 0)?, row.opt_text(8)?.map(ToOwned::to_owned))))
    }

    /// The account with this number.
    pub async fn account_by_id(&self, id: AccountId) -> Result<Option<Account>> {
        let rows = self.read(FIND, vec![id.into()]).await?;
        rows.first().map(|row| account_from(row, 0)).transpose()
    }
}

/// Adds an account; refused as taken when one of its names is.
pub fn add(account: &Account, password_hash: Option<&str>) -> Step {
    let (role, store) = role_name(account.role);
    let params = vec![
        account.id.into(),
        account.owner.into(),
        account.email.clone().into(),
        account.username.clone().into(),
        account.phone.clone().into(),
        password_hash.into(),
        role.into(),
        store.into(),
        account.created_at.into(),
    ];
    Step::new(ADD, params).or_refuse(Refusal::Taken)
}

/// Reads id, owner, e-mail, user name, phone, creation, role and store from eight columns.
pub(crate) fn account_from(row: Row<'_>, at: usize) -> Result<Account> {
    let text = |column: usize| row.opt_text(column).map(|text| text.map(ToOwned::to_owned));
    let role = match (row.text(at + 6)?, row.opt_int(at + 7)?) {
        ("customer", _) => Role::Customer,
        ("merchant", Some(store)) => Role::Merchant(StoreId::new(store)),
        ("operator", _) => Role::Operator,
        _ => return Err(Error::Unreadable("an unknown role")),
    };
    Ok(Account {
        id: AccountId::new(row.int(at)?),
        owner: OwnerId::new(row.bytes(at + 1)?),
        email: text(at + 2)?,
        username: text(at + 3)?,
        phone: text(at + 4)?,
        created_at: Timestamp::from_micros(row.int(at + 5)?),
        role,
    })
}

/// How roles are kept.
fn role_name(role: Role) -> (&'static str, Option<StoreId>) {
    match role {
        Role::Customer => ("customer", None),
        Role::Merchant(store) => ("merchant", Some(store)),
        Role::Operator => ("operator", None),
    }
}
