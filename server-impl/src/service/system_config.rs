//! The system configuration, from the file or from the database.

use crate::config::{InvalidValue, InvalidValues, SystemConfig, SystemSource};
use crate::db::{Database, system_metadata};
use crate::error::Error;
use crate::state::AppState;
use std::sync::PoisonError;

/// The current system configuration. It is read for each request, so that a change needs no restart. An invalid value is
/// logged, and its default applies.
///
/// # Errors
/// The database is unavailable.
pub async fn current(state: &AppState) -> Result<SystemConfig, Error> {
    let (config, invalid) = read(&state.database, &state.info.system).await?;
    log_new(state, invalid.values);
    Ok(config)
}

/// The system configuration, with the defaults of invalid values; and these invalid values, all of the database: a file
/// that contains one is rejected at start.
///
/// # Errors
/// The database is unavailable.
pub async fn read(database: &Database, source: &SystemSource) -> Result<(SystemConfig, InvalidValues), Error> {
    let defaults = match source {
        SystemSource::File(config) => return Ok((config.clone(), InvalidValues::default())),
        SystemSource::Database { defaults } => defaults,
    };
    let stored = system_metadata::get(&database.reader()?, system_metadata::SYSTEM_CONFIG).await?;
    let mut config = defaults.clone();
    let invalid = stored.map_or_else(InvalidValues::default, |stored| config.apply(&stored));
    Ok((config, invalid))
}

/// Logs the invalid values that the configuration before this one did not contain: one line for each, not one for each
/// request.
fn log_new(state: &AppState, invalid: Vec<InvalidValue>) {
    let mut logged = state.logged_invalid_values.lock().unwrap_or_else(PoisonError::into_inner);
    for value in invalid.iter().filter(|value| !logged.contains(value)) {
        tracing::warn!("the system configuration in the database is invalid, a default applies: {value}");
    }
    *logged = invalid;
}

/// Logs a warning if no user, or no user without OAuth, can log in to this server.
pub async fn warn_of_login(state: &AppState) {
    // An unavailable database is reported by whatever needs it next.
    if let Ok(config) = current(state).await
        && let Some(warning) = login_warning(&config, state.info.upstream_database)
    {
        tracing::warn!("{warning}");
    }
}

/// Why no user, or no user without OAuth, can log in to this server, and what to do. `upstream_database`: whether
/// upstream may run beside this server.
#[must_use]
pub fn login_warning(config: &SystemConfig, upstream_database: bool) -> Option<&'static str> {
    match (config.password_login_enabled, config.oauth.enabled, upstream_database) {
        (true, _, _) => None,
        (false, true, true) => Some(
            "password login is disabled, and this server has no OAuth operations: users can log in only if upstream \
             serves /api/oauth on the same database; otherwise set passwordLogin.enabled to true in the system \
             configuration",
        ),
        (false, true, false) => Some(
            "no user can log in: password login is disabled, and this server has no OAuth operations; set \
             passwordLogin.enabled to true in the system configuration, or run upstream and this server on one database \
             of upstream",
        ),
        (false, false, _) => Some(
            "no user can log in: password login is disabled; set passwordLogin.enabled to true in the system \
             configuration",
        ),
    }
}
