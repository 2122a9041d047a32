//! The state that all requests share.

use crate::auth::credential_cache::CredentialCache;
use crate::auth::password::PasswordHasher;
use crate::auth::session_lifetime::SessionLifetime;
use crate::auth::throttle::LoginThrottle;
use crate::config::{BuildInfo, InvalidValue, SecurityProfile, SystemSource, UserLimits};
use crate::db::Database;
use std::time::Instant;
use tokio::sync::Mutex;

/// The parts of the program that all requests share.
pub struct AppState {
    /// The database.
    pub database: Database,
    /// Callers of recent requests.
    pub credentials: CredentialCache,
    /// Hashes and verifies passwords, a bounded number at a time.
    pub hasher: PasswordHasher,
    /// Counts wrong passwords.
    pub throttle: LoginThrottle,
    /// Held during the sign-up of the first administrator: concurrent ones wait instead of hashing a password each.
    pub sign_up: Mutex<()>,
    /// The invalid values of the system configuration in the database, as far as they are logged.
    pub logged_invalid_values: std::sync::Mutex<Vec<InvalidValue>>,
    /// When the use of a session could not be recorded last.
    pub touch_failed_at: std::sync::Mutex<Option<Instant>>,
    /// Information that is fixed when the program starts.
    pub info: StaticInfo,
}

/// Information that is fixed when the program starts.
#[derive(Debug)]
pub struct StaticInfo {
    /// Whether the server does what upstream does, or what the standard demands.
    pub security: SecurityProfile,
    /// When sessions end by themselves; none: when they expire.
    pub session_lifetime: Option<SessionLifetime>,
    /// Whether the first administrator may sign up.
    pub allow_setup: bool,
    /// Whether the server is ready while the database takes no writes.
    pub ready_for_reads: bool,
    /// How many rows one user may have.
    pub user_limits: UserLimits,
    /// The build that this program comes from.
    pub build: BuildInfo,
    /// Where the system configuration comes from.
    pub system: SystemSource,
    /// Whether upstream created the database. Then upstream may run beside this server, on the same database, and serve
    /// other operations.
    pub upstream_database: bool,
}
