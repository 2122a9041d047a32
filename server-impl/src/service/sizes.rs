//! Limits on the size of what a client stores. The contract has none, and a body may have 10 MiB.
//!
//! Every list and every cached credential holds copies of these values, so that a few large ones would use up the
//! server's memory.

use crate::error::Error;
use immich_api::models::Permission;

/// The most characters of a text.
const MAX_CHARACTERS: usize = 10_000;

/// The most permissions of a key, duplicates included: several times as many as there are.
const MAX_PERMISSIONS: usize = 1_000;

/// Rejects a text that is too long.
///
/// # Errors
/// 400.
pub(super) fn require_short(name: &str, text: Option<&str>) -> Result<(), Error> {
    // There are at least as many bytes as characters.
    match text {
        Some(text) if text.len() > MAX_CHARACTERS && text.chars().count() > MAX_CHARACTERS => {
            Err(Error::bad_request(format!("{name} must be shorter than or equal to {MAX_CHARACTERS} characters")))
        }
        Some(_) | None => Ok(()),
    }
}

/// Rejects a list of permissions that is too long.
///
/// # Errors
/// 400.
pub(super) fn require_few(permissions: &[Permission]) -> Result<(), Error> {
    if permissions.len() <= MAX_PERMISSIONS {
        return Ok(());
    }
    Err(Error::bad_request(format!("permissions must contain no more than {MAX_PERMISSIONS} elements")))
}
