//! Chooses the account that runs Postgres. `initdb` and `postgres` refuse to run as root.
//!
//! If this process is not root, its own account runs Postgres. If it is root, the owner of the existing cluster does;
//! without a cluster, the owner of the data folder or of its nearest existing parent; if that is root too, the account
//! `postgres`, or `nobody` on a machine without it.

use std::{
    io,
    os::{
        fd::AsFd,
        unix::fs::{MetadataExt, PermissionsExt},
    },
    path::Path,
    process::{Command, Stdio},
};

use nix::unistd::{Gid, Uid, User, geteuid};

use super::{error::PostgresError, files};

/// The accounts to choose from when everything belongs to root.
const UNPRIVILEGED: [&str; 2] = ["postgres", "nobody"];

/// The account that runs Postgres and owns its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) name: String,
    pub(super) uid: Uid,
    gid: Gid,
    /// Whether this process is root and its children have to change to the account.
    change: bool,
}

impl Account {
    /// Chooses the account for a data folder, which need not exist, and the cluster folder in it.
    pub(super) fn choose(data_dir: &Path, cluster: &Path) -> Result<Self, PostgresError> {
        let own = geteuid();
        if !own.is_root() {
            return Self::from_uid(own, false);
        }
        if cluster.join("PG_VERSION").exists() {
            let owner = files::owner(cluster)?;
            if owner.is_root() {
                return Err(PostgresError::OwnedByRoot { folder: cluster.to_owned() });
            }
            return Self::from_uid(owner, true);
        }
        let owner = files::owner(nearest_existing(data_dir))?;
        if !owner.is_root() {
            return Self::from_uid(owner, true);
        }
        let user = unprivileged().ok_or(PostgresError::NoAccount)?;
        if user.name == "nobody" {
            tracing::warn!(
                "this machine has no account `postgres`: the database runs as `nobody`, which other services may \
                 use; to separate them, create the account `postgres`"
            );
        }
        Ok(Self::from_user(user, true))
    }

    /// This process's own.
    #[cfg(feature = "testing")]
    pub(super) fn of_this_process() -> Result<Self, PostgresError> {
        Self::from_uid(geteuid(), false)
    }

    fn from_uid(uid: Uid, change: bool) -> Result<Self, PostgresError> {
        match User::from_uid(uid) {
            Ok(Some(user)) => Ok(Self::from_user(user, change)),
            Ok(None) | Err(_) => Err(PostgresError::NamelessAccount { uid: uid.as_raw() }),
        }
    }

    fn from_user(user: User, change: bool) -> Self {
        Self { name: user.name, uid: user.uid, gid: user.gid, change }
    }

    /// Makes a command run under the account. The standard library drops root's supplementary groups with it.
    pub(super) fn apply(&self, command: &mut Command) {
        use std::os::unix::process::CommandExt as _;
        if self.change {
            command.uid(self.uid.as_raw()).gid(self.gid.as_raw());
        }
    }

    /// Makes the account the owner of an open file. By the open file, not its path: in a folder of the account's the
    /// path could be swapped for a link before root acts on it.
    pub(super) fn own(&self, file: impl AsFd) -> io::Result<()> {
        if self.change {
            nix::unistd::fchown(file, Some(self.uid), Some(self.gid))?;
        }
        Ok(())
    }

    /// Fails with the folder that the account may not enter on its way to `folder`, which `setting` chooses.
    pub(super) fn check_reach(&self, folder: &Path, setting: &'static str) -> Result<(), PostgresError> {
        let existing = nearest_existing(folder);
        if !existing.is_dir() {
            return Err(files::failed("use", existing)(io::ErrorKind::NotADirectory.into()));
        }
        if !self.change {
            return Ok(());
        }
        let path = existing.canonicalize().map_err(files::failed("find", existing))?;
        let mut above: Vec<&Path> = path.ancestors().collect();
        above.reverse();
        for folder in above {
            // The mode usually decides. An access control list can allow more, so try before refusing.
            if !self.mode_allows(folder)? && !self.can_enter(folder) {
                let (folder, account) = (folder.to_owned(), self.name.clone());
                return Err(PostgresError::Unreachable { folder, account, setting });
            }
        }
        Ok(())
    }

    fn mode_allows(&self, folder: &Path) -> Result<bool, PostgresError> {
        let metadata = files::metadata(folder)?;
        let execute = if metadata.uid() == self.uid.as_raw() {
            0o100
        } else if metadata.gid() == self.gid.as_raw() {
            0o010
        } else {
            0o001
        };
        Ok(metadata.permissions().mode() & execute != 0)
    }

    fn can_enter(&self, folder: &Path) -> bool {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", ":"]).current_dir(folder).env_clear().stdin(Stdio::null());
        self.apply(&mut command);
        command.status().is_ok_and(|status| status.success())
    }
}

/// The account for root's Postgres where nothing else decides.
pub(super) fn unprivileged() -> Option<User> {
    UNPRIVILEGED.iter().find_map(|name| User::from_name(name).ok().flatten())
}

/// The name of an account, or its number where it has none.
pub(super) fn name_of(uid: Uid) -> String {
    match User::from_uid(uid) {
        Ok(Some(user)) => user.name,
        Ok(None) | Err(_) => format!("uid {uid}"),
    }
}

/// `path`, or the nearest folder above it that exists.
fn nearest_existing(path: &Path) -> &Path {
    path.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("/"))
}
