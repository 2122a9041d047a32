//! What the mock is told: it has no database, and nothing of the server's own.

use super::fault::{ConfigFault, Faulted};
use super::limits::Limits;
use super::listen::Listen;
use super::log::Log;
use super::raw::Raw;
use super::reader::Reader;
use super::setting::{DefaultValue, Setting};

/// `IMMICH_SEED`
pub(super) static SEED: Setting = Setting {
    name: "IMMICH_SEED",
    flag: "seed",
    heading: "Mock",
    placeholder: "NUMBER",
    help: "What made-up answers are made from: the same number gives the same answers",
    default: DefaultValue::Text("0"),
    secret: false,
};

/// The configuration of the mock, valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MockSettings {
    /// Where it listens.
    pub listen: Listen,
    /// What is logged, and how it looks.
    pub log: Log,
    /// How long anything may take.
    pub limits: Limits,
    /// What made-up answers are made from.
    pub seed: u64,
}

impl MockSettings {
    /// Judges what was given.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it; at least one fault.
    pub fn from_raw(raw: &Raw) -> Result<Self, Vec<ConfigFault>> {
        let mut reader = Reader::new(raw);
        Self::read(&mut reader).map_err(|Faulted| reader.into_faults())
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Faulted> {
        let listen = Listen::read(reader);
        let log = Log::read(reader);
        let limits = Limits::read(reader);
        let seed = reader.whole(&SEED, 0..=u64::MAX);
        Ok(Self { listen: listen?, log: log?, limits: limits?, seed: seed? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Origin, database, listen};

    #[test]
    fn everything_has_a_default_and_a_bad_database_is_no_concern() {
        let mut raw = Raw::default();
        raw.set(&database::URL, "mysql://nonsense", Origin::Environment);

        let settings = MockSettings::from_raw(&raw).unwrap();

        assert_eq!(settings.seed, 0);
        assert_eq!(settings.listen.address, "127.0.0.1:2283".parse().unwrap());
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        let mut raw = Raw::default();
        raw.set(&SEED, "-1", Origin::Flag);
        raw.set(&listen::PORT, "many", Origin::Flag);

        let faults: Vec<String> =
            MockSettings::from_raw(&raw).unwrap_err().into_iter().map(|fault| fault.to_string()).collect();

        assert_eq!(
            faults,
            [
                "IMMICH_PORT = \"many\" (flag): not a whole number; allowed: a whole number from 0 to 65535",
                "IMMICH_SEED = \"-1\" (flag): not a whole number; allowed: a whole number from 0 to 18446744073709551615",
            ]
        );
    }
}
