//! Upstream's databases with unusual rows, indexes or schemas.

use std::time::Duration;

use serde_json::json;

use super::{ADMIN, ANNA, ANNA_EMAIL, admin, anna, on, session};
use crate::harness::{ADMIN_EMAIL, ADMIN_PASSWORD, Database, Release, Server, eventually};

const INDEXES: &str = "SELECT string_agg(indexname::text, ' ' ORDER BY indexname) FROM pg_indexes \
                       WHERE indexname LIKE 'immich\\_api\\_%'";

/// The log arrives through a pipe, a little later than the server has written it.
async fn must_log(server: &Server, text: &str) {
    eventually(text, Duration::from_secs(5), || async { server.log().contains(text) }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn given_two_sessions_with_one_token_then_the_index_is_not_unique_until_they_are_deleted() {
    let database = Database::of_upstream().await;
    database
        .run(
            "INSERT INTO session (id, token, \"userId\") SELECT 'a9999999-9999-4999-8999-999999999999', token, \"userId\"
             FROM session WHERE id = 'a2222222-2222-4222-8222-222222222222'",
        )
        .await;

    let server = Server::on(&database).start().await;
    assert!(server.accepts(&anna()).await);
    let log = server.stop();
    assert!(log.contains("session.token has duplicate hashes"), "{log}");
    let indexes = database.text(INDEXES, &[]).await.unwrap();
    assert!(indexes.contains("immich_api_session_token_idx") && !indexes.contains("session_token_uq"), "{indexes}");
    let again = on(&database, ["migrate"]).await.must_succeed();
    assert!(again.stdout.contains("note: session.token has duplicate hashes"), "{again:?}");
    assert!(!again.stdout.contains("applied"), "{again:?}");

    database.run("DELETE FROM session WHERE id = 'a9999999-9999-4999-8999-999999999999'").await;
    let repaired = on(&database, ["migrate"]).await.must_succeed();

    assert!(repaired.stdout.contains("applied immich_api_session_token_uq"), "{repaired:?}");
    assert!(!repaired.stdout.contains("note:"), "{repaired:?}");
    let indexes = database.text(INDEXES, &[]).await.unwrap();
    assert!(indexes.contains("session_token_uq") && !indexes.contains("session_token_idx"), "{indexes}");
}

#[tokio::test(flavor = "multi_thread")]
async fn given_an_index_of_upstreams_own_then_none_is_added_beside_it() {
    let database = Database::of_upstream().await;
    database.run("CREATE INDEX upstream_session_token ON session (token)").await;

    on(&database, ["migrate"]).await.must_succeed();

    let indexes = database.text(INDEXES, &[]).await.unwrap();
    assert!(!indexes.contains("session_token"), "{indexes}");
    assert!(indexes.contains("api_key_key_uq"), "{indexes}");
}

/// As in the first databases with bytes.
#[tokio::test(flavor = "multi_thread")]
async fn given_hashes_as_bytes_without_an_index_of_upstreams_own_then_the_indexes_are_added() {
    let database = Database::of_release(Release::V2_7).await;
    database.run("DROP INDEX session_token_idx, api_key_key_idx").await;

    on(&database, ["migrate"]).await.must_succeed();

    let indexes = database.text(INDEXES, &[]).await.unwrap();
    assert!(indexes.contains("session_token_uq") && indexes.contains("api_key_key_uq"), "{indexes}");
}

#[tokio::test(flavor = "multi_thread")]
async fn given_an_index_of_upstreams_own_on_deleted_users_too_then_one_on_live_users_is_added() {
    let database = Database::of_upstream().await;
    database.run("CREATE INDEX upstream_user_created ON \"user\" (\"createdAt\" DESC, id DESC)").await;

    on(&database, ["migrate"]).await.must_succeed();

    let indexes = database.text(INDEXES, &[]).await.unwrap();
    assert!(indexes.contains("immich_api_user_live_createdAt_id_idx"), "{indexes}");
}

#[tokio::test(flavor = "multi_thread")]
async fn given_the_index_of_an_earlier_version_then_the_one_on_live_users_replaces_it() {
    const EARLIER: &str = "CREATE INDEX \"immich_api_user_createdAt_id_idx\" ON \"user\" (\"createdAt\" DESC, id DESC)";
    let database = Database::of_upstream().await;
    database.run(EARLIER).await;

    on(&database, ["migrate"]).await.must_succeed();

    let indexes = database.text(INDEXES, &[]).await.unwrap();
    assert!(
        indexes.contains("immich_api_user_live_createdAt_id_idx") && !indexes.contains("api_user_createdAt"),
        "{indexes}"
    );

    database.run(EARLIER).await;
    let reverted = on(&database, ["migrate", "--revert"]).await.must_succeed();

    assert!(reverted.stdout.contains("removed immich_api_user_createdAt_id_idx"), "{reverted:?}");
    assert_eq!(database.text(INDEXES, &[]).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn given_two_administrators_then_both_stay_and_sign_up_is_refused() {
    let database = Database::of_upstream().await;
    database.run(&format!("UPDATE \"user\" SET \"isAdmin\" = true WHERE id = '{ANNA}'")).await;
    let server = Server::on(&database).start().await;

    must_log(&server, "there are 2 administrators").await;
    for (session, id) in [(admin(), ADMIN), (anna(), ANNA)] {
        let me = server.get("/users/me").bearer(&session.token).await.must_be(200).json();
        assert_eq!((&me["id"], &me["isAdmin"]), (&json!(id), &json!(true)));
    }
    let sign_up = json!({"email": "b@immich.cloud", "password": "password", "name": "B"});
    server.post("/auth/admin-sign-up", sign_up.clone()).await.must_be_error(400, "The server already has an admin");
    server.program(["user", "delete", "--email", ADMIN_EMAIL]).await.must_succeed();
    server.post("/auth/admin-sign-up", sign_up).await.must_be_error(400, "The server already has an admin");
    // As upstream allows.
    server.program(["user", "restore", "--email", ADMIN_EMAIL]).await.must_succeed();
    server.login(ADMIN_EMAIL, ADMIN_PASSWORD).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn given_no_administrator_when_many_sign_up_on_two_servers_then_one_becomes_it() {
    let database = Database::of_upstream().await;
    database.run("UPDATE \"user\" SET \"isAdmin\" = false").await;
    let (first, second) = (Server::on(&database).start().await, Server::on(&database).start().await);
    let config = first.get("/server/config").await.must_be(200).json();
    assert_eq!(config["isInitialized"], false);

    let sign_ups: Vec<_> = (0..12)
        .map(|i| {
            let body = json!({"email": format!("admin{i}@immich.cloud"), "password": "password", "name": "Admin"});
            let server = if i % 2 == 0 { &first } else { &second };
            tokio::spawn(server.post("/auth/admin-sign-up", body).into_future())
        })
        .collect();
    let mut signed_up = 0;
    for sign_up in sign_ups {
        let answer = sign_up.await.unwrap();
        if answer.status == 201 {
            signed_up += 1;
        } else {
            answer.must_be_error(400, "The server already has an admin");
        }
    }

    assert_eq!(signed_up, 1);
    assert_eq!(database.count("\"user\" WHERE \"isAdmin\"").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn given_a_status_that_the_contract_does_not_know_then_the_user_is_shown_by_whether_it_is_deleted() {
    let database = Database::of_upstream().await;
    database
        .run("UPDATE \"user\" SET status = 'suspended' WHERE email IN ('anna@immich.cloud', 'gone@immich.cloud')")
        .await;
    let server = Server::on(&database).start().await;

    must_log(&server, "the status 'suspended' of 2 users").await;
    let me = server.put("/users/me", json!({"name": "Ann"})).bearer("anna-token").await.must_be(200).json();
    assert_eq!(me["status"], "active");
    let listed = server.program(["user", "list", "--all", "--json"]).await.must_succeed().json();
    let gone = listed.as_array().unwrap().iter().find(|user| user["email"] == "gone@immich.cloud").unwrap();
    assert_eq!(gone["status"], "deleted");
    assert_eq!(database.count("\"user\" WHERE status = 'suspended'").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn given_an_address_with_capital_letters_then_it_behaves_as_with_upstream_and_can_be_corrected() {
    let database = Database::of_upstream().await;
    database.run(&format!("UPDATE \"user\" SET email = 'Anna@Immich.cloud' WHERE id = '{ANNA}'")).await;
    let server = Server::on(&database).start().await;

    must_log(&server, "1 user has capital letters").await;
    server
        .post("/auth/login", json!({"email": "Anna@Immich.cloud", "password": "password1"}))
        .await
        .must_be_error(401, "Incorrect email or password");
    let me = server.get("/users/me").bearer("anna-token").await.must_be(200).json();
    assert_eq!(me["email"], "Anna@Immich.cloud");
    server.program(["user", "delete", "--email", "Anna@Immich.cloud"]).await.must_succeed();
    server.program(["user", "restore", "--email", "Anna@Immich.cloud"]).await.must_succeed();
    server.get("/users/me").bearer("anna-token").await.must_be_error(401, "Invalid user token");
    server.get("/users/me").api_key("anna-key").await.must_be_error(401, "Invalid API key");

    let session = "INSERT INTO session (\"userId\", token) VALUES ";
    database.run(&format!("{session} ('{ANNA}', encode(sha256('anna-token'), 'base64'))")).await;
    server.put("/users/me", json!({"email": "Anna@Immich.cloud"})).bearer("anna-token").await.must_be(200);
    server.login(ANNA_EMAIL, "password1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn given_a_permission_that_is_null_then_it_grants_nothing() {
    let database = Database::of_upstream().await;
    database.run(&format!("UPDATE api_key SET permissions = '{{NULL,user.read}}' WHERE \"userId\" = '{ANNA}'")).await;
    let server = Server::on(&database).start().await;

    let key = server.get("/api-keys/me").api_key("anna-key").await.must_be(200).json();
    assert_eq!(key["permissions"], json!(["user.read"]));
    server.get("/sessions").api_key("anna-key").await.must_be(403);
}

#[tokio::test(flavor = "multi_thread")]
async fn given_a_session_that_expires_in_the_year_20000_then_it_is_live_and_shows_no_expiry() {
    let database = Database::of_upstream().await;
    database.run("UPDATE session SET \"expiresAt\" = '20000-01-01' WHERE \"deviceType\" = 'tv'").await;
    database.run("UPDATE session SET \"expiresAt\" = '-infinity' WHERE \"deviceType\" = 'Chrome'").await;
    let server = Server::on(&database).start().await;

    assert!(server.accepts(&session("anna-child-token", ANNA)).await);
    assert!(!server.accepts(&admin()).await);
    let listed = server.get("/sessions").bearer("anna-child-token").await.must_be(200).json();
    let current = listed.as_array().unwrap().iter().find(|listed| listed["current"] == true).unwrap();
    assert_eq!(current.get("expiresAt"), None);
}

/// Upstream's list of migrations with a different schema: nothing is guessed.
#[tokio::test(flavor = "multi_thread")]
async fn given_a_schema_of_another_version_then_it_is_refused_in_one_line_and_left_alone() {
    for (change, fault) in [
        (
            "ALTER TABLE session ALTER token TYPE uuid USING gen_random_uuid()",
            "session.token is of the type uuid instead of character varying",
        ),
        ("ALTER TABLE session DROP \"appVersion\"", "session has no column appVersion"),
        ("ALTER TABLE api_key RENAME TO api_keys", "there is no table api_key"),
        (
            "ALTER TABLE \"user\" ADD color varchar; UPDATE \"user\" SET color = ''; ALTER TABLE \"user\" ALTER color SET NOT NULL",
            "user.color is required, has no default and is unknown to this program",
        ),
        (
            "DROP TABLE kysely_migrations; ALTER TABLE \"user\" RENAME TO users; ALTER TABLE session RENAME TO sessions; \
          ALTER TABLE api_key RENAME TO api_keys",
            "there is no table api_key; there is no table session; there is no table user",
        ),
    ] {
        let database = Database::of_upstream().await;
        database.run(change).await;
        let before = database.pg_dump(&[]);

        for command in ["migrate", "serve"] {
            let outcome = on(&database, [command]).with("IMMICH_PORT", "0").await;
            assert!(outcome.must_fail_in_one_line().contains(fault), "{change}: {outcome:?}");
        }

        assert_eq!(database.pg_dump(&[]), before, "{change}");
    }
}

/// An older version of this program tried to create its tables, and left its empty list of migrations.
#[tokio::test(flavor = "multi_thread")]
async fn given_an_empty_list_of_migrations_of_ours_then_the_database_is_still_upstreams() {
    let database = Database::of_upstream().await;
    database.run("CREATE TABLE __diesel_schema_migrations (version varchar PRIMARY KEY, run_on timestamp)").await;

    let server = Server::on(&database).start().await;

    assert!(server.accepts(&admin()).await);
}
