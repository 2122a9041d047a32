//! One process at a time works in a data folder: the process that runs the database locks `<program>.lock` there with
//! flock(2), and writes its pid and role into it for the others. The kernel releases the lock however the holder ends;
//! the file stays.

use std::{
    fmt,
    fs::{File, OpenOptions},
    io::{self, Read as _},
    os::unix::fs::{FileExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use nix::{
    errno::Errno,
    fcntl::{Flock, FlockArg, OFlag},
    sys::signal::kill,
    unistd::Pid,
};

use super::{account::Account, error::PostgresError, files};

/// What the holder of the lock is: a server keeps it for long and shares its database; a command ends soon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Server,
    Command,
}

impl Role {
    const fn word(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Command => "command",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        [Self::Server, Self::Command].into_iter().find(|role| role.word() == word)
    }
}

/// The process that holds the lock, as far as the lock file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holder {
    pub(super) pid: Option<i32>,
    pub(super) role: Option<Role>,
}

impl Holder {
    fn parse(content: &str) -> Self {
        let mut lines = content.lines();
        let pid = lines.next().and_then(|line| line.trim().parse().ok()).filter(|pid| *pid > 0);
        let role = lines.next().and_then(|line| Role::from_word(line.trim()));
        Self { pid, role }
    }

    /// Whether the file names a running process. False for a moment while the lock changes hands, and when the holder
    /// runs in another container.
    pub(super) fn is_alive(&self) -> bool {
        self.pid.is_some_and(|pid| kill(Pid::from_raw(pid), None) != Err(Errno::ESRCH))
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.pid {
            Some(pid) => write!(f, " (pid {pid})"),
            None => Ok(()),
        }
    }
}

/// The outcome of an attempt to lock the data folder.
pub(super) enum Attempt {
    Taken(DataLock),
    Held(Holder),
}

/// The lock on a data folder; released when dropped.
#[derive(Debug)]
pub(super) struct DataLock {
    file: Flock<File>,
}

impl DataLock {
    pub(super) fn path(data_dir: &Path, program: &str) -> PathBuf {
        data_dir.join(format!("{program}.lock"))
    }

    /// Takes the lock if it is free; never waits.
    pub(super) fn attempt(
        data_dir: &Path,
        program: &str,
        account: &Account,
        role: Role,
    ) -> Result<Attempt, PostgresError> {
        let path = Self::path(data_dir, program);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600).custom_flags(OFlag::O_NOFOLLOW.bits());
        let file = options.open(&path).map_err(files::failed("open", &path))?;
        account.own(&file).map_err(files::failed("change the owner of", &path))?;
        match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
            Ok(file) => {
                let lock = Self { file };
                lock.sign(role).map_err(files::failed("write", &path))?;
                Ok(Attempt::Taken(lock))
            }
            Err((mut file, Errno::EWOULDBLOCK)) => {
                let mut content = String::new();
                file.read_to_string(&mut content).map_err(files::failed("read", &path))?;
                Ok(Attempt::Held(Holder::parse(&content)))
            }
            Err((_, error)) => Err(files::failed("lock", &path)(error.into())),
        }
    }

    /// Writes in place: a file renamed over this one would not be the locked one.
    fn sign(&self, role: Role) -> io::Result<()> {
        let content = format!("{}\n{}\n", std::process::id(), role.word());
        self.file.set_len(0)?;
        self.file.write_all_at(content.as_bytes(), 0)
    }
}

impl Drop for DataLock {
    fn drop(&mut self) {
        // Best effort: a pid that is left is only a wrong hint, and read only while another process holds the lock.
        let _ = self.file.set_len(0);
    }
}
