//! Every operation behind a pooler in transaction mode.

use std::time::Duration;

use immich_conform::Options;
use immich_conform::golden::Cases;

use super::other_program::{OtherProgram, nothing_is_left, prepare};
use super::{server_behind, transaction_pooler};
use crate::conform::{assert_conforming, checked};
use crate::harness::{Client, Database, Session};

const CONNECTIONS: u32 = 3;

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_works_and_nothing_is_left_on_the_connections() {
    let database = Database::new().await;
    prepare(&database).await;
    let pooler = transaction_pooler(&database, CONNECTIONS).await;
    let server = server_behind(&pooler, &database).await;
    let other = OtherProgram::start(&pooler).await;
    // All recorded cases, where there is time for it.
    let golden = std::env::var_os("PGBOUNCER_GOLDEN").map(|_| Cases::embedded().expect("the cases are valid"));
    let cases = golden.as_ref().map_or(0, Cases::len);
    let options = Options {
        golden,
        user_command: Some(server.user_command()),
        timeout: Duration::from_secs(60),
        ..Options::new(server.url())
    };

    let report = checked(&options).await;

    assert_conforming(&report);
    for operation in immich_api::Operation::ALL {
        let passed = report.results.iter().any(|tally| tally.operation == operation.id() && tally.passed > 0);
        assert!(passed, "{}", operation.id());
    }
    let golden = report.results.iter().filter(|tally| tally.rule.id() == "golden");
    assert_eq!(golden.map(|tally| tally.passed).sum::<usize>(), cases, "every recorded case agrees");
    other.stop().await;
    nothing_is_left(&pooler, CONNECTIONS as usize).await;
    let log = server.stop();
    assert!(!log.contains("request failed") && !log.contains("SQLSTATE"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_clients_read_and_write_at_once_over_few_connections() {
    let database = Database::new().await;
    prepare(&database).await;
    let pooler = transaction_pooler(&database, CONNECTIONS).await;
    let server = server_behind(&pooler, &database).await;
    let admin = server.sign_up_admin().await;
    let other = OtherProgram::start(&pooler).await;

    let clients = (0..16).map(|_| tokio::spawn(read_and_write(server.client(), admin.clone())));
    for client in clients.collect::<Vec<_>>() {
        client.await.expect("every request succeeds");
    }

    other.stop().await;
    assert_eq!(database.count("api_key").await, 0, "every key was deleted");
    nothing_is_left(&pooler, CONNECTIONS as usize).await;
}

async fn read_and_write(client: Client, admin: Session) {
    for _ in 0..15 {
        let key = client.create_key(&admin, &["user.read"]).await;
        client.get("/users/me").api_key(&key.secret).await.must_be(200);
        client.get("/api-keys").bearer(&admin.token).await.must_be(200);
        client.get("/users").bearer(&admin.token).await.must_be(200);
        client.get("/sessions").bearer(&admin.token).await.must_be(200);
        client.call("DELETE", &format!("/api-keys/{}", key.id)).bearer(&admin.token).await.must_be(204);
        client.get("/users/me").api_key(&key.secret).await.must_be_error(401, "Invalid API key");
    }
}
