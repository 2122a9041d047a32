//! Which users are removed, and when.

use serde_json::json;

use super::{clean_up, cleanup};
use crate::harness::{ADMIN_EMAIL, Database, Server};

/// Let a user have been deleted so many hours ago.
async fn delete_hours_ago(database: &Database, email: &str, hours: i32) {
    database.soft_delete(email).await;
    let change = "UPDATE \"user\" SET \"deletedAt\" = now() - make_interval(hours => $2) WHERE email = $1";
    database.change(change, &[&email, &hours]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_is_removed_when_the_delete_delay_has_passed_and_can_be_restored_before() {
    let server = Server::fresh().await;
    let admin = server.sign_up_admin().await;
    for name in ["old", "recent"] {
        let session = server.user(name).await;
        server.create_key(&session, &["all"]).await;
    }
    let database = server.database();
    let onboarding = "INSERT INTO user_metadata (\"userId\", key, value) SELECT id, 'onboarding', '{}' FROM \"user\"";
    database.change(onboarding, &[]).await;
    delete_hours_ago(database, "old@immich.cloud", 7 * 24).await;
    delete_hours_ago(database, "recent@immich.cloud", 7 * 24 - 1).await;

    let report = clean_up(database).await;

    assert_eq!(report["users"], 1, "{report}");
    assert_eq!(report["deleteDelayDays"], 7, "{report}");
    assert!(server.accepts(&admin).await);
    server.program(["user", "restore", "--email", "recent@immich.cloud"]).await.must_succeed();
    server.login("recent@immich.cloud", "password1").await;
    // The e-mail address is free again, and nothing of the removed user is left.
    server.create_user("old@immich.cloud", "old", "password1").await.must_succeed();
    for table in ["session", "api_key", "user_metadata"] {
        let users = format!("{table} WHERE \"userId\" NOT IN (SELECT id FROM \"user\")");
        assert_eq!(database.count(&users).await, 0, "{table}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_delete_delay_is_that_of_the_system_configuration() {
    let server = Server::fresh().await;
    server.sign_up_admin().await;
    let database = server.database();
    for (name, hours) in [("a", 30 * 24 - 1), ("b", 30 * 24 + 1)] {
        server.user(name).await;
        delete_hours_ago(database, &format!("{name}@immich.cloud"), hours).await;
    }
    database.configure(&json!({"user": {"deleteDelay": 30}})).await;

    let report = clean_up(database).await;

    assert_eq!((&report["users"], &report["deleteDelayDays"]), (&json!(1), &json!(30)), "{report}");
    assert_eq!(database.count("\"user\" WHERE email = 'a@immich.cloud'").await, 1);

    // More days than Postgres can subtract from a date.
    database.configure(&json!({"user": {"deleteDelay": i32::MAX}})).await;
    assert_eq!(clean_up(database).await["users"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invalid_delete_delay_removes_no_user() {
    let server = Server::fresh().await;
    server.sign_up_admin().await;
    let database = server.database();
    server.user("a").await;
    delete_hours_ago(database, "a@immich.cloud", 24 * 365).await;

    for invalid in [json!({"user": {"deleteDelay": "30"}}), json!({"user": 30}), json!("30")] {
        database.configure(&invalid).await;
        let report = clean_up(database).await;
        assert_eq!((&report["users"], &report["deleteDelayDays"]), (&json!(0), &json!(null)), "{invalid}");
    }
    let for_people = cleanup(database).await.must_succeed();
    assert!(!for_people.stdout.contains("days ago"), "{for_people:?}");

    database.configure(&json!({"user": {"deleteDelay": 30}})).await;
    assert_eq!(clean_up(database).await["users"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_configuration_file_replaces_the_delete_delay_in_the_database() {
    let server = Server::fresh().await;
    server.sign_up_admin().await;
    let database = server.database();
    server.user("a").await;
    delete_hours_ago(database, "a@immich.cloud", 2 * 24).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("immich.json");
    std::fs::write(&file, r#"{"user": {"deleteDelay": 2}}"#).unwrap();

    assert_eq!(clean_up(database).await["users"], 0);
    let report = cleanup(database).with("IMMICH_CONFIG_FILE", &file).await.must_succeed().json();

    assert_eq!(report["users"], 1, "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_administrator_can_sign_up_again_with_the_same_storage_label() {
    let server = Server::fresh().await;
    server.sign_up_admin().await;
    let database = server.database();
    delete_hours_ago(database, ADMIN_EMAIL, 8 * 24).await;
    let sign_up = json!({"email": ADMIN_EMAIL, "password": "password", "name": "Admin"});
    server.post("/auth/admin-sign-up", sign_up).await.must_be_error(400, "User exists");

    assert_eq!(clean_up(database).await["users"], 1);

    server.sign_up_admin().await;
    let label = database.text("SELECT \"storageLabel\" FROM \"user\"", &[]).await;
    assert_eq!(label.as_deref(), Some("admin"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_with_many_sessions_and_keys_is_removed() {
    let database = Database::new().await;
    database
        .run(
            "INSERT INTO \"user\" (email, \"deletedAt\") VALUES ('many@immich.cloud', now() - interval '8 days');
             INSERT INTO session (token, \"userId\")
               SELECT gen_random_uuid(), id FROM \"user\", generate_series(1, 2500);
             INSERT INTO api_key (key, name, \"userId\", permissions)
               SELECT gen_random_uuid(), 'key', id, '{all}' FROM \"user\", generate_series(1, 2500)",
        )
        .await;

    let report = clean_up(&database).await;

    assert_eq!((&report["sessions"], &report["users"]), (&json!(0), &json!(1)), "{report}");
    for table in ["\"user\"", "session", "api_key"] {
        assert_eq!(database.count(table).await, 0, "{table}");
    }
}
