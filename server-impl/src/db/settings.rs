//! How to reach the database and how hard to lean on it.

use std::time::Duration;

use secrecy::SecretString;

/// The longest a caller waits for one read, one statement or one transaction step, retry included.
/// The client of the server is to have its 503 within two seconds.
pub(super) const ANSWER_LIMIT: Duration = Duration::from_millis(1_800);

/// What this process has to do with credentials that are remembered, here or in other processes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revocations {
    /// Nothing: it remembers none, and revokes none or does not wait for others.
    Unwatched,
    /// It hears of them, so that it may remember credentials.
    Watched {
        /// After a change it waits until no other process uses what was read before it.
        strict: bool,
    },
    /// It remembers none, but waits until no other process uses what was read before its changes.
    Awaited,
}

/// Where the database is and how many connections to keep.
#[derive(Clone, Debug)]
pub struct DatabaseSettings {
    /// A `postgres://user:password@host:port/name` URL or `key=value` pairs.
    pub url: SecretString,
    /// Shared connections for reads; at least one is kept.
    pub read_connections: usize,
    /// The most connections open at once for writes; at least one.
    pub write_connections: u32,
    /// The server ends a statement that runs longer.
    pub statement_timeout: Duration,
    /// The longest wait for a connection to write on. Above 1.5 s a refusal comes later than two seconds.
    pub acquire_timeout: Duration,
    /// What there is to do about remembered credentials.
    pub revocations: Revocations,
}

impl DatabaseSettings {
    /// The usual settings for the database at `url`.
    #[must_use]
    pub fn new(url: SecretString) -> Self {
        Self {
            url,
            read_connections: 2,
            write_connections: 10,
            statement_timeout: Duration::from_secs(5),
            acquire_timeout: Duration::from_millis(1_500),
            revocations: Revocations::Unwatched,
        }
    }
}
