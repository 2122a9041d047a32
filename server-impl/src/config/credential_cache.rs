//! Whether callers that were found lately are remembered.

use super::fault::Faulted;
use super::reader::Reader;
use super::setting::{DefaultValue, Setting};

const HEADING: &str = "Credential cache";

/// `IMMICH_CREDENTIAL_CACHE`
pub(super) static MODE: Setting = Setting {
    name: "IMMICH_CREDENTIAL_CACHE",
    flag: "credential-cache",
    heading: HEADING,
    placeholder: "MODE",
    help: "on: reads by a caller who was found lately need no database, and other processes of the server may answer \
           reads for up to 50 ms after a revocation; strict: a revocation is answered only when none does any more, \
           40 ms later; off: the database is asked every time",
    default: DefaultValue::Text("on"),
    secret: false,
};

/// `IMMICH_CREDENTIAL_CACHE_SIZE`
pub(super) static SIZE: Setting = Setting {
    name: "IMMICH_CREDENTIAL_CACHE_SIZE",
    flag: "credential-cache-size",
    heading: HEADING,
    placeholder: "COUNT",
    help: "Most callers to remember, at about half a kilobyte each",
    default: DefaultValue::Text("10000"),
    secret: false,
};

/// Whether callers are remembered, and what a revocation waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CredentialCacheMode {
    /// They are. Other processes hear of a revocation a moment after it was answered.
    On,
    /// They are. A revocation is answered when other processes have surely heard of it.
    Strict,
    /// They are not.
    Off,
}

/// How callers are remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CredentialCacheSettings {
    /// Whether they are.
    pub mode: CredentialCacheMode,
    /// How many at most; at least 1.
    pub size: usize,
}

impl CredentialCacheSettings {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Faulted> {
        let words = [
            ("on", CredentialCacheMode::On),
            ("strict", CredentialCacheMode::Strict),
            ("off", CredentialCacheMode::Off),
        ];
        let mode = reader.word(&MODE, &words);
        let size = reader.whole(&SIZE, 1..=1_000_000);
        Ok(Self { mode: mode?, size: size? })
    }
}
