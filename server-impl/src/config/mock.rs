//! The settings of the mock, which has no database.

use super::error::{ConfigError, Invalid};
use super::limits::Limits;
use super::listen::Listen;
use super::log::Log;
use super::raw::Raw;
use super::reader::{Reader, read_fields};
use super::table::IMMICH_SEED;

/// The validated configuration of the mock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MockSettings {
    /// The address on which it listens.
    pub listen: Listen,
    /// What is logged, and in which format.
    pub log: Log,
    /// Timeouts; always the defaults.
    pub limits: Limits,
    /// The seed of the generated examples.
    pub seed: u64,
}

impl MockSettings {
    /// Validates the given values.
    ///
    /// # Errors
    ///
    /// Every problem; at least one.
    pub fn from_raw(raw: &Raw) -> Result<Self, Vec<ConfigError>> {
        Reader::read_all(raw, Self::read)
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Invalid> {
        read_fields!(Self {
            listen: Listen::read(reader),
            log: Log::read(reader),
            limits: Limits::read(reader),
            seed: reader.required(IMMICH_SEED),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Origin;
    use crate::config::table::{DB_URL, IMMICH_PORT};

    #[test]
    fn every_setting_has_a_default_and_an_invalid_database_is_ignored() {
        let mut raw = Raw::default();
        raw.set(DB_URL, "mysql://nonsense", Origin::Environment);

        let settings = MockSettings::from_raw(&raw).unwrap();

        assert_eq!(settings.seed, 0);
        assert_eq!(settings.listen.address, "127.0.0.1:2283".parse().unwrap());
    }

    #[test]
    fn every_error_is_reported_at_once() {
        let mut raw = Raw::default();
        raw.set(IMMICH_SEED, "-1", Origin::Flag);
        raw.set(IMMICH_PORT, "many", Origin::Flag);

        let errors: Vec<String> =
            MockSettings::from_raw(&raw).unwrap_err().into_iter().map(|error| error.to_string()).collect();

        assert_eq!(
            errors,
            [
                "IMMICH_PORT = \"many\" (flag): not a whole number; allowed: a whole number from 0 to 65535",
                "IMMICH_SEED = \"-1\" (flag): not a whole number; allowed: a whole number from 0 to 18446744073709551615",
            ]
        );
    }
}
