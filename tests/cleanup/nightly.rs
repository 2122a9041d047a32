//! The server does it by itself, at a time of day; of several servers, one does.

use std::time::Duration;

use time::OffsetDateTime;

use super::{cleanup, insert_expired_sessions};
use crate::harness::{Database, Server, eventually};

/// Long enough for servers to start before the time, also on a busy machine.
const LEAD: time::Duration = time::Duration::seconds(12);
const LIMIT: Duration = Duration::from_secs(60);

/// The time of day soon, as the setting takes it.
fn soon() -> String {
    let at = OffsetDateTime::now_utc() + LEAD;
    format!("{:02}:{:02}:{:02}", at.hour(), at.minute(), at.second())
}

/// The sessions that a server has removed according to its log; none if it has not logged a cleanup.
fn removed(server: &Server) -> Option<u32> {
    let log = server.log();
    let line = log.lines().find(|line| line.contains("cleanup finished") || line.contains("is cleaning up"))?;
    let number = line.split("sessions=").nth(1)?.split(' ').next()?;
    number.parse().ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_cleans_up_at_the_time_that_is_set() {
    let database = Database::new().await;
    insert_expired_sessions(&database, 3).await;
    let (server, metrics) = Server::on(&database).with("IMMICH_API_CLEANUP_TIME", soon()).start_measured().await;
    assert_eq!(database.count("session").await, 3, "not before the time");

    eventually("the cleanup", LIMIT, async || removed(&server).is_some()).await;

    assert_eq!(removed(&server), Some(3));
    assert_eq!(database.count("session").await, 0);
    assert_eq!(metrics.value("sessions_removed_total").await, 3);
    assert!(metrics.value("last_cleanup_timestamp_seconds").await > 0);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes half a minute: make test-slow"]
async fn servers_and_commands_at_the_same_time_remove_every_row_once_and_none_fails() {
    const SESSIONS: u32 = 20_000;
    let database = Database::new().await;
    insert_expired_sessions(&database, SESSIONS).await;
    let time = soon();
    let start =
        || Server::on(&database).with("IMMICH_API_CLEANUP_TIME", &time).with("IMMICH_LOG_LEVEL", "debug").start();
    let (one, two) = tokio::join!(start(), start());
    eventually("the time", LIMIT, async || database.count("session").await < i64::from(SESSIONS)).await;

    let report = cleanup(&database).await.must_succeed().json();

    let servers = [&one, &two];
    eventually("both", LIMIT, async || servers.iter().all(|server| removed(server).is_some())).await;
    assert_eq!(database.count("session").await, 0);
    let by_servers: u32 = servers.iter().filter_map(|server| removed(server)).sum();
    let by_command = report["sessions"].as_u64().unwrap();
    assert_eq!(u64::from(by_servers) + by_command, u64::from(SESSIONS), "{report}");
    for server in servers {
        let log = server.log();
        assert!(!log.contains("WARN") && !log.contains("ERROR"), "{log}");
    }
}
