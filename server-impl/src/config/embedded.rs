//! The folders of the embedded PostgreSQL, which runs when no database is configured.

use std::env::consts::EXE_SUFFIX;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::error::{Problem, Problems};

pub(super) const ALLOWED_DATA_DIR: &str = "a folder, which need not exist yet; or set DB_URL or DB_HOSTNAME";

/// The folder of this program in the user's data folder.
pub(super) fn default_data_dir() -> Result<OsString, String> {
    crate::embedded::default_data_dir().map(Into::into).map_err(|_| "this user has no home folder".to_owned())
}

/// The absolute path of a folder that may not exist yet.
pub(super) fn parse_data_dir(path: &Path) -> Result<PathBuf, Problems> {
    let path = absolute(path)?;
    if path.exists() && !path.is_dir() {
        return Err(Problem::new("not a folder").into());
    }
    Ok(path)
}

/// The absolute path of a folder that contains the programs of PostgreSQL.
pub(super) fn parse_bin_dir(path: &Path) -> Result<PathBuf, Problems> {
    let path = absolute(path)?;
    for program in ["postgres", "initdb"] {
        if !path.join(format!("{program}{EXE_SUFFIX}")).is_file() {
            return Err(Problem::new(format!("does not contain the program {program}")).into());
        }
    }
    Ok(path)
}

fn absolute(path: &Path) -> Result<PathBuf, Problem> {
    std::path::absolute(path).map_err(|error| Problem::new(error.to_string()))
}
