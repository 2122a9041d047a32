//! What the server says of itself.

use crate::db::user;
use crate::error::Error;
use crate::state::AppState;

/// The version of upstream whose answers these are: clients decide by it what they may ask for.
pub const EMULATED_VERSION: (i64, i64, i64) = (2, 5, 6);

/// [`EMULATED_VERSION`] as upstream writes it.
#[must_use]
pub fn version_tag() -> String {
    let (major, minor, patch) = EMULATED_VERSION;
    format!("v{major}.{minor}.{patch}")
}

/// Where upstream describes that version.
#[must_use]
pub fn version_url() -> String {
    format!("https://github.com/immich-app/immich/releases/tag/{}", version_tag())
}

/// Whether the set-up is done: there is an administrator, or none may sign up.
///
/// # Errors
/// The database is away.
pub async fn is_initialized(state: &AppState) -> Result<bool, Error> {
    Ok(!state.info.allow_setup || user::live_admin_exists(&state.database.reader()?).await?)
}
