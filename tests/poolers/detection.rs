//! A pooler that the settings do not name is found at start, or by its errors.

use super::other_program::nothing_is_left;
use super::{logs, transaction_pooler};
use crate::harness::{Database, PgBouncer, Pool, Program, Server};

const REMEDY: &str =
    "is behind a connection pooler in transaction mode: set DB_POOLER=transaction, or connect directly";

#[tokio::test(flavor = "multi_thread")]
async fn without_the_setting_a_pooler_in_transaction_mode_is_refused_at_start() {
    let database = Database::new().await;
    for size in [1, 2, 4] {
        let pooler = transaction_pooler(&database, size).await;
        for command in [&["serve", "--port", "0"][..], &["migrate"], &["user", "list"]] {
            let run = Program::run(command.iter().copied()).with("DB_URL", pooler.url());
            let outcome = run.with("IMMICH_API_CLEANUP_TIME", "off").await;
            let line = outcome.must_fail_in_one_line();
            assert!(line.contains(REMEDY), "{size} connections, {command:?}: {line}");
        }
        nothing_is_left(&pooler, size as usize).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pooler_in_transaction_mode_is_found_while_others_use_it() {
    let database = Database::new().await;
    let pooler = transaction_pooler(&database, 4).await;
    let others: Vec<_> = futures_util::future::join_all((0..6).map(|_| pooler.other_client())).await;
    let busy = tokio::spawn(async move {
        let work = others
            .iter()
            .map(|client| async move { while client.simple_query("select pg_sleep(random() / 100)").await.is_ok() {} });
        futures_util::future::join_all(work).await;
    });

    for _ in 0..5 {
        let outcome = Program::run(["migrate"]).with("DB_URL", pooler.url()).await;
        assert!(outcome.must_fail_in_one_line().contains(REMEDY), "{outcome:?}");
    }

    busy.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pooler_in_session_mode_needs_no_setting() {
    let database = Database::new().await;
    let pooler = PgBouncer::before(&database, Pool { mode: "session", ..Pool::by_transaction(40) }).await;
    let server = Server::on(&database).with("DB_URL", pooler.url()).start().await;
    let admin = server.sign_up_admin().await;

    for _ in 0..20 {
        server.get("/users/me").bearer(&admin.token).await.must_be(200);
        let key = server.create_key(&admin, &["user.read"]).await;
        server.get("/users/me").api_key(&key.secret).await.must_be(200);
    }

    assert!(!server.log().contains("bypassing the credential cache"), "{}", server.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pooler_that_changes_to_transaction_mode_is_named_in_the_log() {
    let database = Database::new().await;
    let pooler = PgBouncer::before(&database, Pool { mode: "session", ..Pool::by_transaction(40) }).await;
    let server = Server::on(&database).with("DB_URL", pooler.url()).start().await;
    let admin = server.sign_up_admin().await;

    pooler.change_mode("session", "transaction");

    for _ in 0..40 {
        // 503 while statements are missing.
        let response = server.get("/api-keys").bearer(&admin.token).await;
        assert!([200, 503].contains(&response.status), "{response:?}");
    }
    logs(&server, "set DB_POOLER=transaction, or connect directly").await;
    // The listening connection is one of those that are exchanged.
    logs(&server, "bypassing the credential cache").await;
}
