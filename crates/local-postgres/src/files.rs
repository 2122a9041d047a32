//! Files and folders of the database: private, owned by its account, and synced to the disk.
//!
//! This process may be root and the folder an unprivileged account's, so no function follows a symbolic link there.

use std::{
    fs::{DirBuilder, File, Metadata, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _},
    path::Path,
};

use nix::{fcntl::OFlag, unistd::Uid};

use super::{
    account::{self, Account},
    error::PostgresError,
};

/// Turns an I/O error into one that says what was tried on which path.
pub(super) fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> PostgresError {
    move |source| {
        if source.kind() == io::ErrorKind::PermissionDenied
            && let Some(owner) = blocking_owner(path)
        {
            return PostgresError::NotPermitted { action, path: path.to_owned(), owner };
        }
        PostgresError::File { action, path: path.to_owned(), source }
    }
}

/// The owner of what this process may not use: of the path, or of the nearest folder above it that can be examined.
fn blocking_owner(path: &Path) -> Option<String> {
    let metadata = path.ancestors().find_map(|path| path.symlink_metadata().ok())?;
    Some(account::name_of(Uid::from_raw(metadata.uid())))
}

pub(super) fn metadata(path: &Path) -> Result<Metadata, PostgresError> {
    path.metadata().map_err(failed("examine", path))
}

pub(super) fn owner(path: &Path) -> Result<Uid, PostgresError> {
    Ok(Uid::from_raw(metadata(path)?.uid()))
}

/// Creates a folder that only the account can enter. Returns false if something of that name exists.
pub(super) fn create_folder(path: &Path, account: &Account) -> Result<bool, PostgresError> {
    match DirBuilder::new().mode(0o700).create(path) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(false),
        Err(error) => return Err(failed("create", path)(error)),
    }
    open_folder(path).and_then(|folder| account.own(folder)).map_err(failed("change the owner of", path))?;
    Ok(true)
}

/// Creates a folder for the account, and those above it that are missing.
pub(super) fn create_folders(path: &Path, account: &Account) -> Result<(), PostgresError> {
    if path.is_dir() {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(failed("create", parent))?;
    }
    create_folder(path, account).map(drop)
}

/// Replaces a file of the account's in one step, so that no reader sees half of it.
pub(super) fn replace(path: &Path, content: &str, account: &Account) -> Result<(), PostgresError> {
    let mut fresh = path.as_os_str().to_owned();
    fresh.push(".new");
    let fresh = Path::new(&fresh);
    let written = write_fresh(fresh, content, account).and_then(|()| std::fs::rename(fresh, path));
    written.map_err(failed("write", path))
}

fn write_fresh(path: &Path, content: &str, account: &Account) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    account.own(&file)?;
    file.write_all(content.as_bytes())?;
    file.sync_all()
}

/// Writes a folder's entries to the disk, for instance after a rename in it.
pub(super) fn sync_folder(path: &Path) -> Result<(), PostgresError> {
    open_folder(path).and_then(|folder| folder.sync_all()).map_err(failed("write", path))
}

pub(super) fn open_folder(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).custom_flags((OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW).bits()).open(path)
}
