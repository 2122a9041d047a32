//! Helpers for every test, named so that a test reads like a sentence.

mod accounts;
mod client;
mod contract;
mod database;
mod expect;
mod http1;
mod http2;
mod metrics;
mod nginx;
mod pgbouncer;
mod postgres;
mod program;
mod proxy;
mod release;
mod replication;
mod role;
mod server;

pub(crate) use accounts::{ADMIN_EMAIL, ADMIN_PASSWORD, Key, Session, padded_login};
pub(crate) use client::{Client, Request};
pub(crate) use contract::Contract;
pub(crate) use database::{Database, REVOCATION_LIMIT};
pub(crate) use expect::violations_of_error_shape;
pub(crate) use http1::{Connection, Response};
pub(crate) use http2::Http2;
pub(crate) use metrics::Metrics;
pub(crate) use nginx::Nginx;
pub(crate) use pgbouncer::{PgBouncer, Pool};
pub(crate) use program::{Outcome, Program};
pub(crate) use proxy::Proxy;
pub(crate) use release::{Release, UPGRADE_TO_2_7};
pub(crate) use replication::Node;
pub(crate) use role::{Privilege, Role};
pub(crate) use server::{Launch, Server};

/// A valid id that no row has.
pub(crate) const UNKNOWN_ID: &str = "00000000-0000-4000-a000-000000000000";

/// Poll `condition` until it is true; fail after `limit` with the name of the condition.
pub(crate) async fn eventually<F, Fut>(what: &str, limit: std::time::Duration, mut condition: F)
where
    F: FnMut() -> Fut,
    Fut: Future<Output = bool>,
{
    let deadline = std::time::Instant::now() + limit;
    while !condition().await {
        assert!(std::time::Instant::now() < deadline, "{what}: not within {limit:?}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}
