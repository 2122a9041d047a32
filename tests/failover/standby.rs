//! A standby is behind the address of the database.

use std::time::{Duration, Instant};

use serde_json::json;

use super::{readiness, write};
use crate::harness::{Node, Proxy, REVOCATION_LIMIT, Server, Session, eventually};

/// The documented limit is a second; the rest is for a machine that is busy with other tests.
const RECOVERY_LIMIT: Duration = Duration::from_secs(2);
const LIMIT: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread")]
async fn after_seconds_of_a_standby_behind_the_address_writes_recover_without_a_restart() {
    let primary = Node::primary().await;
    let standby = primary.standby().await;
    let database = primary.new_database().await;
    let proxy = Proxy::to(&primary.address()).await;
    let server = Server::at(&Node::url_at(&proxy.address().to_string(), &database)).start().await;
    let admin = server.sign_up_admin().await;
    write(&server, &admin).await.must_be(200);
    standby.catch_up_with(primary).await;

    proxy.switch_to(&standby.address());
    let begin = Instant::now();
    let missing = (503, Some("the database is a standby: there is no primary".to_owned()));
    eventually("the server notices", LIMIT, async || readiness(&server).await == missing).await;
    while begin.elapsed() < Duration::from_secs(3) {
        write(&server, &admin).await.must_be(503);
        assert_eq!(readiness(&server).await, missing);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }

    proxy.switch_to(&primary.address());
    let back = Instant::now();
    eventually("writes recover", LIMIT, async || write(&server, &admin).await.status == 200).await;
    println!("writes recovered {:?} after the primary was back", back.elapsed());
    assert!(back.elapsed() < RECOVERY_LIMIT, "{:?}", back.elapsed());
    eventually("the server is ready", LIMIT, async || readiness(&server).await == (200, None)).await;
    assert!(server.accepts(&admin).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lagging_standby_behind_the_address_accepts_no_revoked_token() {
    let primary = Node::primary().await;
    let standby = primary.standby().await;
    let database = primary.new_database().await;
    let revoking = Server::at(&primary.url(&database)).with("IMMICH_CREDENTIAL_CACHE", "strict").start().await;
    let admin = revoking.sign_up_admin().await;
    let proxy = Proxy::to(&primary.address()).await;
    let url = Node::url_at(&proxy.address().to_string(), &database);
    let start = |mode| Server::at(&url).with("IMMICH_CREDENTIAL_CACHE", mode).start();
    let (on, strict, off) = tokio::join!(start("on"), start("strict"), start("off"));
    let (id, victim) = revoking.create_child(&admin).await;
    for server in [&on, &strict, &off] {
        for _ in 0..10 {
            assert!(server.accepts(&victim).await);
        }
    }
    standby.catch_up_with(primary).await;
    standby.run("postgres", "SELECT pg_wal_replay_pause()").await;

    // As a failover does: the address leads to the standby, and the connections are closed.
    proxy.switch_to(&standby.address());
    revoking.delete(&format!("/sessions/{id}")).bearer(&admin.token).await.must_be_empty();
    let revoked = Instant::now();
    let never_late = tokio::join!(latest(&on, &victim), latest(&strict, &victim), latest(&off, &victim));

    let late = |accepted: Option<Instant>| accepted.map(|at| at.saturating_duration_since(revoked)).unwrap_or_default();
    assert!(late(never_late.0) <= REVOCATION_LIMIT, "on: {:?}", late(never_late.0));
    assert_eq!((late(never_late.1), late(never_late.2)), (Duration::ZERO, Duration::ZERO), "strict and off");
    let still_there = format!("SELECT count(*) FROM session WHERE id = '{id}'");
    assert_eq!(standby.value(&database, &still_there).await.as_deref(), Some("1"), "the standby lags behind");
}

/// When the latest request was sent that the server accepted, within a second and a half.
async fn latest(server: &Server, session: &Session) -> Option<Instant> {
    let end = Instant::now() + Duration::from_millis(1_500);
    let mut latest = None;
    while Instant::now() < end {
        let sent = Instant::now();
        match server.get("/users/me").bearer(&session.token).await.status {
            200 => latest = Some(sent),
            503 | 401 => {}
            other => panic!("{other}"),
        }
    }
    latest
}

/// A pooler may move open connections to a standby. Here a function in the place of Postgres's own reports that.
#[tokio::test(flavor = "multi_thread")]
async fn open_connections_that_lead_to_a_standby_authorize_nothing() {
    let primary = Node::primary().await;
    let database = primary.new_database().await;
    let simulate = format!(
        "CREATE TABLE moved (); CREATE FUNCTION public.pg_is_in_recovery() RETURNS boolean LANGUAGE plpgsql
         AS $$ BEGIN RETURN EXISTS (SELECT FROM public.moved); END $$;
         ALTER DATABASE {database} SET search_path = public, pg_catalog"
    );
    primary.run(&database, &simulate).await;
    let start = |mode| Server::at(&primary.url(&database)).with("IMMICH_CREDENTIAL_CACHE", mode).start();
    let (on, off) = tokio::join!(start("on"), start("off"));
    let admin = on.sign_up_admin().await;
    let key = on.create_key(&admin, &["all"]).await;

    primary.run(&database, "INSERT INTO moved DEFAULT VALUES").await;
    // Until then a cached caller may be accepted.
    tokio::time::sleep(REVOCATION_LIMIT).await;
    for server in [&on, &off] {
        for _ in 0..20 {
            server.get("/users/me").bearer(&admin.token).await.must_be(503);
            server.get("/users/me").bearer("no-such-token").await.must_be(503);
            server.get("/api-keys/me").api_key(&key.secret).await.must_be(503);
            server.post("/auth/validateToken", json!({})).bearer(&admin.token).await.must_be(503);
        }
        assert_eq!(readiness(server).await.0, 503);
    }

    primary.run(&database, "DELETE FROM moved").await;
    for server in [&on, &off] {
        eventually("the server recovers", LIMIT, async || write(server, &admin).await.status == 200).await;
        server.get("/users/me").bearer("no-such-token").await.must_be(401);
    }
}
