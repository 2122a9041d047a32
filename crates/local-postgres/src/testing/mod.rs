//! A real Postgres cluster for the tests of one run.
//!
//! `TEST_DATABASE_URL` (a superuser's URL, `postgres://user:password@host:port/name`) names a cluster to use; what an
//! earlier run left there (databases called `immich_test_…`) is removed, so one run at a time. Without it the run
//! starts a cluster of its own on a free port of 127.0.0.1, in a folder that a watchdog removes when the run is over.
#![allow(
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    reason = "a test reports what went wrong by panicking, also in what it stands on"
)]

mod account;
mod cluster;
mod dump;
mod launch;
mod watchdog;

pub use account::unprivileged_account;
pub use cluster::{Cluster, PREFIX};
pub use dump::pg_dump;
pub use launch::program;
pub use watchdog::Watchdog;

/// A port of 127.0.0.1 that was free a moment ago.
#[must_use]
pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    listener.local_addr().expect("a listener has an address").port()
}
