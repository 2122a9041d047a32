//! Where the database is, and how many connections and how much time to use.

use std::time::Duration;

use secrecy::SecretString;

use crate::config::DatabaseTls;

/// The longest a caller waits for one read, one statement or one transaction step, retry included. The HTTP client gets
/// its 503 within two seconds.
pub(super) const ANSWER_LIMIT: Duration = Duration::from_millis(1_800);

/// How this process takes part in the revocation of cached credentials, its own and those of other processes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revocations {
    /// It caches no credential, and does not wait for other processes after a revocation.
    Unwatched,
    /// It receives revocations, so it may cache credentials.
    Watched {
        /// Whether it waits, after a revocation, until no other process uses credentials cached before it.
        strict: bool,
    },
    /// It caches no credential, but waits after a revocation until no other process uses credentials cached before it.
    Awaited,
}

/// Where the database is and how many connections to keep.
#[derive(Clone, Debug)]
pub struct DatabaseSettings {
    /// A `postgres://user:password@host:port/name` URL or `key=value` pairs, without options of TLS.
    pub url: SecretString,
    /// How connections are encrypted.
    pub tls: DatabaseTls,
    /// Whether the URL leads to a pooler that gives each transaction another connection.
    pub transaction_pooler: bool,
    /// Another URL of the same database, for the connection that receives revocations, and how that is encrypted.
    pub listen: Option<(SecretString, DatabaseTls)>,
    /// Shared connections for reads; at least one.
    pub read_connections: usize,
    /// Connections for lists; 0 to read them on the shared ones.
    pub list_connections: usize,
    /// The most connections open at once for writes; at least one.
    pub write_connections: u32,
    /// The database cancels a statement that runs longer.
    pub statement_timeout: Duration,
    /// The longest wait for a connection for writes. Above 1.5 s, the failure takes longer than two seconds.
    pub acquire_timeout: Duration,
    /// The greatest age of a connection: then it is replaced, so that connections follow a change of the address.
    pub connection_max_age: Duration,
    /// How this process takes part in revocations.
    pub revocations: Revocations,
}

impl DatabaseSettings {
    /// The default settings for the database at `url`.
    #[must_use]
    pub fn new(url: SecretString) -> Self {
        Self {
            url,
            tls: DatabaseTls::default(),
            transaction_pooler: false,
            listen: None,
            read_connections: 2,
            list_connections: 2,
            write_connections: 10,
            statement_timeout: Duration::from_secs(5),
            acquire_timeout: Duration::from_millis(1_500),
            connection_max_age: Duration::from_secs(30 * 60),
            revocations: Revocations::Unwatched,
        }
    }
    /// The settings for the connection that receives revocations, if it has a separate URL.
    pub(super) fn for_listener(&self) -> Option<Self> {
        let (url, tls) = self.listen.clone()?;
        Some(Self { url, tls, transaction_pooler: false, ..self.clone() })
    }
}
