//! Password hashing: bcrypt on dedicated threads, with a bounded queue and a deadline.
//!
//! One bcrypt hash of cost 10 takes about 50 ms of CPU time. It is therefore never computed on the threads that answer
//! requests, the hashing threads run at a lower priority, and a flood of logins is answered with [`HashError::Busy`]
//! instead of a growing queue. Each job has a [`Source`], and the queue is shared fairly by account and by address.

mod pool;
mod queue;

use std::io;
use std::str::FromStr as _;
use std::time::Duration;

use bcrypt::{BcryptError, HashParts};
use secrecy::{ExposeSecret as _, SecretString};

use crate::auth::source::Source;
use crate::error::Error;
use pool::{Pool, Refusal};

/// The bcrypt cost of new hashes, as in the original.
const COST: u32 = 10;

/// The highest cost of a stored hash that is verified. Each step doubles the time; 14 takes about a second.
const MAX_STORED_COST: u32 = 14;

/// The hash to verify against when there is no usable stored hash, so that the check takes the same time. It is
/// well-formed, has the usual cost, and no password is known to match it; the result is `false` in any case.
const DUMMY_HASH: &str = "$2b$10$.....................................................";

/// The limits of concurrent hashing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HasherSettings {
    /// Hashing threads; 0 counts as 1. More threads than cores gain nothing.
    pub threads: usize,
    /// Requests that may wait for a thread. Of more, those are refused whose account or address has the most.
    pub queue: usize,
    /// How long a request may wait for its result.
    pub deadline: Duration,
}

/// Why a password could not be hashed or verified.
#[derive(Debug, thiserror::Error)]
pub enum HashError {
    /// There is no place in the queue, or the deadline passed.
    #[error("too many passwords are being hashed; retry in {} s", retry_after.as_secs())]
    Busy {
        /// When to try again, in whole seconds, at least one.
        retry_after: Duration,
    },
    /// No salt could be generated.
    #[error("could not hash the password: {0}")]
    Bcrypt(#[source] BcryptError),
    /// The hashing threads have stopped.
    #[error("a password hashing thread failed; if this persists, restart the server")]
    Stopped,
}

impl From<HashError> for Error {
    fn from(error: HashError) -> Self {
        match error {
            HashError::Busy { retry_after } => Self::busy("The server is busy, try again later", retry_after),
            error @ (HashError::Bcrypt(_) | HashError::Stopped) => Self::internal(error),
        }
    }
}

/// The load of the hasher, for the metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HasherStatistics {
    /// Requests that wait for a thread.
    pub queued: usize,
    /// Threads that are hashing.
    pub busy: usize,
    /// All threads.
    pub threads: usize,
}

/// Hashes and verifies passwords. Its threads end when it is dropped.
#[derive(Debug)]
pub struct PasswordHasher {
    pool: Pool,
}

impl PasswordHasher {
    /// Starts the hashing threads.
    ///
    /// # Errors
    /// When a thread cannot be started.
    pub fn new(settings: HasherSettings) -> io::Result<Self> {
        let pool = Pool::start(settings)?;
        Ok(Self { pool })
    }

    /// The bcrypt hash of a password, `$2b$10$…`, of 60 characters. Only the first 72 bytes of the password are used, a
    /// limit of bcrypt; a NUL is a byte like any other.
    ///
    /// # Errors
    /// [`HashError`], for any of its reasons.
    pub async fn hash(&self, source: Source, password: SecretString) -> Result<String, HashError> {
        self.run(source, move || bcrypt::hash(password.expose_secret(), COST)).await?.map_err(HashError::Bcrypt)
    }

    /// Whether the password matches the stored hash (`$2a$`, `$2b$` or `$2y$`).
    ///
    /// `None` or an empty hash means that the user does not exist or has no password. The result is then `false`, and
    /// takes as long as a real check, so that the response time does not reveal whether the account exists (OWASP ASVS
    /// 5.0, 6.3.8). An unusable stored hash is treated the same, and logged as a warning.
    ///
    /// Operations call [`Attempt::verify`](super::throttle::Attempt::verify), which the throttle admits.
    ///
    /// # Errors
    /// [`HashError::Busy`] and [`HashError::Stopped`].
    pub(super) async fn verify(
        &self,
        source: Source,
        password: SecretString,
        stored: Option<String>,
    ) -> Result<bool, HashError> {
        self.run(source, move || verify(&password, stored.as_deref())).await
    }

    /// The current load of the queue and the threads.
    #[must_use]
    pub fn statistics(&self) -> HasherStatistics {
        self.pool.statistics()
    }

    async fn run<T: Send + 'static>(
        &self,
        source: Source,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, HashError> {
        self.pool.run(source, work).await.map_err(|refusal| match refusal {
            Refusal::Busy { retry_after } => HashError::Busy { retry_after },
            Refusal::Stopped => HashError::Stopped,
        })
    }
}

fn verify(password: &SecretString, stored: Option<&str>) -> bool {
    let stored = stored.filter(|hash| !hash.is_empty());
    let usable = stored.filter(|hash| match check_stored(hash) {
        Ok(()) => true,
        Err(reason) => {
            tracing::warn!(reason, "a stored password hash is unusable; reset the password of that user");
            false
        }
    });
    // Like most bcrypt libraries and the original, this truncates at 72 bytes, also when one of them is NUL.
    let matches = bcrypt::verify(password.expose_secret(), usable.unwrap_or(DUMMY_HASH));
    usable.is_some() && matches.unwrap_or(false)
}

/// Checks that a stored hash is valid, and that verifying against it does not take too long.
fn check_stored(hash: &str) -> Result<(), &'static str> {
    let parts = HashParts::from_str(hash).map_err(|_| "it is not a bcrypt hash")?;
    // `$2x$` marks hashes of a faulty implementation, which a correct one cannot verify.
    if hash.starts_with("$2x$") {
        return Err("its version is not 2a, 2b or 2y");
    }
    if !(4..=MAX_STORED_COST).contains(&parts.get_cost()) {
        return Err("its cost is out of range");
    }
    Ok(())
}

#[cfg(test)]
mod tests;
