//! Errors, each as one line for the operator.

use std::{io, path::PathBuf};

use super::lock::Holder;

/// Why Postgres could not be started, reached or stopped.
#[derive(Debug, thiserror::Error)]
pub enum PostgresError {
    /// This machine has no Postgres server programs.
    #[error(
        "no Postgres is installed; install it with `{command}`, or set {setting} to the folder of `initdb` and \
         `postgres`, or configure an existing database{rejected}"
    )]
    NoBinaries {
        /// The command that installs it on this machine.
        command: String,
        /// The setting that names the folder.
        setting: &'static str,
        /// Which folders were rejected and why; empty or starting with "; ".
        rejected: String,
    },

    /// The folder named by the operator does not hold usable programs.
    #[error("{setting}: cannot use {}: {reason}", .dir.display())]
    UnusableBinaries {
        /// The setting that names the folder.
        setting: &'static str,
        /// The named folder.
        dir: PathBuf,
        /// What is wrong with it.
        reason: String,
    },

    /// The data were created by a major version that is not installed.
    #[error(
        "the data in {} was created by Postgres {cluster}, which is not installed (installed: {found}): \
         install Postgres {cluster} (Debian `apt-get install postgresql-{cluster}`) or move the data with pg_upgrade",
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
    #[error("another {program}{holder} uses {}: stop it, or choose another data folder", .data_dir.display())]
    InUse {
        /// The program.
        program: &'static str,
        /// The process that holds the lock.
        holder: Holder,
        /// The data folder.
        data_dir: PathBuf,
    },

    /// The process that holds the lock did not release it in time, nor did its database accept a connection.
    #[error(
        "another {program}{holder} has locked {}, but its database does not answer: retry, or stop that process",
        .data_dir.display()
    )]
    NoAnswer {
        /// The program.
        program: &'static str,
        /// The process that holds the lock.
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
        /// The error of the operating system.
        source: io::Error,
    },

    /// This process's account may not use the data folder.
    #[error(
        "cannot {action} {}: permission denied; it belongs to {owner}: run as that account or as root",
        .path.display()
    )]
    NotPermitted {
        /// What was tried, as a verb.
        action: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// The account that owns it.
        owner: String,
    },

    /// As root: the unprivileged account under which Postgres runs may not enter the data folder.
    #[error(
        "Postgres refuses to run as root, so it runs as {account}, which has no access to {}: choose another \
         {setting}, or give {account} access (`chmod o+x`)",
        .folder.display()
    )]
    Unreachable {
        /// The folder that the account may not enter.
        folder: PathBuf,
        /// The account's name.
        account: String,
        /// The setting that chooses the data folder.
        setting: &'static str,
    },

    /// As root: the machine has no unprivileged account to run Postgres.
    #[error(
        "Postgres refuses to run as root, and this machine has no account `postgres`: create it (`useradd -r postgres`)"
    )]
    NoAccount,

    /// As root: an existing cluster belongs to root.
    #[error(
        "{} belongs to root, and Postgres refuses to run as root: give the folder to an unprivileged account \
         (`chown -R postgres`)",
        .folder.display()
    )]
    OwnedByRoot {
        /// The cluster's folder.
        folder: PathBuf,
    },

    /// The account that would run Postgres has no name.
    #[error("the account with uid {uid} has no name, which Postgres needs: add the account to /etc/passwd")]
    NamelessAccount {
        /// Its number.
        uid: u32,
    },

    /// The folder reserved for the cluster holds something else.
    #[error("{} is neither empty nor a Postgres data folder: move its content away", .folder.display())]
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
        /// The error of the operating system.
        source: io::Error,
    },

    /// `initdb` failed.
    #[error("initdb could not create the database in {}: {output}", .folder.display())]
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
        /// The time limit.
        seconds: u64,
        /// The errors it reported.
        output: String,
    },

    /// Neither a fast nor an immediate shutdown stopped Postgres.
    #[error("Postgres (pid {pid}) in {} ignored both a fast and an immediate shutdown: kill it", .folder.display())]
    Stop {
        /// The process.
        pid: i32,
        /// The cluster's folder.
        folder: PathBuf,
    },

    /// Postgres runs but refuses a request.
    #[error("the local Postgres refused to {action}: {message}")]
    Refused {
        /// What was requested, as a verb.
        action: &'static str,
        /// Its message.
        message: String,
    },
}
