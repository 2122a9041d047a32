//! Integration tests: the real program, on a real Postgres, over real connections.
//!
//! `harness` holds what every test needs: a throw-away database cluster, the running program, a
//! client that sends exactly what it is told. `golden` plays the recorded cases, `operations` holds
//! one file per operation of the contract, `authorization` walks the list of operations, `faults`
//! breaks things around the server, `credential_cache` runs several servers on one database, `reverse_proxy` puts nginx
//! in front of it, `streaming` asks for long lists, `upstream` runs it on a database that upstream made and imports one,
//! `mock` asks the mock for everything it can answer, `docs_page` fetches the documentation page (`browser/` uses it),
//! `cli` runs the other subcommands, and `conform` checks the checker.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test reports what went wrong by panicking, also in the functions the tests call"
)]

mod authorization;
mod cli;
mod compatibility;
mod conform;
mod credential_cache;
mod docs_page;
mod faults;
mod golden;
mod harness;
mod mock;
mod operations;
mod reverse_proxy;
mod streaming;
mod upstream;
