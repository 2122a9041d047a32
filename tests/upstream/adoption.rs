//! After use in place, upstream can use its database again: its schema plus a few indexes, its rows, and new rows in
//! its own format.

use std::collections::BTreeSet;

use serde_json::json;

use super::{ANNA_EMAIL, ANNA_PASSWORD, on};
use crate::harness::{ADMIN_EMAIL, ADMIN_PASSWORD, Database, Key, Release, Server, Session};

/// What is added to upstream's database up to version 2.5. Later versions have indexes on hashes.
const ON_HASHES: [&str; 2] = [
    "CREATE UNIQUE INDEX immich_api_api_key_key_uq ON public.api_key USING btree (key);",
    "CREATE UNIQUE INDEX immich_api_session_token_uq ON public.session USING btree (token);",
];

/// What is added to the database of every version.
const ON_USERS: [&str; 2] = [
    "CREATE INDEX \"immich_api_user_live_createdAt_id_idx\" ON public.\"user\" USING btree (\"createdAt\" DESC, id DESC) \
     WHERE (\"deletedAt\" IS NULL);",
    "CREATE INDEX immich_api_user_live_admin_idx ON public.\"user\" USING btree (\"isAdmin\") \
     WHERE (\"isAdmin\" AND (\"deletedAt\" IS NULL));",
];

fn additions(release: Release) -> BTreeSet<&'static str> {
    let on_hashes = ON_HASHES.into_iter().filter(|_| !release.stores_bytes());
    on_hashes.chain(ON_USERS).collect()
}

/// The statements that create the schema.
fn schema(database: &Database) -> BTreeSet<String> {
    let dump = database.pg_dump(&["--schema-only"]);
    let statements: BTreeSet<String> = dump
        .split("\n--\n-- Name: ")
        .map(|part| part.split_once("--\n").map_or(part, |(_, statement)| statement).trim().to_owned())
        .collect();
    assert!(statements.len() > 40, "the dump has a schema: {dump}");
    statements
}

fn assert_only_additions(release: Release, before: &BTreeSet<String>, after: &BTreeSet<String>) {
    let missing: Vec<_> = before.difference(after).collect();
    assert!(missing.is_empty(), "missing or changed: {missing:#?}");
    let added: BTreeSet<_> = after.difference(before).map(String::as_str).collect();
    assert_eq!(added, additions(release), "{release:?}");
}

/// The rows of all tables except those that the server writes to.
fn other_rows(database: &Database) -> String {
    database.pg_dump(&["--data-only", "--exclude-table=user", "--exclude-table=session", "--exclude-table=api_key"])
}

/// Everything that the server writes: logins, sessions, keys, passwords, names, deletions, users. Returns a new session
/// and a new key.
async fn write_everything(server: &Server) -> (Session, Key) {
    let anna = server.login(ANNA_EMAIL, ANNA_PASSWORD).await;
    let (child, _) = server.create_child(&anna).await;
    let key = server.create_key(&anna, &["user.read", "session.read", "user.read"]).await;
    let path = format!("/api-keys/{}", key.id);
    server.put(&path, json!({"name": "renamed"})).bearer(&anna.token).await.must_be(200);
    let other = server.create_key(&anna, &["all"]).await;
    server.delete(&format!("/api-keys/{}", other.id)).bearer(&anna.token).await.must_be_empty();
    server.put("/users/me", json!({"name": "Anna B."})).bearer(&anna.token).await.must_be(200);
    let change = json!({"password": ANNA_PASSWORD, "newPassword": "password2", "invalidateSessions": true});
    server.post("/auth/change-password", change).bearer(&anna.token).await.must_be(200);
    server.delete(&format!("/sessions/{child}")).bearer(&anna.token).await.must_be(400);
    let admin = server.login(ADMIN_EMAIL, ADMIN_PASSWORD).await;
    server.post("/auth/logout", json!({})).bearer(&admin.token).await.must_be(200);
    server.user("bert").await;
    server.program(["user", "delete", "--email", "olga@immich.cloud"]).await.must_succeed();
    (anna, key)
}

#[tokio::test(flavor = "multi_thread")]
async fn given_every_kind_of_write_when_compared_then_only_our_indexes_were_added_and_other_tables_are_unchanged() {
    for release in Release::ALL {
        let database = Database::of_release(release).await;
        let (schema_before, rows_before) = (schema(&database), other_rows(&database));
        assert!(rows_before.contains("canary-client-secret") && rows_before.contains("/data/upload/5.jpg"));

        for _ in 0..2 {
            let server = Server::on(&database).start().await;
            let me = server.get("/users/me").bearer("admin-token").await.must_be(200).json();
            if me["updatedAt"] == "2026-01-01T10:00:00.500Z" {
                write_everything(&server).await;
                server.put("/users/me", json!({"name": "Admin"})).bearer("admin-token").await.must_be(200);
            }
            server.stop();
        }

        assert_only_additions(release, &schema_before, &schema(&database));
        assert_eq!(other_rows(&database), rows_before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn given_additions_when_reverted_then_the_schema_is_exactly_upstreams() {
    for release in Release::ALL {
        let database = Database::of_release(release).await;
        let before = database.pg_dump(&["--schema-only"]);

        let first = on(&database, ["migrate"]).await.must_succeed();
        let in_place = "using the database of upstream Immich in place; its last migration: ";
        assert!(first.stdout.contains(&format!("{in_place}{}\n", release.last_migration())), "{first:?}");
        assert_eq!(first.stdout.matches("applied immich_api_").count(), additions(release).len(), "{first:?}");
        let again = on(&database, ["migrate"]).await.must_succeed();
        assert!(again.stdout.contains("up to date") && !again.stdout.contains("applied"), "{again:?}");
        assert_ne!(database.pg_dump(&["--schema-only"]), before);

        let reverted = on(&database, ["migrate", "--revert"]).await.must_succeed();

        assert_eq!(reverted.stdout.matches("removed immich_api_").count(), additions(release).len(), "{reverted:?}");
        assert_eq!(database.pg_dump(&["--schema-only"]), before);
        on(&database, ["migrate", "--revert"]).await.must_succeed();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn given_a_database_of_our_own_when_reverted_then_it_is_refused_and_nothing_is_lost() {
    let database = Database::new().await;
    let before = database.pg_dump(&["--schema-only"]);

    let outcome = on(&database, ["migrate", "--revert"]).await;

    assert!(
        outcome.must_fail_in_one_line().contains("this database was not created by upstream Immich"),
        "{outcome:?}"
    );
    assert_eq!(database.pg_dump(&["--schema-only"]), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn given_rows_that_the_server_wrote_then_they_have_upstreams_format() {
    for release in Release::ALL {
        let database = Database::of_release(release).await;
        let server = Server::on(&database).start().await;
        let (session, key) = write_everything(&server).await;

        // Passwords: those of anna (changed) and bert (new); the others are unchanged.
        assert_eq!(database.count("\"user\" WHERE password !~ '^(\\$2b\\$10\\$[./A-Za-z0-9]{53})?$'").await, 0);
        // Tokens and secrets: SHA-256, in base64 with padding or as bytes. Upstream finds them.
        for (table, column, secret) in [("session", "token", &session.token), ("api_key", "key", &key.secret)] {
            let odd = if release.stores_bytes() {
                format!("{table} WHERE octet_length({column}) <> 32")
            } else {
                format!("{table} WHERE {column} !~ '^[A-Za-z0-9+/]{{43}}=$'")
            };
            assert_eq!(database.count(&odd).await, 0, "{odd}");
            let found = format!("{table} WHERE {column} = {}", release.hash(secret));
            assert_eq!(database.count(&found).await, 1, "{release:?}: {table}");
        }
        // Ids of version 4, ids of updates of version 7.
        for table in ["\"user\"", "session", "api_key"] {
            let odd = format!("{table} WHERE id::text !~ '^.{{14}}4.{{4}}[89ab]' OR \"updateId\"::text !~ '^.{{14}}7'");
            assert_eq!(database.count(&odd).await, 0, "{odd}");
        }
        let renamed = "SELECT permissions::text FROM api_key WHERE name = 'renamed'";
        assert_eq!(database.text(renamed, &[]).await.as_deref(), Some("{user.read,session.read,user.read}"));

        let bert = database.text(NEW_USER, &[&"bert@immich.cloud"]).await.unwrap();
        let bert: serde_json::Value = serde_json::from_str(&bert).unwrap();
        assert_eq!(
            bert,
            json!({
                "pinCode": null, "profileImagePath": "", "avatarColor": null, "oauthId": "", "storageLabel": null,
                "quotaSizeInBytes": null, "quotaUsageInBytes": 0, "status": "active", "isAdmin": false,
                "shouldChangePassword": true, "deletedAt": null, "profileChanged": true,
            })
        );
        let anna = database.text(NEW_USER, &[&ANNA_EMAIL]).await.unwrap();
        let anna: serde_json::Value = serde_json::from_str(&anna).unwrap();
        assert_eq!((&anna["oauthId"], &anna["quotaUsageInBytes"]), (&json!("oauth|anna"), &json!(5000)), "{anna}");
        assert_eq!((&anna["avatarColor"], &anna["storageLabel"]), (&json!("pink"), &json!("anna")), "{anna}");
    }
}

/// Upstream's columns of a user that this program does not write.
const NEW_USER: &str = r#"
    SELECT jsonb_build_object(
      'pinCode', "pinCode", 'profileImagePath', "profileImagePath", 'avatarColor', "avatarColor", 'oauthId', "oauthId",
      'storageLabel', "storageLabel", 'quotaSizeInBytes', "quotaSizeInBytes", 'quotaUsageInBytes', "quotaUsageInBytes",
      'status', status, 'isAdmin', "isAdmin", 'shouldChangePassword', "shouldChangePassword", 'deletedAt', "deletedAt",
      'profileChanged', "profileChangedAt" <= now())::text
    FROM "user" WHERE email = $1"#;

#[tokio::test(flavor = "multi_thread")]
async fn given_many_servers_when_they_start_at_once_then_each_addition_is_created_once() {
    for release in Release::ALL {
        let database = Database::of_release(release).await;
        let before = schema(&database);

        let starting: Vec<_> = (0..8).map(|_| tokio::spawn(on(&database, ["migrate"]).into_future())).collect();
        let mut applied = 0;
        for start in starting {
            applied += start.await.unwrap().must_succeed().stdout.matches("applied ").count();
        }

        assert_eq!(applied, additions(release).len());
        assert_only_additions(release, &before, &schema(&database));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn users_are_managed_on_the_command_line() {
    for release in Release::ALL {
        let database = Database::of_release(release).await;
        let server = Server::on(&database).start().await;

        let listed = server.program(["user", "list", "--all"]).await.must_succeed();
        for email in [ADMIN_EMAIL, ANNA_EMAIL, "olga@immich.cloud", "gone@immich.cloud"] {
            assert!(listed.stdout.contains(email), "{listed:?}");
        }
        server.program(["user", "restore", "--email", "gone@immich.cloud"]).await.must_succeed();
        server.login("gone@immich.cloud", "password1").await;
        server
            .program(["user", "reset-password", "--email", "olga@immich.cloud", "--password-stdin"])
            .reading("password3")
            .await
            .must_succeed();
        server.login("olga@immich.cloud", "password3").await;
        let second = server.create_user("b@immich.cloud", "B", "password1").and(["--admin"]).await;
        assert!(second.must_fail_in_one_line().contains("already has an administrator"), "{second:?}");
    }
}
