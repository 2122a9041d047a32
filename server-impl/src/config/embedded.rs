//! The folders of the embedded PostgreSQL, which runs when no database is configured.

use std::env::consts::EXE_SUFFIX;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use etcetera::base_strategy::{BaseStrategy as _, choose_native_strategy};

use super::error::{Problem, Problems};

pub(super) const ALLOWED_DATA_DIR: &str = "a folder, which need not exist yet; or set DB_URL or DB_HOSTNAME";

/// The default data folder: for root `/var/lib/immich-api`, for others `immich-api` in the platform's folder for data
/// (`$XDG_DATA_HOME` or `~/.local/share`, on macOS `~/Library/Application Support`).
///
/// Root's own home is closed to the account that runs Postgres, so root's data are where a service keeps them.
///
/// # Errors
/// The user has no home folder.
pub(super) fn default_data_dir() -> Result<OsString, String> {
    if nix::unistd::geteuid().is_root() {
        return Ok("/var/lib/immich-api".into());
    }
    let strategy = choose_native_strategy().map_err(|_| "this user has no home folder".to_owned())?;
    Ok(strategy.data_dir().join("immich-api").into())
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
