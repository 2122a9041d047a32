//! The system configuration, from the file or from the database.

use crate::config::SystemConfig;
use crate::db::{Database, system_metadata};
use crate::error::Error;
use crate::state::AppState;

/// The current system configuration. It is read for each request, so that a change needs no restart.
///
/// # Errors
/// The database is unavailable, or its value is not a valid configuration.
pub async fn current(state: &AppState) -> Result<SystemConfig, Error> {
    read(&state.database, state.info.config_file.as_ref()).await
}

/// The system configuration of the file if there is one, else of the database.
///
/// # Errors
/// As [`current`].
pub async fn read(database: &Database, file: Option<&SystemConfig>) -> Result<SystemConfig, Error> {
    if let Some(config) = file {
        return Ok(config.clone());
    }
    let stored = system_metadata::get(&database.reader()?, system_metadata::SYSTEM_CONFIG).await?;
    match stored {
        Some(partial) => SystemConfig::from_partial(&partial).map_err(Error::internal),
        None => Ok(SystemConfig::default()),
    }
}
