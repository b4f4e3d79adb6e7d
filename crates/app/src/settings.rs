//! How a shop is set up, as far as deeds care.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use crate::delivery::Delivery;
use crate::files::Files;

/// Settings with defaults that suit a shop on one machine.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How long a guest's token works, in seconds.
    pub guest_ttl: i64,
    /// How long a customer's token works, in seconds.
    pub customer_ttl: i64,
    /// How long a guest's cart is kept after its last change, in seconds.
    pub guest_cart_ttl: i64,
    /// How one-time codes reach a phone.
    pub delivery: Delivery,
    /// Failed logins of one account before it is slowed, and registrations or codes per address.
    pub attempts: NonZeroU32,
    /// Time in which one more attempt is earned.
    pub attempt_every: Duration,
    /// Failed logins, registrations and codes from one address before it is slowed.
    pub attempts_per_address: NonZeroU32,
    /// How long a request waits for another one with the same idempotency key.
    pub key_wait: Duration,
    /// The most products kept in memory.
    pub cached_products: usize,
    /// The most sessions kept in memory.
    pub cached_sessions: usize,
    /// The folder of the search index; without one it is in memory, and made when something is searched for.
    pub search: Option<PathBuf>,
    /// Where uploaded files are.
    pub files: Files,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            guest_ttl: 180 * 24 * 60 * 60,
            customer_ttl: 30 * 24 * 60 * 60,
            guest_cart_ttl: 180 * 24 * 60 * 60,
            delivery: Delivery::Off,
            attempts: NonZeroU32::new(10).expect("ten is not zero"),
            attempt_every: Duration::from_secs(30),
            attempts_per_address: NonZeroU32::new(100).expect("a hundred is not zero"),
            key_wait: Duration::from_secs(10),
            cached_products: 100_000,
            cached_sessions: 200_000,
            search: None,
            files: Files::default(),
        }
    }
}
