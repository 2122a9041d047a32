//! What tests and benchmarks need: a cluster for one run, and helpers that panic.
//!
//! `TEST_DATABASE_URL` (a superuser's URL, `postgres://user:password@host:port/name`) names a cluster to use; databases
//! that an earlier run left there (`local_postgres_test_…`) are removed, so one run at a time. Without it, the run
//! starts a cluster on a free port of 127.0.0.1, in a temporary folder that is removed when the run ends.
#![allow(
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    reason = "a test reports an error by panicking, also in its helpers"
)]

mod cluster;
mod dump;
mod throwaway;
mod watchdog;

use std::path::PathBuf;

pub use self::{
    cluster::{Cluster, PREFIX},
    dump::pg_dump,
    watchdog::Watchdog,
};
use super::{account, binaries::Binaries};

/// A port of 127.0.0.1 that was free a moment ago.
#[must_use]
pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    listener.local_addr().expect("a listener has an address").port()
}

/// Postgres refuses to run as root: the user and group to use instead, when this process is root.
#[must_use]
pub fn unprivileged_account() -> Option<(u32, u32)> {
    if !nix::unistd::geteuid().is_root() {
        return None;
    }
    let user = account::unprivileged().expect("as root, the tests need an account `postgres`");
    Some((user.uid.as_raw(), user.gid.as_raw()))
}

/// One of the programs that are installed with the server.
#[must_use]
pub fn program(name: &str) -> PathBuf {
    // On a separate thread: the caller may be on a runtime's.
    let finding = std::thread::spawn(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let account = account::Account::of_this_process().expect("this process has an account");
        let folder = std::env::temp_dir();
        let setting = throwaway::NAMES.binaries_setting;
        let found = runtime.block_on(Binaries::find(None, &folder, None, &account, setting));
        found.unwrap_or_else(|error| panic!("{error}")).postgres()
    });
    // The search path may hold links to some of the programs only.
    let postgres = finding.join().expect("Postgres is installed").canonicalize().expect("`postgres` exists");
    postgres.with_file_name(name)
}
