//! What every test needs, named so that a test reads as a sentence.

mod accounts;
mod client;
mod contract;
mod database;
mod expect;
mod http1;
mod postgres;
mod program;
mod proxy;
mod server;
mod watchdog;

pub(crate) use accounts::{ADMIN_EMAIL, ADMIN_PASSWORD, Key, Session};
pub(crate) use client::{Client, Request};
pub(crate) use contract::Contract;
pub(crate) use database::Database;
pub(crate) use expect::violations_of_error_shape;
pub(crate) use http1::{Connection, Response};
pub(crate) use program::Program;
pub(crate) use proxy::Proxy;
pub(crate) use server::Server;

/// An id no row has.
pub(crate) const UNKNOWN_ID: &str = "00000000-0000-4000-a000-000000000000";

/// A port of this machine that was free a moment ago, for programs that cannot report the one they chose.
pub(crate) fn free_port() -> u16 {
    std::net::TcpListener::bind(("127.0.0.1", 0))
        .and_then(|listener| listener.local_addr())
        .expect("the loopback interface has a free port")
        .port()
}

/// Ask again and again until `condition` holds; fail after `limit` with what was waited for.
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
