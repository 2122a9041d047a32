//! Migrations, imports and other commands through a pooler in transaction mode.

use super::other_program::nothing_is_left;
use super::{server_behind, transaction_pooler};
use crate::harness::{Database, PgBouncer, Program};

/// A command that knows of the pooler.
fn through(pooler: &PgBouncer, command: &[&str]) -> Program {
    Program::run(command.iter().copied()).with("DB_URL", pooler.url()).with("DB_POOLER", "transaction")
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_that_migrate_at_once_migrate_one_after_the_other() {
    let database = Database::without_tables().await;
    let pooler = transaction_pooler(&database, 2).await;

    let outcomes = futures_util::future::join_all((0..3).map(|_| async { through(&pooler, &["migrate"]).await })).await;

    let outputs: Vec<String> = outcomes.into_iter().map(|outcome| outcome.must_succeed().stdout).collect();
    let migrated = outputs.iter().filter(|output| output.contains("applied")).count();
    assert_eq!(migrated, 1, "one of them migrates, the others find it done: {outputs:?}");
    nothing_is_left(&pooler, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn upstreams_rows_are_imported_and_users_are_listed() {
    let (database, upstream) = (Database::without_tables().await, Database::of_upstream().await);
    let pooler = transaction_pooler(&database, 3).await;

    through(&pooler, &["import", "--from", &upstream.url()]).await.must_succeed();

    let users = through(&pooler, &["user", "list", "--json"]).await.must_succeed().json();
    assert!(users.as_array().is_some_and(|users| !users.is_empty()), "{users}");
    through(&pooler, &["cleanup"]).await.must_succeed();
    nothing_is_left(&pooler, 3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn upstreams_database_is_used_in_place() {
    let database = Database::of_upstream().await;
    let pooler = transaction_pooler(&database, 3).await;

    let server = server_behind(&pooler, &database).await;

    server.get("/server/config").await.must_be(200);
    drop(server);
    nothing_is_left(&pooler, 3).await;
}
