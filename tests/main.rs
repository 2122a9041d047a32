//! Integration tests: the real program, on a real Postgres, over real connections.
//!
//! - `harness`: what every test needs: a temporary database cluster, the running program, a client that sends bytes
//!   exactly as written
//! - `golden`: replays the recorded cases
//! - `operations`: one file per operation of the contract
//! - `authorization`: credentials and permissions of every operation
//! - `compatibility`: details of upstream's behavior that the recorded cases do not cover
//! - `cleanup`: removing expired sessions and deleted users
//! - `faults`: a lost database, slow clients, floods, shutdown
//! - `failover`: a standby in place of the primary, promotions, a read-only database, readiness
//! - `credential_cache`: several servers on one database
//! - `poolers`: behind PgBouncer
//! - `reverse_proxy`: behind nginx
//! - `roles`: a role that does not own the tables
//! - `security`: the security profile `strict`
//! - `streaming`: long lists
//! - `old_release`: an older release on the schema of today (`make test-old-release`)
//! - `tls`: TLS to the database
//! - `upstream`: on a database that upstream created, and importing one
//! - `mock`: the mock server
//! - `docs_page`: the files of the documentation page (`browser/` tests the page in a browser)
//! - `cli`: the other subcommands
//! - `conform`: the conformance checker
//! - `beside`: beside upstream, on its database, behind one reverse proxy
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test reports what went wrong by panicking, also in the functions the tests call"
)]

mod authorization;
mod beside;
mod cleanup;
mod cli;
mod compatibility;
mod conform;
mod credential_cache;
mod docs_page;
mod failover;
mod faults;
mod golden;
mod harness;
mod mock;
mod old_release;
mod operations;
mod poolers;
mod reverse_proxy;
mod roles;
mod security;
mod streaming;
mod tls;
mod upstream;
