//! Whether the first administrator may sign up.

use super::fault::Faulted;
use super::reader::Reader;
use super::setting::{DefaultValue, Setting};

/// `IMMICH_ALLOW_SETUP`
pub(super) static ALLOW: Setting = Setting {
    name: "IMMICH_ALLOW_SETUP",
    flag: "allow-setup",
    heading: "Product",
    placeholder: "BOOLEAN",
    help: "Whether the first administrator may sign up over the network: true or false",
    default: DefaultValue::Text("true"),
    secret: false,
};

/// Whether the first administrator may sign up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setup {
    /// False: sign-up answers `Admin setup is disabled`.
    pub allowed: bool,
}

impl Setup {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Faulted> {
        let allowed = reader.word(&ALLOW, &[("true", true), ("false", false)])?;
        Ok(Self { allowed })
    }
}
