//! Accounts: who a customer is and what they may do; never a password in clear.

use std::fmt;

use crate::id::{AccountId, OwnerId, StoreId};
use crate::time::Timestamp;

/// A customer's account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Small counted id.
    pub id: AccountId,
    /// Leads the keys of all that the customer owns.
    pub owner: OwnerId,
    /// E-mail address, lower case.
    pub email: Option<String>,
    /// User name.
    pub username: Option<String>,
    /// Phone number, digits with an optional plus.
    pub phone: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// What it may do.
    pub role: Role,
}

impl Account {
    /// The most human name at hand.
    pub fn display_name(&self) -> &str {
        [&self.username, &self.email, &self.phone].into_iter().flatten().next().map_or("", String::as_str)
    }
}

/// What an account may do beyond shopping.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Shops.
    Customer,
    /// Keeps one store's catalogue.
    Merchant(StoreId),
    /// Keeps the whole deployment.
    Operator,
}

/// What a customer logs in with: an e-mail address, a user name or a phone number.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Identifier {
    /// An e-mail address, lower case.
    Email(String),
    /// A user name.
    Username(String),
    /// A phone number: an optional plus and 5 to 20 digits.
    Phone(String),
}

/// Why an identifier or a password is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentifierError {
    /// No address of the form `name@host`.
    #[error("not an e-mail address")]
    Email,
    /// Not 1 to 64 visible characters without `@`.
    #[error("a user name has 1 to 64 characters, no blanks and no @")]
    Username,
    /// Not an optional plus and 5 to 20 digits.
    #[error("a phone number is an optional + and 5 to 20 digits")]
    Phone,
    /// Not 6 to 128 characters.
    #[error("a password has 6 to 128 characters")]
    Password,
}

impl Identifier {
    /// Reads an e-mail address.
    pub fn parse_email(text: &str) -> Result<Self, IdentifierError> {
        let text = text.trim();
        let is_address = text.len() <= 254
            && text.split_once('@').is_some_and(|(name, host)| {
                !name.is_empty() && host.contains('.') && !host.contains('@') && !host.ends_with('.')
            })
            && text.chars().all(|letter| !letter.is_whitespace() && !letter.is_control());
        if is_address { Ok(Self::Email(text.to_lowercase())) } else { Err(IdentifierError::Email) }
    }

    /// Reads a user name.
    pub fn parse_username(text: &str) -> Result<Self, IdentifierError> {
        let is_name = (1..=64).contains(&text.chars().count())
            && text.chars().all(|letter| !letter.is_whitespace() && !letter.is_control() && letter != '@');
        if is_name { Ok(Self::Username(text.to_owned())) } else { Err(IdentifierError::Username) }
    }

    /// Reads a phone number; blanks and dashes between the digits are dropped.
    pub fn parse_phone(text: &str) -> Result<Self, IdentifierError> {
        let compact: String = text.chars().filter(|letter| !matches!(letter, ' ' | '-')).collect();
        let digits = compact.strip_prefix('+').unwrap_or(&compact);
        let is_number = (5..=20).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        if is_number { Ok(Self::Phone(compact)) } else { Err(IdentifierError::Phone) }
    }

    /// The text as it is kept.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Email(text) | Self::Username(text) | Self::Phone(text) => text,
        }
    }
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A password as typed; shown by nothing.
#[derive(Clone)]
pub struct Password(String);

impl Password {
    /// Takes a new password of 6 to 128 characters.
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        let is_usable = (6..=128).contains(&text.chars().count());
        if is_usable { Ok(Self(text.to_owned())) } else { Err(IdentifierError::Password) }
    }

    /// What is hashed.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_read_strictly() {
        assert_eq!(
            Identifier::parse_email(" Li@Example.com "),
            Ok(Identifier::Email("li@example.com".into()))
        );
        for bad in ["", "a", "@b.c", "a@b", "a@@b.c", "a b@c.d", "a@b."] {
            assert_eq!(Identifier::parse_email(bad), Err(IdentifierError::Email), "{bad:?}");
        }
        assert_eq!(Identifier::parse_phone("+98 912-000"), Ok(Identifier::Phone("+98912000".into())));
        for bad in ["", "1234", "12a45", "+", "123456789012345678901"] {
            assert_eq!(Identifier::parse_phone(bad), Err(IdentifierError::Phone), "{bad:?}");
        }
        assert!(Identifier::parse_username("小李").is_ok());
        assert!(Identifier::parse_username("a@b").is_err());
    }

    #[test]
    fn a_password_never_shows() {
        let password = Password::parse("correct horse").unwrap();
        assert_eq!(format!("{password:?}"), "Password(…)");
    }
}
