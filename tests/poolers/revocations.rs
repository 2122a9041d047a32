//! The credential cache behind a pooler in transaction mode, through which no revocation is received.

use std::time::Duration;

use super::{logs, server_behind, transaction_pooler};
use crate::harness::{Client, Database, REVOCATION_LIMIT, Server, Session, eventually};

const LIMIT: Duration = Duration::from_secs(10);

/// A server behind a pooler in transaction mode that receives revocations at another address, and its metrics.
async fn listening_at(url: String, pooled: String, database: &Database) -> (Server, Client) {
    let port = local_postgres::free_port();
    let server = Server::on(database)
        .with("DB_URL", pooled)
        .with("DB_POOLER", "transaction")
        .with("DB_LISTEN_URL", url)
        .with("IMMICH_API_METRICS_PORT", port.to_string());
    (server.start().await, Client::new(([127, 0, 0, 1], port).into()))
}

/// The number of requests that were authorized from the cache.
async fn hits(metrics: &Client) -> u64 {
    let text = metrics.raw("GET", "/metrics").await.must_be(200).text();
    let line = text.lines().find(|line| line.starts_with("immich_api_credential_cache_hits_total"));
    line.and_then(|line| line.rsplit(' ').next()?.parse().ok()).expect("hits are counted")
}

async fn requests(server: &Server, session: &Session) {
    for _ in 0..30 {
        assert!(server.accepts(session).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_direct_address_the_cache_is_off_and_the_log_says_so() {
    let database = Database::new().await;
    let pooler = transaction_pooler(&database, 3).await;
    let server = server_behind(&pooler, &database).await;

    logs(&server, "the credential cache is off: revocations are not received through a pooler").await;
    let listening = "pg_stat_activity where datname = current_database() and query ilike 'listen%'";
    assert_eq!(database.count(listening).await, 0, "no connection listens");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_direct_address_the_cache_is_used_and_revocations_are_received() {
    let database = Database::new().await;
    let pooler = transaction_pooler(&database, 3).await;
    let (server, metrics) = listening_at(database.url(), pooler.url(), &database).await;
    let (other, _) = listening_at(database.url(), pooler.url(), &database).await;
    let admin = server.sign_up_admin().await;
    eventually("the cache is used", LIMIT, async || {
        requests(&server, &admin).await;
        hits(&metrics).await > 20
    })
    .await;

    let session = server.login(crate::harness::ADMIN_EMAIL, crate::harness::ADMIN_PASSWORD).await;
    requests(&server, &session).await;
    other.post("/auth/logout", serde_json::json!({})).bearer(&session.token).await.must_be(200);
    tokio::time::sleep(REVOCATION_LIMIT).await;

    assert!(!server.accepts(&session).await, "the other process has ended the session");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_address_of_another_database_or_of_the_pooler_is_not_listened_to() {
    let (database, unrelated) = (Database::new().await, Database::new().await);
    let pooler = transaction_pooler(&database, 3).await;
    let admin = server_behind(&pooler, &database).await.sign_up_admin().await;
    for (url, reason) in [
        (unrelated.url(), "DB_URL was not received by DB_LISTEN_URL: both must lead to one database"),
        (pooler.url(), "is behind a connection pooler in transaction mode"),
    ] {
        let (server, metrics) = listening_at(url, pooler.url(), &database).await;
        logs(&server, reason).await;
        requests(&server, &admin).await;

        assert_eq!(hits(&metrics).await, 0, "{reason}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn in_strict_mode_a_revocation_waits_for_other_caches_also_without_a_direct_address() {
    let database = Database::new().await;
    let pooler = transaction_pooler(&database, 3).await;
    let cached = Server::on(&database).start().await;
    let strict = Server::on(&database)
        .with("DB_URL", pooler.url())
        .with("DB_POOLER", "transaction")
        .with("IMMICH_CREDENTIAL_CACHE", "strict")
        .start()
        .await;
    cached.sign_up_admin().await;
    for _ in 0..10 {
        let session = strict.login(crate::harness::ADMIN_EMAIL, crate::harness::ADMIN_PASSWORD).await;
        requests(&cached, &session).await;
        let begin = std::time::Instant::now();
        strict.post("/auth/logout", serde_json::json!({})).bearer(&session.token).await.must_be(200);
        assert!(begin.elapsed() >= Duration::from_millis(40), "the lease of another process lasts 40 ms");
        assert!(!cached.accepts(&session).await, "accepted after the response to the revocation");
    }
}
