//! `immich-server cleanup`

use serde_json::json;

use crate::harness::{Database, Program};

/// The key of the lock: "cleanup" in ASCII.
const LOCK: &str = "SELECT pg_advisory_lock(x'636c65616e7570'::bigint)";

fn cleanup(database: &Database, arguments: &[&str]) -> Program {
    Program::run(["cleanup"]).and(arguments.iter().copied()).with("DB_URL", database.url())
}

/// A database with one expired session, and one user that is due with one session.
async fn database() -> Database {
    let database = Database::new().await;
    database
        .run(
            "INSERT INTO \"user\" (email, \"deletedAt\") VALUES
               ('a@immich.cloud', null), ('b@immich.cloud', now() - interval '8 days');
             INSERT INTO session (token, \"userId\", \"expiresAt\")
               SELECT email, id, CASE WHEN \"deletedAt\" IS NULL THEN now() END FROM \"user\"",
        )
        .await;
    database
}

#[tokio::test(flavor = "multi_thread")]
async fn it_prints_what_it_removes_and_with_dry_run_removes_nothing() {
    let database = database().await;
    let before = database.dump().await;

    let dry = cleanup(&database, &["--dry-run"]).await.must_succeed();
    assert_eq!(
        dry.stdout,
        "sessions to remove: 1 (expired, or not used for 90 days)\n\
         users to remove: 1 (deleted more than 7 days ago)\n"
    );
    let dry = cleanup(&database, &["--dry-run", "--json"]).await.must_succeed().json();
    let report = |outcome: &str| json!({"outcome": outcome, "sessions": 1, "users": 1, "usersLeftToUpstream": 0, "deleteDelayDays": 7});
    assert_eq!(dry, report("dry-run"));
    assert_eq!(database.dump().await, before);

    assert_eq!(cleanup(&database, &["--json"]).await.must_succeed().json(), report("done"));
    assert_eq!(database.count("session").await, 0);
    assert_eq!(database.count("\"user\"").await, 1);
    let again = cleanup(&database, &[]).await.must_succeed();
    assert_eq!(
        again.stdout,
        "sessions removed: 0 (expired, or not used for 90 days)\n\
         users removed: 0 (deleted more than 7 days ago)\n"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn while_another_process_has_the_lock_it_removes_nothing_and_says_so() {
    let database = database().await;
    let before = database.dump().await;
    let other = database.connect().await;
    other.batch_execute(LOCK).await.unwrap();

    let outcome = cleanup(&database, &[]).await.must_succeed();
    assert!(outcome.stdout.contains("another process is cleaning up this database"), "{outcome:?}");
    assert_eq!(cleanup(&database, &["--json"]).await.must_succeed().json()["outcome"], "busy");
    assert_eq!(database.dump().await, before);

    drop(other);
}

#[tokio::test(flavor = "multi_thread")]
async fn users_of_upstreams_database_are_left_to_upstream_and_sessions_are_removed() {
    let database = Database::of_upstream().await;
    let deleted = "UPDATE \"user\" SET \"deletedAt\" = now() - interval '31 days' WHERE email = 'gone@immich.cloud'";
    database.change(deleted, &[]).await;
    let users = database.count("\"user\"").await;

    let dry = cleanup(&database, &["--dry-run", "--json"]).await.must_succeed().json();
    let outcome = cleanup(&database, &[]).await.must_succeed();

    let expected =
        json!({"outcome": "dry-run", "sessions": 1, "users": 0, "usersLeftToUpstream": 1, "deleteDelayDays": 30});
    assert_eq!(dry, expected);
    assert_eq!(
        outcome.stdout,
        "sessions removed: 1 (expired, or not used for 90 days)\n\
         users removed: 0 (deleted more than 30 days ago)\n\
         users left: 1 (deleted more than 30 days ago; in the database of upstream Immich, which removes them with \
         their files)\n"
    );
    assert_eq!(database.count("\"user\"").await, users);
    assert_eq!(database.count("session WHERE token = encode(sha256('anna-old-token'), 'base64')").await, 0);
    assert_eq!(database.count("session").await, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreachable_database_is_one_line() {
    let outcome = Program::run(["cleanup"]).with("DB_URL", "postgres://ann:canary@127.0.0.1:1/x").await;

    assert!(!outcome.must_fail_in_one_line().contains("canary"), "{outcome:?}");
}
