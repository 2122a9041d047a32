//! What the server reports about itself.

use crate::db::{system_metadata, user};
use crate::error::Error;
use crate::state::AppState;

/// The key in `system_metadata` of the progress of an administrator's onboarding.
const ADMIN_ONBOARDING: &str = "admin-onboarding";

/// The key in `system_metadata` of the license of the server.
const LICENSE: &str = "license";

/// The version of the original that this server reports. Clients choose the features that they use by this version.
pub const EMULATED_VERSION: (i64, i64, i64) = (2, 5, 6);

/// [`EMULATED_VERSION`] as upstream writes it.
#[must_use]
pub fn version_tag() -> String {
    let (major, minor, patch) = EMULATED_VERSION;
    format!("v{major}.{minor}.{patch}")
}

/// Upstream's release notes for that version.
#[must_use]
pub fn version_url() -> String {
    format!("https://github.com/immich-app/immich/releases/tag/{}", version_tag())
}

/// Whether setup is complete: an administrator exists, or sign-up is disabled.
///
/// # Errors
/// The database is unavailable.
pub async fn is_initialized(state: &AppState) -> Result<bool, Error> {
    Ok(!state.info.allow_setup || user::live_admin_exists(&state.database.reader()?).await?)
}

/// Whether an administrator has completed the onboarding of the web client.
///
/// # Errors
/// The database is unavailable.
pub async fn is_onboarded(state: &AppState) -> Result<bool, Error> {
    let stored = system_metadata::get(&state.database.reader()?, ADMIN_ONBOARDING).await?;
    Ok(stored.is_some_and(|progress| progress["isOnboarded"] == true))
}

/// Whether the server has a license.
///
/// # Errors
/// The database is unavailable.
pub async fn is_licensed(state: &AppState) -> Result<bool, Error> {
    Ok(system_metadata::get(&state.database.reader()?, LICENSE).await?.is_some())
}
