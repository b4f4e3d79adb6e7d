//! Passwords: argon2id with 19 MiB and 2 passes, off the async threads and few at a time.

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, PasswordHash, Version};
use domain::account::Password;
use tokio::sync::Semaphore;

use crate::{Error, Result};

/// Memory in KiB and passes, as OWASP recommends for argon2id.
const MEMORY: u32 = 19 * 1024;
const PASSES: u32 = 2;
/// Hashes at a time: each needs 19 MiB and a core.
const AT_ONCE: usize = 2;

/// Hashes and checks passwords.
pub(crate) struct Hasher {
    room: Semaphore,
}

impl Default for Hasher {
    fn default() -> Self {
        Self { room: Semaphore::new(AT_ONCE) }
    }
}

impl Hasher {
    /// The hash of a new password, in PHC string format.
    pub(crate) async fn hash(&self, password: &Password) -> Result<String> {
        let password = password.clone();
        self.off_thread(move || {
            let hash = argon2id()?.hash_password(password.expose().as_bytes());
            hash.map(|hash| hash.to_string()).map_err(|error| Error::Internal(error.to_string()))
        })
        .await
    }

    /// Whether the password is the one hashed. Without a hash it takes as long and says no.
    pub(crate) async fn matches(&self, password: &str, hash: Option<String>) -> Result<bool> {
        let password = password.to_owned();
        self.off_thread(move || {
            let argon2id = argon2id()?;
            let Some(hash) = hash else {
                let _ = argon2id.hash_password(password.as_bytes());
                return Ok(false);
            };
            let hash = PasswordHash::new(&hash).map_err(|error| Error::Internal(error.to_string()))?;
            Ok(argon2id.verify_password(password.as_bytes(), &hash).is_ok())
        })
        .await
    }

    async fn off_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let _place = self.room.acquire().await.map_err(|error| Error::Internal(error.to_string()))?;
        tokio::task::spawn_blocking(work).await.map_err(|error| Error::Internal(error.to_string()))?
    }
}

fn argon2id() -> Result<Argon2<'static>> {
    let params = Params::new(MEMORY, PASSES, 1, None).map_err(|error| Error::Internal(error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_matches() {
        let hasher = Hasher::default();
        let hash = hasher.hash(&Password::parse("correct horse").unwrap()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(hasher.matches("correct horse", Some(hash.clone())).await.unwrap());
        assert!(!hasher.matches("correct horsf", Some(hash)).await.unwrap());
        assert!(!hasher.matches("correct horse", None).await.unwrap());
    }
}
