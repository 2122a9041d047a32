//! Another server becomes the primary.

use std::time::{Duration, Instant};

use super::{readiness, write};
use crate::harness::{Node, Proxy, Server, eventually};

/// The documented limit is a second; the rest is for a machine that is busy with other tests.
const RECOVERY_LIMIT: Duration = Duration::from_secs(2);
const LIMIT: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread")]
async fn of_two_hosts_the_primary_is_used_and_after_a_promotion_the_other_one() {
    let primary = Node::primary().await;
    let standby = primary.standby().await;
    let database = primary.new_database().await;
    // The primary's death is that of the proxy in front of it.
    let proxy = Proxy::to(&primary.address()).await;
    let hosts = format!("{},{}", standby.address(), proxy.address());
    // The operator's choice is for other programs: this one writes.
    let url = format!("{}?target_session_attrs=any", Node::url_at(&hosts, &database));
    let server = Server::at(&url).start().await;
    let admin = server.sign_up_admin().await;
    write(&server, &admin).await.must_be(200);
    assert_eq!(readiness(&server).await, (200, None));
    eventually("the standby has no connections", LIMIT, async || connections(&standby, &database).await == "0").await;
    standby.catch_up_with(primary).await;

    proxy.cut();
    eventually("the server notices", LIMIT, async || readiness(&server).await.0 == 503).await;
    standby.promote().await;
    let promoted = Instant::now();
    eventually("writes recover", LIMIT, async || write(&server, &admin).await.status == 200).await;
    println!("writes recovered {:?} after the promotion", promoted.elapsed());
    assert!(promoted.elapsed() < RECOVERY_LIMIT, "{:?}", promoted.elapsed());
    let name = "SELECT name FROM \"user\"";
    assert_eq!(standby.value(&database, name).await.as_deref(), Some("Ada"));

    // The old primary comes back as it was: it is not the primary any more.
    proxy.restore();
    tokio::time::sleep(Duration::from_millis(300)).await;
    for _ in 0..10 {
        write(&server, &admin).await.must_be(200);
    }
    assert_eq!(connections(primary, &database).await, "0");
}

/// A proxy may keep connections to a primary that was replaced, but lives.
#[tokio::test(flavor = "multi_thread")]
async fn the_first_connection_to_a_promoted_server_replaces_all_that_lead_to_the_old_one() {
    let primary = Node::primary().await;
    let standby = primary.standby().await;
    let database = primary.new_database().await;
    let proxy = Proxy::to(&primary.address()).await;
    let url = Node::url_at(&proxy.address().to_string(), &database);
    let server = Server::at(&url).with("DB_CONNECTION_MAX_AGE", "2").start().await;
    let admin = server.sign_up_admin().await;
    standby.catch_up_with(primary).await;
    standby.promote().await;

    proxy.point_at(&standby.address());
    eventually("the old primary has no connections", LIMIT, async || connections(primary, &database).await == "0")
        .await;
    eventually("writes recover", RECOVERY_LIMIT, async || write(&server, &admin).await.status == 200).await;
    assert!(server.log().contains("another server is the primary now"), "{}", server.log());

    let (id, victim) = server.create_child(&admin).await;
    assert!(server.accepts(&victim).await);
    standby.run(&database, &format!("DELETE FROM session WHERE id = '{id}'")).await;
    tokio::time::sleep(crate::harness::REVOCATION_LIMIT).await;
    assert!(!server.accepts(&victim).await);

    proxy.switch_to(&primary.address());
    eventually("the old primary is refused", LIMIT, async || readiness(&server).await.0 == 503).await;
    write(&server, &admin).await.must_be(503);
    let reason = "it is an old primary: its timeline is 1";
    eventually("the reason is logged", LIMIT, async || server.log().contains(reason)).await;
}

/// How many connections this server's database has.
async fn connections(node: &Node, database: &str) -> String {
    let count = format!(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = '{database}' AND pid <> pg_backend_pid()
         AND application_name = 'immich-server'"
    );
    node.value("postgres", &count).await.expect("a count")
}
