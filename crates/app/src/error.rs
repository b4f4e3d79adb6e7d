//! Everything that a caller can be told; each dialect has an answer for every one of these.

use domain::account::IdentifierError;
use domain::cart::Against;

/// What came of a deed.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a deed was not done. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody asks, or with a credential that names nobody.
    #[error("not logged in")]
    NotLoggedIn,
    /// Known, but not allowed to do this.
    #[error("not allowed")]
    Forbidden,
    /// No such product, listing or SKU, for this caller.
    #[error("no such product")]
    NoSuchProduct,
    /// No such store.
    #[error("no such store")]
    NoSuchStore,
    /// The cart has no such line.
    #[error("no such line in the cart")]
    NoSuchLine,
    /// The product is not on sale, so that no more of it can be put into a cart.
    #[error("off sale")]
    OffSale,
    /// More than the stock.
    #[error("short stock")]
    ShortStock,
    /// More than one line may hold.
    #[error("more than a line may hold")]
    LineFull,
    /// More lines than a cart may hold.
    #[error("more lines than a cart may hold")]
    CartFull,
    /// Name or password is wrong.
    #[error("wrong name or password")]
    WrongPassword,
    /// Too many failures; try again after so many seconds.
    #[error("too many attempts, try again in {seconds} s")]
    Throttled {
        /// Seconds to wait.
        seconds: u64,
    },
    /// The name, e-mail address or phone number belongs to another account.
    #[error("the name is taken")]
    NameTaken,
    /// Not a usable name, address, number or password.
    #[error(transparent)]
    BadIdentifier(#[from] IdentifierError),
    /// The one-time code is wrong, used or expired.
    #[error("wrong code")]
    WrongCode,
    /// One-time codes are switched off.
    #[error("codes cannot be sent")]
    DeliveryOff,
    /// The gateway did not take the one-time code.
    #[error("the gateway did not take the code")]
    DeliveryFailed,
    /// The cart is at another version than the caller has seen.
    #[error("the cart is at version {current}")]
    VersionMismatch {
        /// The version it is at.
        current: i64,
    },
    /// The idempotency key is not 1 to 255 printable characters.
    #[error("an idempotency key has 1 to 255 printable characters")]
    BadKey,
    /// The first request under the idempotency key still runs.
    #[error("the first request under this key is still running")]
    KeyRunning,
    /// The idempotency key was used for another request.
    #[error("the key was used for another request")]
    KeyReused,
    /// The request is larger than the server takes.
    #[error("the request is too large")]
    TooLarge,
    /// The request comes more slowly than the server waits.
    #[error("the request comes too slowly")]
    TooSlow,
    /// A field names what is not there, or has a value that makes no sense; the field's name on the wire.
    #[error("{0} has no usable value")]
    BadField(&'static str),
    /// The product cannot take this step from where it stands: what has no SKU is not offered, what was never offered
    /// is not taken down.
    #[error("not a step that the product can take now")]
    IllegalStep,
    /// Another store has taken the product up, or may do so.
    #[error("the product is distributed")]
    Distributed,
    /// No such category, brand, label or material.
    #[error("no such heading")]
    NoSuchHeading,
    /// There is a category, brand, label or material of this name.
    #[error("the name of the heading is taken")]
    HeadingTaken,
    /// Products are filed under the category, label or material, or other categories are.
    #[error("the heading is in use")]
    HeadingInUse,
    /// Too much waits already, or the database cannot be written now.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// A defect.
    #[error("internal error: {0}")]
    Internal(String),
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Busy
            | store::Error::Unwritable(_)
            | store::Error::Closed
            | store::Error::Damaged(_)
            | store::Error::Unusable(_) => Self::Unavailable(error.to_string()),
            store::Error::Refused(_)
            | store::Error::Unreadable(_)
            | store::Error::Backend(_)
            | store::Error::Server(_) => Self::Internal(error.to_string()),
        }
    }
}

impl From<Against> for Error {
    fn from(against: Against) -> Self {
        match against {
            Against::Gone => Self::NoSuchProduct,
            Against::OffSale => Self::OffSale,
            Against::ShortStock => Self::ShortStock,
            Against::LineFull => Self::LineFull,
            Against::CartFull => Self::CartFull,
        }
    }
}
