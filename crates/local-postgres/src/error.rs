//! What can go wrong with the embedded Postgres, each as one line for the person who starts the server.

use std::{io, path::PathBuf};

use super::lock::Holder;

/// Why the embedded Postgres could not be started, reached or stopped.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// No Postgres server programs on this machine.
    #[error(
        "no Postgres is installed (looked for `initdb` and `postgres` in PATH, `pg_config --bindir`, \
         /usr/lib/postgresql/*/bin, /usr/pgsql-*/bin and Homebrew{rejected}). Install it: \
         Debian, Ubuntu `apt-get install postgresql`; Fedora `dnf install postgresql-server`; \
         Alpine `apk add postgresql`; macOS `brew install postgresql@17`. Or name the folder of the programs in \
         IMMICH_POSTGRES_BIN_DIR, or configure a database of your own"
    )]
    NoBinaries {
        /// What was found there and why it does not fit; empty or starting with "; ".
        rejected: String,
    },

    /// The folder named by the operator does not hold usable programs.
    #[error("IMMICH_POSTGRES_BIN_DIR: {} is of no use: {reason}", .dir.display())]
    UnusableBinaries {
        /// The named folder.
        dir: PathBuf,
        /// What is wrong with it.
        reason: String,
    },

    /// The data were made by another major version than the installed ones.
    #[error(
        "the data in {} were made by Postgres {cluster}, installed is {found}: install Postgres {cluster} \
         (Debian `apt-get install postgresql-{cluster}`) or move the data with pg_upgrade",
        .folder.display()
    )]
    VersionMismatch {
        /// The cluster's folder.
        folder: PathBuf,
        /// The major version in its `PG_VERSION`.
        cluster: u32,
        /// The installed major versions.
        found: String,
    },

    /// A server already uses the data folder.
    #[error("another immich-server{holder} uses {}", .data_dir.display())]
    InUse {
        /// Who holds the lock.
        holder: Holder,
        /// The data folder.
        data_dir: PathBuf,
    },

    /// The process that holds the data folder did not let go of it, nor did its database answer, in time.
    #[error("immich-server{holder} holds {} and its database does not answer", .data_dir.display())]
    NotAnswering {
        /// Who holds the lock.
        holder: Holder,
        /// The data folder.
        data_dir: PathBuf,
    },

    /// A file operation failed.
    #[error("cannot {action} {}: {source}", .path.display())]
    File {
        /// What was tried, as a verb.
        action: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },

    /// The account of this process may not use the data folder.
    #[error("cannot {action} {}: permission denied; it belongs to {owner}: run as that account or as root", .path.display())]
    NotPermitted {
        /// What was tried, as a verb.
        action: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// The account that owns it.
        owner: String,
    },

    /// As root: the unprivileged account under which Postgres runs cannot get to the data folder.
    #[error(
        "Postgres does not run as root but as {account}, who may not enter {}: choose another IMMICH_DATA_DIR \
         or let {account} pass (`chmod o+x`)",
        .folder.display()
    )]
    Unreachable {
        /// The folder that stops the account.
        folder: PathBuf,
        /// The account's name.
        account: String,
    },

    /// As root: there is no unprivileged account to run Postgres.
    #[error("Postgres does not run as root and there is neither an account `postgres` nor `nobody`: create one")]
    NoAccount,

    /// As root: an existing cluster belongs to root.
    #[error(
        "{} belongs to root, and Postgres does not run as root: give it to an unprivileged account \
         (`chown -R postgres`)",
        .folder.display()
    )]
    OwnedByRoot {
        /// The cluster's folder.
        folder: PathBuf,
    },

    /// The account that would run Postgres has no name.
    #[error("the account with uid {uid} has no name in the system's list of users, and Postgres needs one")]
    NamelessAccount {
        /// Its number.
        uid: u32,
    },

    /// The folder reserved for the cluster holds something else.
    #[error("{} is not empty and not a Postgres cluster: move its content away", .folder.display())]
    NotACluster {
        /// The cluster's folder.
        folder: PathBuf,
    },

    /// The folder of the unix socket is not private, or its path is too long.
    #[error("cannot use {} for the database socket: {reason}", .folder.display())]
    SocketFolder {
        /// The folder.
        folder: PathBuf,
        /// What is wrong with it.
        reason: &'static str,
    },

    /// A program could not be run at all.
    #[error("cannot run {}: {source}", .program.display())]
    Run {
        /// The program.
        program: PathBuf,
        /// The system's answer.
        source: io::Error,
    },

    /// `initdb` failed.
    #[error("initdb could not make the database in {}: {output}", .folder.display())]
    Init {
        /// The cluster's folder.
        folder: PathBuf,
        /// The errors it reported.
        output: String,
    },

    /// Postgres ended instead of becoming ready.
    #[error("Postgres did not start in {}: {output}", .folder.display())]
    Start {
        /// The cluster's folder.
        folder: PathBuf,
        /// The errors it reported.
        output: String,
    },

    /// Postgres runs but did not become ready.
    #[error("Postgres in {} did not become ready within {seconds} s: {output}", .folder.display())]
    StartTimeout {
        /// The cluster's folder.
        folder: PathBuf,
        /// How long it was waited for.
        seconds: u64,
        /// The errors it reported.
        output: String,
    },

    /// Postgres did not end, neither on a fast nor on an immediate shutdown.
    #[error("Postgres (pid {pid}) in {} does not stop", .folder.display())]
    Stop {
        /// The process.
        pid: i32,
        /// The cluster's folder.
        folder: PathBuf,
    },

    /// Postgres runs but refuses the server.
    #[error("the embedded Postgres refuses to {action}: {message}")]
    Refused {
        /// What was asked of it, as a verb.
        action: &'static str,
        /// Its answer.
        message: String,
    },
}
