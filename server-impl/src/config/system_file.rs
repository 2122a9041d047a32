//! Where the system configuration comes from: the database, or a file that takes its place.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::fault::{Faulted, Problem};
use super::reader::Reader;
use super::setting::{DefaultValue, Setting};
use super::system::SystemConfig;

/// `IMMICH_CONFIG_FILE`
pub(super) static CONFIG_FILE: Setting = Setting {
    name: "IMMICH_CONFIG_FILE",
    flag: "config-file",
    heading: "Product",
    placeholder: "FILE",
    help: "JSON file with the system configuration; the one in the database is then not used",
    default: DefaultValue::Unset,
    secret: false,
};

/// The largest file that is read, in bytes.
const LARGEST: u64 = 1024 * 1024;

const ALLOWED: &str = "a JSON file with a system configuration";

/// Where the system configuration comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SystemSource {
    /// The row `system-config` of the table `system_metadata`.
    Database,
    /// A file, which was read when the program started. The database's is not used.
    File(SystemConfig),
}

impl SystemSource {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Faulted> {
        let Some(path) = reader.os(&CONFIG_FILE).map(PathBuf::from) else {
            return Ok(Self::Database);
        };
        let text = read_limited(&path).map_err(|error| {
            let problem = format!("cannot be read: {error}");
            reader.fault(&CONFIG_FILE, Problem::new(problem, ALLOWED))
        })?;
        let partial = serde_json::from_slice(&text).map_err(|error| {
            let problem = format!("not valid JSON: {error}");
            reader.fault(&CONFIG_FILE, Problem::new(problem, ALLOWED))
        })?;
        SystemConfig::from_partial(&partial).map(Self::File).map_err(|error| {
            for wrong in error.wrong {
                let problem = format!("{} is {}", wrong.place(), wrong.found);
                reader.fault(&CONFIG_FILE, Problem::new(problem, wrong.expected.clone()));
            }
            Faulted
        })
    }
}

fn read_limited(path: &Path) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    File::open(path)?.take(LARGEST + 1).read_to_end(&mut text)?;
    if text.len() as u64 > LARGEST {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "larger than 1 MiB"));
    }
    Ok(text)
}
