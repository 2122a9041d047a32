//! The file that may replace the system configuration in the database.

use std::path::Path;

use super::error::{Invalid, Problem, Problems};
use super::file;
use super::reader::Reader;
use super::system::{SystemConfig, WrongValue};
use super::table::IMMICH_CONFIG_FILE;

pub(super) const ALLOWED: &str = "a JSON file with a system configuration";

/// Where the system configuration comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SystemSource {
    /// The row `system-config` of the table `system_metadata`.
    Database,
    /// A file, read at the start of the program. The row in the database is not used.
    File(SystemConfig),
}

impl SystemSource {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Invalid> {
        Ok(reader.optional(IMMICH_CONFIG_FILE)?.map_or(Self::Database, Self::File))
    }
}

/// Reads the system configuration from a file.
pub(super) fn parse(path: &Path) -> Result<SystemConfig, Problems> {
    let text = file::read(path)?;
    let partial = serde_json::from_slice(&text).map_err(|error| Problem::new(format!("not valid JSON: {error}")))?;
    SystemConfig::from_partial(&partial).map_err(|error| {
        let problem = |wrong: &WrongValue| {
            Problem::new(format!("{} is {}", wrong.display_path(), wrong.found)).allowed(wrong.expected.clone())
        };
        Problems(error.wrong.iter().map(problem).collect())
    })
}
