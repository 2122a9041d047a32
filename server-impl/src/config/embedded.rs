//! The PostgreSQL that the program starts for itself when no database is configured.

use std::env::consts::EXE_SUFFIX;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::database::{DATA_DIR, DatabaseChoice, POSTGRES_BIN_DIR};
use super::fault::{Faulted, Problem};
use super::reader::Reader;
use super::setting::Setting;

/// The default data folder: for root `/var/lib/immich-api`, for others `immich-api` in the platform's folder for data
/// (`$XDG_DATA_HOME` or `~/.local/share`, on macOS `~/Library/Application Support`). None when the account has no home
/// folder.
///
/// Root's own home is closed to the account that runs Postgres, so root's data are where a service keeps them.
pub(super) fn default_data_dir() -> Option<OsString> {
    use etcetera::base_strategy::{BaseStrategy, choose_native_strategy};
    if nix::unistd::geteuid().is_root() {
        return Some("/var/lib/immich-api".into());
    }
    Some(choose_native_strategy().ok()?.data_dir().join("immich-api").into())
}

pub(super) fn read(reader: &mut Reader<'_>) -> Result<DatabaseChoice, Faulted> {
    let data_dir = read_data_dir(reader);
    let binaries = read_binaries(reader);
    Ok(DatabaseChoice::Embedded { data_dir: data_dir?, binaries: binaries? })
}

fn read_data_dir(reader: &mut Reader<'_>) -> Result<PathBuf, Faulted> {
    const ALLOWED: &str = "a folder, which may not exist yet; or set DB_URL or DB_HOSTNAME";
    let Some(path) = reader.os(&DATA_DIR) else {
        let problem = "not set, and this user has no home folder";
        return Err(reader.fault(&DATA_DIR, Problem::new(problem, ALLOWED)));
    };
    let path = absolute(reader, &DATA_DIR, Path::new(&path))?;
    if path.exists() && !path.is_dir() {
        return Err(reader.fault(&DATA_DIR, Problem::new("not a folder", ALLOWED)));
    }
    Ok(path)
}

fn read_binaries(reader: &mut Reader<'_>) -> Result<Option<PathBuf>, Faulted> {
    let Some(path) = reader.os(&POSTGRES_BIN_DIR) else {
        return Ok(None);
    };
    let path = absolute(reader, &POSTGRES_BIN_DIR, Path::new(&path))?;
    for program in ["postgres", "initdb"] {
        if !path.join(format!("{program}{EXE_SUFFIX}")).is_file() {
            let problem = format!("holds no program {program}");
            return Err(
                reader.fault(&POSTGRES_BIN_DIR, Problem::new(problem, "the folder that holds postgres and initdb"))
            );
        }
    }
    Ok(Some(path))
}

fn absolute(reader: &mut Reader<'_>, setting: &Setting, path: &Path) -> Result<PathBuf, Faulted> {
    std::path::absolute(path).map_err(|error| reader.fault(setting, Problem::new(error.to_string(), "a folder")))
}
