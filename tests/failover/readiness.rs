//! `/readyz` on a database that takes no writes, and reads that go on.

use std::time::Duration;

use futures_util::future::join_all;

use super::{readiness, write};
use crate::harness::{Database, Server, eventually};

const LIMIT: Duration = Duration::from_secs(10);

/// Ends the connections of servers.
const TERMINATE: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'immich-server'";

/// Sets the database to read-only, or back. Sessions that begin later are affected.
async fn set_read_only(database: &Database, on: bool) {
    let switch = if on { "SET default_transaction_read_only = on" } else { "RESET default_transaction_read_only" };
    let statement = format!(
        "SET transaction_read_only = off;
         DO $$ BEGIN EXECUTE format('ALTER DATABASE %I {switch}', current_database()); END $$"
    );
    database.run(&statement).await;
    database.run(TERMINATE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_read_only_database_reads_go_on_and_the_server_is_ready_only_if_that_is_enough() {
    let database = Database::new().await;
    let start = |ready| Server::on(&database).with("IMMICH_READY", ready).start();
    let (for_writes, for_reads) = tokio::join!(start("writes"), start("reads"));
    let admin = for_writes.sign_up_admin().await;
    let id = for_writes.session_id(&admin).await;

    set_read_only(&database, true).await;
    for server in [&for_reads, &for_writes] {
        let read = async || server.get("/users/me").bearer(&admin.token).await.status == 200;
        eventually("readers are back", LIMIT, read).await;
    }
    let missing = "the database is read-only";
    assert_eq!(readiness(&for_writes).await, (503, Some(missing.to_owned())));
    assert_eq!(readiness(&for_reads).await, (200, Some(format!("reads only: {missing}"))));
    write(&for_reads, &admin).await.must_be(503);
    // The use of this session must be recorded, which fails.
    database
        .run(&format!(
            "SET transaction_read_only = off; SET session_replication_role = replica;
         UPDATE session SET \"updatedAt\" = now() - interval '61 minutes' WHERE id = '{id}'"
        ))
        .await;
    for _ in 0..5 {
        for_reads.get("/users/me").bearer(&admin.token).await.must_be(200);
    }
    assert!(for_reads.log().contains("could not record the use of a session"), "{}", for_reads.log());

    set_read_only(&database, false).await;
    eventually("writes recover", Duration::from_secs(2), async || write(&for_writes, &admin).await.status == 200).await;
    eventually("it is ready", LIMIT, async || readiness(&for_writes).await.0 == 200).await;
}

/// SQLSTATE 25006 on an open connection, as after a failover behind a pooler.
#[tokio::test(flavor = "multi_thread")]
async fn a_read_is_answered_when_the_use_of_its_session_cannot_be_recorded() {
    let database = Database::new().await;
    let server = Server::on(&database).start().await;
    let admin = server.sign_up_admin().await;
    let id = server.session_id(&admin).await;
    database.age_session(&id, 61).await;
    database
        .run(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
               $$ BEGIN RAISE 'cannot execute UPDATE in a read-only transaction' USING ERRCODE = '25006'; END $$;
             CREATE TRIGGER refuse BEFORE UPDATE ON session FOR EACH ROW EXECUTE FUNCTION refuse()",
        )
        .await;

    for _ in 0..20 {
        server.get("/users/me").bearer(&admin.token).await.must_be(200);
        server.get("/sessions").bearer(&admin.token).await.must_be(200);
    }
    assert!(server.log().contains("could not record the use of a session"), "{}", server.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_tables_are_reported() {
    let database = Database::new().await;
    let server = Server::on(&database).start().await;
    assert_eq!(readiness(&server).await, (200, None));

    database.run("ALTER TABLE session RENAME TO sessions").await;
    eventually("it is reported", LIMIT, async || {
        readiness(&server).await == (503, Some("the tables of the database are missing".to_owned()))
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_health_checks_share_one_connection() {
    let database = Database::new().await;
    let server = Server::on(&database).start().await;
    let admin = server.sign_up_admin().await;
    let of_server = "pg_stat_activity WHERE datname = current_database() AND application_name = 'immich-server'";
    let before = database.count(of_server).await;

    let callers = (0..20).map(|_| async {
        for _ in 0..20 {
            server.raw("GET", "/readyz").await.must_be(200);
        }
    });
    join_all(callers).await;

    let after = database.count(of_server).await;
    assert!(after <= before + 1, "{before} connections before, {after} after");
    write(&server, &admin).await.must_be(200);
}
