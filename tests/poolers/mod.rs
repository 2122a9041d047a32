//! Behind PgBouncer: in transaction mode, where each transaction may get another connection to the database, and in
//! session mode.
//!
//! `PGBOUNCER` names the program to test with, and `PGBOUNCER_PREPARED_STATEMENTS` is its limit on prepared statements.
//! `make test-poolers` runs these tests with several versions.

mod commands;
mod detection;
mod other_program;
mod revocations;
mod transactions;

use std::time::Duration;

use crate::harness::{Database, PgBouncer, Pool, Server};

/// PgBouncer in transaction mode, as the environment says.
async fn transaction_pooler(database: &Database, size: u32) -> PgBouncer {
    let prepared_statements =
        std::env::var("PGBOUNCER_PREPARED_STATEMENTS").ok().map(|text| text.parse().expect("a number"));
    PgBouncer::before(database, Pool { prepared_statements, ..Pool::by_transaction(size) }).await
}

/// A server behind a pooler in transaction mode, which it knows of.
async fn server_behind(pooler: &PgBouncer, database: &Database) -> Server {
    Server::on(database).with("DB_URL", pooler.url()).with("DB_POOLER", "transaction").start().await
}

/// The server logs a line with this text.
async fn logs(server: &Server, text: &str) {
    crate::harness::eventually(text, Duration::from_secs(10), async || server.log().contains(text)).await;
}
