//! The greatest age of connections.

use std::time::{Duration, Instant};

use super::write;
use crate::harness::{Database, Server};

#[tokio::test(flavor = "multi_thread")]
async fn connections_are_replaced_at_their_greatest_age_without_failing_a_request() {
    let database = Database::new().await;
    let server = Server::on(&database).with("DB_CONNECTION_MAX_AGE", "1").start().await;
    let admin = server.sign_up_admin().await;

    let begin = Instant::now();
    while begin.elapsed() < Duration::from_millis(2_500) {
        server.get("/sessions").bearer(&admin.token).await.must_be(200);
        server.get("/users/me").bearer(&admin.token).await.must_be(200);
        write(&server, &admin).await.must_be(200);
    }

    let of_server = "pg_stat_activity WHERE datname = current_database() AND application_name = 'immich-server'";
    let open = database.count(of_server).await;
    assert!(open >= 4, "{open} connections: readers, lists, the listener");
    // Idle connections for writes close later: no request uses them.
    let old = format!("{of_server} AND backend_start < now() - interval '2 seconds'");
    assert_eq!(database.count(&old).await, 0, "of {open} connections");
    let log = server.log();
    assert!(!log.contains("WARN") && !log.contains("lost"), "{log}");
}
