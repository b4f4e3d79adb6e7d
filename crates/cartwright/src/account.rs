//! Accounts and tokens from the command line; a password comes in through standard input only.

use std::io::BufRead;

use anyhow::{Context, Result, bail};
use app::{Ctx, Error, shopper};
use domain::account::{Identifier, Password, Role};

use crate::cli::{NewAccount, RoleName};
use crate::config::{Place, Span};
use crate::house::{settle, store_named, visit};
use crate::serve::say;

/// Adds an account.
pub(crate) async fn add(place: &Place, options: &NewAccount) -> Result<()> {
    let identifiers = identifiers(options)?;
    let password = Password::parse(&read_password()?)?;
    let ctx = settle(place).await?;
    let role = role(&ctx, options).await?;
    let account = match shopper::add_account(&ctx, &identifiers, Some(&password), role).await {
        Err(Error::NameTaken) => bail!("there is an account with one of these names already"),
        account => account?,
    };
    say(&format!("account {} added: {}", account.id, account.display_name()));
    ctx.app.store().close();
    Ok(())
}

/// Prints a new token of an account.
pub(crate) async fn issue(place: &Place, name: &str, ttl: Span) -> Result<()> {
    let ctx = visit(place).await?;
    let account = shopper::find_account(&ctx, name).await?;
    let account = account.with_context(|| {
        format!("there is no account {name}: give its e-mail address, user name or phone number, or add it with `cartwright account add`")
    })?;
    say(&shopper::issue_token(&ctx, &account, ttl.seconds()).await?);
    ctx.app.store().close();
    Ok(())
}

fn identifiers(options: &NewAccount) -> Result<Vec<Identifier>> {
    let read = |name: &Option<String>, option: &str, parse: fn(&str) -> Result<Identifier, _>| {
        name.as_ref().map(|name| parse(name).with_context(|| format!("{option} {name}"))).transpose()
    };
    let names = [
        read(&options.email, "--email", Identifier::parse_email)?,
        read(&options.username, "--username", Identifier::parse_username)?,
        read(&options.phone, "--phone", Identifier::parse_phone)?,
    ];
    Ok(names.into_iter().flatten().collect())
}

async fn role(ctx: &Ctx, options: &NewAccount) -> Result<Role> {
    let store = match (options.role, &options.store) {
        (RoleName::Customer, None) => return Ok(Role::Customer),
        (RoleName::Operator, None) => return Ok(Role::Operator),
        (RoleName::Merchant, store) => store.as_deref().unwrap_or_default(),
        (_, Some(_)) => bail!("--store is for merchants: leave it out, or add --role merchant"),
    };
    Ok(Role::Merchant(store_named(ctx, store).await?))
}

fn read_password() -> Result<String> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).context("cannot read the password from standard input")?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
