//! The file that may replace the system configuration in the database.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use super::error::{Invalid, Problem, Problems};
use super::reader::Reader;
use super::system::{SystemConfig, WrongValue};
use super::table::IMMICH_CONFIG_FILE;

/// The largest file that is read, in bytes.
const MAX_SIZE: u64 = 1024 * 1024;

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
    let text = read_limited(path).map_err(|error| Problem::new(format!("cannot be read: {error}")))?;
    let partial = serde_json::from_slice(&text).map_err(|error| Problem::new(format!("not valid JSON: {error}")))?;
    SystemConfig::from_partial(&partial).map_err(|error| {
        let problem = |wrong: &WrongValue| {
            Problem::new(format!("{} is {}", wrong.display_path(), wrong.found)).allowed(wrong.expected.clone())
        };
        Problems(error.wrong.iter().map(problem).collect())
    })
}

fn read_limited(path: &Path) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    File::open(path)?.take(MAX_SIZE + 1).read_to_end(&mut text)?;
    if text.len() as u64 > MAX_SIZE {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "larger than 1 MiB"));
    }
    Ok(text)
}
