//! Password hashing: bcrypt on a few threads of its own, with a bounded queue and a deadline.
//!
//! One bcrypt of cost 10 keeps a core busy for some 50 ms. The work therefore never runs on the threads that answer
//! requests, the threads that do it run at a lower priority, and a flood of logins is answered with
//! [`HashError::Busy`] instead of a queue that grows.

mod pool;

use std::io;
use std::str::FromStr as _;
use std::time::Duration;

use bcrypt::{BcryptError, HashParts};
use http::StatusCode;
use secrecy::{ExposeSecret as _, SecretString};

use crate::error::Error;
use pool::{Pool, Refusal};

/// The cost upstream hashes with.
const COST: u32 = 10;

/// The highest cost a stored hash may ask for; each step doubles the time, and 14 takes about a second.
const MAX_STORED_COST: u32 = 14;

/// What is verified against when there is no usable hash. Well-formed, of the usual cost, and no password is known to
/// give it; the answer is `false` in any case.
const DUMMY_HASH: &str = "$2b$10$.....................................................";

/// How much hashing may go on at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HasherSettings {
    /// Threads that compute; 0 counts as 1. More than the cores there are gains nothing.
    pub threads: usize,
    /// Requests that may wait for a thread; the next one is refused.
    pub queue: usize,
    /// How long a request may wait for its answer.
    pub deadline: Duration,
}

/// Why a password was neither hashed nor verified.
#[derive(Debug, thiserror::Error)]
pub enum HashError {
    /// The queue is full, or the deadline passed.
    #[error("too many passwords are being hashed; retry in {} s", retry_after.as_secs())]
    Busy {
        /// When it is worth while to try again, in whole seconds, at least one.
        retry_after: Duration,
    },
    /// No salt could be drawn.
    #[error("the password could not be hashed: {0}")]
    Bcrypt(#[source] BcryptError),
    /// The hashing threads are gone.
    #[error("the hashing threads have stopped")]
    Stopped,
}

impl From<HashError> for Error {
    fn from(error: HashError) -> Self {
        match error {
            HashError::Busy { retry_after } => Self::RetryLater {
                status: StatusCode::SERVICE_UNAVAILABLE,
                message: "The server is busy, try again later",
                retry_after,
            },
            error @ (HashError::Bcrypt(_) | HashError::Stopped) => Self::internal(error),
        }
    }
}

/// What the hasher is doing, for the metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HasherStatistics {
    /// Requests that wait for a thread.
    pub queued: usize,
    /// Threads that compute.
    pub busy: usize,
    /// Threads there are.
    pub threads: usize,
}

/// Hashes and verifies passwords. Dropping it ends its threads.
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

    /// The bcrypt hash of a password, `$2b$10$…`, of 60 characters. Only the first 72 bytes of the password count, as
    /// bcrypt has it; a NUL among them counts like any other byte.
    ///
    /// # Errors
    /// See [`HashError`].
    pub async fn hash(&self, password: SecretString) -> Result<String, HashError> {
        self.run(move || bcrypt::hash(password.expose_secret(), COST)).await?.map_err(HashError::Bcrypt)
    }

    /// Whether the password is the one behind the stored hash (`$2a$`, `$2b$` or `$2y$`).
    ///
    /// `None` or an empty hash means that there is no such user, or one without a password. The answer is then
    /// `false`, and takes the time of a true check, so that it does not tell whether the account exists
    /// (OWASP ASVS 5.0, 6.3.8). A stored hash that is no bcrypt hash is treated the same, with a warning in the log.
    ///
    /// # Errors
    /// [`HashError::Busy`] and [`HashError::Stopped`].
    pub async fn verify(&self, password: SecretString, stored: Option<String>) -> Result<bool, HashError> {
        self.run(move || verify(&password, stored.as_deref())).await
    }

    /// The state of queue and threads at this moment.
    #[must_use]
    pub fn statistics(&self) -> HasherStatistics {
        self.pool.statistics()
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, HashError> {
        self.pool.run(work).await.map_err(|refusal| match refusal {
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
            tracing::warn!(reason, "a stored password hash cannot be used");
            false
        }
    });
    // Upstream, like most bcrypt libraries, cuts at 72 bytes; so does this function, also with a NUL inside.
    let matches = bcrypt::verify(password.expose_secret(), usable.unwrap_or(DUMMY_HASH));
    usable.is_some() && matches.unwrap_or(false)
}

/// Checks that a stored hash can be verified against at a bearable price.
fn check_stored(hash: &str) -> Result<(), &'static str> {
    let parts = HashParts::from_str(hash).map_err(|_| "it is no bcrypt hash")?;
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
