//! What kind of installation this is.

use super::fault::Faulted;
use super::reader::Reader;
use super::setting::{DefaultValue, Setting};

/// `IMMICH_ENV`
pub(super) static ENVIRONMENT: Setting = Setting {
    name: "IMMICH_ENV",
    flag: "env",
    heading: "Product",
    placeholder: "ENVIRONMENT",
    help: "production, or development: answers carry CORS headers for web pages of any origin",
    default: DefaultValue::Text("production"),
    secret: false,
};

/// What kind of installation this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Environment {
    /// No CORS: pages of other origins cannot read the answers.
    Production,
    /// CORS for every origin.
    Development,
}

impl Environment {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Faulted> {
        reader.word(&ENVIRONMENT, &[("production", Self::Production), ("development", Self::Development)])
    }
}
