//! The configuration: flags, environment, and the system configuration of the product.
//!
//! [`crate::cli::args`] gathers a [`Raw`]: the values as they were given. [`Settings::from_raw`] judges all of them
//! and tells every [`ConfigFault`] at once. Each concern has a file, with the settings it reads ([`Setting`]) and the
//! type it makes of them. Nothing else in the program reads the environment.

mod build_info;
pub mod catalogue;
mod credential_cache;
mod database;
mod database_url;
mod embedded;
mod environment;
mod fault;
mod limits;
mod listen;
mod log;
mod login;
mod metrics;
mod mock;
mod proxies;
mod raw;
mod reader;
mod setting;
mod setup;
mod system;
mod system_file;
#[cfg(test)]
mod tests;

pub use build_info::BuildInfo;
pub use credential_cache::{CredentialCacheMode, CredentialCacheSettings};
pub use database::DatabaseChoice;
pub use environment::Environment;
pub use fault::{ConfigFault, one_line};
pub use limits::Limits;
pub use listen::Listen;
pub use log::{Log, LogFormat, LogLevel};
pub use login::{Login, LoginThrottle};
pub use metrics::Metrics;
pub use mock::MockSettings;
pub use proxies::TrustedProxies;
pub use raw::{CommonFlags, MockFlags, Raw, ServeFlags};
pub use setting::{DefaultValue, Origin, Setting};
pub use setup::Setup;
pub use system::{
    MachineLearningConfig, MapConfig, OauthConfig, ServerConfig, SystemConfig, SystemConfigError, TrashConfig,
    WrongValue,
};
pub use system_file::SystemSource;

use reader::Reader;

/// Checks the URL of a database other than the configured one.
///
/// # Errors
/// What is wrong with it, without repeating it: it may hold a password.
pub fn check_database_url(url: &str) -> Result<(), String> {
    let problem = database_url::examine(url).err();
    problem.map_or(Ok(()), |problem| Err(format!("{}; allowed: {}", problem.problem, problem.allowed)))
}

/// The whole configuration, valid.
///
/// For a subcommand other than the server, what only the server needs has its defaults.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Which database holds the data.
    pub database: DatabaseChoice,
    /// What is logged, and how it looks.
    pub log: Log,
    /// Where the server listens.
    pub listen: Listen,
    /// Which peers are believed when they say who the client is.
    pub trusted_proxies: TrustedProxies,
    /// Where metrics are served.
    pub metrics: Metrics,
    /// What kind of installation this is.
    pub environment: Environment,
    /// Whether the first administrator may sign up.
    pub setup: Setup,
    /// Where the system configuration comes from.
    pub system: SystemSource,
    /// How many wrong passwords are borne.
    pub login: Login,
    /// Whether callers that were found lately are remembered.
    pub credential_cache: CredentialCacheSettings,
    /// How much work is taken on, and how long anything may take.
    pub limits: Limits,
    /// Which build this is.
    pub build: BuildInfo,
    /// What an operator should know although nothing is wrong, one line each.
    pub notes: Vec<String>,
}

impl Settings {
    /// Judges what was given.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it; at least one fault.
    pub fn from_raw(raw: &Raw) -> Result<Self, Vec<ConfigFault>> {
        let mut reader = Reader::new(raw);
        let settings = Self::read(&mut reader);
        match settings {
            Ok(settings) => Ok(settings),
            Err(fault::Faulted) => Err(reader.into_faults()),
        }
    }

    /// Reads every concern before it gives up on any, so that all faults are recorded.
    fn read(reader: &mut Reader<'_>) -> Result<Self, fault::Faulted> {
        let database = DatabaseChoice::read(reader);
        let log = Log::read(reader);
        let listen = Listen::read(reader);
        let trusted_proxies = TrustedProxies::read(reader);
        let metrics = Metrics::read(reader, listen);
        let environment = Environment::read(reader);
        let setup = Setup::read(reader);
        let system = SystemSource::read(reader);
        let login = Login::read(reader);
        let credential_cache = CredentialCacheSettings::read(reader);
        let limits = Limits::read(reader);
        let build = BuildInfo::read(reader);
        let database = database?;
        Ok(Self {
            notes: database.notes(reader),
            database,
            log: log?,
            listen: listen?,
            trusted_proxies: trusted_proxies?,
            metrics: metrics?,
            environment: environment?,
            setup: setup?,
            system: system?,
            login: login?,
            credential_cache: credential_cache?,
            limits: limits?,
            build: build?,
        })
    }
}
