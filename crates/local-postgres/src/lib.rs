//! Finds, starts, watches and stops a real Postgres on this machine.
//!
//! Everything is in the data folder ([`Options::data_dir`]):
//!
//! | entry | what it is |
//! |---|---|
//! | `<program>.lock` | locked by the process that runs the database (`lock.rs`) |
//! | `postgres/` | the cluster: Postgres's own folder (`cluster.rs`) |
//! | `run/` | the unix socket (`socket.rs`), the only way to connect unless [`Options::tcp`] adds another |
//! | `programs/` | the programs of Postgres, if the package with them was installed here (`package.rs`) |
//!
//! `postgres` is a child of this process and ends with it, however this process ends (`process.rs`). Postgres refuses
//! to run as root, so root's child runs under another account (`account.rs`). The programs are the installed ones
//! (`binaries.rs`).
//!
//! [`LocalPostgres::start`] is for the program that needs the database for long, [`LocalPostgres::attach_or_start`] for
//! a command that may find it running. What differs between a database that is kept and one that is thrown away is in
//! [`Options`]. The feature `testing` adds the cluster that the tests and benchmarks of one run share.

mod account;
mod binaries;
mod cluster;
mod connection;
mod data_dir;
mod error;
mod files;
mod instance;
mod lock;
mod options;
mod package;
mod postmaster;
mod process;
mod socket;
#[cfg(feature = "testing")]
mod testing;
#[cfg(test)]
mod tests;

#[cfg(feature = "testing")]
pub use self::testing::{Cluster, PREFIX, Watchdog, free_port, pg_dump, program, unprivileged_account};
pub use self::{
    connection::ConnectionTarget,
    error::PostgresError,
    instance::LocalPostgres,
    lock::Holder,
    options::{Log, Names, Options, Tcp},
};
