//! The configuration: flags, environment, and the system configuration of the product.
//!
//! [`SETTINGS`] is the table in `table.rs`, one entry each. [`crate::cli::args`] collects a [`Raw`]: the given values.
//! [`Settings::from_raw`] validates all of them and returns every [`ConfigError`] at once. Each other file turns the
//! settings of one concern into a type.

mod availability;
mod build_info;
mod cleanup;
mod credential_cache;
mod database;
mod database_tls;
mod database_url;
mod embedded;
mod entry;
mod environment;
mod error;
mod file;
mod installation;
mod limits;
mod listen;
mod log;
mod login;
mod metrics;
mod mock;
mod pooler;
mod proxies;
mod raw;
mod reader;
mod security;
mod setting;
mod system;
mod system_file;
mod table;
#[cfg(test)]
mod tests;
mod unused;
mod user_limits;

pub use availability::{Availability, ReadyFor};
pub use build_info::BuildInfo;
pub use cleanup::CleanupTime;
pub use credential_cache::{CredentialCacheMode, CredentialCacheSettings};
pub use database::DatabaseChoice;
pub use database_tls::{ChannelBinding, DatabaseTls, RootCertificates, SslMode, read_certificates, read_key};
pub use error::{ConfigError, one_line};
pub use installation::{Environment, Setup};
pub use limits::{Limits, RESERVED_FILES};
pub use listen::Listen;
pub use log::{Log, LogFormat, LogLevel};
pub use login::{Login, LoginThrottle};
pub use metrics::Metrics;
pub use mock::MockSettings;
pub use pooler::{ListenUrl, PoolerSettings};
pub use proxies::TrustedProxies;
pub use raw::{Raw, add_flags};
pub use security::SecurityProfile;
pub use setting::{Allowed, Commands, DefaultValue, Origin, Setting};
pub use system::{
    InvalidValue, InvalidValues, MachineLearningConfig, MapConfig, OauthConfig, ServerConfig, SystemConfig, TrashConfig,
};
pub use system_file::SystemSource;
pub use table::SETTINGS;
pub use unused::{UNUSED, Unused};
pub use user_limits::UserLimits;

use secrecy::SecretString;

use error::Invalid;
use reader::{Reader, read_fields};
use table::{IMMICH_ALLOW_SETUP, IMMICH_ENV, IMMICH_SECURITY_PROFILE, IMMICH_TRUSTED_PROXIES};

/// Reads a secret from a file, without line ends after it.
///
/// # Errors
/// The file cannot be read, is empty or not UTF-8.
pub fn read_secret(path: &std::path::Path) -> Result<SecretString, String> {
    let value = file::read_value(path).map_err(|problem| problem.problem)?;
    value.into_string().map(SecretString::from).map_err(|_| "not valid UTF-8".to_owned())
}

/// Validates the URL of a database other than the configured one. Returns it without its options of TLS, and these.
///
/// # Errors
/// What is wrong with it, without repeating it: it may contain a password.
pub fn parse_database_url(url: &str) -> Result<(SecretString, DatabaseTls), String> {
    let parsed = database_url::parse(url).and_then(|parsed| Ok((parsed.url, parsed.tls.resolve()?)));
    parsed.map_err(|problem| {
        let allowed = problem.allowed.as_deref().unwrap_or(database_url::ALLOWED);
        format!("{}; allowed: {allowed}", problem.problem)
    })
}

/// The validated configuration.
///
/// For a command other than `serve`, settings that only the server takes have their defaults.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The database that stores the data.
    pub database: DatabaseChoice,
    /// The connection pooler in front of it.
    pub pooler: PoolerSettings,
    /// How the server behaves while it, or its database, starts, stops or fails over.
    pub availability: Availability,
    /// Whether the server does what upstream does, or what the standard demands.
    pub security: SecurityProfile,
    /// What is logged, and in which format.
    pub log: Log,
    /// The address on which the server listens.
    pub listen: Listen,
    /// The peers whose headers name the client.
    pub trusted_proxies: TrustedProxies,
    /// The address on which metrics are served.
    pub metrics: Metrics,
    /// The kind of installation.
    pub environment: Environment,
    /// Whether the first administrator may sign up.
    pub setup: Setup,
    /// Where the system configuration comes from.
    pub system: SystemSource,
    /// The limit on failed logins.
    pub login: Login,
    /// The credential cache.
    pub credential_cache: CredentialCacheSettings,
    /// When the nightly cleanup runs.
    pub cleanup_time: CleanupTime,
    /// Limits on concurrent work, and timeouts.
    pub limits: Limits,
    /// How many rows one user may have.
    pub user_limits: UserLimits,
    /// Build information.
    pub build: BuildInfo,
    /// What an operator should know although it is no error: settings and variables that have no effect, one line
    /// each.
    pub notes: Vec<String>,
}

impl Settings {
    /// Validates the given values.
    ///
    /// # Errors
    ///
    /// Every problem; at least one.
    pub fn from_raw(raw: &Raw) -> Result<Self, Vec<ConfigError>> {
        Reader::read_all(raw, Self::read)
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Invalid> {
        read_fields!(Self {
            database: DatabaseChoice::read(reader),
            pooler: PoolerSettings::read(reader),
            availability: Availability::read(reader),
            security: reader.required(IMMICH_SECURITY_PROFILE),
            log: Log::read(reader),
            listen: Listen::read(reader),
            trusted_proxies: reader.required(IMMICH_TRUSTED_PROXIES),
            metrics: Metrics::read(reader, listen),
            environment: reader.required(IMMICH_ENV),
            setup: reader.required(IMMICH_ALLOW_SETUP).map(|allowed| Setup { allowed }),
            system: SystemSource::read(reader),
            login: Login::read(reader),
            credential_cache: CredentialCacheSettings::read(reader),
            cleanup_time: CleanupTime::read(reader),
            limits: Limits::read(reader),
            user_limits: UserLimits::read(reader),
            build: BuildInfo::read(reader),
            notes: Ok([database::ignored(reader), reader.notes().to_vec()].concat()),
        })
    }
}
