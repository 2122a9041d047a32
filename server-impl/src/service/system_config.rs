//! The system configuration, from the file or from the database.

use crate::config::SystemConfig;
use crate::db::system_metadata;
use crate::error::Error;
use crate::state::AppState;

/// The current system configuration. It is read for each request, so that a change needs no restart.
///
/// # Errors
/// The database is unavailable, or its value is not a valid configuration.
pub async fn current(state: &AppState) -> Result<SystemConfig, Error> {
    if let Some(config) = &state.info.config_file {
        return Ok(config.clone());
    }
    let stored = system_metadata::get(&state.database.reader()?, system_metadata::SYSTEM_CONFIG).await?;
    match stored {
        Some(partial) => SystemConfig::from_partial(&partial).map_err(Error::internal),
        None => Ok(SystemConfig::default()),
    }
}
