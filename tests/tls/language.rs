//! A Postgres whose messages are not in English.

use std::future::IntoFuture as _;
use std::time::Duration;

use crate::harness::{ADMIN_EMAIL, ADMIN_PASSWORD, Database, Server, eventually};

use super::Cluster;

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_speaks_german_is_503_when_it_is_unavailable_and_not_500() {
    let cluster = Cluster::in_german().await;
    let url = cluster.url("postgres", "localhost", "");
    let database = Database::new().await;
    let server = Server::on(&database).with("DB_URL", url).with("IMMICH_CREDENTIAL_CACHE", "off").start().await;
    let admin = server.sign_up_admin().await;

    let german = cluster.connect().await.simple_query("select 1 / 0").await.unwrap_err();
    let german = german.as_db_error().expect("the server rejects it").message().to_owned();
    assert_ne!(german, "division by zero", "the translations of Postgres are part of its packages");

    let mut holder = cluster.connect().await;
    let hold = holder.transaction().await.unwrap();
    hold.batch_execute("lock table \"user\"").await.unwrap();
    let ask = || tokio::spawn(server.get("/users/me").bearer(&admin.token).into_future());
    let requests = [ask(), ask(), ask(), ask()];
    tokio::time::sleep(Duration::from_millis(300)).await;
    let cancel = "select count(pg_cancel_backend(pid)) from pg_stat_activity
                  where application_name = 'immich-server' and wait_event_type = 'Lock'";
    cluster.execute(cancel).await;
    for request in requests {
        request.await.unwrap().must_be(503);
    }
    hold.rollback().await.unwrap();
    eventually("the server recovers", Duration::from_secs(10), async || {
        server.get("/users/me").bearer(&admin.token).await.status == 200
    })
    .await;
    server.login(ADMIN_EMAIL, ADMIN_PASSWORD).await;
    let log = server.log();
    assert!(log.contains("(SQLSTATE 57014)"), "{log}");
}
