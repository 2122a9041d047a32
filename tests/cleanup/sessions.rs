//! Which sessions end, and when.

use serde_json::json;

use super::{clean_up, cleanup, insert_expired_sessions};
use crate::harness::{Database, Server};

const MINUTES_PER_DAY: i32 = 24 * 60;

#[tokio::test(flavor = "multi_thread")]
async fn children_of_a_deleted_session_end_at_once() {
    let server = Server::fresh().await;
    let other = server.sign_up_admin().await;
    let parent = server.login("admin@immich.cloud", "password").await;
    let (_, child) = server.create_child(&parent).await;
    let (_, grandchild) = server.create_child(&child).await;
    assert!(server.accepts(&child).await && server.accepts(&grandchild).await);

    let id = server.session_id(&parent).await;
    server.delete(&format!("/sessions/{id}")).bearer(&other.token).await.must_be_empty();

    for ended in [&parent, &child, &grandchild] {
        assert!(!server.accepts(ended).await);
    }
    assert!(server.accepts(&other).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_child_of_an_expired_session_is_accepted_until_the_cleanup_deletes_its_parent() {
    let server = Server::fresh().await;
    let other = server.sign_up_admin().await;
    let parent = server.login("admin@immich.cloud", "password").await;
    let (_, child) = server.create_child(&parent).await;
    let (_, grandchild) = server.create_child(&child).await;
    server.database().expire_session(&server.session_id(&parent).await).await;

    assert!(!server.accepts(&parent).await);
    assert!(server.accepts(&child).await && server.accepts(&grandchild).await);

    let report = clean_up(server.database()).await;

    // The command returns when no server accepts what it has removed.
    assert!(!server.accepts(&child).await && !server.accepts(&grandchild).await);
    assert!(server.accepts(&other).await);
    assert_eq!(report["sessions"], 3, "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_end_when_they_were_not_used_for_90_days() {
    let server = Server::fresh().await;
    let used = server.sign_up_admin().await;
    let [unused, almost_unused, unlimited] = [
        server.login("admin@immich.cloud", "password").await,
        server.login("admin@immich.cloud", "password").await,
        server.login("admin@immich.cloud", "password").await,
    ];
    let database = server.database();
    database.age_session(&server.session_id(&unused).await, 90 * MINUTES_PER_DAY).await;
    database.age_session(&server.session_id(&almost_unused).await, 90 * MINUTES_PER_DAY - 5).await;
    let id = server.session_id(&unlimited).await;
    database.change("UPDATE session SET \"expiresAt\" = 'infinity' WHERE id = $1::text::uuid", &[&id]).await;
    let (_, child_that_expires_later) = server.create_child(&used).await;
    let later = "UPDATE session SET \"expiresAt\" = now() + interval '5 minutes' WHERE \"parentId\" IS NOT NULL";
    database.change(later, &[]).await;

    let report = clean_up(database).await;

    assert_eq!(report["sessions"], 1, "{report}");
    assert!(!server.accepts(&unused).await);
    for kept in [&used, &almost_unused, &unlimited, &child_that_expires_later] {
        assert!(server.accepts(kept).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn more_sessions_than_one_transaction_removes_are_all_removed_and_counted() {
    let database = Database::new().await;
    insert_expired_sessions(&database, 2_500).await;
    // Some are children of others: removed with their parents, and counted once.
    let children = "UPDATE session SET \"parentId\" = (SELECT min(id::text)::uuid FROM session)
                    WHERE id > (SELECT min(id::text)::uuid FROM session) AND random() < 0.5";
    database.run(children).await;

    let expected = cleanup(&database).and(["--dry-run"]).await.must_succeed().json();
    let report = clean_up(&database).await;

    assert_eq!(database.count("session").await, 0);
    assert_eq!(report["sessions"], 2_500, "{report}");
    assert_eq!(expected["sessions"], 2_500, "{expected}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_another_transaction_has_locked_stays_until_the_next_cleanup() {
    let database = Database::new().await;
    insert_expired_sessions(&database, 2).await;
    let other = database.connect().await;
    other.batch_execute("BEGIN; SELECT FROM session LIMIT 1 FOR UPDATE").await.unwrap();

    assert_eq!(clean_up(&database).await["sessions"], 1);

    other.batch_execute("COMMIT").await.unwrap();
    assert_eq!(clean_up(&database).await["sessions"], 1);
    assert_eq!(
        clean_up(&database).await,
        json!({"outcome": "done", "sessions": 0, "users": 0, "usersLeftToUpstream": 0, "deleteDelayDays": 7})
    );
}
