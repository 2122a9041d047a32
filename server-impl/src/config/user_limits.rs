//! Limits on what one user may have.

use super::error::Invalid;
use super::reader::{Reader, read_fields};
use super::table::{IMMICH_USER_MAX_API_KEYS, IMMICH_USER_MAX_SESSIONS};

/// How many rows one user may have; each at least 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UserLimits {
    /// Sessions, expired ones included until they are removed.
    pub sessions: i64,
    /// API keys.
    pub api_keys: i64,
}

impl UserLimits {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Invalid> {
        read_fields!(Self {
            sessions: reader.required(IMMICH_USER_MAX_SESSIONS),
            api_keys: reader.required(IMMICH_USER_MAX_API_KEYS),
        })
    }
}
