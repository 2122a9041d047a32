//! What every operation works with.

use crate::auth::credential_cache::CredentialCache;
use crate::auth::password::PasswordHasher;
use crate::auth::throttle::LoginThrottle;
use crate::config::BuildInfo;
use crate::config::SystemConfig;
use crate::db::{Database, system_metadata};
use crate::error::Error;
use tokio::sync::Mutex;

/// The program's parts, shared by all requests.
pub struct App {
    /// The database.
    pub database: Database,
    /// Callers that were found lately.
    pub credentials: CredentialCache,
    /// Hashes and verifies passwords, a bounded number at a time.
    pub hasher: PasswordHasher,
    /// Counts failed logins.
    pub throttle: LoginThrottle,
    /// Whose turn it is to sign up as the first administrator: the others need not have their password hashed.
    pub sign_up: Mutex<()>,
    /// What does not change while the program runs.
    pub fixed: Fixed,
}

/// What does not change while the program runs.
#[derive(Debug)]
pub struct Fixed {
    /// Whether the first administrator may sign up.
    pub allow_setup: bool,
    /// Where this build comes from.
    pub build_info: BuildInfo,
    /// The system configuration of `IMMICH_CONFIG_FILE`; it takes the place of the one in the database.
    pub config_file: Option<SystemConfig>,
}

impl App {
    /// The system configuration. It is read anew each time, so that a change needs no restart.
    ///
    /// # Errors
    /// The database is away, or what it holds is no configuration.
    pub async fn system_config(&self) -> Result<SystemConfig, Error> {
        if let Some(config) = &self.fixed.config_file {
            return Ok(config.clone());
        }
        let stored = system_metadata::get(&self.database.reader()?, system_metadata::SYSTEM_CONFIG).await?;
        match stored {
            Some(partial) => SystemConfig::from_partial(&partial).map_err(Error::internal),
            None => Ok(SystemConfig::default()),
        }
    }
}
