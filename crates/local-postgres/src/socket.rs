//! The folder of the unix socket: `run` in the data folder, or where that path is too long, one in a folder for runtime
//! files. Only the account that runs Postgres, and root, can enter it.

use std::{
    ffi::OsString,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io,
    os::unix::{
        ffi::OsStrExt as _,
        fs::{MetadataExt as _, PermissionsExt as _},
    },
    path::{Path, PathBuf},
};

use nix::unistd::geteuid;

use super::{account::Account, error::PostgresError, files};

/// The port is part of the socket's name, `.s.PGSQL.5432`. This is the one where there is no TCP.
pub(super) const PORT: u16 = 5432;

/// What fits into `sockaddr_un.sun_path`, less the final zero.
const LONGEST_PATH: usize = if cfg!(target_os = "linux") { 107 } else { 103 };

/// Creates the folder if it is missing, and makes sure that it is private. `cluster` begins its name outside of the
/// data folder.
pub(super) fn prepare(data_dir: &Path, cluster: &str, port: u16, account: &Account) -> Result<PathBuf, PostgresError> {
    let folder = choose(data_dir, cluster, port)?;
    if files::create_folder(&folder, account)? {
        return Ok(folder);
    }
    // It existed. In a shared folder such as /tmp, any account could have created it.
    let unfit = |reason| PostgresError::SocketFolder { folder: folder.clone(), reason };
    let metadata = folder.symlink_metadata().map_err(files::failed("examine", &folder))?;
    if !metadata.is_dir() {
        return Err(unfit("it is not a folder"));
    }
    if metadata.uid() != account.uid.as_raw() {
        return Err(unfit("it belongs to another account"));
    }
    if metadata.permissions().mode() & 0o077 != 0 {
        return Err(unfit("other accounts have access to it: set its mode to 0700"));
    }
    Ok(folder)
}

fn choose(data_dir: &Path, cluster: &str, port: u16) -> Result<PathBuf, PostgresError> {
    let own = data_dir.join("run");
    if fits(&own, port) {
        return Ok(own);
    }
    // Only the process that starts Postgres needs the name; Postgres writes it to `postmaster.pid` for the others.
    let mut hash = DefaultHasher::new();
    data_dir.hash(&mut hash);
    let name = format!("{cluster}-{:016x}", hash.finish());
    let elsewhere = runtime_folders().into_iter().map(|folder| folder.join(&name)).find(|folder| fits(folder, port));
    elsewhere.ok_or(PostgresError::SocketFolder {
        folder: own,
        reason: "its path is too long for a socket: choose a data folder with a shorter path",
    })
}

/// Whether the path of a socket in the folder is short enough.
fn fits(folder: &Path, port: u16) -> bool {
    folder.as_os_str().len() + format!("/.s.PGSQL.{port}").len() <= LONGEST_PATH
}

/// Folders for runtime files, best first. Root's own one would be closed to the account that runs Postgres.
fn runtime_folders() -> Vec<PathBuf> {
    let own = if geteuid().is_root() {
        Some(PathBuf::from("/run"))
    } else {
        std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from)
    };
    let usable = own.filter(|folder| folder.is_absolute() && folder.is_dir());
    usable.into_iter().chain([std::env::temp_dir(), PathBuf::from("/tmp")]).collect()
}

/// Removes the socket of a Postgres that has ended, and the file that reserves it: the pid in that may be another
/// process's by now, which the next Postgres would take for one that listens.
pub(super) fn discard(folder: &Path, port: u16) -> Result<(), PostgresError> {
    for name in [format!(".s.PGSQL.{port}.lock"), format!(".s.PGSQL.{port}")] {
        let path = folder.join(name);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(files::failed("remove", &path)(error));
            }
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}

/// Removes the folder after Postgres has ended, if it is outside of the data folder.
pub(super) fn clean_up(folder: &Path, data_dir: &Path) {
    if !folder.starts_with(data_dir) {
        // Best effort: a folder that is left is used again by the next start.
        let _ = std::fs::remove_dir(folder);
    }
}

/// The value of `unix_socket_directories` for one folder: a list, in which a name can be quoted.
pub(super) fn setting(folder: &Path) -> OsString {
    let mut quoted = vec![b'"'];
    for byte in folder.as_os_str().as_bytes() {
        if *byte == b'"' {
            quoted.push(b'"');
        }
        quoted.push(*byte);
    }
    quoted.push(b'"');
    std::os::unix::ffi::OsStringExt::from_vec(quoted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_socket_is_in_the_data_folder_if_its_path_is_short_enough() {
        // "/run" and "/.s.PGSQL.5432" are 18 bytes more.
        let longest = format!("/{}", "d".repeat(LONGEST_PATH - 19));
        assert_eq!(choose(Path::new(&longest), "app", PORT).unwrap(), Path::new(&longest).join("run"));
    }

    #[test]
    fn a_longer_data_folder_has_its_socket_elsewhere_under_a_unique_name() {
        let long = format!("/{}", "d".repeat(LONGEST_PATH - 18));
        let longer = format!("/{}", "d".repeat(LONGEST_PATH));
        let folder = choose(Path::new(&long), "app", PORT).unwrap();
        assert!(fits(&folder, PORT) && !folder.starts_with(&long), "{}", folder.display());
        assert_ne!(folder, choose(Path::new(&longer), "app", PORT).unwrap());
    }

    #[test]
    fn a_folder_that_others_may_enter_is_refused() {
        let data_dir = tempfile::tempdir().unwrap();
        let account = Account::choose(data_dir.path(), &data_dir.path().join("postgres")).unwrap();
        let folder = prepare(data_dir.path(), "app", PORT, &account).unwrap();
        assert_eq!(prepare(data_dir.path(), "app", PORT, &account).unwrap(), folder);
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).unwrap();
        let error = prepare(data_dir.path(), "app", PORT, &account).unwrap_err().to_string();
        assert!(error.contains("0700"), "{error}");
    }

    #[test]
    fn a_name_is_quoted_for_postgres() {
        assert_eq!(setting(Path::new("/a, b/\"c\"")), OsString::from("\"/a, b/\"\"c\"\"\""));
    }
}
