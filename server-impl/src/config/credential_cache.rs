//! The credential cache: `docs/credential-cache.md`.

use super::error::Invalid;
use super::reader::{Reader, read_fields};
use super::table::{IMMICH_CREDENTIAL_CACHE, IMMICH_CREDENTIAL_CACHE_SIZE};

/// Whether credentials are cached, and what a revocation waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CredentialCacheMode {
    /// Cached. Other processes apply a revocation a moment after it was answered.
    On,
    /// Cached. A revocation is answered when no other process accepts the credential any more.
    Strict,
    /// Not cached.
    Off,
}

/// The settings of the credential cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CredentialCacheSettings {
    /// Whether credentials are cached.
    pub mode: CredentialCacheMode,
    /// Maximum number of entries; at least 1.
    pub size: usize,
}

impl CredentialCacheSettings {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Invalid> {
        read_fields!(Self {
            mode: reader.required(IMMICH_CREDENTIAL_CACHE),
            size: reader.required(IMMICH_CREDENTIAL_CACHE_SIZE),
        })
    }
}
