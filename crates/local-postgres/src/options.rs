//! The options of a database.

use std::path::PathBuf;

/// Which Postgres to run, and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// The data folder. It need not exist.
    pub data_dir: PathBuf,
    /// The folder of `initdb` and `postgres`; none means search for them.
    pub binaries: Option<PathBuf>,
    /// What things are called.
    pub names: Names,
    /// Lines of `postgresql.conf`, added to that of a new cluster. The operator may change them there.
    pub settings: &'static str,
    /// Whether committed data survive a crash of the machine. Without that, Postgres writes faster.
    pub durable: bool,
    /// The way in beside the unix socket; none for the socket only.
    pub tcp: Option<Tcp>,
    /// Where Postgres's log goes.
    pub log: Log,
}

impl Options {
    /// A durable database in this folder, reached by its unix socket only.
    #[must_use]
    pub fn new(data_dir: PathBuf, names: Names) -> Self {
        Self { data_dir, binaries: None, names, settings: "", durable: true, tcp: None, log: Log::Traced }
    }
}

/// What the program that runs the database calls things: on disk, in the database, and in messages to its operator.
#[derive(Clone, Copy, Debug)]
pub struct Names {
    /// The program, for messages; `<program>.lock` is the lock file in the data folder.
    pub program: &'static str,
    /// The cluster, in the titles of Postgres's processes.
    pub cluster: &'static str,
    /// The role that the program works as, and its database.
    pub role: &'static str,
    /// The setting that chooses the data folder.
    pub data_dir_setting: &'static str,
    /// The setting that names the folder of Postgres's programs.
    pub binaries_setting: &'static str,
}

/// TCP on 127.0.0.1, for the superuser with a password.
#[derive(Clone)]
pub struct Tcp {
    /// The port. It also names the unix socket.
    pub port: u16,
    /// The superuser's password: letters and digits.
    pub password: String,
}

impl std::fmt::Debug for Tcp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tcp").field("port", &self.port).finish_non_exhaustive()
    }
}

/// Where Postgres's log goes.
#[derive(Clone, Debug)]
pub enum Log {
    /// Traced with the target `postgres` at level debug, without values of the data.
    Traced,
    /// Appended to a file as Postgres formats it by default, values of the data included.
    File(PathBuf),
}
